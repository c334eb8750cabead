//! Applications to calls. What candidates write is sealed; what juries and organisers say of it stays beside.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::outbox::{self, Message};
use socle::pages::format;
use socle::seal::{DataKey, Keyring};
use socle::store::{Database, Instant, StoreError, Tx};

use super::ServiceError;
use super::call_edition::{self, Edition};
use crate::model::call::{OrganisationKind, Phase, Step};
use crate::model::named::{Named as _, named};

named! {
    Eligibility {
        Eligible = "eligible", "recevable";
        Ineligible = "ineligible", "non recevable";
    }
}

named! {
    /// Whether it is heard.
    Choice {
        Kept = "kept", "à entendre";
        NotKept = "not-kept", "non retenue";
    }
}

named! {
    /// What the jury decided.
    Outcome {
        Laureate = "laureate", "lauréate";
        Rejected = "rejected", "non retenue";
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "applications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub edition_id: i64,
    pub secret: Option<Vec<u8>>,
    pub sealed: Option<Vec<u8>>,
    pub department: String,
    pub organisation_kind: String,
    pub number: Option<String>,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
    pub withdrawn_at: Option<Instant>,
    pub eligibility: String,
    pub eligibility_reason: String,
    pub choice: String,
    pub choice_reason: String,
    pub hearing_at: Option<Instant>,
    pub outcome: String,
    pub outcome_reason: String,
    pub granted: Option<i64>,
    pub conditions: String,
    pub published: String,
    pub erased_at: Option<Instant>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn eligibility(&self) -> Option<Eligibility> {
        Eligibility::from_name(&self.eligibility)
    }

    pub fn choice(&self) -> Option<Choice> {
        Choice::from_name(&self.choice)
    }

    pub fn outcome(&self) -> Option<Outcome> {
        Outcome::from_name(&self.outcome)
    }

    /// Whether it is heard by the jury.
    pub fn is_kept(&self) -> bool {
        self.eligibility() == Some(Eligibility::Eligible) && self.choice() == Some(Choice::Kept)
    }

    pub fn is_laureate(&self) -> bool {
        self.is_kept() && self.outcome() == Some(Outcome::Laureate)
    }

    /// What the jury asks of it.
    pub fn conditions(&self) -> Vec<String> {
        self.conditions.lines().map(str::to_owned).collect()
    }

    /// Why it is not a laureate, in the words of whoever said it.
    pub fn reason(&self) -> &str {
        match (self.eligibility(), self.choice()) {
            (Some(Eligibility::Ineligible), _) => &self.eligibility_reason,
            (_, Some(Choice::NotKept)) => &self.choice_reason,
            _ => &self.outcome_reason,
        }
    }

    pub fn kind(&self) -> OrganisationKind {
        OrganisationKind::from_name(&self.organisation_kind).unwrap_or(OrganisationKind::Other)
    }
}

/// What a candidate writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dossier {
    pub person: String,
    pub email: String,
    pub phone: String,
    pub organisation: String,
    pub project: String,
    /// What may be published of a laureate.
    pub summary: String,
    /// By key of question.
    pub answers: BTreeMap<String, String>,
    /// By key of question of eligibility.
    pub eligibility: BTreeMap<String, bool>,
}

/// What is published of a laureate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    pub project: String,
    pub organisation: String,
    pub summary: String,
}

/// The call is not open at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOpen;

/// The course of the call does not allow it at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNow;

fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn context(id: i64) -> String {
    format!("application {id}")
}

/// The key that seals the applications of an edition, and their letters.
pub async fn key(keyring: &Keyring, edition: &Edition) -> Result<Arc<DataKey>, ServiceError> {
    Ok(keyring.current(&edition.tenant(), "applications").await?)
}

/// Whether an edition takes applications at the instant of a change.
async fn is_open(tx: &Tx, edition: i64) -> Result<bool, ServiceError> {
    let edition = call_edition::within_change(tx, edition).await?;
    Ok(edition.phase(format::paris().to_datetime(tx.now())) == Phase::Open)
}

/// Where a candidate works, for figures.
#[derive(Clone, Debug)]
pub struct Workplace {
    pub department: String,
    pub kind: OrganisationKind,
}

/// Begins an application; its link goes by mail.
pub async fn begin(
    database: &Database,
    key: Arc<DataKey>,
    edition: &Edition,
    (dossier, from): (Dossier, Workplace),
    secret: &str,
    letter: Message,
) -> Result<Result<i64, NotOpen>, ServiceError> {
    let (edition, tenant, secret) = (edition.row.id, edition.tenant(), fingerprint(secret));
    database
        .write(move |tx| {
            Box::pin(async move {
                if !is_open(tx, edition).await? {
                    return Ok(Err(NotOpen));
                }
                let id = tx.next_number();
                let row = Model {
                    id,
                    edition_id: edition,
                    secret: Some(secret),
                    sealed: Some(key.seal(&context(id), &serde_json::to_vec(&dossier)?)),
                    department: from.department,
                    organisation_kind: from.kind.to_string(),
                    number: None,
                    created_at: tx.now().into(),
                    sent_at: None,
                    withdrawn_at: None,
                    eligibility: String::new(),
                    eligibility_reason: String::new(),
                    choice: String::new(),
                    choice_reason: String::new(),
                    hearing_at: None,
                    outcome: String::new(),
                    outcome_reason: String::new(),
                    granted: None,
                    conditions: String::new(),
                    published: String::new(),
                    erased_at: None,
                    version: 1,
                };
                Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
                outbox::post(tx, &key, &tenant, &format!("application {id} link"), &letter).await?;
                tx.record(Entry::new(Actor::Public, "application.begun", "application", id));
                Ok(Ok(id))
            })
        })
        .await
}

