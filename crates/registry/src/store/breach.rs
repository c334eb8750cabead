//! The register of breaches of personal data (RGPD, article 33, 5), and the people each one touches.

use jiff::{SignedDuration, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use serde_json::Value;
use socle::audit::{Actor, Entry};
use socle::seal::{Keyring, SealError};
use socle::store::{Database, Instant, StoreError};

use super::{ServiceError, journey};
use crate::model::LocalDay;

/// The supervisory authority is told within this time (RGPD, article 33, 1).
pub const TIME_TO_NOTIFY: SignedDuration = SignedDuration::from_hours(72);

pub type Breach = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "breaches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub discovered_at: Instant,
    pub recorded_at: Instant,
    pub nature: String,
    pub consequences: String,
    pub measures: String,
    /// One operator's journeys, or all.
    pub operator_id: Option<i64>,
    pub from_day: i32,
    pub to_day: i32,
    pub notified_at: Option<Instant>,
    pub delay_reason: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The last moment to tell the supervisory authority.
    pub fn deadline(&self) -> Timestamp {
        self.discovered_at.timestamp() + TIME_TO_NOTIFY
    }
}

/// A breach to record.
#[derive(Clone, Debug)]
pub struct NewBreach {
    pub discovered_at: Timestamp,
    pub nature: String,
    pub consequences: String,
    pub measures: String,
    pub operator: Option<i64>,
    pub from: LocalDay,
    pub to: LocalDay,
}

/// Records a breach.
pub async fn record(database: &Database, actor: Actor, new: NewBreach) -> Result<Breach, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let breach = Model {
                    id: tx.next_number(),
                    discovered_at: new.discovered_at.into(),
                    recorded_at: tx.now().into(),
                    nature: new.nature,
                    consequences: new.consequences,
                    measures: new.measures,
                    operator_id: new.operator,
                    from_day: new.from.0,
                    to_day: new.to.0,
                    notified_at: None,
                    delay_reason: String::new(),
                    version: 1,
                };
                Entity::insert(ActiveModel::from(breach.clone()))
                    .exec_without_returning(tx.connection())
                    .await?;
                tx.record(Entry::new(actor, "breach.recorded", "breach", breach.id).with_facts(
                    serde_json::json!({
                        "discovered_at": new.discovered_at.to_string(), "operator": new.operator,
                    }),
                ));
                Ok(breach)
            })
        })
        .await
}

/// Every breach, the latest discovered first.
pub async fn list(database: &Database) -> Result<Vec<Breach>, ServiceError> {
    Ok(Entity::find().order_by_desc(Column::DiscoveredAt).all(database.read()).await?)
}

pub async fn find(database: &Database, id: i64) -> Result<Option<Breach>, ServiceError> {
    Ok(Entity::find_by_id(id).one(database.read()).await?)
}

/// Notes that the supervisory authority was told, and why late if it was.
pub async fn notify(
    database: &Database,
    actor: Actor,
    breach: &Breach,
    at: Timestamp,
    delay_reason: String,
) -> Result<(), ServiceError> {
    let (id, version) = (breach.id, breach.version);
    database
        .write(move |tx| {
            Box::pin(async move {
                let changed = Entity::update_many()
                    .set(ActiveModel {
                        notified_at: Set(Some(at.into())),
                        delay_reason: Set(delay_reason),
                        version: Set(version + 1),
                        ..Default::default()
                    })
                    .filter(Column::Id.eq(id))
                    .filter(Column::Version.eq(version))
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "breach" }.into());
                }
                tx.record(
                    Entry::new(actor, "breach.notified", "breach", id)
                        .with_facts(serde_json::json!({"at": at.to_string()})),
                );
                Ok(())
            })
        })
        .await
}

/// One of the two people of a journey that a breach touches, as their operator knows them.
pub struct Touched {
    pub operator: i64,
    pub operator_journey_id: String,
    pub role: &'static str,
    pub operator_user_id: String,
}

/// How many journeys are read at once.
const AT_ONCE: u64 = 1_000;

/// The people touched, journey by journey, after journey `after`; each operator warns its own users. Whoever asked is
/// written in the log by [`list_read`] first.
pub async fn people(
    database: &Database,
    keyring: &Keyring,
    breach: &Breach,
    after: i64,
) -> Result<(Vec<Touched>, Option<i64>), ServiceError> {
    let mut select = journey::Entity::find()
        .filter(journey::Column::Id.gt(after))
        .filter(journey::Column::Day.between(breach.from_day, breach.to_day))
        .order_by_asc(journey::Column::Id)
        .limit(AT_ONCE);
    if let Some(operator) = breach.operator_id {
        select = select.filter(journey::Column::OperatorId.eq(operator));
    }
    let journeys = select.all(database.read()).await?;
    let mut touched = Vec::with_capacity(2 * journeys.len());
    for one in &journeys {
        let context = journey::context(one.operator_id, &one.operator_journey_id);
        let body: Value = match keyring.open(&context, &one.payload).await {
            Ok(plain) => serde_json::from_slice(&plain)?,
            Err(SealError::Destroyed) => continue,
            Err(other) => return Err(other.into()),
        };
        for role in ["driver", "passenger"] {
            let user = body[role]["identity"]["operator_user_id"].as_str().unwrap_or_default();
            touched.push(Touched {
                operator: one.operator_id,
                operator_journey_id: one.operator_journey_id.clone(),
                role,
                operator_user_id: user.to_owned(),
            });
        }
    }
    Ok((touched, journeys.last().map(|last| last.id)))
}

/// Writes in the log that somebody reads the list of the people touched.
pub async fn list_read(database: &Database, actor: Actor, breach: i64) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "breach.people_read", "breach", breach));
                Ok(())
            })
        })
        .await
}
