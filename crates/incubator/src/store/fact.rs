//! What happened to agreements. A fact is corrected by its next version or withdrawn; none is removed.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::Knowledge;
use super::{ServiceError, account, outlook};
use crate::model::fact::Fact;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_facts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agreement_id: i64,
    pub kind: String,
    /// A [`Fact`], in JSON.
    pub body: String,
    pub recorded_at: Instant,
    pub withdrawn_at: Option<Instant>,
    pub withdrawn_reason: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A fact and where it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: i64,
    pub version: i64,
    pub fact: Fact,
}

/// Records what happened to an agreement.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    fact: Fact,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                record_within(tx, actor, agreement, &fact).await?;
                outlook::refresh(tx, &knowledge, agreement).await
            })
        })
        .await
}

/// The same, as a part of a change.
pub(super) async fn record_within(
    tx: &mut Tx,
    actor: Actor,
    agreement: i64,
    fact: &Fact,
) -> Result<i64, ServiceError> {
    let id = add(tx, agreement, fact).await?;
    tx.record(Entry::new(actor, "agreement.fact_recorded", "agreement", agreement).with_facts(told(fact)?));
    Ok(id)
}

/// What the log keeps of a fact: everything but the names of people.
fn told(fact: &Fact) -> Result<serde_json::Value, serde_json::Error> {
    match fact {
        Fact::Expert(expert) => Ok(json!({"fact": "expert", "declared_on": expert.declared_on})),
        Fact::Signature(one) => Ok(json!({"fact": "signature", "party": one.party, "on": one.on})),
        other => serde_json::to_value(other),
    }
}

/// Adds a fact; its number.
pub(super) async fn add(tx: &mut Tx, agreement: i64, fact: &Fact) -> Result<i64, ServiceError> {
    let id = tx.next_number();
    let row = ActiveModel {
        id: Set(id),
        agreement_id: Set(agreement),
        kind: Set(fact.kind().to_owned()),
        body: Set(serde_json::to_string(fact)?),
        recorded_at: Set(tx.now().into()),
        withdrawn_at: Set(None),
        withdrawn_reason: Set(String::new()),
        version: Set(1),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(id)
}

/// Gives a fact, as it was read, its next version: an amendment is signed, a suspension lifted.
pub async fn amend(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    before: Kept,
    after: Fact,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel { body: Set(serde_json::to_string(&after)?), ..Default::default() };
                advance(tx, agreement, &before, row).await?;
                tx.record(
                    Entry::new(actor, "agreement.fact_changed", "agreement", agreement)
                        .with_facts(json!({"before": told(&before.fact)?, "after": told(&after)?})),
                );
                outlook::refresh(tx, &knowledge, agreement).await
            })
        })
        .await
}

/// Why a fact is not withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotWithdrawn {
    /// It is the proof of an account that was sent: the account is taken back, not its proof alone.
    ProofOfAccount,
}

/// Withdraws a fact recorded by mistake.
pub async fn withdraw(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    kept: Kept,
    reason: String,
) -> Result<Result<(), NotWithdrawn>, ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                if account::shown_by(tx, kept.id).await? {
                    return Ok(Err(NotWithdrawn::ProofOfAccount));
                }
                withdraw_within(tx, actor, agreement, &kept, reason).await?;
                outlook::refresh(tx, &knowledge, agreement).await?;
                Ok(Ok(()))
            })
        })
        .await
}

/// The same, as a part of a change.
pub(super) async fn withdraw_within(
    tx: &mut Tx,
    actor: Actor,
    agreement: i64,
    kept: &Kept,
    reason: String,
) -> Result<(), ServiceError> {
    let row = ActiveModel {
        withdrawn_at: Set(Some(tx.now().into())),
        withdrawn_reason: Set(reason.clone()),
        ..Default::default()
    };
    advance(tx, agreement, kept, row).await?;
    tx.record(
        Entry::new(actor, "agreement.fact_withdrawn", "agreement", agreement)
            .with_facts(json!({"reason": reason, "before": told(&kept.fact)?})),
    );
    Ok(())
}

/// A fact of an agreement that stands.
pub(super) async fn find_within(tx: &Tx, agreement: i64, id: i64) -> Result<Option<Kept>, ServiceError> {
    let row = Entity::find_by_id(id)
        .filter(Column::AgreementId.eq(agreement))
        .filter(Column::WithdrawnAt.is_null())
        .one(tx.connection())
        .await?;
    row.map(|row| Ok(Kept { id: row.id, version: row.version, fact: serde_json::from_str(&row.body)? }))
        .transpose()
}

async fn advance(tx: &Tx, agreement: i64, kept: &Kept, mut row: ActiveModel) -> Result<(), ServiceError> {
    row.version = Set(kept.version + 1);
    let changed = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(kept.id))
        .filter(Column::AgreementId.eq(agreement))
        .filter(Column::Version.eq(kept.version))
        .filter(Column::WithdrawnAt.is_null())
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "fact" }.into());
    }
    Ok(())
}

/// The facts of an agreement that stand, in the order they were recorded.
pub async fn list(database: &Database, agreement: i64) -> Result<Vec<Kept>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::AgreementId.eq(agreement))
        .filter(Column::WithdrawnAt.is_null())
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?;
    rows.into_iter()
        .map(|row| Ok(Kept { id: row.id, version: row.version, fact: serde_json::from_str(&row.body)? }))
        .collect()
}

/// The facts that stand, by agreement.
pub(super) async fn of(
    connection: &impl ConnectionTrait,
    agreements: &[i64],
) -> Result<HashMap<i64, Vec<Fact>>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::AgreementId.is_in(agreements.iter().copied()))
        .filter(Column::WithdrawnAt.is_null())
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let mut facts: HashMap<i64, Vec<Fact>> = HashMap::new();
    for row in rows {
        facts.entry(row.agreement_id).or_default().push(serde_json::from_str(&row.body)?);
    }
    Ok(facts)
}
