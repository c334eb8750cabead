//! Sheets of marks, one for each member of a jury, application and stage.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use serde::{Deserialize, Serialize};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::application::{self, NotNow};
use super::{ServiceError, call_declaration, call_edition};
use crate::model::call::{Mark, MarkStage, Sheet};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_marks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub application_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub stage: String,
    /// [`Marked`] by key of criterion, in JSON.
    pub sheet: String,
    pub marked_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A mark and what it is based on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    pub mark: Mark,
    pub comment: String,
}

impl Model {
    /// By key of criterion.
    pub fn marked(&self) -> Result<BTreeMap<String, Marked>, ServiceError> {
        Ok(serde_json::from_str(&self.sheet)?)
    }

    /// The marks alone.
    pub fn marks(&self) -> Result<Sheet, ServiceError> {
        Ok(self.marked()?.into_iter().map(|(key, one)| (key, one.mark)).collect())
    }
}

/// Keeps a sheet while its stage is marked, from whoever declared no conflict; given again, it replaces the one before.
/// The step is read inside the change: a sheet is in before the stage ends, or it is refused.
pub async fn mark(
    database: &Database,
    actor: Actor,
    agent: i64,
    of: application::Model,
    (stage, sheet): (MarkStage, BTreeMap<String, Marked>),
) -> Result<Result<(), NotNow>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let edition = call_edition::within_change(tx, of.edition_id).await?;
                let declared = call_declaration::within_change(tx, of.id, agent).await?;
                if edition.marking() != Some(stage) || declared.is_none_or(|one| one.conflict) {
                    return Ok(Err(NotNow));
                }
                let row = Model {
                    application_id: of.id,
                    agent_id: agent,
                    stage: stage.to_string(),
                    sheet: serde_json::to_string(&sheet)?,
                    marked_at: tx.now().into(),
                };
                let replace = OnConflict::columns([Column::ApplicationId, Column::AgentId, Column::Stage])
                    .update_columns([Column::Sheet, Column::MarkedAt])
                    .to_owned();
                Entity::insert(ActiveModel::from(row))
                    .on_conflict(replace)
                    .exec_without_returning(tx.connection())
                    .await?;
                // The log is read by others: it says that marks were given, not which.
                tx.record(Entry::new(actor, "jury.marked", "application", of.id));
                Ok(Ok(()))
            })
        })
        .await
}

/// The sheets about the applications of an edition. Whoever asks shows them only when their stage is over.
pub async fn of_edition(connection: &impl ConnectionTrait, edition: i64) -> Result<Vec<Model>, ServiceError> {
    let of = Query::select()
        .column(application::Column::Id)
        .from(application::Entity)
        .and_where(application::Column::EditionId.eq(edition))
        .to_owned();
    Ok(Entity::find().filter(Column::ApplicationId.in_subquery(of)).all(connection).await?)
}

/// The sheet of a member of the jury.
pub async fn own(
    database: &Database,
    application: i64,
    agent: i64,
    stage: MarkStage,
) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id((application, agent, stage.to_string())).one(database.read()).await?)
}

/// Takes back what a member of the jury marked of an application.
pub(super) async fn take_back(tx: &Tx, application: i64, agent: i64) -> Result<(), ServiceError> {
    Entity::delete_many()
        .filter(Column::ApplicationId.eq(application))
        .filter(Column::AgentId.eq(agent))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Takes back all that a member of the jury who leaves it marked in an edition, before the deliberation.
pub async fn leave(
    database: &Database,
    actor: Actor,
    edition: i64,
    agent: i64,
) -> Result<Result<(), NotNow>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let known = call_edition::within_change(tx, edition).await?;
                if known.step >= crate::model::call::Step::Deliberation {
                    return Ok(Err(NotNow));
                }
                let of = Query::select()
                    .column(application::Column::Id)
                    .from(application::Entity)
                    .and_where(application::Column::EditionId.eq(edition))
                    .to_owned();
                Entity::delete_many()
                    .filter(Column::AgentId.eq(agent))
                    .filter(Column::ApplicationId.in_subquery(of))
                    .exec(tx.connection())
                    .await?;
                call_edition::leave_chair(tx, &known, agent).await?;
                let facts = serde_json::json!({"agent": agent});
                tx.record(Entry::new(actor, "jury.left", "call", edition).with_facts(facts));
                Ok(Ok(()))
            })
        })
        .await
}

/// Forgets the sheets about an application.
pub(super) async fn forget(tx: &Tx, application: i64) -> Result<(), ServiceError> {
    Entity::delete_many().filter(Column::ApplicationId.eq(application)).exec(tx.connection()).await?;
    Ok(())
}
