//! What laureates of calls are given, once: an investigation under an agreement, or the draft of a new agreement.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::{self, Knowledge};
use super::committee::{self, Prepared};
use super::product::{self, NewProduct};
use super::{ServiceError, agreement_product, application, call_edition, day, outlook, portfolio, state};
use crate::model::call::{AwardKind, Step, Uncovered, uncovered};
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::portfolio::{Episode, Stage};
use crate::model::product::Product;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_awards")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub application_id: i64,
    pub edition_id: i64,
    pub kind: String,
    pub product: String,
    pub stage: Option<String>,
    pub from_day: i32,
    pub to_day: i32,
    pub envelope: Option<i64>,
    pub agreement_id: Option<i64>,
    pub committee_id: Option<i64>,
    /// An [`AgreementDraft`], in JSON; empty for an investigation.
    pub draft: String,
    pub awarded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn kind(&self) -> AwardKind {
        AwardKind::from_name(&self.kind).unwrap_or(AwardKind::Investigation)
    }

    /// What the agreement to file begins with.
    pub fn draft(&self) -> Result<AgreementDraft, ServiceError> {
        Ok(serde_json::from_str(&self.draft)?)
    }
}

/// What the agreement of a laureate begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementDraft {
    pub title: String,
    /// Who gives, and who is given.
    pub parties: [String; 2],
    pub months: u16,
    pub granted: Cents,
    /// What the call and its jury ask, one clause each.
    pub conditions: Vec<String>,
}

/// What a laureate works on.
#[derive(Clone, Debug)]
pub enum Work {
    /// A product of the portfolio: its phase stays.
    Known(String),
    New(NewProduct, Stage),
}

impl Work {
    fn slug(&self) -> &str {
        match self {
            Self::Known(slug) => slug,
            Self::New(new, _) => &new.slug,
        }
    }
}

/// An award to give.
#[derive(Clone, Debug)]
pub struct NewAward {
    pub work: Work,
    pub from: Date,
    pub to: Date,
    pub envelope: Cents,
    pub given: Given,
}

/// What is given.
#[derive(Clone, Debug)]
pub enum Given {
    /// Under the agreement of that number, ended by that committee.
    Investigation {
        agreement: i64,
        committee: Prepared,
    },
    Agreement(AgreementDraft),
}

/// Why nothing is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAwarded {
    Already,
    NotALaureate,
    SlugTaken,
    Uncovered(Vec<Uncovered>),
}

/// A refusal met inside the change, which then leaves nothing behind.
enum Ended {
    Refused(NotAwarded),
    Failed(ServiceError),
}

