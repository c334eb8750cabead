//! Exports that people ask for: written without a request, found again on their page, gone after a week.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::documents::Written;
use socle::outbox::{self, Message};
use socle::rights::Scope;
use socle::seal::Keyring;
use socle::store::{Database, Instant, Tx};

use uuid::Uuid;

use super::{RegistryError, territory, territory_of};
use crate::model::{ExportFormat, PublicStatus};

/// How long a finished export can be found again.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many exports of one organisation may wait at a time.
pub const MOST_WAITING: u64 = 5;
/// How many finished exports of one organisation are kept at a time.
pub const MOST_KEPT: u64 = 50;
/// How many times one fails before it is given up.
const MOST_FAILURES: i32 = 3;
/// Silence after which another process takes an export over.
const SILENCE: SignedDuration = SignedDuration::from_mins(2);
/// Purpose of the keys that seal exports.
pub const DOCUMENTS: &str = "documents";

/// An export and where it stands.
pub type Export = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub uuid: String,
    pub tenant: String,
    pub agent_id: i64,
    pub format: String,
    pub operator_id: Option<i64>,
    pub status: Option<String>,
    pub from_at: Instant,
    pub to_at: Instant,
    pub state: String,
    pub attempt: i32,
    pub lines: i64,
    pub reached_at: Option<Instant>,
    pub bytes: Option<i64>,
    pub fingerprint: Option<String>,
    pub asked_at: Instant,
    pub beat_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    pub expires_at: Option<Instant>,
    /// Whether it tells what operators sent.
    pub tells_sent: bool,
    pub failures: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Running,
    Ready,
    Failed,
    Canceled,
    /// Its week is over.
    Expired,
    /// Somebody it holds was erased since.
    Withdrawn,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Running,
        Self::Ready,
        Self::Failed,
        Self::Canceled,
        Self::Expired,
        Self::Withdrawn,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it is still to be written, or being written.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

impl Model {
    pub fn state(&self) -> Result<State, RegistryError> {
        State::ALL
            .into_iter()
            .find(|state| state.as_str() == self.state)
            .ok_or_else(|| RegistryError::Corrupt(format!("state of an export: {:?}", self.state)))
    }

    /// Whose key seals its document.
    pub fn key_owner(&self) -> &str {
        if self.tenant.is_empty() { "registry" } else { &self.tenant }
    }

    /// The name of its document: each attempt has its own.
    pub fn document(&self) -> String {
        format!("{}-{}", self.uuid, self.attempt)
    }

    pub fn format(&self) -> Result<ExportFormat, RegistryError> {
        self.format
            .parse()
            .map_err(|()| RegistryError::Corrupt(format!("format of an export: {:?}", self.format)))
    }
}

/// The organisation whose exports a scope sees: those of the registry's team are nobody else's.
fn owner(scope: &Scope) -> &str {
    match scope {
        Scope::All => "",
        Scope::Tenant(tenant) => tenant,
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub agent: i64,
    pub format: ExportFormat,
    pub operator: Option<i64>,
    pub status: Option<PublicStatus>,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Whether whoever asks may read what operators sent.
    pub tells_sent: bool,
}

/// What became of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Accepted(i64),
    /// Too many of this organisation wait already.
    TooManyWaiting,
    /// Too many files of this organisation are kept.
    TooManyKept,
    /// The registry's team has not agreed to the territory's perimeter.
    NotAgreed,
}

/// Asks for an export.
pub async fn ask(
    database: &Database,
    actor: Actor,
    scope: &Scope,
    wanted: Wanted,
) -> Result<Asked, RegistryError> {
    let tenant = owner(scope).to_owned();
    let territory = if tenant.is_empty() { None } else { territory_of(scope).filter(|id| *id >= 0) };
    database
        .write(move |tx| {
            Box::pin(async move {
                if let Some(id) = territory {
                    let found = territory::Entity::find_by_id(id).one(tx.connection()).await?;
                    if found.is_none_or(|territory| territory.agreed_at.is_none()) {
                        return Ok(Asked::NotAgreed);
                    }
                }
                let own = || Entity::find().filter(Column::Tenant.eq(tenant.as_str()));
                if own().filter(open()).count(tx.connection()).await? >= MOST_WAITING {
                    return Ok(Asked::TooManyWaiting);
                }
                let kept = own().filter(Column::State.eq(State::Ready.as_str()));
                if kept.count(tx.connection()).await? >= MOST_KEPT {
                    return Ok(Asked::TooManyKept);
                }
                let id = tx.next_number();
                Entity::insert(ActiveModel {
                    id: Set(id),
                    uuid: Set(Uuid::new_v4().to_string()),
                    tenant: Set(tenant),
                    agent_id: Set(wanted.agent),
                    format: Set(wanted.format.as_str().to_owned()),
                    operator_id: Set(wanted.operator),
                    status: Set(wanted.status.map(|status| status.as_str().to_owned())),
                    from_at: Set(wanted.from.into()),
                    to_at: Set(wanted.to.into()),
                    state: Set(State::Waiting.as_str().to_owned()),
                    attempt: Set(0),
                    lines: Set(0),
                    asked_at: Set(tx.now().into()),
                    tells_sent: Set(wanted.tells_sent),
                    failures: Set(0),
                    ..<ActiveModel as Default>::default()
                })
                .exec_without_returning(tx.connection())
                .await?;
                tx.record(Entry::new(actor, "export.asked", "export", id).with_facts(json!({
                    "format": wanted.format.as_str(),
                    "operator": wanted.operator,
                    "status": wanted.status.map(PublicStatus::as_str),
                    "from": wanted.from.to_string(),
                    "to": wanted.to.to_string(),
                })));
                Ok(Asked::Accepted(id))
            })
        })
        .await
}

