//! Editions of calls, and the steps they take.

use jiff::civil::DateTime;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::outbox::{self, Message};
use socle::pages::format;
use socle::seal::DataKey;
use socle::store::{Database, Instant, StoreError, Tx};
use std::sync::Arc;

use super::application::{self, Choice, Eligibility};
use super::{ServiceError, call_award, call_marks};
use crate::model::call::{Description, Facts, MarkStage, Phase, Refusal, Step};
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_editions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub slug: String,
    pub step: String,
    /// A [`Description`], in JSON.
    pub described: String,
    pub chair_id: Option<i64>,
    pub minutes: String,
    pub minutes_signed_at: Option<Instant>,
    pub published_at: Option<Instant>,
    pub created_at: Instant,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An edition as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub row: Model,
    pub step: Step,
    pub told: Description,
    /// Whether a laureate was given what the call promised.
    pub awarded: bool,
}

impl Edition {
    /// Where it stands at `now`, an hour of Paris.
    pub fn phase(&self, now: DateTime) -> Phase {
        Phase::at(self.step, &self.told, now, self.awarded)
    }

    /// What its jury is limited to.
    pub fn tenant(&self) -> String {
        tenant(&self.row.slug)
    }

    /// Whether the marks of a stage are closed: nobody marks any more, and they are seen.
    pub fn marks_are_open_to_read(&self, stage: MarkStage) -> bool {
        self.step > marked_in(stage)
    }

    /// The stage that is marked now.
    pub fn marking(&self) -> Option<MarkStage> {
        MarkStage::ALL.iter().copied().find(|stage| self.step == marked_in(*stage))
    }
}

/// During which step a stage is marked.
pub fn marked_in(stage: MarkStage) -> Step {
    match stage {
        MarkStage::Preselection => Step::Preselection,
        MarkStage::Hearing => Step::Hearing,
    }
}

/// The tenant of an edition's jury, and of the key of its applications.
pub fn tenant(slug: &str) -> String {
    format!("appel:{slug}")
}

/// An address that another edition has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlugTaken;

async fn read(connection: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Edition>, ServiceError> {
    let awarded = call_award::editions(connection).await?;
    rows.into_iter()
        .map(|row| {
            let step = Step::from_name(&row.step)
                .ok_or_else(|| ServiceError::Corrupt(format!("step {:?} of a call", row.step)))?;
            let told = serde_json::from_str(&row.described)?;
            Ok(Edition { awarded: awarded.contains(&row.id), row, step, told })
        })
        .collect()
}

/// The edition of that address.
pub async fn find(database: &Database, slug: &str) -> Result<Option<Edition>, ServiceError> {
    let row = Entity::find().filter(Column::Slug.eq(slug)).one(database.read()).await?;
    Ok(read(database.read(), row.into_iter().collect()).await?.pop())
}

/// The edition of that number.
pub async fn numbered(connection: &impl ConnectionTrait, id: i64) -> Result<Option<Edition>, ServiceError> {
    let row = Entity::find_by_id(id).one(connection).await?;
    Ok(read(connection, row.into_iter().collect()).await?.pop())
}

/// Every edition, the latest first.
pub async fn list(database: &Database) -> Result<Vec<Edition>, ServiceError> {
    let rows = Entity::find().order_by_desc(Column::Id).all(database.read()).await?;
    read(database.read(), rows).await
}

/// Prepares an edition.
pub async fn create(
    database: &Database,
    actor: Actor,
    slug: String,
    told: Description,
) -> Result<Result<i64, SlugTaken>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let taken = Entity::find().filter(Column::Slug.eq(slug.as_str()));
                if taken.count(tx.connection()).await? > 0 {
                    return Ok(Err(SlugTaken));
                }
                let id = tx.next_number();
                let row = Model {
                    id,
                    slug,
                    step: Step::Draft.to_string(),
                    described: serde_json::to_string(&told)?,
                    chair_id: None,
                    minutes: String::new(),
                    minutes_signed_at: None,
                    published_at: None,
                    created_at: tx.now().into(),
                    version: 1,
                };
                Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
                tx.record(Entry::new(actor, "call.prepared", "call", id).with_facts(json!({"after": told})));
                Ok(Ok(id))
            })
        })
        .await
}

/// Gives an edition, as it was read, new values and its next version.
async fn advance(tx: &Tx, before: &Edition, mut row: ActiveModel) -> Result<(), ServiceError> {
    row.version = Set(before.row.version + 1);
    let changed = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(before.row.id))
        .filter(Column::Version.eq(before.row.version))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "call" }.into());
    }
    Ok(())
}

/// Changes what an edition says of itself.
pub async fn describe(
    database: &Database,
    actor: Actor,
    before: Edition,
    told: Description,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel { described: Set(serde_json::to_string(&told)?), ..Default::default() };
                advance(tx, &before, row).await?;
                let facts = json!({"before": before.told, "after": told});
                tx.record(Entry::new(actor, "call.described", "call", before.row.id).with_facts(facts));
                Ok(())
            })
        })
        .await
}

