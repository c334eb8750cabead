//! Conflicts of interest, declared by each member of a jury for each candidate.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::application::{self, NotNow};
use super::{ServiceError, call_edition, call_marks};
use crate::model::call::Step;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_declarations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub application_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: i64,
    pub conflict: bool,
    pub reason: String,
    pub declared_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Says whether a member of the jury has a conflict with a candidate, before the deliberation; said again, it replaces
/// what was said. Who has one gives no mark: what was marked before goes.
pub async fn declare(
    database: &Database,
    actor: Actor,
    agent: i64,
    of: application::Model,
    (conflict, reason): (bool, String),
) -> Result<Result<(), NotNow>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let edition = call_edition::within_change(tx, of.edition_id).await?;
                if edition.step >= Step::Deliberation {
                    return Ok(Err(NotNow));
                }
                let before = Entity::find_by_id((of.id, agent)).one(tx.connection()).await?;
                let row = Model {
                    application_id: of.id,
                    agent_id: agent,
                    conflict,
                    reason,
                    declared_at: tx.now().into(),
                };
                let replace = OnConflict::columns([Column::ApplicationId, Column::AgentId])
                    .update_columns([Column::Conflict, Column::Reason, Column::DeclaredAt])
                    .to_owned();
                Entity::insert(ActiveModel::from(row))
                    .on_conflict(replace)
                    .exec_without_returning(tx.connection())
                    .await?;
                if conflict {
                    call_marks::take_back(tx, of.id, agent).await?;
                }
                let facts = json!({"before": before.map(|one| one.conflict), "after": conflict});
                tx.record(Entry::new(actor, "jury.declared", "application", of.id).with_facts(facts));
                Ok(Ok(()))
            })
        })
        .await
}

/// What was declared about the applications of an edition.
pub async fn of_edition(connection: &impl ConnectionTrait, edition: i64) -> Result<Vec<Model>, ServiceError> {
    let of = Query::select()
        .column(application::Column::Id)
        .from(application::Entity)
        .and_where(application::Column::EditionId.eq(edition))
        .to_owned();
    Ok(Entity::find().filter(Column::ApplicationId.in_subquery(of)).all(connection).await?)
}

/// What a member of the jury declared about an application.
pub(super) async fn within_change(
    tx: &Tx,
    application: i64,
    agent: i64,
) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id((application, agent)).one(tx.connection()).await?)
}

/// Forgets what was declared about an application.
pub(super) async fn forget(tx: &Tx, application: i64) -> Result<(), ServiceError> {
    Entity::delete_many().filter(Column::ApplicationId.eq(application)).exec(tx.connection()).await?;
    Ok(())
}
