//! The writing of an export: begun, followed, ended, given back. Each time has its number, and only the last one counts.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::documents::Written;
use socle::outbox::{self, Message};
use socle::seal::Keyring;
use socle::store::{Database, Instant};

use super::ServiceError;
use super::export::{ActiveModel, Column, DOCUMENTS, Entity, Export, KEPT, State, close, open};

/// How many times one fails before it is given up.
const MOST_FAILURES: i32 = 3;
/// Silence after which another process takes an export over.
const SILENCE: SignedDuration = SignedDuration::from_mins(2);

/// Takes the oldest export that nobody writes; its document's name is the attempt's own.
pub async fn take(database: &Database) -> Result<Option<Export>, ServiceError> {
    let free = |now: Timestamp| {
        Condition::any()
            .add(Column::State.eq(State::Waiting.as_str()))
            .add(Column::BeatAt.lt(Instant::from(now - SILENCE)))
    };
    let select = move |now| Entity::find().filter(open()).filter(free(now)).order_by_asc(Column::Id).limit(1);
    if select(database.clock().now()).one(database.read()).await?.is_none() {
        return Ok(None);
    }
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(mut export) = select(tx.now()).one(tx.connection()).await? else { return Ok(None) };
                // Whoever wrote it fell silent.
                if export.state()? == State::Running {
                    export.failures += 1;
                }
                if export.failures >= MOST_FAILURES {
                    close(tx, &export, State::Failed).await?;
                    return Ok(None);
                }
                export.attempt += 1;
                let taken = ActiveModel {
                    state: Set(State::Running.as_str().to_owned()),
                    attempt: Set(export.attempt),
                    failures: Set(export.failures),
                    lines: Set(0),
                    reached_at: Set(None),
                    beat_at: Set(Some(tx.now().into())),
                    ..<ActiveModel as Default>::default()
                };
                Entity::update_many()
                    .set(taken)
                    .filter(Column::Id.eq(export.id))
                    .exec(tx.connection())
                    .await?;
                tx.record(
                    Entry::new(Actor::Program("exports"), "export.begun", "export", export.id)
                        .with_facts(json!({"attempt": export.attempt})),
                );
                Ok(Some(export))
            })
        })
        .await
}

/// Limits a change to the attempt that still counts.
fn of_attempt(export: &Export) -> Condition {
    Condition::all()
        .add(Column::Id.eq(export.id))
        .add(Column::State.eq(State::Running.as_str()))
        .add(Column::Attempt.eq(export.attempt))
}

/// Says how far an attempt is; `false` when it no longer counts: cancelled, or taken over.
pub async fn beat(
    database: &Database,
    export: &Export,
    lines: u64,
    reached: Timestamp,
) -> Result<bool, ServiceError> {
    let attempt = of_attempt(export);
    database
        .write(move |tx| {
            Box::pin(async move {
                let updated = Entity::update_many()
                    .set(ActiveModel {
                        lines: Set(i64::try_from(lines).unwrap_or(i64::MAX)),
                        reached_at: Set(Some(reached.into())),
                        beat_at: Set(Some(tx.now().into())),
                        ..<ActiveModel as Default>::default()
                    })
                    .filter(attempt)
                    .exec(tx.connection())
                    .await?;
                Ok(updated.rows_affected == 1)
            })
        })
        .await
}

/// Says that an attempt goes on; `false` when it no longer counts.
pub async fn still_written(database: &Database, export: &Export) -> Result<bool, ServiceError> {
    let attempt = of_attempt(export);
    database
        .write(move |tx| {
            Box::pin(async move {
                let beat = ActiveModel {
                    beat_at: Set(Some(tx.now().into())),
                    ..<ActiveModel as Default>::default()
                };
                let updated = Entity::update_many().set(beat).filter(attempt).exec(tx.connection()).await?;
                Ok(updated.rows_affected == 1)
            })
        })
        .await
}

/// A letter to whoever asked.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// Ends an attempt whose document is whole; `false` when it no longer counts: its document is to be removed.
pub async fn finish(
    database: &Database,
    keyring: &Keyring,
    export: &Export,
    lines: u64,
    written: &Written,
    letter: Option<Letter>,
) -> Result<bool, ServiceError> {
    let key = keyring.current(export.key_owner(), DOCUMENTS).await?;
    let (export, written) = (export.clone(), written.clone());
    database
        .write(move |tx| {
            Box::pin(async move {
                let now = tx.now();
                let fingerprint = hex::encode(written.fingerprint);
                let updated = Entity::update_many()
                    .set(ActiveModel {
                        state: Set(State::Ready.as_str().to_owned()),
                        lines: Set(i64::try_from(lines).unwrap_or(i64::MAX)),
                        bytes: Set(i64::try_from(written.bytes).ok()),
                        fingerprint: Set(Some(fingerprint.clone())),
                        finished_at: Set(Some(now.into())),
                        expires_at: Set(Some((now + KEPT).into())),
                        ..<ActiveModel as Default>::default()
                    })
                    .filter(of_attempt(&export))
                    .exec(tx.connection())
                    .await?;
                if updated.rows_affected == 0 {
                    return Ok(false);
                }
                if let Some(letter) = letter {
                    let dedup = format!("export {}", export.id);
                    let message = Message::Mail { to: letter.to, subject: letter.subject, text: letter.text };
                    outbox::post(tx, &key, export.key_owner(), &dedup, &message).await?;
                }
                tx.record(
                    Entry::new(Actor::Program("exports"), "export.ready", "export", export.id)
                        .with_facts(json!({"lines": lines, "bytes": written.bytes, "sha256": fingerprint})),
                );
                Ok(true)
            })
        })
        .await
}

/// Gives an attempt back: it will be begun again, a few times at most.
pub async fn give_back(database: &Database, export: &Export) -> Result<(), ServiceError> {
    let export = export.clone();
    let failures = export.failures + 1;
    let (state, action) = if failures >= MOST_FAILURES {
        (State::Failed, "export.failed")
    } else {
        (State::Waiting, "export.interrupted")
    };
    database
        .write(move |tx| {
            Box::pin(async move {
                let given_back = ActiveModel {
                    state: Set(state.as_str().to_owned()),
                    failures: Set(failures),
                    finished_at: Set((state == State::Failed).then(|| tx.now().into())),
                    ..<ActiveModel as Default>::default()
                };
                let done = Entity::update_many()
                    .set(given_back)
                    .filter(of_attempt(&export))
                    .exec(tx.connection())
                    .await?;
                // Cancelled or taken over meanwhile: there is nothing to give back.
                if done.rows_affected == 1 {
                    tx.record(Entry::new(Actor::Program("exports"), action, "export", export.id));
                }
                Ok(())
            })
        })
        .await
}
