//! What committees decided for each product. The phase it opens is part of the product's history.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::Knowledge;
use super::committee::{self, Committee};
use super::{
    ServiceError, agreement_product, condition, day, hypothesis, outlook, portfolio, state, success_criterion,
};
use crate::model::condition::ConditionResult;
use crate::model::decision::Outcome;
use crate::model::hypothesis::Verdict;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::portfolio::{Episode, Stage};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "decisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub committee_id: i64,
    pub product: String,
    pub outcome: String,
    pub stage: Option<String>,
    pub stage_day: Option<i32>,
    pub envelope: Option<i64>,
    pub envelope_from_day: Option<i32>,
    pub envelope_to_day: Option<i32>,
    pub team: String,
    pub note: String,
    pub recorded_at: Instant,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Money that a committee grants, and for when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub amount: Cents,
    pub from: Date,
    pub to: Date,
}

/// What would show that the hypothesis was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    pub text: String,
    pub target: String,
    pub by: Option<Date>,
}

/// A decision to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    pub outcome: Outcome,
    /// The phase it opens, and from which day.
    pub stage: Option<(Stage, Date)>,
    pub envelope: Option<Envelope>,
    pub team: String,
    pub note: String,
    pub hypothesis: String,
    pub criteria: Vec<Criterion>,
    /// What is asked, and the day on which it is checked.
    pub conditions: Vec<(String, Date)>,
}

impl NewDecision {
    fn told(&self) -> serde_json::Value {
        json!({
            "outcome": self.outcome,
            "stage": self.stage.map(|(stage, day)| json!([stage.as_str(), day])),
            "envelope": self.envelope.map(|one| json!([one.amount, one.from, one.to])),
            "hypothesis": self.hypothesis,
            "criteria": self.criteria.iter().map(|one| json!([one.text, one.target, one.by])).collect::<Vec<_>>(),
            "conditions": self.conditions,
        })
    }
}

/// A decision and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub row: Model,
    pub hypotheses: Vec<hypothesis::Model>,
    pub criteria: Vec<success_criterion::Model>,
    pub conditions: Vec<condition::Model>,
}

impl Taken {
    pub fn outcome(&self) -> Outcome {
        Outcome::from_name(&self.row.outcome).unwrap_or(Outcome::Continue)
    }

    pub fn envelope(&self) -> Option<Envelope> {
        Some(Envelope {
            amount: Cents::new(self.row.envelope?),
            from: day::date(self.row.envelope_from_day?),
            to: day::date(self.row.envelope_to_day?),
        })
    }

    /// The phase it opened, and from which day.
    pub fn stage(&self) -> Option<(Stage, Date)> {
        Some((self.row.stage.as_deref()?.parse().ok()?, day::date(self.row.stage_day?)))
    }

    /// The hypotheses and conditions that were closed since: correcting the decision leaves them.
    pub fn closed(&self) -> Vec<String> {
        let hypotheses = self.hypotheses.iter().filter(|one| one.closed_day.is_some()).map(|one| &one.text);
        let conditions = self.conditions.iter().filter(|one| one.closed_day.is_some()).map(|one| &one.text);
        hypotheses.chain(conditions).cloned().collect()
    }

    fn told(&self) -> serde_json::Value {
        json!({
            "outcome": self.row.outcome,
            "stage": self.stage().map(|(stage, day)| json!([stage.as_str(), day])),
            "envelope": self.envelope().map(|one| json!([one.amount, one.from, one.to])),
            "hypotheses": self.hypotheses.iter().map(|one| &one.text).collect::<Vec<_>>(),
            "criteria": self.criteria.iter().map(|one| json!([one.text, one.target])).collect::<Vec<_>>(),
            "conditions": self.conditions.iter().map(|one| json!([one.text, day::date(one.check_day)])).collect::<Vec<_>>(),
        })
    }
}

