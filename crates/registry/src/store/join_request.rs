//! Requests of operators to join: written by anyone, confirmed by whoever reads the mailbox.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::outbox::{self, Message};
use socle::seal::{DataKey, Keyring};
use socle::store::{Database, Instant, Tx};
use subtle::ConstantTimeEq as _;

use super::accepted_conditions::accept_within;
use super::operator::{self, Operator};
use super::{ServiceError, onboarding};

/// How long the link may be used.
pub const VALIDITY: SignedDuration = SignedDuration::from_hours(48);
/// How long a request is kept that nobody confirmed.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Whose key seals requests, and what for.
const SEALED_BY: (&str, &str) = ("requests", "people");

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "join_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub secret: Vec<u8>,
    /// `None` once the account is made.
    pub sealed: Option<Vec<u8>>,
    pub conditions: String,
    pub created_at: Instant,
    pub expires_at: Instant,
    pub operator_id: Option<i64>,
    pub settled_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who asks to join.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asking {
    /// Of the service, as the public knows it.
    pub name: String,
    pub legal_name: String,
    pub siret: String,
    /// The contact: the first administrator.
    pub email: String,
    /// Their name, as they write it.
    pub person: String,
    /// Empty when none was given.
    pub technical_email: String,
}

/// The two halves of the link sent to the contact.
pub struct Link {
    pub id: String,
    pub secret: String,
}

/// An operator made of a request, until its first administrator has their role.
pub struct Confirmed {
    pub operator: Operator,
    pub asking: Asking,
}

fn fingerprint(id: &str, secret: &str) -> Vec<u8> {
    Sha256::new().chain_update(id).chain_update([0]).chain_update(secret).finalize().to_vec()
}

fn context(id: &str) -> String {
    format!("join request {id}")
}

/// The key that seals requests and their letters.
pub async fn key(keyring: &Keyring) -> Result<Arc<DataKey>, ServiceError> {
    Ok(keyring.current(SEALED_BY.0, SEALED_BY.1).await?)
}

/// Keeps a request and puts its letter in the outbox, in one change.
pub async fn ask(
    database: &Database,
    key: Arc<DataKey>,
    asking: &Asking,
    conditions: String,
    link: Link,
    letter: Message,
) -> Result<(), ServiceError> {
    let sealed = key.seal(&context(&link.id), &serde_json::to_vec(asking)?);
    database
        .write(move |tx| {
            Box::pin(async move {
                Entity::insert(ActiveModel {
                    id: Set(link.id.clone()),
                    secret: Set(fingerprint(&link.id, &link.secret)),
                    sealed: Set(Some(sealed)),
                    conditions: Set(conditions),
                    created_at: Set(tx.now().into()),
                    expires_at: Set((tx.now() + VALIDITY).into()),
                    operator_id: Set(None),
                    settled_at: Set(None),
                })
                .exec_without_returning(tx.connection())
                .await?;
                let dedup = format!("join request {}", link.id);
                outbox::post(tx, &key, SEALED_BY.0, &dedup, &letter).await?;
                // The identifier opens nothing without the other half, which is nowhere here.
                tx.record(Entry::new(Actor::Public, "join_request.made", "join_request", &link.id));
                Ok(())
            })
        })
        .await
}

/// Makes the operator of a request, once; `None` when the link is unknown, used or too old. Asked again before the
/// request is settled, as after a crash, it answers the same operator.
pub async fn confirm(
    database: &Database,
    keyring: &Keyring,
    link: &Link,
) -> Result<Option<Confirmed>, ServiceError> {
    let Some(found) = Entity::find_by_id(link.id.as_str()).one(database.read()).await? else {
        return Ok(None);
    };
    let right = bool::from(found.secret.ct_eq(&fingerprint(&link.id, &link.secret)));
    let Some(sealed) = found.sealed.filter(|_| right && found.settled_at.is_none()) else { return Ok(None) };
    let asking: Asking = serde_json::from_slice(&keyring.open(&context(&link.id), &sealed).await?)?;
    let (id, new) = (link.id.clone(), asking.clone());
    let uuid = uuid::Uuid::new_v4().to_string();
    let operator = database
        .write::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                let Some(found) = Entity::find_by_id(id.as_str()).one(tx.connection()).await? else {
                    return Ok(None);
                };
                if found.settled_at.is_some() {
                    return Ok(None);
                }
                if let Some(made) = found.operator_id {
                    return Ok(operator::Entity::find_by_id(made).one(tx.connection()).await?);
                }
                if found.expires_at.timestamp() <= tx.now() {
                    return Ok(None);
                }
                make(tx, &found, new, uuid).await.map(Some)
            })
        })
        .await?;
    Ok(operator.map(|operator| Confirmed { operator, asking }))
}