/// Says who chairs the jury.
pub async fn set_chair(
    database: &Database,
    actor: Actor,
    before: Edition,
    chair: i64,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel { chair_id: Set(Some(chair)), ..Default::default() };
                advance(tx, &before, row).await?;
                let facts = json!({"before": before.row.chair_id, "after": chair});
                tx.record(Entry::new(actor, "call.chaired", "call", before.row.id).with_facts(facts));
                Ok(())
            })
        })
        .await
}

/// Writes the minutes of the jury; they are no longer signed.
pub async fn write_minutes(
    database: &Database,
    actor: Actor,
    before: Edition,
    minutes: String,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row =
                    ActiveModel { minutes: Set(minutes), minutes_signed_at: Set(None), ..Default::default() };
                advance(tx, &before, row).await?;
                // Minutes may name people: the log says that they changed.
                tx.record(Entry::new(actor, "call.minutes_written", "call", before.row.id));
                Ok(())
            })
        })
        .await
}

/// The chair signs the minutes, as they were read, and the decisions with them.
pub async fn sign_minutes(database: &Database, actor: Actor, before: Edition) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel { minutes_signed_at: Set(Some(tx.now().into())), ..Default::default() };
                advance(tx, &before, row).await?;
                tx.record(Entry::new(actor, "call.minutes_signed", "call", before.row.id));
                Ok(())
            })
        })
        .await
}

/// A decision changed: what was read of the edition is out of date, and what the chair signed is to be signed again.
pub(super) async fn unsign(tx: &Tx, edition: i64) -> Result<(), ServiceError> {
    Entity::update_many()
        .set(ActiveModel { minutes_signed_at: Set(None), ..Default::default() })
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(edition))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The step of an edition inside a change.
pub(super) async fn within_change(tx: &Tx, id: i64) -> Result<Edition, ServiceError> {
    numbered(tx.connection(), id)
        .await?
        .ok_or_else(|| ServiceError::Corrupt(format!("an application of an unknown call {id}")))
}

/// What is known of an edition when its next step is asked for.
pub async fn facts(
    connection: &impl ConnectionTrait,
    edition: &Edition,
    jurors: usize,
) -> Result<Facts, ServiceError> {
    let sent = application::sent(connection, edition.row.id).await?;
    let eligible = || sent.iter().filter(|one| one.eligibility() == Some(Eligibility::Eligible));
    let kept = || eligible().filter(|one| one.choice() == Some(Choice::Kept));
    let marked = call_marks::of_edition(connection, edition.row.id).await?;
    let has_sheet = |id: i64| {
        marked.iter().any(|one| one.application_id == id && one.stage == MarkStage::Hearing.as_str())
    };
    Ok(Facts {
        unjudged: sent.iter().filter(|one| one.eligibility().is_none()).count(),
        unchosen: eligible().filter(|one| one.choice().is_none()).count(),
        kept: kept().count(),
        unscheduled: kept().filter(|one| one.hearing_at.is_none()).count(),
        unmarked: kept().filter(|one| !has_sheet(one.id)).count(),
        undecided: kept().filter(|one| one.outcome().is_none()).count(),
        jurors,
        chaired: edition.row.chair_id.is_some(),
        signed: edition.row.minutes_signed_at.is_some(),
    })
}

/// What goes with a step: letters, and what is published of laureates.
#[derive(Default)]
pub struct WithStep {
    /// Key of deduplication, and message.
    pub letters: Vec<(String, Message)>,
    /// Number of an application, and the JSON that is published of it.
    pub published: Vec<(i64, String)>,
}

/// Takes the next step of an edition, as it was read; refused with the reasons when something is owed. Who marks at that
/// moment is served before or after, never in between.
pub async fn step(
    database: &Database,
    key: Arc<DataKey>,
    actor: Actor,
    before: Edition,
    jurors: usize,
    with: WithStep,
) -> Result<Result<(), Vec<Refusal>>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(next) = before.step.next() else { return Ok(Err(Vec::new())) };
                let now = format::paris().to_datetime(tx.now());
                let known = facts(tx.connection(), &before, jurors).await?;
                let refusals = before.step.refusals(&before.told, &known, now);
                if !refusals.is_empty() {
                    return Ok(Err(refusals));
                }
                let mut row = ActiveModel { step: Set(next.to_string()), ..Default::default() };
                if next == Step::Published {
                    row.published_at = Set(Some(tx.now().into()));
                }
                advance(tx, &before, row).await?;
                for (application, text) in with.published {
                    application::publish(tx, application, text).await?;
                }
                for (dedup, letter) in &with.letters {
                    outbox::post(tx, &key, &before.tenant(), dedup, letter).await?;
                }
                tx.record(Entry::new(actor, "call.advanced", "call", before.row.id).with_facts(
                    json!({"before": before.step, "after": next, "letters": with.letters.len()}),
                ));
                Ok(Ok(()))
            })
        })
        .await
}

/// Nobody chairs any more when the chair leaves the jury.
pub(super) async fn leave_chair(tx: &Tx, edition: &Edition, agent: i64) -> Result<(), ServiceError> {
    if edition.row.chair_id == Some(agent) {
        advance(tx, edition, ActiveModel { chair_id: Set(None), ..Default::default() }).await?;
    }
    Ok(())
}
