//! What products cost, kept with the outlook of each agreement so that pages are quick.

use std::collections::BTreeMap;

use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use socle::store::{Database, Tx};

use super::ServiceError;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::public_budget::{Activity, Part, Resource, Spent};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_cells")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub activity: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource: String,
    pub ae: i64,
    pub cp: i64,
    pub planned: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The cells of an agreement.
pub(super) fn cells(agreement_id: i64, budget: BTreeMap<Part, Spent>) -> Vec<Model> {
    let cell = |(part, spent): (Part, Spent)| Model {
        agreement_id,
        product: part.product,
        year: part.year.into(),
        activity: part.activity.to_string(),
        resource: part.resource.to_string(),
        ae: spent.ae.as_i64(),
        cp: spent.cp.as_i64(),
        planned: spent.planned.as_i64(),
    };
    budget.into_iter().map(cell).collect()
}

/// Replaces the cells of these agreements.
pub(super) async fn replace(tx: &Tx, agreements: Vec<i64>, cells: Vec<Model>) -> Result<(), ServiceError> {
    Entity::delete_many().filter(Column::AgreementId.is_in(agreements)).exec(tx.connection()).await?;
    for some in cells.chunks(1_000) {
        let rows = some.iter().cloned().map(ActiveModel::from);
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

fn read(rows: Vec<Model>) -> Result<BTreeMap<Part, Spent>, ServiceError> {
    let mut budget: BTreeMap<Part, Spent> = BTreeMap::new();
    for row in rows {
        let corrupt = |what: &str| ServiceError::Corrupt(format!("budget of {:?}: {what:?}", row.product));
        let part = Part {
            year: i16::try_from(row.year).map_err(|_| corrupt("year"))?,
            activity: Activity::from_name(&row.activity).ok_or_else(|| corrupt(&row.activity))?,
            resource: Resource::from_name(&row.resource).ok_or_else(|| corrupt(&row.resource))?,
            product: row.product,
        };
        let spent = budget.entry(part).or_default();
        spent.ae = spent.ae + Cents::new(row.ae);
        spent.cp = spent.cp + Cents::new(row.cp);
        spent.planned = spent.planned + Cents::new(row.planned);
    }
    Ok(budget)
}

/// The budget of a product, all its agreements together.
pub async fn of(database: &Database, product: &str) -> Result<BTreeMap<Part, Spent>, ServiceError> {
    read(Entity::find().filter(Column::Product.eq(product)).all(database.read()).await?)
}

/// The budget of every product.
pub async fn all(database: &Database) -> Result<BTreeMap<Part, Spent>, ServiceError> {
    read(Entity::find().order_by_asc(Column::Product).all(database.read()).await?)
}
