use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Condition, QueryOrder as _, QuerySelect as _};
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::idempotency::{self, Answered};
use socle::rights::Scope;
use socle::store::{Database, Instant};
use subtle::ConstantTimeEq as _;

use super::{ServiceError, onboarding, operator, operator_of};

/// The key of an operator's server. Its secret is shown once and only its fingerprint is kept here; a request made
/// under an idempotency key has its answer remembered for a day, sealed.
pub type AccessKey = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_keys")]
pub struct Model {
    /// The access key: a UUID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub operator_id: i64,
    /// A machine's role: `operator.application`.
    pub role: String,
    /// What the people who made it call it.
    pub label: String,
    pub secret: Vec<u8>,
    pub created_at: Instant,
    pub last_used_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Secrets are drawn with 256 bits: a plain fingerprint protects them as well as a slow one.
fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Creates a key for `operator`; `id` and `secret` were drawn by the caller, who shows the secret once. `false` when
/// the request was already answered.
pub async fn create(
    database: &Database,
    actor: Actor,
    operator: i64,
    label: String,
    id: String,
    secret: &str,
    answered: Option<Answered>,
) -> Result<bool, ServiceError> {
    let secret = fingerprint(secret);
    database
        .write(move |tx| {
            Box::pin(async move {
                if idempotency::is_taken(tx, answered.as_ref()).await? {
                    return Ok(false);
                }
                idempotency::keep(tx, answered).await?;
                Entity::insert(ActiveModel {
                    id: Set(id.clone()),
                    operator_id: Set(operator),
                    role: Set("operator.application".to_owned()),
                    label: Set(label),
                    secret: Set(secret),
                    created_at: Set(tx.now().into()),
                    last_used_at: Set(None),
                    revoked_at: Set(None),
                })
                .exec_without_returning(tx.connection())
                .await?;
                onboarding::opened(tx, &actor, operator).await?;
                tx.record(
                    Entry::new(actor, "access_key.created", "access_key", id)
                        .with_facts(serde_json::json!({"operator": operator})),
                );
                Ok(true)
            })
        })
        .await
}

/// Revokes a key within a scope. `false` when there is none there.
pub async fn revoke(
    database: &Database,
    actor: Actor,
    scope: &Scope,
    id: &str,
) -> Result<bool, ServiceError> {
    let (id, within) = (id.to_owned(), operator_of(scope));
    database
        .write(move |tx| {
            Box::pin(async move {
                let mut update = Entity::update_many()
                    .set(ActiveModel { revoked_at: Set(Some(tx.now().into())), ..Default::default() })
                    .filter(Column::Id.eq(id.as_str()))
                    .filter(Column::RevokedAt.is_null());
                if let Some(operator) = within {
                    update = update.filter(Column::OperatorId.eq(operator));
                }
                if update.exec(tx.connection()).await?.rows_affected == 0 {
                    return Ok(false);
                }
                tx.record(Entry::new(actor, "access_key.revoked", "access_key", id));
                Ok(true)
            })
        })
        .await
}

/// The keys that work, the newest first.
pub async fn list(database: &Database, scope: &Scope) -> Result<Vec<AccessKey>, ServiceError> {
    let mut select = Entity::find().filter(Column::RevokedAt.is_null()).order_by_desc(Column::CreatedAt);
    if let Some(operator) = operator_of(scope) {
        select = select.filter(Column::OperatorId.eq(operator));
    }
    Ok(select.all(database.read()).await?)
}

/// When each operator drew its first key, revoked or not.
pub async fn first(database: &Database) -> Result<HashMap<i64, Instant>, ServiceError> {
    let first = Entity::find()
        .select_only()
        .column(Column::OperatorId)
        .column_as(Column::CreatedAt.min(), "first")
        .group_by(Column::OperatorId)
        .into_tuple::<(i64, Instant)>();
    Ok(first.all(database.read()).await?.into_iter().collect())
}

/// The key that matches both halves, if it still works and its operator may send.
pub async fn recognise(
    database: &Database,
    id: &str,
    secret: &str,
) -> Result<Option<AccessKey>, ServiceError> {
    let Some(key) = Entity::find_by_id(id).one(database.read()).await? else { return Ok(None) };
    let right = bool::from(key.secret.ct_eq(&fingerprint(secret)));
    if !right || key.revoked_at.is_some() {
        return Ok(None);
    }
    let operator = operator::Entity::find_by_id(key.operator_id).one(database.read()).await?;
    Ok(operator.is_some_and(|operator| operator.suspended_at.is_none()).then_some(key))
}

/// Whether the key still works: a token made from it dies with it.
pub async fn works(database: &Database, id: &str) -> Result<bool, ServiceError> {
    let Some(key) = Entity::find_by_id(id).one(database.read()).await? else { return Ok(false) };
    if key.revoked_at.is_some() {
        return Ok(false);
    }
    let operator = operator::Entity::find_by_id(key.operator_id).one(database.read()).await?;
    Ok(operator.is_some_and(|operator| operator.suspended_at.is_none()))
}

/// Notes that a key was used; at most once an hour, to spare the store.
pub async fn used(database: &Database, key: &AccessKey) -> Result<(), ServiceError> {
    let now = database.clock().now();
    let hour_ago = Instant::from(now - jiff::SignedDuration::from_hours(1));
    if key.last_used_at.is_some_and(|last| last > hour_ago) {
        return Ok(());
    }
    let id = key.id.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                Entity::update_many()
                    .set(ActiveModel { last_used_at: Set(Some(tx.now().into())), ..Default::default() })
                    .filter(Column::Id.eq(id))
                    .filter(
                        Condition::any()
                            .add(Column::LastUsedAt.is_null())
                            .add(Column::LastUsedAt.lt(hour_ago)),
                    )
                    .exec(tx.connection())
                    .await?;
                Ok(())
            })
        })
        .await
}