/// Records what a committee decided for a product, or corrects it: what was closed since stays. The phase, the duties and
/// the credits of the product's agreements follow in the same change.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    (committee, product): (i64, String),
    before: Option<Taken>,
    new: NewDecision,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = match &before {
                    Some(before) => replace(tx, before, &new).await?,
                    None => insert(tx, committee, &product, &new).await?,
                };
                add_parts(tx, id, &product, &new, before.as_ref()).await?;
                let stage = before.as_ref().and_then(Taken::stage);
                tx.record(Entry::new(actor, "committee.decided", "committee", committee).with_facts(json!({
                    "product": product, "before": before.as_ref().map(Taken::told), "after": new.told(),
                })));
                let mut knowledge = knowledge;
                if stage != new.stage {
                    state::advance(tx).await?;
                    knowledge.portfolio = std::sync::Arc::new(portfolio::within_change(tx).await?);
                }
                for one in agreement_product::of_product(tx.connection(), &product).await? {
                    outlook::refresh(tx, &knowledge, one).await?;
                }
                Ok(())
            })
        })
        .await
}

fn row(new: &NewDecision) -> ActiveModel {
    ActiveModel {
        outcome: Set(new.outcome.to_string()),
        stage: Set(new.stage.map(|(stage, _)| stage.as_str().to_owned())),
        stage_day: Set(new.stage.map(|(_, from)| day::number(from))),
        envelope: Set(new.envelope.map(|one| one.amount.as_i64())),
        envelope_from_day: Set(new.envelope.map(|one| day::number(one.from))),
        envelope_to_day: Set(new.envelope.map(|one| day::number(one.to))),
        team: Set(new.team.clone()),
        note: Set(new.note.clone()),
        ..Default::default()
    }
}

async fn insert(tx: &mut Tx, committee: i64, product: &str, new: &NewDecision) -> Result<i64, ServiceError> {
    let taken = Entity::find().filter(Column::CommitteeId.eq(committee)).filter(Column::Product.eq(product));
    if taken.count(tx.connection()).await? > 0 {
        return Err(StoreError::Stale { what: "decision" }.into());
    }
    let id = tx.next_number();
    let row = ActiveModel {
        id: Set(id),
        committee_id: Set(committee),
        product: Set(product.to_owned()),
        recorded_at: Set(tx.now().into()),
        version: Set(1),
        ..row(new)
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(id)
}

/// The next version of a decision: its criteria go, and of its hypotheses and conditions those that nobody has closed.
async fn replace(tx: &Tx, before: &Taken, new: &NewDecision) -> Result<i64, ServiceError> {
    let id = before.row.id;
    let row = ActiveModel { version: Set(before.row.version + 1), ..row(new) };
    let changed = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(before.row.version))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "decision" }.into());
    }
    success_criterion::Entity::delete_many()
        .filter(success_criterion::Column::DecisionId.eq(id))
        .exec(tx.connection())
        .await?;
    hypothesis::Entity::delete_many()
        .filter(hypothesis::Column::DecisionId.eq(id))
        .filter(hypothesis::Column::Verdict.eq(Verdict::Open.as_str()))
        .exec(tx.connection())
        .await?;
    condition::Entity::delete_many()
        .filter(condition::Column::DecisionId.eq(id))
        .filter(condition::Column::Result.eq(ConditionResult::Open.as_str()))
        .exec(tx.connection())
        .await?;
    Ok(id)
}

async fn add_parts(
    tx: &mut Tx,
    id: i64,
    product: &str,
    new: &NewDecision,
    before: Option<&Taken>,
) -> Result<(), ServiceError> {
    let criteria: Vec<_> = (0_i32..)
        .zip(&new.criteria)
        .map(|(rank, one)| success_criterion::ActiveModel {
            decision_id: Set(id),
            rank: Set(rank),
            text: Set(one.text.clone()),
            target: Set(one.target.clone()),
            by_day: Set(one.by.map(day::number)),
        })
        .collect();
    if !criteria.is_empty() {
        success_criterion::Entity::insert_many(criteria).exec_without_returning(tx.connection()).await?;
    }
    let closed = before.map_or_else(Vec::new, Taken::closed);
    if !new.hypothesis.is_empty() && !closed.contains(&new.hypothesis) {
        let row = hypothesis::ActiveModel {
            id: Set(tx.next_number()),
            decision_id: Set(id),
            product: Set(product.to_owned()),
            text: Set(new.hypothesis.clone()),
            verdict: Set(Verdict::Open.to_string()),
            evidence: Set(String::new()),
            closed_day: Set(None),
            version: Set(1),
        };
        hypothesis::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    }
    for (text, check) in new.conditions.iter().filter(|(text, _)| !closed.contains(text)) {
        let row = condition::ActiveModel {
            id: Set(tx.next_number()),
            decision_id: Set(id),
            product: Set(product.to_owned()),
            text: Set(text.clone()),
            check_day: Set(day::number(*check)),
            result: Set(ConditionResult::Open.to_string()),
            note: Set(String::new()),
            closed_day: Set(None),
            version: Set(1),
        };
        condition::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// What committees decided, by committee.
pub async fn of_committees(
    connection: &impl ConnectionTrait,
    committees: &[i64],
) -> Result<HashMap<i64, Vec<Taken>>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::CommitteeId.is_in(committees.iter().copied()))
        .order_by_asc(Column::Product)
        .all(connection)
        .await?;
    let mut taken: HashMap<i64, Vec<Taken>> = HashMap::new();
    for one in with_parts(connection, rows).await? {
        taken.entry(one.row.committee_id).or_default().push(one);
    }
    Ok(taken)
}

