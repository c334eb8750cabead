//! What is counted of a valid journey: nothing personal. Kept when the journey itself is erased.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::summary::{self, Totals};
use super::{ServiceError, journey, territory_summary};
use crate::model::{LocalDay, PlaceCode, PublicStatus};
use crate::preparation;

/// A kind of journey: all those alike are counted together.
pub type Flow = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flows")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub start_place: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub end_place: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_class: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub distance_band: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: i32,
    pub month: i32,
    pub journeys: i64,
    pub metres: i64,
    pub seats: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A valid journey as it is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    pub day: LocalDay,
    pub start_place: String,
    pub end_place: String,
    pub operator: i64,
    pub operator_class: String,
    /// Tens of kilometres, at most [`LAST_BAND`] (spec §10.2).
    pub distance_band: i32,
    /// On the clocks of the departure's commune.
    pub hour: i32,
}

/// Fifty kilometres and more.
pub const LAST_BAND: i32 = 5;

/// The columns of a journey that a fact is made of.
pub type Counted = (i64, i64, i32, i32, i16, Option<String>, Option<String>, String, Instant);

impl Fact {
    /// The fact and the totals of a journey; `None` when it lies nowhere: it is never valid.
    pub fn of(
        (_, operator, day, metres, seats, start_place, end_place, operator_class, start): Counted,
    ) -> Option<(Self, Totals)> {
        let start_place = PlaceCode(start_place?);
        let zone = preparation::zone(Some(&start_place));
        let hour = i32::from(zone.to_datetime(start.timestamp()).hour());
        let fact = Self {
            day: LocalDay(day),
            start_place: start_place.0,
            end_place: end_place?,
            operator,
            operator_class,
            distance_band: (metres / 10_000).clamp(0, LAST_BAND),
            hour,
        };
        Some((fact, Totals::one(metres, seats)))
    }

    /// 202611 for November 2026.
    pub fn month(&self) -> i32 {
        month_of(self.day.date())
    }
}

/// 202611 for November 2026.
pub fn month_of(date: Date) -> i32 {
    i32::from(date.year()) * 100 + i32::from(date.month())
}

/// Adds up facts that are alike.
pub fn sum(facts: impl IntoIterator<Item = (Fact, Totals)>) -> BTreeMap<Fact, Totals> {
    let mut sums: BTreeMap<Fact, Totals> = BTreeMap::new();
    for (fact, totals) in facts {
        let sum = sums.entry(fact).or_default();
        *sum = sum.plus(totals);
    }
    sums
}

/// How many journeys are read at once.
const AT_ONCE: u64 = 5_000;

/// How many rows one statement writes.
pub(super) const ROWS: usize = 1_500;

/// Counts facts everywhere figures are kept, within the change that makes them true (or, negative, no longer true).
pub async fn count(tx: &Tx, facts: BTreeMap<Fact, Totals>) -> Result<(), ServiceError> {
    let mut days: BTreeMap<(LocalDay, i64), Totals> = BTreeMap::new();
    for (fact, totals) in &facts {
        let day = days.entry((fact.day, fact.operator)).or_default();
        *day = day.plus(*totals);
    }
    summary::add(tx, days).await?;
    add_flows(tx.connection(), &facts).await?;
    territory_summary::add(tx.connection(), &facts).await
}

/// Adds to the flows alone.
pub async fn add_flows(
    connection: &impl ConnectionTrait,
    facts: &BTreeMap<Fact, Totals>,
) -> Result<(), ServiceError> {
    let key = [
        Column::Day,
        Column::StartPlace,
        Column::EndPlace,
        Column::OperatorId,
        Column::OperatorClass,
        Column::DistanceBand,
        Column::Hour,
    ];
    let conflict = summary::adding(Entity, key, [Column::Journeys, Column::Metres, Column::Seats]);
    let rows: Vec<ActiveModel> = facts
        .iter()
        .map(|(fact, totals)| ActiveModel {
            day: Set(fact.day.0),
            start_place: Set(fact.start_place.clone()),
            end_place: Set(fact.end_place.clone()),
            operator_id: Set(fact.operator),
            operator_class: Set(fact.operator_class.clone()),
            distance_band: Set(fact.distance_band),
            hour: Set(fact.hour),
            month: Set(fact.month()),
            journeys: Set(totals.journeys),
            metres: Set(totals.metres),
            seats: Set(totals.seats),
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        Entity::insert_many(rows.to_vec())
            .on_conflict(conflict.clone())
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

/// Counts the flows of journeys that were valid before flows were kept: once, at the first start of a version that
/// keeps them.
pub async fn catch_up(database: &Database) -> Result<(), ServiceError> {
    let valid = journey::Column::Status.eq(PublicStatus::Ok.as_str());
    let started = Entity::find().select_only().column(Column::Day).into_tuple::<i32>();
    let to_count = journey::Entity::find().select_only().column(journey::Column::Id).filter(valid.clone());
    if started.one(database.read()).await?.is_some()
        || to_count.into_tuple::<i64>().one(database.read()).await?.is_none()
    {
        return Ok(());
    }
    database
        .write(move |tx| {
            Box::pin(async move {
                // Another instance, started at the same time, may have counted meanwhile.
                if Entity::find().one(tx.connection()).await?.is_some() {
                    return Ok(());
                }
                let (mut after, mut counted) = (0, 0);
                loop {
                    let some: Vec<Counted> = journey::Entity::find()
                        .select_only()
                        .columns(journey::COUNTED)
                        .filter(valid.clone())
                        .filter(journey::Column::Id.gt(after))
                        .order_by_asc(journey::Column::Id)
                        .limit(AT_ONCE)
                        .into_tuple()
                        .all(tx.connection())
                        .await?;
                    let Some(last) = some.last() else { break };
                    after = last.0;
                    counted += some.len();
                    add_flows(tx.connection(), &sum(some.into_iter().filter_map(Fact::of))).await?;
                }
                tx.record(
                    Entry::new(Actor::Program("migration"), "flows.counted", "flows", "all")
                        .with_facts(serde_json::json!({"journeys": counted})),
                );
                Ok(())
            })
        })
        .await
}
