//! What became of the journeys an operator sent, by day of reception: how many were refused and by which rule, came
//! late, lay nowhere, were corrected, cancelled or sent twice. Counted in the same change as each; nothing personal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::pages::format;
use socle::rights::Scope;
use socle::store::{Database, Instant, Tx};

use super::{ServiceError, journey, operator_of};
use crate::model::{Acquisition, Label, LocalDay, Terms, TermsCatalogue, Violation};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    /// Of reception, in Paris.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub measure: String,
    pub journeys: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Stored, whatever became of it.
    Received,
    /// Received in time, after half the time there was to send it.
    Late,
    /// An end lies in no commune.
    Unplaced,
    /// By one rule of the terms or several.
    Refused,
    RefusedFor(Label),
    Corrected,
    Canceled,
    /// Sent again under an identifier that was used: not stored.
    Repeated,
}

impl Measure {
    pub const ALL: [Self; 11] = [
        Self::Received,
        Self::Late,
        Self::Unplaced,
        Self::Refused,
        Self::RefusedFor(Label::Expired),
        Self::RefusedFor(Label::DistanceTooShort),
        Self::RefusedFor(Label::TooManyTripsByDay),
        Self::RefusedFor(Label::TooCloseTrips),
        Self::Corrected,
        Self::Canceled,
        Self::Repeated,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Late => "late",
            Self::Unplaced => "unplaced",
            Self::Refused => "refused",
            Self::RefusedFor(Label::Expired) => "refused_expired",
            Self::RefusedFor(Label::DistanceTooShort) => "refused_distance_too_short",
            Self::RefusedFor(Label::TooManyTripsByDay) => "refused_too_many_trips_by_day",
            Self::RefusedFor(Label::TooCloseTrips) => "refused_too_close_trips",
            Self::Corrected => "corrected",
            Self::Canceled => "canceled",
            Self::Repeated => "repeated",
        }
    }
}

/// Counts to add.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<(i64, i32, &'static str), i64>);

/// The day of reception, in Paris.
fn day(received: Timestamp) -> i32 {
    LocalDay::of(received, &format::paris()).0
}

impl Counts {
    pub fn add(&mut self, operator: i64, received: Timestamp, measure: Measure) {
        *self.0.entry((operator, day(received), measure.as_str())).or_default() += 1;
    }

    /// A journey that was just stored.
    pub fn add_received(
        &mut self,
        operator: i64,
        (start, received): (Timestamp, Timestamp),
        terms: &Terms,
        violations: &[Violation],
        acquisition: Acquisition,
    ) {
        self.add(operator, received, Measure::Received);
        let too_late = violations.iter().any(|violation| violation.label() == Label::Expired);
        if !too_late && received.duration_since(start).as_hours() * 2 >= terms.hours_to_send {
            self.add(operator, received, Measure::Late);
        }
        if acquisition == Acquisition::Failed {
            self.add(operator, received, Measure::Unplaced);
        }
        if !violations.is_empty() {
            self.add(operator, received, Measure::Refused);
        }
        for violation in violations {
            self.add(operator, received, Measure::RefusedFor(violation.label()));
        }
    }
}

/// Adds counts, within a change.
pub async fn count(tx: &Tx, counts: Counts) -> Result<(), ServiceError> {
    if counts.0.is_empty() {
        return Ok(());
    }
    let mut conflict = OnConflict::columns([Column::OperatorId, Column::Day, Column::Measure]);
    conflict
        .value(Column::Journeys, Expr::col((Entity, Column::Journeys)).add(Expr::cust("excluded.journeys")));
    let rows = counts.0.into_iter().map(|((operator, day, measure), journeys)| ActiveModel {
        operator_id: Set(operator),
        day: Set(day),
        measure: Set(measure.to_owned()),
        journeys: Set(journeys),
    });
    Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// What is counted of the journeys of a scope, by month of reception (202611), over some days.
pub async fn by_month(
    database: &Database,
    scope: &Scope,
    days: std::ops::RangeInclusive<LocalDay>,
) -> Result<BTreeMap<(i32, &'static str), i64>, ServiceError> {
    let mut select = Entity::find()
        .select_only()
        .columns([Column::Day, Column::Measure, Column::Journeys])
        .filter(Column::Day.between(days.start().0, days.end().0));
    if let Some(operator) = operator_of(scope) {
        select = select.filter(Column::OperatorId.eq(operator));
    }
    let rows: Vec<(i32, String, i64)> = select.into_tuple().all(database.read()).await?;
    let mut months = BTreeMap::new();
    for (day, name, journeys) in rows {
        let Some(measure) = Measure::ALL.into_iter().find(|known| known.as_str() == name) else { continue };
        let month = super::fact::month_of(LocalDay(day).date());
        *months.entry((month, measure.as_str())).or_default() += journeys;
    }
    Ok(months)
}

/// How many journeys are read at once.
const AT_ONCE: u64 = 5_000;

/// Counts what was received before it was counted: once, at the first start of a version that does.
pub async fn catch_up(database: &Database, terms: &'static TermsCatalogue) -> Result<(), ServiceError> {
    let counted = Entity::find().select_only().column(Column::Day).into_tuple::<i32>();
    let any = journey::Entity::find().select_only().column(journey::Column::Id).into_tuple::<i64>();
    if counted.one(database.read()).await?.is_some() || any.one(database.read()).await?.is_none() {
        return Ok(());
    }
    database
        .write(move |tx| {
            Box::pin(async move {
                // Another instance, started at the same time, may have counted meanwhile.
                if Entity::find().one(tx.connection()).await?.is_some() {
                    return Ok(());
                }
                let (mut after, mut journeys) = (0, 0);
                loop {
                    let some: Vec<(i64, i64, Instant, Instant, String, String, i32)> =
                        journey::Entity::find()
                            .select_only()
                            .columns([
                                journey::Column::Id,
                                journey::Column::OperatorId,
                                journey::Column::FirstStartAt,
                                journey::Column::ReceivedAt,
                                journey::Column::Violations,
                                journey::Column::Acquisition,
                                journey::Column::Revision,
                            ])
                            .filter(journey::Column::Id.gt(after))
                            .order_by_asc(journey::Column::Id)
                            .limit(AT_ONCE)
                            .into_tuple()
                            .all(tx.connection())
                            .await?;
                    let Some(last) = some.last() else { break };
                    after = last.0;
                    journeys += some.len();
                    let mut counts = Counts::default();
                    for (_, operator, start, received, violations, acquisition, revision) in some {
                        let (start, received) = (start.timestamp(), received.timestamp());
                        let violations: Vec<Violation> = serde_json::from_str(&violations)?;
                        let acquisition: Acquisition =
                            acquisition.parse().map_err(|cause| ServiceError::Corrupt(format!("{cause}")))?;
                        let in_force = terms.at(received);
                        counts.add_received(operator, (start, received), in_force, &violations, acquisition);
                        // A cancellation is a revision too.
                        if revision > i32::from(acquisition == Acquisition::Canceled) {
                            counts.add(operator, received, Measure::Corrected);
                        }
                        if acquisition == Acquisition::Canceled {
                            counts.add(operator, received, Measure::Canceled);
                        }
                    }
                    count(tx, counts).await?;
                }
                tx.record(
                    Entry::new(Actor::Program("migration"), "quality.counted", "journeys", "all")
                        .with_facts(serde_json::json!({"journeys": journeys})),
                );
                Ok(())
            })
        })
        .await
}
