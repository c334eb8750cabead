//! The agreements that anyone may read: those published where anyone can.

use jiff::civil::Date;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use socle::store::Database;

use super::agreement::{self, Filed, Knowledge};
use super::{ServiceError, fact};
use crate::model::publication::public_on;

/// A published agreement, and the day of its latest publication.
pub struct Published {
    pub filed: Filed,
    pub on: Date,
}

/// All of them, by title.
pub async fn list(
    database: &Database,
    knowledge: &Knowledge,
    today: Date,
) -> Result<Vec<Published>, ServiceError> {
    let told = Query::select()
        .column(fact::Column::AgreementId)
        .from(fact::Entity)
        .and_where(fact::Column::Kind.eq("publication"))
        .and_where(fact::Column::WithdrawnAt.is_null())
        .to_owned();
    let rows = agreement::Entity::find()
        .filter(agreement::Column::Id.in_subquery(told))
        .order_by_asc(agreement::Column::Title)
        .order_by_asc(agreement::Column::Id)
        .all(database.read())
        .await?;
    let all = agreement::read(database.read(), &knowledge.portfolio, rows).await?;
    Ok(all.into_iter().filter_map(|filed| published(filed, today)).collect())
}

/// The one of that reference.
pub async fn find(
    database: &Database,
    knowledge: &Knowledge,
    today: Date,
    reference: &str,
) -> Result<Option<Published>, ServiceError> {
    let filed = agreement::find(database, knowledge, &socle::rights::Scope::All, reference).await?;
    Ok(filed.and_then(|filed| published(filed, today)))
}

fn published(filed: Filed, today: Date) -> Option<Published> {
    let on = public_on(&filed.agreement, today)?;
    Some(Published { filed, on })
}