/// What was decided for a product, with the committee, the latest first.
pub async fn of_product(
    database: &Database,
    product: &str,
) -> Result<Vec<(committee::Model, Taken)>, ServiceError> {
    let rows = Entity::find().filter(Column::Product.eq(product)).all(database.read()).await?;
    let committees: HashMap<i64, committee::Model> = committee::Entity::find()
        .filter(committee::Column::Id.is_in(rows.iter().map(|row| row.committee_id)))
        .all(database.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let taken = with_parts(database.read(), rows).await?.into_iter();
    let mut told: Vec<_> =
        taken.filter_map(|one| Some((committees.get(&one.row.committee_id)?.clone(), one))).collect();
    told.sort_by_key(|(committee, _)| std::cmp::Reverse((committee.day, committee.id)));
    Ok(told)
}

/// The decision of that number, and its committee within a scope.
pub async fn find(
    database: &Database,
    scope: &socle::rights::Scope,
    id: i64,
) -> Result<Option<(Committee, Model)>, ServiceError> {
    let Some(row) = Entity::find_by_id(id).one(database.read()).await? else { return Ok(None) };
    Ok(committee::find(database, scope, row.committee_id).await?.map(|committee| (committee, row)))
}

async fn with_parts(connection: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Taken>, ServiceError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let hypotheses = hypothesis::Entity::find()
        .filter(hypothesis::Column::DecisionId.is_in(ids.iter().copied()))
        .order_by_asc(hypothesis::Column::Id)
        .all(connection)
        .await?;
    let criteria = success_criterion::Entity::find()
        .filter(success_criterion::Column::DecisionId.is_in(ids.iter().copied()))
        .order_by_asc(success_criterion::Column::Rank)
        .all(connection)
        .await?;
    let conditions = condition::Entity::find()
        .filter(condition::Column::DecisionId.is_in(ids))
        .order_by_asc(condition::Column::CheckDay)
        .order_by_asc(condition::Column::Id)
        .all(connection)
        .await?;
    let with = |row: Model| Taken {
        hypotheses: hypotheses.iter().filter(|one| one.decision_id == row.id).cloned().collect(),
        criteria: criteria.iter().filter(|one| one.decision_id == row.id).cloned().collect(),
        conditions: conditions.iter().filter(|one| one.decision_id == row.id).cloned().collect(),
        row,
    };
    Ok(rows.into_iter().map(with).collect())
}

/// The phases that committees opened, by product.
pub(super) async fn stages(
    connection: &impl ConnectionTrait,
) -> Result<HashMap<String, Vec<Episode>>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Stage.is_not_null())
        .order_by_asc(Column::StageDay)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let mut stages: HashMap<String, Vec<Episode>> = HashMap::new();
    for row in rows {
        let (Some(stage), Some(from)) = (row.stage, row.stage_day) else { continue };
        stages.entry(row.product).or_default().push(Episode {
            stage: stage.parse().map_err(|cause| ServiceError::Corrupt(format!("{cause}")))?,
            from: day::date(from),
            to: None,
            comment: "décidé en comité".to_owned(),
        });
    }
    Ok(stages)
}
