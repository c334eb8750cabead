//! A product: what the public may read of it.

use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Instant, Tx};

use super::{ServiceError, state};
use crate::model::portfolio::Details;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub mission: String,
    pub incubator: String,
    /// A [`crate::model::portfolio::Details`], in JSON.
    pub sheet: String,
    pub updated_at: Instant,
    pub print: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A product that begins here, before the public content holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProduct {
    pub slug: String,
    pub name: String,
    pub mission: String,
    /// Identifier of the incubator.
    pub incubator: String,
}

/// An identifier that another product has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlugTaken;

/// Adds a product to the portfolio, inside a change. The public content that later holds it prevails.
pub(super) async fn create(
    tx: &mut Tx,
    actor: Actor,
    new: &NewProduct,
) -> Result<Result<(), SlugTaken>, ServiceError> {
    let taken = Entity::find().filter(Column::Slug.eq(new.slug.as_str()));
    if taken.count(tx.connection()).await? > 0 {
        return Ok(Err(SlugTaken));
    }
    let row = Model {
        id: tx.next_number(),
        slug: new.slug.clone(),
        name: new.name.clone(),
        mission: new.mission.clone(),
        incubator: new.incubator.clone(),
        sheet: serde_json::to_string(&Details::default())?,
        updated_at: tx.now().into(),
        print: Vec::new(),
    };
    let id = row.id;
    Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
    state::advance(tx).await?;
    let facts = json!({"slug": new.slug, "name": new.name, "incubator": new.incubator});
    tx.record(Entry::new(actor, "product.created", "product", id).with_facts(facts));
    Ok(Ok(()))
}
