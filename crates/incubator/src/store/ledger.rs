//! The ledger: what happened to the money. Append-only.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::agreement::Knowledge;
use super::order::{self, Placed};
use super::{ServiceError, day, outlook};
use crate::model::ledger::{LedgerEntry, LedgerKind};
use crate::model::money::{Cents, CommitmentAuthorisation, PaymentCredit};
use crate::model::named::Named as _;
use crate::model::purchase::OrderStage;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agreement_id: i64,
    pub order_id: Option<i64>,
    pub day: i32,
    pub kind: String,
    pub ae: Option<i64>,
    pub cp: Option<i64>,
    pub cash: Option<i64>,
    pub document: String,
    pub note: String,
    pub reverses: Option<i64>,
    pub agent_id: Option<i64>,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn kind(&self) -> Result<LedgerKind, ServiceError> {
        LedgerKind::from_name(&self.kind)
            .ok_or_else(|| ServiceError::Corrupt(format!("ledger: kind {:?}", self.kind)))
    }

    pub fn date(&self) -> Date {
        day::date(self.day)
    }

    fn entry(self, order: Option<String>) -> Result<LedgerEntry, ServiceError> {
        Ok(LedgerEntry {
            date: self.date(),
            kind: self.kind()?,
            ae: self.ae.map(|cents| CommitmentAuthorisation(Cents::new(cents))),
            cp: self.cp.map(|cents| PaymentCredit(Cents::new(cents))),
            cash: self.cash.map(Cents::new),
            order,
            document: Some(self.document).filter(|text| !text.is_empty()),
        })
    }
}

/// A line to write.
#[derive(Clone, Debug)]
pub struct NewLine {
    pub order: Option<i64>,
    pub day: Date,
    pub kind: LedgerKind,
    pub ae: Option<Cents>,
    pub cp: Option<Cents>,
    pub cash: Option<Cents>,
    pub document: String,
    pub note: String,
    pub reverses: Option<i64>,
}

impl NewLine {
    /// A line of that kind and day, with nothing in it.
    pub fn of(kind: LedgerKind, day: Date) -> Self {
        Self {
            order: None,
            day,
            kind,
            ae: None,
            cp: None,
            cash: None,
            document: String::new(),
            note: String::new(),
            reverses: None,
        }
    }
}

/// Writes a line as a part of a change, with its entry in the log; its number.
pub(super) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    agreement: i64,
    line: NewLine,
) -> Result<i64, ServiceError> {
    let id = tx.next_number();
    tx.record(Entry::new(actor.clone(), "ledger.written", "agreement", agreement).with_facts(json!({
        "line": id, "order": line.order, "kind": line.kind, "day": line.day,
        "ae": line.ae, "cp": line.cp, "cash": line.cash, "reverses": line.reverses,
    })));
    let row = ActiveModel {
        id: Set(id),
        agreement_id: Set(agreement),
        order_id: Set(line.order),
        day: Set(day::number(line.day)),
        kind: Set(line.kind.to_string()),
        ae: Set(line.ae.map(Cents::as_i64)),
        cp: Set(line.cp.map(Cents::as_i64)),
        cash: Set(line.cash.map(Cents::as_i64)),
        document: Set(line.document),
        note: Set(line.note),
        reverses: Set(line.reverses),
        agent_id: Set(match actor {
            Actor::Agent(agent) => Some(*agent),
            _ => None,
        }),
        recorded_at: Set(tx.now().into()),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(id)
}

/// Records a line of the agreement as a whole: credits made available, receipts, refunds.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    line: NewLine,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                write(tx, &actor, agreement, line).await?;
                outlook::refresh(tx, &knowledge, agreement).await
            })
        })
        .await
}

/// The line that undoes the reservation of an order that is given up; none when nothing was reserved.
pub(super) async fn reservation_undone(
    tx: &Tx,
    order: i64,
    today: Date,
    reason: &str,
) -> Result<Option<NewLine>, ServiceError> {
    let reserved = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::Kind.eq(LedgerKind::Reservation.as_str()))
        .filter(Column::Reverses.is_null())
        .one(tx.connection())
        .await?;
    Ok(reserved.map(|line| NewLine {
        order: Some(order),
        ae: line.ae.map(|cents| Cents::new(cents.saturating_neg())),
        document: line.document,
        note: reason.to_owned(),
        reverses: Some(line.id),
        ..NewLine::of(LedgerKind::Reservation, today)
    }))
}

/// Why a line is not reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReversed {
    /// No such line here.
    Unknown,
    /// It is a reversal, or has been reversed.
    Already,
    /// Commitments are undone by closing their order.
    OfAnOrder,
    /// Its order is closed: what it did not use was released.
    Closed,
    /// What it certified is paid: the payment is reversed first.
    Paid,
}

