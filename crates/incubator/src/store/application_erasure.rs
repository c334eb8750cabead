//! Applications that are erased, because it is asked or because they are not kept any more.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Tx};

use super::application::{ActiveModel, Column, Entity, Model, NotNow};
use super::{ServiceError, call_declaration, call_edition, call_marks};
use crate::model::call::Step;

/// Those of an edition whose file is still there.
pub(super) async fn kept(
    connection: &impl ConnectionTrait,
    edition: i64,
) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::EditionId.eq(edition))
        .filter(Column::ErasedAt.is_null())
        .all(connection)
        .await?)
}

/// Erases what a candidate wrote and what was said of it; what figures need stays. The link leads nowhere any more.
pub(super) async fn erase_within(
    tx: &mut Tx,
    actor: Actor,
    id: i64,
    why: &'static str,
) -> Result<(), ServiceError> {
    let row = ActiveModel {
        sealed: Set(None),
        secret: Set(None),
        eligibility_reason: Set(String::new()),
        choice_reason: Set(String::new()),
        outcome_reason: Set(String::new()),
        erased_at: Set(Some(tx.now().into())),
        ..Default::default()
    };
    Entity::update_many().set(row).filter(Column::Id.eq(id)).exec(tx.connection()).await?;
    call_marks::forget(tx, id).await?;
    call_declaration::forget(tx, id).await?;
    tx.record(Entry::new(actor, "application.erased", "application", id).with_facts(json!({"why": why})));
    Ok(())
}

/// The same when it is asked for: what was never sent or was taken back, at once; what was not retained, once results
/// are published.
pub async fn erase(
    database: &Database,
    actor: Actor,
    before: Model,
) -> Result<Result<(), NotNow>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let edition = call_edition::within_change(tx, before.edition_id).await?;
                let aside = before.sent_at.is_none() || before.withdrawn_at.is_some();
                let over = edition.step == Step::Published && !before.is_laureate();
                if !(aside || over) || before.erased_at.is_some() {
                    return Ok(Err(NotNow));
                }
                erase_within(tx, actor, before.id, "asked").await?;
                Ok(Ok(()))
            })
        })
        .await
}
