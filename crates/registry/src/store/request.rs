use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _};
use socle::store::{Database, Instant, Tx};

use super::ServiceError;

/// What an operator asked about a journey after sending it.
pub type JourneyRequest = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journey_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub journey_id: i64,
    pub at: Instant,
    /// `correction` or `cancellation`; `superseded` for the body that a correction replaced (sealed as a journey's).
    pub kind: String,
    pub api_version: String,
    /// The body, sealed.
    pub payload: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What binds a sealed request to its journey.
pub fn context(journey: i64) -> String {
    format!("journey request {journey}")
}

/// Keeps a request, within a change.
pub async fn keep(
    tx: &mut Tx,
    journey: i64,
    kind: &'static str,
    api_version: &str,
    payload: Vec<u8>,
) -> Result<(), ServiceError> {
    let row = ActiveModel {
        id: Set(tx.next_number()),
        journey_id: Set(journey),
        at: Set(tx.now().into()),
        kind: Set(kind.to_owned()),
        api_version: Set(api_version.to_owned()),
        payload: Set(payload),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// What was asked about a journey, in order. The caller has checked that the journey lies within its scope.
pub async fn about(database: &Database, journey: i64) -> Result<Vec<JourneyRequest>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::JourneyId.eq(journey))
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?)
}
