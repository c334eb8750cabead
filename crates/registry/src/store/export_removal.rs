//! The end of exports: their week is over, or somebody they hold was erased.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::ServiceError;
use super::export::{ActiveModel, Column, Entity, Export, Model, State, close, open};

/// The documents that somebody may still read or write.
pub async fn live_documents(database: &Database) -> Result<BTreeSet<String>, ServiceError> {
    let live = Condition::any().add(Column::State.eq(State::Ready.as_str())).add(open());
    let exports = Entity::find().filter(live).all(database.read()).await?;
    Ok(exports.iter().map(Model::document).collect())
}

/// The exports whose document is to be removed, a few at a time: their week is over, or they are withdrawn.
pub async fn to_remove(database: &Database) -> Result<Vec<Export>, ServiceError> {
    let now = Instant::from(database.clock().now());
    let over = Condition::all().add(Column::State.eq(State::Ready.as_str())).add(Column::ExpiresAt.lt(now));
    let withdrawn =
        Condition::all().add(Column::State.eq(State::Withdrawn.as_str())).add(Column::Bytes.is_not_null());
    let to_remove = Condition::any().add(over).add(withdrawn);
    Ok(Entity::find().filter(to_remove).limit(100).all(database.read()).await?)
}

/// Notes that an export's document is gone.
pub async fn removed(database: &Database, export: Export) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                if export.state()? == State::Ready {
                    return close(tx, &export, State::Expired).await;
                }
                let gone = ActiveModel { bytes: Set(None), ..<ActiveModel as Default>::default() };
                Entity::update_many()
                    .set(gone)
                    .filter(Column::Id.eq(export.id))
                    .exec(tx.connection())
                    .await?;
                tx.record(Entry::new(Actor::Program("exports"), "export.removed", "export", export.id));
                Ok(())
            })
        })
        .await
}

/// In the change that erases somebody who departed between two instants (included): finished exports that may hold
/// them are withdrawn, and those being written begin again without them.
pub(super) async fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    first: Timestamp,
    last: Timestamp,
) -> Result<(), ServiceError> {
    let holds = Condition::all()
        .add(Column::FromAt.lte(Instant::from(last)))
        .add(Column::ToAt.gt(Instant::from(first)))
        .add(Column::State.is_in([State::Ready.as_str(), State::Running.as_str()]));
    for export in Entity::find().filter(holds).all(tx.connection()).await? {
        let (state, action) = match export.state()? {
            State::Running => (State::Waiting, "export.interrupted"),
            _ => (State::Withdrawn, "export.withdrawn"),
        };
        let changed =
            ActiveModel { state: Set(state.as_str().to_owned()), ..<ActiveModel as Default>::default() };
        Entity::update_many().set(changed).filter(Column::Id.eq(export.id)).exec(tx.connection()).await?;
        tx.record(Entry::new(actor.clone(), action, "export", export.id));
    }
    Ok(())
}
