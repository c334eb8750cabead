//! A duty that has a day and is still to be done.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use socle::rights::Scope;
use socle::store::Database;

use super::{ServiceError, agreement, outlook};
use crate::model::duties::conditions::COMMITTEES;
use crate::model::outlook::Urgency;
use crate::model::tenant::Tenant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "open_duties")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rank: i32,
    pub product: String,
    pub day: i32,
    pub contractual: bool,
    pub status: String,
    pub title: String,
    pub debtors: String,
    pub clause: String,
    pub article: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Duties of the agreements of a scope, the soonest first, at most `most`.
pub async fn list(database: &Database, scope: &Scope, most: u64) -> Result<Vec<Model>, ServiceError> {
    select(database, scope, Entity::find(), most).await
}

/// What is told of duties: those late, and those due by a day. An internal target that has passed is not told again and
/// again: nobody is late.
pub async fn to_tell(
    database: &Database,
    scope: &Scope,
    by: i32,
    most: u64,
) -> Result<Vec<Model>, ServiceError> {
    let told = Entity::find().filter(Column::Status.ne("target_passed")).filter(Column::Day.lte(by));
    select(database, scope, told, most).await
}

/// The committees that agreements in force ask for, the soonest first, at most `most`.
pub async fn committees(database: &Database, scope: &Scope, most: u64) -> Result<Vec<Model>, ServiceError> {
    let running = Query::select()
        .column(outlook::Column::AgreementId)
        .from(outlook::Entity)
        .and_where(outlook::Column::Urgency.lt(Urgency::ToClose.rank()))
        .to_owned();
    let asked = Entity::find()
        .filter(Column::Clause.is_in(COMMITTEES))
        .filter(Column::AgreementId.in_subquery(running));
    select(database, scope, asked, most).await
}

async fn select(
    database: &Database,
    scope: &Scope,
    mut select: Select<Entity>,
    most: u64,
) -> Result<Vec<Model>, ServiceError> {
    match Tenant::of(scope) {
        None => {}
        // A product's people see its own duties and those of its agreements as a whole.
        Some(Tenant::Service(product)) => {
            select = select
                .filter(Column::AgreementId.in_subquery(agreement::numbers(scope)))
                .filter(Column::Product.is_in([product, String::new()]));
        }
        Some(Tenant::Agreement(_) | Tenant::Call(_)) => {
            select = select.filter(Column::AgreementId.in_subquery(agreement::numbers(scope)));
        }
    }
    Ok(select
        .order_by_asc(Column::Day)
        .order_by_asc(Column::AgreementId)
        .order_by_asc(Column::Rank)
        .limit(most)
        .all(database.read())
        .await?)
}