/// Reverses a line: the same with the opposite amounts.
pub async fn reverse(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    line: i64,
    (today, reason): (Date, String),
) -> Result<Result<(), NotReversed>, ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let found = Entity::find_by_id(line)
                    .filter(Column::AgreementId.eq(agreement))
                    .one(tx.connection())
                    .await?;
                let Some(found) = found else { return Ok(Err(NotReversed::Unknown)) };
                let again = Entity::find().filter(Column::Reverses.eq(line)).count(tx.connection()).await?;
                if found.reverses.is_some() || again > 0 {
                    return Ok(Err(NotReversed::Already));
                }
                let kind = found.kind()?;
                if matches!(kind, LedgerKind::Commitment | LedgerKind::Reservation | LedgerKind::Release) {
                    return Ok(Err(NotReversed::OfAnOrder));
                }
                if let Some(refused) = held_by_order(tx, &found, kind).await? {
                    return Ok(Err(refused));
                }
                let opposite = |cents: Option<i64>| cents.map(|cents| Cents::new(cents.saturating_neg()));
                let mirrored = NewLine {
                    order: found.order_id,
                    // A mistake is undone on its own day, so that no year keeps half of it.
                    day: found.date().min(today),
                    kind,
                    ae: opposite(found.ae),
                    cp: opposite(found.cp),
                    cash: opposite(found.cash),
                    document: found.document,
                    note: reason,
                    reverses: Some(line),
                };
                write(tx, &actor, agreement, mirrored).await?;
                outlook::refresh(tx, &knowledge, agreement).await?;
                Ok(Ok(()))
            })
        })
        .await
}

/// Why the order of a line holds it.
async fn held_by_order(tx: &Tx, line: &Model, kind: LedgerKind) -> Result<Option<NotReversed>, ServiceError> {
    let Some(order) = line.order_id else { return Ok(None) };
    let found = order::Entity::find_by_id(order).one(tx.connection()).await?;
    if found.is_some_and(|one| one.stage == OrderStage::Closed.as_str()) {
        return Ok(Some(NotReversed::Closed));
    }
    let sums = order::consumed(tx.connection(), order, Date::MAX).await?;
    let left = sums.certified - Cents::new(line.cp.unwrap_or(0));
    Ok((kind == LedgerKind::Certification && left < sums.paid).then_some(NotReversed::Paid))
}

/// Lines of a file, in one go; `orders` gives the number in the tables of each order of the file.
pub(super) async fn file_all(
    tx: &mut Tx,
    agreement: i64,
    entries: Vec<LedgerEntry>,
    orders: &HashMap<String, i64>,
) -> Result<(), ServiceError> {
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        // An order that the file does not describe is kept in the words of the document.
        let order_id = entry.order.as_ref().and_then(|number| orders.get(number).copied());
        let document = match (order_id, entry.order, entry.document) {
            (None, Some(order), Some(document)) => format!("{order}, {document}"),
            (None, Some(order), None) => order,
            (_, _, document) => document.unwrap_or_default(),
        };
        rows.push(ActiveModel {
            id: Set(tx.next_number()),
            agreement_id: Set(agreement),
            order_id: Set(order_id),
            day: Set(day::number(entry.date)),
            kind: Set(entry.kind.to_string()),
            ae: Set(entry.ae.map(|ae| ae.0.as_i64())),
            cp: Set(entry.cp.map(|cp| cp.0.as_i64())),
            cash: Set(entry.cash.map(Cents::as_i64)),
            document: Set(document),
            note: Set(String::new()),
            reverses: Set(None),
            agent_id: Set(None),
            recorded_at: Set(tx.now().into()),
        });
    }
    for some in rows.chunks(500) {
        Entity::insert_many(some.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// The entries of these agreements, in the order they were written.
pub(super) async fn of(
    connection: &impl ConnectionTrait,
    agreements: &[i64],
    orders: &[Placed],
) -> Result<HashMap<i64, Vec<LedgerEntry>>, ServiceError> {
    let numbers: HashMap<i64, &str> =
        orders.iter().filter_map(|one| Some((one.row.id, one.row.number.as_deref()?))).collect();
    let rows = Entity::find()
        .filter(Column::AgreementId.is_in(agreements.iter().copied()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let mut entries: HashMap<i64, Vec<LedgerEntry>> = HashMap::new();
    for row in rows {
        let order = row.order_id.and_then(|id| numbers.get(&id)).map(|number| (*number).to_owned());
        let agreement = row.agreement_id;
        entries.entry(agreement).or_default().push(row.entry(order)?);
    }
    Ok(entries)
}

/// The numbers of an agreement's lines, in the order of its entries.
pub(super) async fn numbers(
    connection: &impl ConnectionTrait,
    agreement: i64,
) -> Result<Vec<i64>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::AgreementId.eq(agreement))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Every line of an agreement, the latest written first.
pub async fn list(database: &Database, agreement: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::AgreementId.eq(agreement))
        .order_by_desc(Column::Id)
        .all(database.read())
        .await?)
}
