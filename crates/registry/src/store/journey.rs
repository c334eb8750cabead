use jiff::Timestamp;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait as _, Query};
use sea_orm::{Condition, DerivePartialModel, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select};
use socle::rights::Scope;
use socle::store::{Database, Instant};

use super::fact::Counted;
use super::{ServiceError, operator_of};
use crate::model::{Acquisition, Check, PublicStatus, Violation};

/// A journey as it is kept.
pub type Journey = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journeys")]
pub struct Model {
    /// The registry's own number, `journey_id` of the API. Numbers follow the order of acknowledgement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub operator_id: i64,
    pub operator_journey_id: String,
    pub operator_trip_id: String,
    pub operator_class: String,
    pub start_at: Instant,
    pub end_at: Instant,
    /// The departure as first sent.
    pub first_start_at: Instant,
    pub day: i32,
    pub start_place: Option<String>,
    pub end_place: Option<String>,
    pub distance_m: i32,
    pub seats: i16,
    pub driver_revenue: i32,
    pub passenger_contribution: i32,
    pub passenger_over_18: Option<bool>,
    pub incentives: String,
    pub acquisition: String,
    pub anomaly: String,
    pub fraud: String,
    pub status: String,
    pub terms_version: String,
    pub violations: String,
    pub received_at: Instant,
    pub updated_at: Instant,
    pub api_version: String,
    pub change: i64,
    pub revision: i32,
    pub payload: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A journey as lists and feeds tell it: without its sealed body, which may be large.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
pub struct Brief {
    pub id: i64,
    pub operator_id: i64,
    pub operator_journey_id: String,
    pub operator_class: String,
    pub start_at: Instant,
    pub end_at: Instant,
    pub start_place: Option<String>,
    pub end_place: Option<String>,
    pub distance_m: i32,
    pub status: String,
    pub updated_at: Instant,
    pub change: i64,
}

impl Brief {
    pub fn public_status(&self) -> PublicStatus {
        self.status.parse().unwrap_or(PublicStatus::Unknown)
    }
}

/// What binds a sealed body to its journey: the operator's own identifier, known before the number is drawn.
pub fn context(operator: i64, operator_journey_id: &str) -> String {
    format!("journey {operator} {operator_journey_id}")
}

/// What is counted of a journey, in the order of [`Counted`].
pub(super) const COUNTED: [Column; 9] = [
    Column::Id,
    Column::OperatorId,
    Column::Day,
    Column::DistanceM,
    Column::Seats,
    Column::StartPlace,
    Column::EndPlace,
    Column::OperatorClass,
    Column::StartAt,
];

impl Model {
    /// What is counted of it.
    pub(super) fn counted(&self) -> Counted {
        let (from, to) = (self.start_place.clone(), self.end_place.clone());
        let class = self.operator_class.clone();
        (self.id, self.operator_id, self.day, self.distance_m, self.seats, from, to, class, self.start_at)
    }

    pub fn public_status(&self) -> PublicStatus {
        self.status.parse().unwrap_or(PublicStatus::Unknown)
    }

    pub fn acquisition(&self) -> Result<Acquisition, ServiceError> {
        self.acquisition.parse().map_err(|cause| ServiceError::Corrupt(format!("{cause}")))
    }

    pub fn checks(&self) -> Result<(Check, Check), ServiceError> {
        let read = |text: &str| text.parse().map_err(|cause| ServiceError::Corrupt(format!("{cause}")));
        Ok((read(&self.fraud)?, read(&self.anomaly)?))
    }

    /// The rules of the terms that the journey breaks.
    pub fn violations(&self) -> Result<Vec<Violation>, ServiceError> {
        Ok(serde_json::from_str(&self.violations)?)
    }
}

/// The journeys that wait for verification. Written out, so that both stores use the index of those alone.
pub fn waits() -> sea_orm::sea_query::SimpleExpr {
    sea_orm::sea_query::Expr::cust("status = 'pending'")
}

/// The journey of an operator with the operator's own identifier.
pub async fn find(
    connection: &impl ConnectionTrait,
    operator: i64,
    operator_journey_id: &str,
) -> Result<Option<Journey>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::OperatorId.eq(operator))
        .filter(Column::OperatorJourneyId.eq(operator_journey_id))
        .one(connection)
        .await?)
}

/// The journey of this number, within a scope.
pub async fn by_number(database: &Database, scope: &Scope, id: i64) -> Result<Option<Journey>, ServiceError> {
    Ok(scoped(Entity::find_by_id(id), scope).one(database.read()).await?)
}

fn scoped(select: Select<Entity>, scope: &Scope) -> Select<Entity> {
    match operator_of(scope) {
        Some(operator) => select.filter(Column::OperatorId.eq(operator)),
        None => select,
    }
}

/// Which journeys to list, the latest departure first.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub status: Option<PublicStatus>,
    /// Departures from this instant (included)…
    pub from: Option<Timestamp>,
    /// …to this one (excluded).
    pub to: Option<Timestamp>,
    /// Starting or ending in one of these places.
    pub places: Vec<String>,
    pub limit: u64,
    pub offset: u64,
}

fn filtered(scope: &Scope, listing: &Listing) -> Select<Entity> {
    let mut select = scoped(Entity::find(), scope);
    if let Some(status) = listing.status {
        select = select.filter(Column::Status.eq(status.as_str()));
    }
    if let Some(from) = listing.from {
        select = select.filter(Column::StartAt.gte(Instant::from(from)));
    }
    if let Some(to) = listing.to {
        select = select.filter(Column::StartAt.lt(Instant::from(to)));
    }
    if !listing.places.is_empty() {
        select = select.filter(
            Condition::any()
                .add(Column::StartPlace.is_in(listing.places.iter().map(String::as_str)))
                .add(Column::EndPlace.is_in(listing.places.iter().map(String::as_str))),
        );
    }
    select
}

/// A page of journeys.
pub async fn list(database: &Database, scope: &Scope, listing: &Listing) -> Result<Vec<Brief>, ServiceError> {
    Ok(filtered(scope, listing)
        .order_by_desc(Column::StartAt)
        .order_by_desc(Column::Id)
        .limit(listing.limit)
        .offset(listing.offset)
        .into_partial_model()
        .all(database.read())
        .await?)
}

/// How many journeys a listing has in all.
pub async fn count(database: &Database, scope: &Scope, listing: &Listing) -> Result<u64, ServiceError> {
    Ok(filtered(scope, listing).count(database.read()).await?)
}

/// How many journeys a listing has, counted up to `most`: a long list is not read to its end to be counted.
pub async fn count_up_to(
    database: &Database,
    scope: &Scope,
    listing: &Listing,
    most: u64,
) -> Result<u64, ServiceError> {
    let few = filtered(scope, listing).select_only().column(Column::Id).limit(most).into_query();
    let select =
        Query::select().expr(Expr::col(Asterisk).count()).from_subquery(few, Alias::new("few")).to_owned();
    let row = database.read().query_one(&select).await?;
    let counted: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(counted.unsigned_abs())
}
