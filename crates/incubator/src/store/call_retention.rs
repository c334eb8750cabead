//! Applications that are not kept any more.

use jiff::Span;
use jiff::civil::Date;
use socle::audit::Actor;
use socle::pages::format;
use socle::store::Database;

use super::application::Model;
use super::application_erasure;
use super::call_edition::{self, Edition};
use super::{ServiceError, day};
use crate::model::call::Retention;

/// The first day on which an application is not kept any more; none for a laureate, kept with its agreement.
fn ends(edition: &Edition, row: &Model, retention: &Retention) -> Option<Date> {
    let closing = edition.told.calendar.closes.date();
    if row.sent_at.is_none() || row.withdrawn_at.is_some() {
        return Some(closing.saturating_add(Span::new().days(retention.unsent_days)));
    }
    if edition.row.published_at.is_some() && row.is_laureate() {
        return None;
    }
    let published = edition.row.published_at.map(|at| format::paris().to_datetime(at.timestamp()).date());
    Some(published.unwrap_or(closing).saturating_add(Span::new().months(retention.rejected_months)))
}

/// Erases what is not kept any more. How many applications.
pub async fn run(database: &Database, retention: &Retention) -> Result<u64, ServiceError> {
    let mut done = 0;
    for edition in call_edition::list(database).await? {
        let retention = retention.clone();
        done += database
            .write(move |tx| {
                Box::pin(async move {
                    let today = day::today(tx);
                    let mut erased = 0;
                    for row in application_erasure::kept(tx.connection(), edition.row.id).await? {
                        if ends(&edition, &row, &retention).is_some_and(|end| end <= today) {
                            application_erasure::erase_within(
                                tx,
                                Actor::Program("retention"),
                                row.id,
                                "retention",
                            )
                            .await?;
                            erased += 1;
                        }
                    }
                    Ok::<u64, ServiceError>(erased)
                })
            })
            .await?;
    }
    Ok(done)
}