/// The application whose link has that secret.
pub async fn of_secret(database: &Database, secret: &str) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find().filter(Column::Secret.eq(fingerprint(secret))).one(database.read()).await?)
}

/// What a candidate wrote; nothing once erased.
pub async fn open(keyring: &Keyring, row: &Model) -> Result<Dossier, ServiceError> {
    let Some(sealed) = &row.sealed else { return Ok(Dossier::default()) };
    Ok(serde_json::from_slice(&keyring.open(&context(row.id), sealed).await?)?)
}

/// The same for somebody else than the candidate: it is written in the log.
pub async fn read(
    database: &Database,
    keyring: &Keyring,
    actor: Actor,
    row: &Model,
) -> Result<Dossier, ServiceError> {
    let dossier = open(keyring, row).await?;
    let id = row.id;
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "application.read", "application", id));
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    Ok(dossier)
}

/// Gives an application, as it was read, new values and its next version.
pub(super) async fn advance(tx: &Tx, before: &Model, mut row: ActiveModel) -> Result<(), ServiceError> {
    row.version = Set(before.version + 1);
    let changed = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .filter(Column::ErasedAt.is_null())
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "application" }.into());
    }
    Ok(())
}

/// Keeps what a candidate wrote, before the closing.
pub async fn save(
    database: &Database,
    key: Arc<DataKey>,
    before: Model,
    dossier: Dossier,
    from: Option<Workplace>,
) -> Result<Result<(), NotOpen>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                if !is_open(tx, before.edition_id).await?
                    || before.sent_at.is_some()
                    || before.withdrawn_at.is_some()
                {
                    return Ok(Err(NotOpen));
                }
                let mut row = ActiveModel {
                    sealed: Set(Some(key.seal(&context(before.id), &serde_json::to_vec(&dossier)?))),
                    ..Default::default()
                };
                if let Some(from) = from {
                    row.department = Set(from.department);
                    row.organisation_kind = Set(from.kind.to_string());
                }
                advance(tx, &before, row).await?;
                tx.record(Entry::new(Actor::Public, "application.written", "application", before.id));
                Ok(Ok(()))
            })
        })
        .await
}

/// Sends an application, before the closing; its number comes with the receipt.
pub async fn send(
    database: &Database,
    key: Arc<DataKey>,
    edition: &Edition,
    before: Model,
    letter: impl FnOnce(&str) -> Message + Send + 'static,
) -> Result<Result<String, NotOpen>, ServiceError> {
    let (slug, tenant) = (edition.row.slug.clone(), edition.tenant());
    database
        .write(move |tx| {
            Box::pin(async move {
                if !is_open(tx, before.edition_id).await?
                    || before.sent_at.is_some()
                    || before.withdrawn_at.is_some()
                {
                    return Ok(Err(NotOpen));
                }
                let numbered = Entity::find()
                    .filter(Column::EditionId.eq(before.edition_id))
                    .filter(Column::Number.is_not_null());
                let number = format!("{slug}-{:04}", numbered.count(tx.connection()).await? + 1);
                let row = ActiveModel {
                    number: Set(Some(number.clone())),
                    sent_at: Set(Some(tx.now().into())),
                    ..Default::default()
                };
                advance(tx, &before, row).await?;
                let dedup = format!("application {} receipt", before.id);
                outbox::post(tx, &key, &tenant, &dedup, &letter(&number)).await?;
                let facts = json!({"number": number});
                tx.record(
                    Entry::new(Actor::Public, "application.sent", "application", before.id).with_facts(facts),
                );
                Ok(Ok(number))
            })
        })
        .await
}

/// Takes an application back, as long as the results are not published.
pub async fn withdraw(database: &Database, before: Model) -> Result<Result<(), NotNow>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let edition = call_edition::within_change(tx, before.edition_id).await?;
                if edition.step == Step::Published || before.withdrawn_at.is_some() {
                    return Ok(Err(NotNow));
                }
                let row = ActiveModel { withdrawn_at: Set(Some(tx.now().into())), ..Default::default() };
                advance(tx, &before, row).await?;
                if edition.step == Step::Deliberation {
                    call_edition::unsign(tx, before.edition_id).await?;
                }
                tx.record(Entry::new(Actor::Public, "application.withdrawn", "application", before.id));
                Ok(Ok(()))
            })
        })
        .await
}

/// Publishes a laureate, inside the change that publishes results.
pub(super) async fn publish(tx: &Tx, id: i64, text: String) -> Result<(), ServiceError> {
    Entity::update_many()
        .set(ActiveModel { published: Set(text), ..Default::default() })
        .filter(Column::Id.eq(id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The application of that number, in an edition.
pub async fn find(database: &Database, edition: i64, id: i64) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id(id).filter(Column::EditionId.eq(edition)).one(database.read()).await?)
}

/// Those of an edition that were sent and not taken back, in order of their numbers.
pub async fn sent(connection: &impl ConnectionTrait, edition: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::EditionId.eq(edition))
        .filter(Column::SentAt.is_not_null())
        .filter(Column::WithdrawnAt.is_null())
        .order_by_asc(Column::Number)
        .all(connection)
        .await?)
}

/// How many of an edition were begun and not sent, and how many were taken back.
pub async fn aside(database: &Database, edition: i64) -> Result<(u64, u64), ServiceError> {
    let of = || Entity::find().filter(Column::EditionId.eq(edition));
    let begun = of().filter(Column::SentAt.is_null()).filter(Column::WithdrawnAt.is_null());
    let withdrawn = of().filter(Column::WithdrawnAt.is_not_null());
    Ok((begun.count(database.read()).await?, withdrawn.count(database.read()).await?))
}