/// Those still to be written. Written out, so that both stores use the index of those alone.
fn open() -> SimpleExpr {
    Expr::cust("state IN ('waiting', 'running')")
}

/// The exports of an organisation, the newest first.
pub async fn list(database: &Database, scope: &Scope, limit: u64) -> Result<Vec<Export>, RegistryError> {
    Ok(Entity::find()
        .filter(Column::Tenant.eq(owner(scope)))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(database.read())
        .await?)
}

/// One export of an organisation.
pub async fn find(database: &Database, scope: &Scope, id: i64) -> Result<Option<Export>, RegistryError> {
    Ok(Entity::find_by_id(id).filter(Column::Tenant.eq(owner(scope))).one(database.read()).await?)
}

/// Takes the oldest export that nobody writes; its document's name is the attempt's own.
pub async fn take(database: &Database) -> Result<Option<Export>, RegistryError> {
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
) -> Result<bool, RegistryError> {
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
pub async fn still_written(database: &Database, export: &Export) -> Result<bool, RegistryError> {
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
) -> Result<bool, RegistryError> {
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
pub async fn give_back(database: &Database, export: &Export) -> Result<(), RegistryError> {
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

async fn close(tx: &mut Tx, export: &Export, state: State) -> Result<(), RegistryError> {
    let closed = ActiveModel {
        state: Set(state.as_str().to_owned()),
        finished_at: Set(Some(tx.now().into())),
        ..<ActiveModel as Default>::default()
    };
    Entity::update_many().set(closed).filter(Column::Id.eq(export.id)).exec(tx.connection()).await?;
    let action = if state == State::Expired { "export.expired" } else { "export.failed" };
    tx.record(Entry::new(Actor::Program("exports"), action, "export", export.id));
    Ok(())
}

/// Cancels an export that is not finished; `false` when it is.
pub async fn cancel(
    database: &Database,
    actor: Actor,
    scope: &Scope,
    id: i64,
) -> Result<bool, RegistryError> {
    let tenant = owner(scope).to_owned();
    database
        .write(move |tx| {
            Box::pin(async move {
                let canceled = Entity::update_many()
                    .set(ActiveModel {
                        state: Set(State::Canceled.as_str().to_owned()),
                        finished_at: Set(Some(tx.now().into())),
                        ..<ActiveModel as Default>::default()
                    })
                    .filter(Column::Id.eq(id))
                    .filter(Column::Tenant.eq(tenant))
                    .filter(open())
                    .exec(tx.connection())
                    .await?;
                if canceled.rows_affected == 1 {
                    tx.record(Entry::new(actor, "export.canceled", "export", id));
                }
                Ok(canceled.rows_affected == 1)
            })
        })
        .await
}

/// Cancels, inside a change, the exports of an organisation that are not finished.
pub(super) async fn cancel_all(tx: &mut Tx, actor: &Actor, tenant: &str) -> Result<(), RegistryError> {
    let of_tenant = Condition::all().add(Column::Tenant.eq(tenant)).add(open());
    for export in Entity::find().filter(of_tenant).all(tx.connection()).await? {
        let canceled = ActiveModel {
            state: Set(State::Canceled.as_str().to_owned()),
            finished_at: Set(Some(tx.now().into())),
            ..<ActiveModel as Default>::default()
        };
        Entity::update_many().set(canceled).filter(Column::Id.eq(export.id)).exec(tx.connection()).await?;
        tx.record(Entry::new(actor.clone(), "export.canceled", "export", export.id));
    }
    Ok(())
}

/// The documents that somebody may still read or write.
pub async fn live_documents(database: &Database) -> Result<BTreeSet<String>, RegistryError> {
    let live = Condition::any().add(Column::State.eq(State::Ready.as_str())).add(open());
    let exports = Entity::find().filter(live).all(database.read()).await?;
    Ok(exports.iter().map(Model::document).collect())
}

/// Notes that somebody read a finished export: it is sent data.
pub async fn note_reading(database: &Database, actor: Actor, id: i64) -> Result<(), RegistryError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "export.read", "export", id));
                Ok(())
            })
        })
        .await
}

/// The exports whose document is to be removed, a few at a time: their week is over, or they are withdrawn.
pub async fn to_remove(database: &Database) -> Result<Vec<Export>, RegistryError> {
    let now = Instant::from(database.clock().now());
    let over = Condition::all().add(Column::State.eq(State::Ready.as_str())).add(Column::ExpiresAt.lt(now));
    let withdrawn =
        Condition::all().add(Column::State.eq(State::Withdrawn.as_str())).add(Column::Bytes.is_not_null());
    let to_remove = Condition::any().add(over).add(withdrawn);
    Ok(Entity::find().filter(to_remove).limit(100).all(database.read()).await?)
}

/// Notes that an export's document is gone.
pub async fn removed(database: &Database, export: Export) -> Result<(), RegistryError> {
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
) -> Result<(), RegistryError> {
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
