use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::ServiceError;

/// A version of the conditions that an operator accepted: who did, and when.
pub type AcceptedConditions = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accepted_conditions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub conditions: String,
    pub agent_id: i64,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Accepts a version for an operator. A second acceptance changes nothing.
pub async fn accept(
    database: &Database,
    operator: i64,
    agent: i64,
    conditions: String,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| Box::pin(async move { accept_within(tx, operator, agent, conditions).await }))
        .await
}

/// The same, within a change.
pub async fn accept_within(
    tx: &mut Tx,
    operator: i64,
    agent: i64,
    conditions: String,
) -> Result<(), ServiceError> {
    let before = Entity::find_by_id((operator, conditions.clone())).one(tx.connection()).await?;
    if before.is_some() {
        return Ok(());
    }
    let row = ActiveModel {
        operator_id: Set(operator),
        conditions: Set(conditions.clone()),
        agent_id: Set(agent),
        at: Set(tx.now().into()),
    };
    let once = OnConflict::columns([Column::OperatorId, Column::Conditions]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(tx.connection()).await?;
    tx.record(
        Entry::new(Actor::Agent(agent), "conditions.accepted", "operator", operator)
            .with_facts(serde_json::json!({"version": conditions})),
    );
    Ok(())
}

/// Who accepted a version, and when.
pub async fn of_version(
    database: &Database,
    conditions: &str,
) -> Result<Vec<AcceptedConditions>, ServiceError> {
    Ok(Entity::find().filter(Column::Conditions.eq(conditions)).all(database.read()).await?)
}
