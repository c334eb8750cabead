//! What happens to a journey after it was placed: anomaly checks, fraud checks, public status. The lists of
//! checks are empty until an issue fills them; what has no check to fail passes.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{QueryOrder as _, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::jobs::Ran;
use socle::store::{Database, Instant};

use super::ServiceError;
use super::fact::{self, Counted, Fact};
use super::journey::{COUNTED, Column, Entity, waits};
use crate::model::{Acquisition, Check, PublicStatus};

/// How many journeys one run treats.
const AT_ONCE: u64 = 2_000;

/// Treats the oldest journeys that wait.
///
/// The update names the state it expects: a journey refused or cancelled meanwhile is left alone (a real system
/// lost 213 377 statuses by not doing so, spec §3.4).
pub async fn run(database: &Database) -> Result<Ran, ServiceError> {
    let any: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(waits())
        .limit(1)
        .into_tuple()
        .one(database.read())
        .await?;
    if any.is_none() {
        return Ok(Ran::default());
    }
    database
        .write(|tx| {
            Box::pin(async move {
                let waiting: Vec<Counted> = Entity::find()
                    .select_only()
                    .columns(COUNTED)
                    .filter(waits())
                    .filter(Column::Acquisition.eq(Acquisition::Processed.as_str()))
                    .order_by_asc(Column::Id)
                    .limit(AT_ONCE)
                    .into_tuple()
                    .all(tx.connection())
                    .await?;
                let (Some(first), Some(last)) = (waiting.first(), waiting.last()) else {
                    return Ok(Ran::default());
                };
                let (first, last) = (first.0, last.0);
                let more = waiting.len() as u64 == AT_ONCE;
                let facts = fact::sum(waiting.into_iter().filter_map(Fact::of));
                // Each journey's change gets its own number: the distance between journeys is the distance
                // between their changes.
                let change = tx.next_numbers(last - first + 1);
                let update = Query::update()
                    .table(Entity)
                    .value(Column::Anomaly, Check::Passed.as_str())
                    .value(Column::Fraud, Check::Passed.as_str())
                    .value(Column::Status, PublicStatus::Ok.as_str())
                    .value(Column::Change, Expr::col(Column::Id).add(change - first))
                    .value(Column::UpdatedAt, Expr::val(Instant::from(tx.now())))
                    .and_where(Expr::col(Column::Id).between(first, last))
                    .and_where(waits())
                    .and_where(Expr::col(Column::Acquisition).eq(Acquisition::Processed.as_str()))
                    .to_owned();
                let updated = tx.connection().execute(&update).await?.rows_affected();
                fact::count(tx, facts).await?;
                tx.record(
                    Entry::new(
                        Actor::Program("verification"),
                        "journeys.verified",
                        "journeys",
                        format!("{first}-{last}"),
                    )
                    .with_facts(serde_json::json!({"passed": updated})),
                );
                Ok(Ran { done: updated, more })
            })
        })
        .await
}

/// How many journeys wait to be verified.
pub async fn waiting(database: &Database) -> Result<u64, ServiceError> {
    Ok(Entity::find().filter(waits()).count(database.read()).await?)
}
