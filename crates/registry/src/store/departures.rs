//! Journeys in order of departure, some at a time: what exports are made of.

use jiff::Timestamp;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, QueryOrder as _, QueryResult, QuerySelect as _, QueryTrait as _};
use socle::store::{Database, Instant};

use super::journey::{Column, Entity};
use super::{ServiceError, territory_place};
use crate::model::PublicStatus;

/// How many journeys are read at once.
const AT_ONCE: u64 = 2_000;

/// What an export reads of a journey.
#[derive(Clone, Debug)]
pub struct Departure {
    pub id: i64,
    pub operator_id: i64,
    pub operator_journey_id: String,
    pub operator_trip_id: String,
    pub operator_class: String,
    pub start_at: Instant,
    pub end_at: Instant,
    pub start_place: Option<String>,
    pub end_place: Option<String>,
    pub distance_m: i32,
    pub seats: i16,
    pub driver_revenue: i32,
    pub passenger_contribution: i32,
    pub incentives: String,
    pub status: String,
    pub violations: String,
    pub received_at: Instant,
    pub payload: Vec<u8>,
}

/// The columns of a departure, in its order: a million rows are read by position, not by name.
const COLUMNS: [Column; 18] = [
    Column::Id,
    Column::OperatorId,
    Column::OperatorJourneyId,
    Column::OperatorTripId,
    Column::OperatorClass,
    Column::StartAt,
    Column::EndAt,
    Column::StartPlace,
    Column::EndPlace,
    Column::DistanceM,
    Column::Seats,
    Column::DriverRevenue,
    Column::PassengerContribution,
    Column::Incentives,
    Column::Status,
    Column::Violations,
    Column::ReceivedAt,
    Column::Payload,
];

impl Departure {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get_by_index(0)?,
            operator_id: row.try_get_by_index(1)?,
            operator_journey_id: row.try_get_by_index(2)?,
            operator_trip_id: row.try_get_by_index(3)?,
            operator_class: row.try_get_by_index(4)?,
            start_at: row.try_get_by_index(5)?,
            end_at: row.try_get_by_index(6)?,
            start_place: row.try_get_by_index(7)?,
            end_place: row.try_get_by_index(8)?,
            distance_m: row.try_get_by_index(9)?,
            seats: row.try_get_by_index(10)?,
            driver_revenue: row.try_get_by_index(11)?,
            passenger_contribution: row.try_get_by_index(12)?,
            incentives: row.try_get_by_index(13)?,
            status: row.try_get_by_index(14)?,
            violations: row.try_get_by_index(15)?,
            received_at: row.try_get_by_index(16)?,
            payload: row.try_get_by_index(17)?,
        })
    }
}

/// Which journeys.
#[derive(Clone, Debug)]
pub struct Selection {
    pub operator: Option<i64>,
    /// Starting or ending in this territory.
    pub territory: Option<i64>,
    pub status: Option<PublicStatus>,
    /// Departures from this instant (included)…
    pub from: Timestamp,
    /// …to this one (excluded).
    pub to: Timestamp,
}

/// The journey one has read up to: its departure and its number.
pub type Position = (Instant, i64);

/// The journeys of a selection that come after a position; none when there is no more.
pub async fn after(
    database: &Database,
    selection: &Selection,
    position: Option<Position>,
) -> Result<Vec<Departure>, ServiceError> {
    let from = position.map_or_else(|| selection.from.into(), |(at, _)| at);
    let mut select = Entity::find()
        .filter(Column::StartAt.gte(from))
        .filter(Column::StartAt.lt(Instant::from(selection.to)));
    if let Some((at, id)) = position {
        select = select.filter(Condition::any().add(Column::StartAt.gt(at)).add(Column::Id.gt(id)));
    }
    if let Some(operator) = selection.operator {
        select = select.filter(Column::OperatorId.eq(operator));
    }
    if let Some(status) = selection.status {
        select = select.filter(Column::Status.eq(status.as_str()));
    }
    if let Some(territory) = selection.territory {
        let inside = Query::select()
            .column(territory_place::Column::Place)
            .from(territory_place::Entity)
            .and_where(territory_place::Column::TerritoryId.eq(territory))
            .to_owned();
        select = select.filter(
            Condition::any()
                .add(Column::StartPlace.in_subquery(inside.clone()))
                .add(Column::EndPlace.in_subquery(inside)),
        );
    }
    let select = select
        .select_only()
        .columns(COLUMNS)
        .order_by_asc(Column::StartAt)
        .order_by_asc(Column::Id)
        .limit(AT_ONCE)
        .into_query();
    let rows = database.read().query_all(&select).await?;
    Ok(rows.iter().map(Departure::read).collect::<Result<_, _>>()?)
}
