//! The same request sent twice with the same key is done once, and gets the same answer again. Keys belong to a
//! tenant and are kept a day.

use std::collections::HashMap;

use jiff::SignedDuration;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{Database, Instant, StoreError, Tx};

/// How long an answer is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// The longest key, in bytes.
pub const LONGEST: usize = 255;

/// A key and the fingerprint of the request it came with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    pub tenant: String,
    pub key: String,
    /// SHA-256 of the body.
    pub request: [u8; 32],
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub request: Vec<u8>,
    /// JSON of the outcome, as the service reads it back.
    pub answer: String,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is remembered of a key.
#[derive(Clone, Debug)]
pub enum Remembered<T> {
    /// The same request: its outcome.
    Same(T),
    /// Another request came with this key.
    Other,
}

/// Reads what is remembered of some keys.
pub async fn recall<T: DeserializeOwned + Clone>(
    connection: &impl ConnectionTrait,
    keys: &[&IdempotencyKey],
) -> Result<HashMap<IdempotencyKey, Remembered<T>>, StoreError> {
    let mut recalled = HashMap::new();
    if keys.is_empty() {
        return Ok(recalled);
    }
    let rows = Entity::find()
        .filter(Column::Key.is_in(keys.iter().map(|key| key.key.as_str())))
        .filter(Column::Tenant.is_in(keys.iter().map(|key| key.tenant.as_str())))
        .all(connection)
        .await?;
    for key in keys {
        let Some(row) = rows.iter().find(|row| row.tenant == key.tenant && row.key == key.key) else {
            continue;
        };
        let remembered = if row.request == key.request {
            let outcome =
                serde_json::from_str(&row.answer).map_err(|cause| DbErr::Custom(cause.to_string()))?;
            Remembered::Same(outcome)
        } else {
            Remembered::Other
        };
        recalled.insert((*key).clone(), remembered);
    }
    Ok(recalled)
}

/// Remembers the outcome of a request, within its change.
pub async fn remember<T: Serialize>(tx: &Tx, key: &IdempotencyKey, outcome: &T) -> Result<(), StoreError> {
    let answer = serde_json::to_string(outcome).map_err(|cause| DbErr::Custom(cause.to_string()))?;
    Entity::insert(ActiveModel {
        tenant: Set(key.tenant.clone()),
        key: Set(key.key.clone()),
        request: Set(key.request.to_vec()),
        answer: Set(answer),
        at: Set(tx.now().into()),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// An answer to remember with its key.
#[derive(Clone, Debug)]
pub struct Answered {
    pub key: IdempotencyKey,
    pub answer: String,
}

/// Whether a key was taken meanwhile: the change is to be left undone.
pub async fn is_taken(tx: &Tx, answered: Option<&Answered>) -> Result<bool, StoreError> {
    let Some(Answered { key, .. }) = answered else { return Ok(false) };
    let id = (key.tenant.clone(), key.key.clone());
    Ok(Entity::find_by_id(id).one(tx.connection()).await?.is_some())
}

/// Remembers an answer, if there is one to remember, within the change that makes it true.
pub async fn keep(tx: &Tx, answered: Option<Answered>) -> Result<(), StoreError> {
    match answered {
        Some(Answered { key, answer }) => remember(tx, &key, &answer).await,
        None => Ok(()),
    }
}

/// Forgets the answers of more than a day ago.
pub async fn forget_old(database: &Database) -> Result<u64, StoreError> {
    database
        .write(|tx| {
            Box::pin(async move {
                let old = Instant::from(tx.now() - KEPT);
                Ok(Entity::delete_many()
                    .filter(Column::At.lt(old))
                    .exec(tx.connection())
                    .await?
                    .rows_affected)
            })
        })
        .await
}
