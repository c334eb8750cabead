//! Erasing journeys that are older than the retention rule allows. What they counted for stays counted: flows and
//! summaries hold nothing personal.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::jobs::Ran;
use socle::store::{Database, Instant, Tx};

use super::{ServiceError, journey, participant, request};
use crate::model::PublicStatus;

/// What was erased at once.
pub type Erasure = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erasures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub at: Instant,
    /// `retention` or `person`.
    pub kind: String,
    pub journeys: i64,
    pub departed_before: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many journeys one run erases.
const AT_ONCE: u64 = 1_000;

/// The instant before which departures are erased: midnight in Paris, `months` before today.
pub fn limit(now: Timestamp, months: u32) -> Timestamp {
    let paris = socle::pages::format::paris();
    let today: Date = paris.to_datetime(now).date();
    today
        .saturating_sub(Span::new().months(months.min(1_200)))
        .to_zoned_datetime(paris)
        .map_or(Timestamp::MIN, |at| at.timestamp())
}

/// Erases the oldest journeys that departed before `before`: their bodies, people, requests, and themselves.
pub async fn run(database: &Database, before: Timestamp) -> Result<Ran, ServiceError> {
    let old = journey::Column::StartAt.lt(Instant::from(before));
    // A journey still to be verified is counted first, then erased.
    let treated = journey::Column::Status.ne(PublicStatus::Pending.as_str());
    let select = move || {
        journey::Entity::find()
            .select_only()
            .column(journey::Column::Id)
            .filter(old.clone())
            .filter(treated.clone())
            .order_by_asc(journey::Column::StartAt)
            .limit(AT_ONCE)
            .into_tuple::<i64>()
    };
    if select().one(database.read()).await?.is_none() {
        return Ok(Ran::default());
    }
    database
        .write(move |tx| {
            Box::pin(async move {
                let journeys = select().all(tx.connection()).await?;
                if journeys.is_empty() {
                    return Ok(Ran::default());
                }
                let done = journeys.len() as u64;
                delete(tx, &journeys).await?;
                note(tx, Actor::Program("retention"), "retention", done, Some(before)).await?;
                Ok(Ran { done, more: done == AT_ONCE })
            })
        })
        .await
}

async fn delete(tx: &Tx, journeys: &[i64]) -> Result<(), ServiceError> {
    let people = journeys.iter().flat_map(|id| [participant::driver_of(*id), participant::passenger_of(*id)]);
    participant::Entity::delete_many()
        .filter(participant::Column::Id.is_in(people))
        .exec(tx.connection())
        .await?;
    request::Entity::delete_many()
        .filter(request::Column::JourneyId.is_in(journeys.iter().copied()))
        .exec(tx.connection())
        .await?;
    journey::Entity::delete_many()
        .filter(journey::Column::Id.is_in(journeys.iter().copied()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Notes an erasure, in its change.
pub(super) async fn note(
    tx: &mut Tx,
    actor: Actor,
    kind: &'static str,
    journeys: u64,
    before: Option<Timestamp>,
) -> Result<(), ServiceError> {
    let id = tx.next_number();
    Entity::insert(ActiveModel {
        id: Set(id),
        at: Set(tx.now().into()),
        kind: Set(kind.to_owned()),
        journeys: Set(i64::try_from(journeys).unwrap_or(i64::MAX)),
        departed_before: Set(before.map(Instant::from)),
    })
    .exec_without_returning(tx.connection())
    .await?;
    tx.record(Entry::new(actor, "journeys.erased", "erasure", id).with_facts(
        serde_json::json!({"kind": kind, "journeys": journeys, "departed_before": before.map(|at| at.to_string())}),
    ));
    Ok(())
}

/// How the retention rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Departure of the oldest journey kept.
    pub oldest: Option<Instant>,
    /// Journeys erased by the rule since the opening, and when last.
    pub erased: i64,
    pub last: Option<Instant>,
}

/// Reads how the retention rule stands.
pub async fn standing(database: &Database) -> Result<Standing, ServiceError> {
    let oldest: Option<Instant> = journey::Entity::find()
        .select_only()
        .column(journey::Column::StartAt)
        .order_by_asc(journey::Column::StartAt)
        .into_tuple()
        .one(database.read())
        .await?;
    let runs: Vec<(Instant, i64)> = Entity::find()
        .select_only()
        .columns([Column::At, Column::Journeys])
        .filter(Column::Kind.eq("retention"))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(database.read())
        .await?;
    Ok(Standing {
        oldest,
        erased: runs.iter().map(|(_, journeys)| journeys).sum(),
        last: runs.last().map(|(at, _)| *at),
    })
}
