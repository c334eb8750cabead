//! An operator's subscription: its server is told of status changes, by signed notifications.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _};
use socle::audit::{Actor, Entry};
use socle::idempotency::{self, Answered};
use socle::outbox::{self, Message};
use socle::rights::Scope;
use socle::seal::{DataKey, Keyring};
use socle::store::{Database, Instant};

use super::{ServiceError, changes, operator_of, tenant};

pub type Subscription = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub operator_id: i64,
    pub url: String,
    /// Signs notifications; sealed.
    pub secret: Vec<u8>,
    /// Changes up to this number were put in the outbox.
    pub cursor: i64,
    pub created_at: Instant,
    pub ended_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many subscriptions one operator may hold.
pub const MOST: u64 = 10;
/// How many changes a notification carries at most.
const AT_ONCE: u64 = 500;

fn context(id: &str) -> String {
    format!("subscription {id}")
}

/// A subscription to open; its secret is shown once.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub id: &'a str,
    pub url: &'a str,
    pub secret: &'a str,
}

/// What became of a wish to subscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Done,
    /// As many as one operator may hold are open.
    TooMany,
    /// The request was already answered.
    Before,
}

/// Opens a subscription that starts now.
pub async fn open(
    database: &Database,
    actor: Actor,
    key: &DataKey,
    operator: i64,
    wanted: Wanted<'_>,
    answered: Option<Answered>,
) -> Result<Opened, ServiceError> {
    let sealed = key.seal(&context(wanted.id), wanted.secret.as_bytes());
    let (id, url) = (wanted.id.to_owned(), wanted.url.to_owned());
    let cursor = changes::latest(database, operator).await?;
    database
        .write(move |tx| {
            Box::pin(async move {
                if idempotency::is_taken(tx, answered.as_ref()).await? {
                    return Ok(Opened::Before);
                }
                let open = Entity::find()
                    .filter(Column::EndedAt.is_null())
                    .filter(Column::OperatorId.eq(operator))
                    .count(tx.connection())
                    .await?;
                if open >= MOST {
                    return Ok(Opened::TooMany);
                }
                idempotency::keep(tx, answered).await?;
                let subscription = Model {
                    id,
                    operator_id: operator,
                    url,
                    secret: sealed,
                    cursor,
                    created_at: tx.now().into(),
                    ended_at: None,
                };
                let (url, id) = (subscription.url.clone(), subscription.id.clone());
                Entity::insert(ActiveModel::from(subscription))
                    .exec_without_returning(tx.connection())
                    .await?;
                // An address may carry a token: only its machine goes in the log.
                let host = url::Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned));
                tx.record(
                    Entry::new(actor, "subscription.opened", "subscription", id)
                        .with_facts(serde_json::json!({"operator": operator, "host": host})),
                );
                Ok(Opened::Done)
            })
        })
        .await
}

/// Ends a subscription within a scope. `false` when there is none there.
pub async fn end(database: &Database, actor: Actor, scope: &Scope, id: &str) -> Result<bool, ServiceError> {
    let (id, within) = (id.to_owned(), operator_of(scope));
    database
        .write(move |tx| {
            Box::pin(async move {
                let mut update = Entity::update_many()
                    .set(ActiveModel { ended_at: Set(Some(tx.now().into())), ..Default::default() })
                    .filter(Column::Id.eq(id.as_str()))
                    .filter(Column::EndedAt.is_null());
                if let Some(operator) = within {
                    update = update.filter(Column::OperatorId.eq(operator));
                }
                if update.exec(tx.connection()).await?.rows_affected == 0 {
                    return Ok(false);
                }
                tx.record(Entry::new(actor, "subscription.ended", "subscription", id));
                Ok(true)
            })
        })
        .await
}

/// The open subscriptions of a scope.
pub async fn list(database: &Database, scope: &Scope) -> Result<Vec<Subscription>, ServiceError> {
    let mut select = Entity::find().filter(Column::EndedAt.is_null()).order_by_asc(Column::CreatedAt);
    if let Some(operator) = operator_of(scope) {
        select = select.filter(Column::OperatorId.eq(operator));
    }
    Ok(select.all(database.read()).await?)
}

/// Puts what changed since the last time in the outbox of each subscription. Returns how many changes, and whether
/// more wait. One that fails does not hold the others back; it is tried again at the next run.
pub async fn notify(
    database: &Database,
    keyring: &Keyring,
    sandbox: bool,
) -> Result<(u64, bool), ServiceError> {
    let mut told = 0;
    let mut more = false;
    let mut failed = None;
    for subscription in list(database, &Scope::All).await? {
        let id = subscription.id.clone();
        match notify_one(database, keyring, sandbox, subscription).await {
            Ok(count) => {
                told += count;
                more |= count == AT_ONCE;
            }
            Err(error) => {
                tracing::error!(subscription = id, %error, "a subscription could not be told");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok((told, more)), Err)
}

async fn notify_one(
    database: &Database,
    keyring: &Keyring,
    sandbox: bool,
    subscription: Subscription,
) -> Result<u64, ServiceError> {
    let owner = tenant(subscription.operator_id);
    let found = changes::since(database, &Scope::Tenant(owner.clone()), subscription.cursor, AT_ONCE).await?;
    let Some(last) = found.last().map(|journey| journey.change) else { return Ok(0) };
    let key = keyring.current(&owner, super::PAYLOADS).await?;
    let secret = keyring.open(&context(&subscription.id), &subscription.secret).await?;
    let mut body = serde_json::json!({
        "cursor": last.to_string(),
        "changes": found.iter().map(crate::api::changes::Change::new).collect::<Vec<_>>(),
    });
    if sandbox {
        // A server that mixes the two up must be able to see it.
        body["sandbox"] = true.into();
    }
    let message = Message::Webhook {
        url: subscription.url.clone(),
        body: body.to_string(),
        secret: String::from_utf8_lossy(&secret).into_owned(),
    };
    database
        .write::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                let advanced = Entity::update_many()
                    .set(ActiveModel { cursor: Set(last), ..Default::default() })
                    .filter(Column::Id.eq(subscription.id.as_str()))
                    .filter(Column::Cursor.eq(subscription.cursor))
                    .exec(tx.connection())
                    .await?;
                if advanced.rows_affected == 1 {
                    let dedup = format!("changes {} {last}", subscription.id);
                    outbox::post(tx, &key, &owner, &dedup, &message).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(found.len() as u64)
}