/// Makes the operator and its onboarding.
async fn make(tx: &mut Tx, found: &Model, new: Asking, uuid: String) -> Result<Operator, ServiceError> {
    let operator = operator::Model {
        id: tx.next_number(),
        uuid,
        name: distinct_name(tx, &new).await?,
        legal_name: new.legal_name,
        siret: new.siret,
        contact_email: new.email,
        created_at: tx.now().into(),
        connected_at: None,
        suspended_at: None,
        version: 1,
    };
    operator::Entity::insert(operator::ActiveModel::from(operator.clone()))
        .exec_without_returning(tx.connection())
        .await?;
    onboarding::Entity::insert(onboarding::ActiveModel::from(onboarding::Model {
        operator_id: operator.id,
        requested_at: found.created_at,
        confirmed_at: tx.now().into(),
        technical_email: new.technical_email,
        approved_at: None,
        opened_at: None,
        closed_at: None,
        closed_because: String::new(),
        version: 1,
    }))
    .exec_without_returning(tx.connection())
    .await?;
    Entity::update_many()
        .set(ActiveModel { operator_id: Set(Some(operator.id)), ..Default::default() })
        .filter(Column::Id.eq(found.id.as_str()))
        .exec(tx.connection())
        .await?;
    tx.record(
        Entry::new(Actor::Public, "operator.joined", "operator", operator.id)
            .with_facts(serde_json::json!({"uuid": operator.uuid, "name": operator.name})),
    );
    Ok(operator)
}

/// The name asked for, or with the SIRET after it when another operator has it: nobody could tell two equal names
/// apart, and saying so to a stranger would tell who else asked.
async fn distinct_name(tx: &Tx, new: &Asking) -> Result<String, ServiceError> {
    let known: BTreeSet<String> = operator::Entity::find()
        .all(tx.connection())
        .await?
        .into_iter()
        .map(|one| one.name.to_lowercase())
        .collect();
    let with_siret = format!("{} ({})", new.name, new.siret);
    let numbered = (2..).map(|rank| format!("{} ({}, {rank})", new.name, new.siret));
    let mut names = [new.name.clone(), with_siret.clone()].into_iter().chain(numbered);
    Ok(names.find(|name| !known.contains(&name.to_lowercase())).unwrap_or(with_siret))
}

/// Closes a request whose first administrator has their role: the link is used, and who asked is no longer kept here.
pub async fn settle(database: &Database, id: String, operator: i64, agent: i64) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(found) = Entity::find_by_id(id.as_str()).one(tx.connection()).await? else {
                    return Ok(());
                };
                let settled = Entity::update_many()
                    .set(ActiveModel {
                        settled_at: Set(Some(tx.now().into())),
                        sealed: Set(None),
                        ..Default::default()
                    })
                    .filter(Column::Id.eq(id.as_str()))
                    .filter(Column::SettledAt.is_null())
                    .exec(tx.connection())
                    .await?;
                if settled.rows_affected == 0 {
                    return Ok(());
                }
                accept_within(tx, operator, agent, found.conditions).await?;
                tx.record(Entry::new(Actor::Agent(agent), "join_request.confirmed", "operator", operator));
                Ok(())
            })
        })
        .await
}

/// How many requests wait to be confirmed.
pub async fn waiting(database: &Database) -> Result<u64, ServiceError> {
    Ok(Entity::find().filter(Column::OperatorId.is_null()).count(database.read()).await?)
}

/// Forgets the requests of more than a week ago, with who made them.
pub async fn forget_old(database: &Database) -> Result<u64, ServiceError> {
    database
        .write(|tx| {
            Box::pin(async move {
                let old = Column::CreatedAt.lt(Instant::from(tx.now() - KEPT));
                let gone = Entity::delete_many().filter(old).exec(tx.connection()).await?.rows_affected;
                if gone > 0 {
                    tx.record(
                        Entry::new(
                            Actor::Program("retention"),
                            "join_requests.forgotten",
                            "join_requests",
                            "",
                        )
                        .with_facts(serde_json::json!({"requests": gone})),
                    );
                }
                Ok(gone)
            })
        })
        .await
}
