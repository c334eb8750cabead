use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant};

use super::ServiceError;

/// What someone of the team noted about an operator that is getting connected. Never changed nor taken away.
pub type OnboardingNote = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "onboarding_notes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub operator_id: i64,
    pub at: Instant,
    pub agent_id: i64,
    pub text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Writes a note.
pub async fn write(database: &Database, operator: i64, agent: i64, text: String) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = tx.next_number();
                Entity::insert(ActiveModel {
                    id: Set(id),
                    operator_id: Set(operator),
                    at: Set(tx.now().into()),
                    agent_id: Set(agent),
                    text: Set(text),
                })
                .exec_without_returning(tx.connection())
                .await?;
                tx.record(Entry::new(Actor::Agent(agent), "onboarding.noted", "operator", operator));
                Ok(())
            })
        })
        .await
}

/// The notes about an operator, the latest first.
pub async fn about(database: &Database, operator: i64) -> Result<Vec<OnboardingNote>, ServiceError> {
    let notes = Entity::find().filter(Column::OperatorId.eq(operator)).order_by_desc(Column::Id);
    Ok(notes.all(database.read()).await?)
}
