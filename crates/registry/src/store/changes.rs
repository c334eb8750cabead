use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use socle::rights::Scope;
use socle::store::Database;

use super::journey::{Brief, Column, Entity};
use super::{ServiceError, operator_of};

/// The journeys whose status changed after `after`, each once with its present status, in the order of the
/// changes. The number of the last one is the next `after`.
pub async fn since(
    database: &Database,
    scope: &Scope,
    after: i64,
    limit: u64,
) -> Result<Vec<Brief>, ServiceError> {
    let mut select =
        Entity::find().filter(Column::Change.gt(after)).order_by_asc(Column::Change).limit(limit);
    if let Some(operator) = operator_of(scope) {
        select = select.filter(Column::OperatorId.eq(operator));
    }
    Ok(select.into_partial_model().all(database.read()).await?)
}

/// The number of the latest change of an operator's journeys: where a new subscription starts.
pub async fn latest(database: &Database, operator: i64) -> Result<i64, ServiceError> {
    let last: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Change)
        .filter(Column::OperatorId.eq(operator))
        .order_by_desc(Column::Change)
        .limit(1)
        .into_tuple()
        .one(database.read())
        .await?;
    Ok(last.unwrap_or(0))
}
