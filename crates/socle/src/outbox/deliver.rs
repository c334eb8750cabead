use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::SignedDuration;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use super::{ActiveModel, Column, Entity, Model, Transports, read};
use crate::jobs::{Job, Ran};
use crate::seal::Keyring;
use crate::store::{Database, Instant, StoreError};

/// How many messages one run takes.
const AT_ONCE: u64 = 50;
/// How many are sent at the same time.
const SIDE_BY_SIDE: usize = 8;
/// After so many tries (about a day and a half) a message is given up, and shown as such.
const TRIES: i32 = 20;
/// How long a message being sent is left alone.
const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// The job that empties the outbox of `database`.
pub fn job(database: Database, keyring: Keyring, transports: Transports) -> Job {
    Job::new("outbox", "Envoi des messages", Duration::from_secs(2), move || {
        deliver(database.clone(), keyring.clone(), transports.clone())
    })
}

async fn deliver(database: Database, keyring: Keyring, transports: Transports) -> anyhow::Result<Ran> {
    let now = database.clock().now();
    let due = Entity::find()
        .filter(Column::SentAt.is_null())
        .filter(Column::GivenUpAt.is_null())
        .filter(Column::NextTryAt.lte(Instant::from(now)))
        .filter(
            Condition::any()
                .add(Column::LeasedUntil.is_null())
                .add(Column::LeasedUntil.lt(Instant::from(now))),
        )
        .order_by_asc(Column::NextTryAt)
        .limit(AT_ONCE)
        .all(database.read())
        .await?;
    let more = due.len() as u64 == AT_ONCE;
    // Side by side: a server that is slow to answer does not hold the others back.
    let sent = futures::stream::iter(due.into_iter().map(|row| one(&database, &keyring, &transports, row)))
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>()
        .await?;
    let done = sent.into_iter().map(u64::from).sum();
    Ok(Ran { done, more })
}

/// Sends one message, if nobody else is sending it; whether it went.
async fn one(
    database: &Database,
    keyring: &Keyring,
    transports: &Transports,
    row: Model,
) -> Result<bool, StoreError> {
    if !lease(database, row.id).await? {
        return Ok(false);
    }
    let outcome = match read(keyring, &row).await {
        Ok(message) => transports.send(row.id, database.clock().now(), &message).await,
        Err(error) => Err(error.into()),
    };
    let sent = outcome.is_ok();
    close(database, row, outcome.err().map(|error| format!("{error:#}"))).await?;
    Ok(sent)
}

async fn lease(database: &Database, id: i64) -> Result<bool, StoreError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let now = Instant::from(tx.now());
                let leased = Entity::update_many()
                    .set(ActiveModel {
                        leased_until: Set(Some((tx.now() + LEASE).into())),
                        ..Default::default()
                    })
                    .filter(Column::Id.eq(id))
                    .filter(Column::SentAt.is_null())
                    .filter(
                        Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lt(now)),
                    )
                    .exec(tx.connection())
                    .await?;
                Ok(leased.rows_affected == 1)
            })
        })
        .await
}

async fn close(database: &Database, row: Model, error: Option<String>) -> Result<(), StoreError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let now = tx.now();
                let tries = row.tries + 1;
                let failed = error.is_some();
                let pause = SignedDuration::from_secs(1 << tries.clamp(1, 14));
                Entity::update_many()
                    .set(ActiveModel {
                        tries: Set(tries),
                        leased_until: Set(None),
                        sent_at: Set((!failed).then_some(now.into())),
                        given_up_at: Set((failed && tries >= TRIES).then_some(now.into())),
                        next_try_at: Set((now + pause).into()),
                        last_error: Set(error),
                        ..Default::default()
                    })
                    .filter(Column::Id.eq(row.id))
                    .exec(tx.connection())
                    .await?;
                Ok(())
            })
        })
        .await
}
