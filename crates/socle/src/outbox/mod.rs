//! What leaves the house: written in the same transaction as the change that causes it, sent afterwards, at
//! least once, never twice for one deduplication key.

mod deliver;
mod transport;

pub use deliver::job;
use jiff::SignedDuration;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};
pub use transport::{Mailer, Shown, Smtp, Transports};

use crate::seal::{DataKey, Keyring, SealError};
use crate::store::{Database, Instant, StoreError, Tx};

/// A message to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Message {
    Mail {
        to: String,
        subject: String,
        /// Plain text.
        text: String,
    },
    Webhook {
        url: String,
        /// JSON text, sent as it is.
        body: String,
        /// Signs the body: see docs/operators.md.
        secret: String,
    },
}

impl Message {
    fn channel(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Webhook { .. } => "webhook",
        }
    }
}

/// A message and where it stands.
pub type Posted = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub channel: String,
    pub tenant: String,
    pub dedup: String,
    pub sealed: Vec<u8>,
    pub created_at: Instant,
    pub next_try_at: Instant,
    pub leased_until: Option<Instant>,
    pub tries: i32,
    pub sent_at: Option<Instant>,
    pub given_up_at: Option<Instant>,
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn context(dedup: &str) -> String {
    format!("outbox {dedup}")
}

/// Puts `message` in the outbox, within a change. A second message with the same `dedup` is dropped.
pub async fn post(
    tx: &mut Tx,
    key: &DataKey,
    tenant: &str,
    dedup: &str,
    message: &Message,
) -> Result<(), StoreError> {
    let plain = serde_json::to_vec(message).map_err(|cause| DbErr::Custom(cause.to_string()))?;
    let posted = ActiveModel {
        id: Set(tx.next_number()),
        channel: Set(message.channel().to_owned()),
        tenant: Set(tenant.to_owned()),
        dedup: Set(dedup.to_owned()),
        sealed: Set(key.seal(&context(dedup), &plain)),
        created_at: Set(tx.now().into()),
        next_try_at: Set(tx.now().into()),
        tries: Set(0),
        ..Default::default()
    };
    Entity::insert(posted)
        .on_conflict(OnConflict::column(Column::Dedup).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// The latest messages with what they say, the newest first. For the demonstration's page and for support.
pub async fn latest(
    database: &Database,
    keyring: &Keyring,
    limit: u64,
) -> Result<Vec<(Posted, Message)>, SealError> {
    let rows = Entity::find().order_by_desc(Column::Id).limit(limit).all(database.read()).await?;
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        opened.push((row.clone(), read(keyring, &row).await?));
    }
    Ok(opened)
}

async fn read(keyring: &Keyring, row: &Model) -> Result<Message, SealError> {
    let plain = keyring.open(&context(&row.dedup), &row.sealed).await?;
    serde_json::from_slice(&plain).map_err(|_| SealError::Altered)
}

/// Forgets what was sent or given up more than a month ago: what a message said is personal.
pub async fn forget_sent(database: &Database) -> Result<u64, StoreError> {
    database
        .write(|tx| {
            Box::pin(async move {
                let old = Instant::from(tx.now() - SignedDuration::from_hours(24 * 30));
                let ended = Condition::any().add(Column::SentAt.lt(old)).add(Column::GivenUpAt.lt(old));
                let sent = Entity::delete_many().filter(ended);
                Ok(sent.exec(tx.connection()).await?.rows_affected)
            })
        })
        .await
}

/// How many messages wait, and how many were given up.
pub async fn waiting(database: &Database) -> Result<(u64, u64), StoreError> {
    let waiting = Entity::find().filter(Column::SentAt.is_null()).filter(Column::GivenUpAt.is_null());
    let given_up = Entity::find().filter(Column::GivenUpAt.is_not_null());
    Ok((waiting.count(database.read()).await?, given_up.count(database.read()).await?))
}