impl From<ServiceError> for Ended {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<DbErr> for Ended {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// Gives a laureate what the call promised: the product and its phase, the agreement it is under, the committee that ends
/// it, all in one change. A second time is refused.
pub async fn award(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    laureate: &application::Model,
    new: NewAward,
) -> Result<Result<(), NotAwarded>, ServiceError> {
    let (knowledge, laureate) = (knowledge.clone(), laureate.clone());
    let done = database
        .write(move |tx| Box::pin(async move { give(tx, knowledge, actor, &laureate, new).await }))
        .await;
    match done {
        Ok(()) => Ok(Ok(())),
        Err(Ended::Refused(why)) => Ok(Err(why)),
        Err(Ended::Failed(error)) => Err(error),
    }
}

async fn give(
    tx: &mut Tx,
    mut knowledge: Knowledge,
    actor: Actor,
    laureate: &application::Model,
    new: NewAward,
) -> Result<(), Ended> {
    let refused = |why| Err(Ended::Refused(why));
    let edition = call_edition::within_change(tx, laureate.edition_id).await?;
    let fresh = application::Entity::find_by_id(laureate.id).one(tx.connection()).await?;
    if edition.step != Step::Published || !fresh.is_some_and(|one| one.is_laureate()) {
        return refused(NotAwarded::NotALaureate);
    }
    if Entity::find_by_id(laureate.id).count(tx.connection()).await? > 0 {
        return refused(NotAwarded::Already);
    }
    let mut stage = None;
    if let Work::New(product, opened) = &new.work {
        if product::create(tx, actor.clone(), product).await?.is_err() {
            return refused(NotAwarded::SlugTaken);
        }
        stage = Some(opened.as_str().to_owned());
    }
    let slug = new.work.slug().to_owned();
    let (mut agreement_id, mut committee_id, mut draft) = (None, None, String::new());
    let kind = match new.given {
        Given::Investigation { agreement, committee } => {
            let Some(filed) = agreement::within_change(tx, &knowledge, &[agreement]).await?.pop() else {
                return Err(StoreError::Stale { what: "agreement" }.into());
            };
            let why = uncovered(&filed.agreement, (new.from, new.to), new.envelope, day::today(tx));
            if !why.is_empty() {
                return refused(NotAwarded::Uncovered(why));
            }
            // A text that names its products names this one too; one that names none covers every product.
            if let (Work::New(product, _), false) = (&new.work, filed.agreement.written.products.is_empty()) {
                let product = named(product, new.from);
                let reason = format!("lauréat de l’appel « {} »", edition.told.title);
                agreement::add_product(tx, actor.clone(), &filed, product, reason).await?;
            }
            let products = vec![slug.clone()];
            let planned = committee::plan_within(tx, actor.clone(), Some(agreement), products, committee);
            (agreement_id, committee_id) = (Some(agreement), Some(planned.await?));
            AwardKind::Investigation
        }
        Given::Agreement(told) => {
            draft = serde_json::to_string(&told).map_err(ServiceError::from)?;
            AwardKind::Agreement
        }
    };
    let row = Model {
        application_id: laureate.id,
        edition_id: edition.row.id,
        kind: kind.to_string(),
        product: slug.clone(),
        stage,
        from_day: day::number(new.from),
        to_day: day::number(new.to),
        envelope: Some(new.envelope.as_i64()),
        agreement_id,
        committee_id,
        draft,
        awarded_at: tx.now().into(),
    };
    Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
    state::advance(tx).await?;
    tx.record(Entry::new(actor, "call.awarded", "application", laureate.id).with_facts(json!({
        "call": edition.row.slug, "kind": kind, "product": slug, "from": new.from, "to": new.to,
        "envelope": new.envelope, "agreement": agreement_id, "committee": committee_id,
    })));
    knowledge.portfolio = Arc::new(portfolio::within_change(tx).await?);
    let mut touched: HashSet<i64> =
        agreement_product::of_product(tx.connection(), &slug).await?.into_iter().collect();
    touched.extend(agreement_id);
    for one in touched {
        outlook::refresh(tx, &knowledge, one).await?;
    }
    Ok(())
}

fn named(new: &NewProduct, from: Date) -> Product {
    Product {
        key: new.slug.clone(),
        name: new.name.clone(),
        is_procedure: None,
        authenticates_users: None,
        supported_from: Some(from),
        phases: Vec::new(),
    }
}

/// The agreement of a laureate was filed, inside the change that files it: once.
pub(super) async fn filed(tx: &Tx, laureate: i64, agreement: i64) -> Result<(), ServiceError> {
    let changed = Entity::update_many()
        .set(ActiveModel { agreement_id: Set(Some(agreement)), ..Default::default() })
        .filter(Column::ApplicationId.eq(laureate))
        .filter(Column::Kind.eq(AwardKind::Agreement.as_str()))
        .filter(Column::AgreementId.is_null())
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "award" }.into());
    }
    Ok(())
}

/// What was given to the laureates of an edition.
pub async fn of_edition(database: &Database, edition: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find().filter(Column::EditionId.eq(edition)).all(database.read()).await?)
}

/// What was given to that application.
pub async fn find(database: &Database, application: i64) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id(application).one(database.read()).await?)
}

/// Agreements that are still to be filed, the oldest first.
pub async fn to_file(database: &Database) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::Kind.eq(AwardKind::Agreement.as_str()))
        .filter(Column::AgreementId.is_null())
        .order_by_asc(Column::AwardedAt)
        .all(database.read())
        .await?)
}

/// The editions of which a laureate was given something.
pub(super) async fn editions(connection: &impl ConnectionTrait) -> Result<HashSet<i64>, ServiceError> {
    Ok(Entity::find().all(connection).await?.into_iter().map(|row| row.edition_id).collect())
}

/// The phases that calls opened, by product.
pub(super) async fn stages(
    connection: &impl ConnectionTrait,
) -> Result<HashMap<String, Vec<Episode>>, ServiceError> {
    let mut stages: HashMap<String, Vec<Episode>> = HashMap::new();
    for row in Entity::find().filter(Column::Stage.is_not_null()).all(connection).await? {
        let Some(stage) = row.stage else { continue };
        stages.entry(row.product).or_default().push(Episode {
            stage: stage.parse().map_err(|cause| ServiceError::Corrupt(format!("{cause}")))?,
            from: day::date(row.from_day),
            to: None,
            comment: "lauréat d’un appel".to_owned(),
        });
    }
    Ok(stages)
}
