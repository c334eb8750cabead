use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::ServiceError;

/// How an operator that came by a request gets connected. Operators that the team registered have none.
pub type Onboarding = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "onboardings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    pub requested_at: Instant,
    pub confirmed_at: Instant,
    /// Empty when none was given.
    pub technical_email: String,
    pub approved_at: Option<Instant>,
    /// Its first access key of the real registry.
    pub opened_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub closed_because: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What the team decides of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Approved,
    Closed { because: String },
    Reopened,
}

/// Every onboarding.
pub async fn all(database: &Database) -> Result<Vec<Onboarding>, ServiceError> {
    Ok(Entity::find().order_by_asc(Column::OperatorId).all(database.read()).await?)
}

/// The onboarding of an operator; `None` when the team registered it.
pub async fn of(database: &Database, operator: i64) -> Result<Option<Onboarding>, ServiceError> {
    Ok(Entity::find_by_id(operator).one(database.read()).await?)
}

/// Notes, within the change that creates it, the first access key of a candidate. A request that the team closed
/// meanwhile opens nothing, and a decision read before this one no longer holds.
pub async fn opened(tx: &mut Tx, actor: &Actor, operator: i64) -> Result<(), ServiceError> {
    let Some(found) = Entity::find_by_id(operator).one(tx.connection()).await? else { return Ok(()) };
    if found.closed_at.is_some() {
        return Err(StoreError::Stale { what: "onboarding" }.into());
    }
    if found.opened_at.is_some() {
        return Ok(());
    }
    let opened = ActiveModel {
        opened_at: Set(Some(tx.now().into())),
        version: Set(found.version + 1),
        ..Default::default()
    };
    Entity::update_many().set(opened).filter(Column::OperatorId.eq(operator)).exec(tx.connection()).await?;
    tx.record(Entry::new(actor.clone(), "onboarding.opened", "operator", operator));
    Ok(())
}

/// Writes down a decision of the team.
pub async fn decide(
    database: &Database,
    actor: Actor,
    onboarding: &Onboarding,
    decision: Decision,
) -> Result<(), ServiceError> {
    let (operator, version) = (onboarding.operator_id, onboarding.version);
    database
        .write(move |tx| {
            Box::pin(async move {
                let now = Some(Instant::from(tx.now()));
                let mut changed = ActiveModel { version: Set(version + 1), ..Default::default() };
                let action = match decision {
                    Decision::Approved => {
                        changed.approved_at = Set(now);
                        "onboarding.approved"
                    }
                    Decision::Closed { because } => {
                        changed.closed_at = Set(now);
                        changed.closed_because = Set(because);
                        "onboarding.closed"
                    }
                    Decision::Reopened => {
                        changed.closed_at = Set(None);
                        changed.closed_because = Set(String::new());
                        "onboarding.reopened"
                    }
                };
                let done = Entity::update_many()
                    .set(changed)
                    .filter(Column::OperatorId.eq(operator))
                    .filter(Column::Version.eq(version))
                    .exec(tx.connection())
                    .await?;
                if done.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "onboarding" }.into());
                }
                tx.record(Entry::new(actor, action, "operator", operator));
                Ok(())
            })
        })
        .await
}
