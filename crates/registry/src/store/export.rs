//! Exports that people ask for: written without a request, found again on their page, gone after a week.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::rights::Scope;
use socle::store::{Database, Instant, Tx};

use uuid::Uuid;

use super::{ServiceError, territory, territory_of};
use crate::model::{ExportFormat, PublicStatus};

/// How long a finished export can be found again.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many exports of one organisation may wait at a time.
pub const MOST_WAITING: u64 = 5;
/// How many finished exports of one organisation are kept at a time.
pub const MOST_KEPT: u64 = 50;
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
    pub fn state(&self) -> Result<State, ServiceError> {
        State::ALL
            .into_iter()
            .find(|state| state.as_str() == self.state)
            .ok_or_else(|| ServiceError::Corrupt(format!("state of an export: {:?}", self.state)))
    }

    /// Whose key seals its document.
    pub fn key_owner(&self) -> &str {
        if self.tenant.is_empty() { "registry" } else { &self.tenant }
    }

    /// The name of its document: each attempt has its own.
    pub fn document(&self) -> String {
        format!("{}-{}", self.uuid, self.attempt)
    }

    pub fn format(&self) -> Result<ExportFormat, ServiceError> {
        self.format
            .parse()
            .map_err(|()| ServiceError::Corrupt(format!("format of an export: {:?}", self.format)))
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
) -> Result<Asked, ServiceError> {
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
pub(super) fn open() -> SimpleExpr {
    Expr::cust("state IN ('waiting', 'running')")
}

/// The exports of an organisation, the newest first.
pub async fn list(database: &Database, scope: &Scope, limit: u64) -> Result<Vec<Export>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::Tenant.eq(owner(scope)))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(database.read())
        .await?)
}

/// One export of an organisation.
pub async fn find(database: &Database, scope: &Scope, id: i64) -> Result<Option<Export>, ServiceError> {
    Ok(Entity::find_by_id(id).filter(Column::Tenant.eq(owner(scope))).one(database.read()).await?)
}

/// Closes an export inside a change, and says so in the log.
pub(super) async fn close(tx: &mut Tx, export: &Export, state: State) -> Result<(), ServiceError> {
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
pub async fn cancel(database: &Database, actor: Actor, scope: &Scope, id: i64) -> Result<bool, ServiceError> {
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
pub(super) async fn cancel_all(tx: &mut Tx, actor: &Actor, tenant: &str) -> Result<(), ServiceError> {
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

/// Notes that somebody read a finished export: it is sent data.
pub async fn note_reading(database: &Database, actor: Actor, id: i64) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "export.read", "export", id));
                Ok(())
            })
        })
        .await
}
