//! What is done to an order, and what it writes in the ledger.

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError, Tx};

use super::agreement::{self, Knowledge};
use super::day::today;
use super::ledger::{self, NewLine};
use super::order::{
    ActiveModel, Column, Entity as Orders, Model, NewOrderLine, Placed, consumed, note_step, set_lines,
};
use super::{ServiceError, day, order_line, outlook};
use crate::model::checks::before_signing;
use crate::model::finding::{Finding, Level};
use crate::model::ledger::LedgerKind;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::purchase::{OrderStage, OrderStep};

/// What is done to an order.
#[derive(Clone, Debug)]
pub enum Move {
    RequestQuote { need: String },
    ReceiveQuote { supplier: String, document: String, lines: Vec<NewOrderLine> },
    ApproveQuote,
    Reserve { document: String },
    Sign { number: String, day: Date, overridden: Option<String> },
    Certify { day: Date, amount: Cents, note: String },
    Pay { day: Date, amount: Cents, document: String },
    Close { day: Date },
    Abandon { reason: String },
}

impl Move {
    pub fn step(&self) -> OrderStep {
        match self {
            Self::RequestQuote { .. } => OrderStep::RequestQuote,
            Self::ReceiveQuote { .. } => OrderStep::ReceiveQuote,
            Self::ApproveQuote => OrderStep::ApproveQuote,
            Self::Reserve { .. } => OrderStep::Reserve,
            Self::Sign { .. } => OrderStep::Sign,
            Self::Certify { .. } => OrderStep::Certify,
            Self::Pay { .. } => OrderStep::Pay,
            Self::Close { .. } => OrderStep::Close,
            Self::Abandon { .. } => OrderStep::Abandon,
        }
    }
}

/// Why a move is refused; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The order is not where the move begins.
    Stage(OrderStage),
    /// Rules of the agreement forbid it.
    Findings(Vec<Finding>),
    /// More than what is left: of the commitment to certify, of what is certified to pay.
    MoreThanLeft { asked: Cents, left: Cents },
    /// Something certified is not paid yet.
    NotAllPaid { left: Cents },
    /// The day comes before the order, or after today.
    Day { not_before: Option<Date>, not_after: Date },
    /// Nothing to buy: no line.
    Empty,
    /// Another order has that number in Chorus.
    NumberTaken(String),
}

/// What a move comes to, once it is allowed.
#[derive(Default)]
struct Effects {
    row: ActiveModel,
    lines: Option<Vec<NewOrderLine>>,
    entry: Option<NewLine>,
    day: Option<Date>,
    amount: Option<Cents>,
    note: String,
    /// What was overridden, for the log.
    overridden: Vec<Finding>,
}

/// Does a move to an order as it was read, or says why not. Sums are read inside the change: two people who commit at
/// once are served one after the other, and the second sees what the first took.
pub async fn advance(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    order: &Placed,
    one: Move,
) -> Result<Result<(), Refused>, ServiceError> {
    let (id, agreement, version) = (order.row.id, order.row.agreement_id, order.row.version);
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = Orders::find_by_id(id).one(tx.connection()).await? else {
                    return Err(StoreError::Stale { what: "order" }.into());
                };
                let before = row.stage()?;
                let step = one.step();
                if row.version != version {
                    return Err(StoreError::Stale { what: "order" }.into());
                }
                let Some(stage) = before.after(step) else { return Ok(Err(Refused::Stage(before))) };
                let effects = match effects(tx, &knowledge, row, one).await? {
                    Ok(effects) => effects,
                    Err(refused) => return Ok(Err(refused)),
                };
                let today = today(tx);
                let mut changed = effects.row;
                changed.stage = Set(stage.to_string());
                changed.version = Set(version + 1);
                Orders::update_many().set(changed).filter(Column::Id.eq(id)).exec(tx.connection()).await?;
                if let Some(lines) = effects.lines {
                    set_lines(tx, id, lines).await?;
                }
                if let Some(entry) = effects.entry {
                    ledger::write(tx, &actor, agreement, entry).await?;
                }
                tx.record(Entry::new(actor.clone(), "order.advanced", "order", id).with_facts(json!({
                    "agreement": agreement, "step": step, "before": before, "after": stage,
                    "amount": effects.amount, "overridden": effects.overridden,
                    "reason": if effects.overridden.is_empty() { "" } else { effects.note.as_str() },
                })));
                let day = effects.day.unwrap_or(today);
                note_step(tx, &actor, id, step, day, (effects.amount, effects.note)).await?;
                outlook::refresh(tx, &knowledge, agreement).await?;
                Ok(Ok(()))
            })
        })
        .await
}

/// A move's effects, or why it is refused.
type Judged = Result<Result<Effects, Refused>, ServiceError>;

async fn effects(tx: &Tx, knowledge: &Knowledge, row: Model, one: Move) -> Judged {
    match one {
        Move::RequestQuote { need } => Ok(Ok(Effects {
            row: ActiveModel { need: Set(need), ..Default::default() },
            ..Effects::default()
        })),
        Move::ReceiveQuote { lines, .. } if lines.is_empty() => Ok(Err(Refused::Empty)),
        Move::ReceiveQuote { supplier, document, lines } => Ok(Ok(Effects {
            row: ActiveModel { supplier: Set(supplier), ..Default::default() },
            amount: Some(lines.iter().map(|line| line.amount).sum()),
            lines: Some(lines),
            note: document,
            ..Effects::default()
        })),
        Move::ApproveQuote => Ok(Ok(Effects::default())),
        Move::Abandon { reason } => {
            // What was set aside is free again.
            let entry = ledger::reservation_undone(tx, row.id, today(tx), &reason).await?;
            Ok(Ok(Effects { entry, note: reason, ..Effects::default() }))
        }
        Move::Reserve { document } => reserve(tx, knowledge, row, document).await,
        Move::Sign { number, day, overridden } => sign(tx, knowledge, row, (number, day), overridden).await,
        Move::Certify { day, amount, note } => {
            let sums = consumed(tx.connection(), row.id, Date::MAX).await?;
            let left = sums.committed - sums.certified;
            let line = NewLine { note: note.clone(), ..NewLine::of(LedgerKind::Certification, day) };
            Ok(take(tx, &row, line, (amount, left), note))
        }
        Move::Pay { day, amount, document } => {
            // Of what was certified by that day, what no payment of any day has taken.
            let certified = consumed(tx.connection(), row.id, day).await?.certified;
            let left = certified - consumed(tx.connection(), row.id, Date::MAX).await?.paid;
            let line = NewLine { document: document.clone(), ..NewLine::of(LedgerKind::Payment, day) };
            Ok(take(tx, &row, line, (amount, left), document))
        }
        Move::Close { day } => close(tx, &row, day).await,
    }
}

/// A day of an order: not after today, nor before its signature.
fn sound_day(tx: &Tx, row: &Model, day: Date) -> Result<Date, Refused> {
    let (not_before, not_after) = (row.signed_day.map(day::date), today(tx));
    let sound = day <= not_after && not_before.is_none_or(|first| first <= day);
    if sound { Ok(day) } else { Err(Refused::Day { not_before, not_after }) }
}

/// What blocks, when something does.
fn blocking(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| finding.level == Level::Block).collect()
}

async fn reserve(tx: &Tx, knowledge: &Knowledge, row: Model, document: String) -> Judged {
    let (id, day) = (row.id, today(tx));
    let (amount, findings) = examined(tx, knowledge, row, day, None).await?;
    let blocking = blocking(findings);
    if !blocking.is_empty() {
        return Ok(Err(Refused::Findings(blocking)));
    }
    let entry = NewLine {
        order: Some(id),
        ae: Some(amount),
        document: document.clone(),
        ..NewLine::of(LedgerKind::Reservation, day)
    };
    Ok(Ok(Effects { entry: Some(entry), amount: Some(amount), note: document, ..Effects::default() }))
}

async fn sign(
    tx: &Tx,
    knowledge: &Knowledge,
    row: Model,
    (number, day): (String, Date),
    overridden: Option<String>,
) -> Judged {
    let id = row.id;
    let day = match sound_day(tx, &row, day) {
        Ok(day) => day,
        Err(refused) => return Ok(Err(refused)),
    };
    let taken = Orders::find().filter(Column::Number.eq(&number)).filter(Column::Id.ne(id));
    if taken.count(tx.connection()).await? > 0 {
        return Ok(Err(Refused::NumberTaken(number)));
    }
    let (amount, findings) = examined(tx, knowledge, row, day, Some(&number)).await?;
    let blocking = blocking(findings);
    if !blocking.is_empty() && overridden.is_none() {
        return Ok(Err(Refused::Findings(blocking)));
    }
    let entry = NewLine {
        order: Some(id),
        ae: Some(amount),
        document: number.clone(),
        ..NewLine::of(LedgerKind::Commitment, day)
    };
    Ok(Ok(Effects {
        row: ActiveModel {
            number: Set(Some(number)),
            signed_day: Set(Some(day::number(day))),
            ..Default::default()
        },
        entry: Some(entry),
        day: Some(day),
        amount: Some(amount),
        note: overridden.unwrap_or_default(),
        overridden: blocking,
        ..Effects::default()
    }))
}

/// Takes an amount from what is left: of the commitment to certify, of what is certified to pay.
fn take(
    tx: &Tx,
    row: &Model,
    line: NewLine,
    (amount, left): (Cents, Cents),
    note: String,
) -> Result<Effects, Refused> {
    let day = sound_day(tx, row, line.day)?;
    if amount > left {
        return Err(Refused::MoreThanLeft { asked: amount, left });
    }
    let entry = NewLine { order: Some(row.id), cp: Some(amount), ..line };
    Ok(Effects { entry: Some(entry), day: Some(day), amount: Some(amount), note, ..Effects::default() })
}

/// Everything that was certified is paid; what is left of the commitment is released.
async fn close(tx: &Tx, row: &Model, day: Date) -> Judged {
    let sums = consumed(tx.connection(), row.id, Date::MAX).await?;
    let (unpaid, unused) = (sums.certified - sums.paid, sums.committed - sums.paid);
    let day = match sound_day(tx, row, day) {
        Ok(day) => day,
        Err(refused) => return Ok(Err(refused)),
    };
    if unpaid != Cents::ZERO {
        return Ok(Err(Refused::NotAllPaid { left: unpaid }));
    }
    let entry = (unused > Cents::ZERO).then(|| NewLine {
        order: Some(row.id),
        ae: Some(unused),
        ..NewLine::of(LedgerKind::Release, day)
    });
    Ok(Ok(Effects { entry, day: Some(day), amount: Some(unused), ..Effects::default() }))
}

/// What the agreement says of this order if it were signed on that day, and its amount.
async fn examined(
    tx: &Tx,
    knowledge: &Knowledge,
    row: Model,
    day: Date,
    number: Option<&str>,
) -> Result<(Cents, Vec<Finding>), ServiceError> {
    let id = row.id;
    let today = today(tx);
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(id))
        .order_by_asc(order_line::Column::Rank)
        .all(tx.connection())
        .await?;
    let filed = agreement::within_change(tx, knowledge, &[row.agreement_id]).await?;
    let filed = filed.into_iter().next();
    let filed = filed.ok_or_else(|| ServiceError::Corrupt(format!("order {id} has no agreement")))?;
    let stage = row.stage()?;
    let mut order = Placed { row, stage, lines };
    let mut agreement = filed.agreement;
    // Its own reservation is what it is going to take: it does not count twice.
    let own = order.in_agreement();
    if let Some(at) = agreement.orders.iter().position(|known| Some(known) == own.as_ref()) {
        agreement.orders.remove(at);
    }
    if stage == OrderStage::Reserved {
        let reserved = ledger::Entity::find()
            .filter(ledger::Column::OrderId.eq(id))
            .filter(ledger::Column::Kind.eq(LedgerKind::Reservation.as_str()))
            .all(tx.connection())
            .await?;
        for line in reserved {
            let amount = line.ae.map(Cents::new);
            let same = |entry: &crate::model::ledger::LedgerEntry| {
                entry.kind == LedgerKind::Reservation
                    && entry.order.is_none()
                    && entry.ae.map(|ae| ae.0) == amount
                    && entry.date == line.date()
            };
            if let Some(at) = agreement.ledger.iter().position(same) {
                agreement.ledger.remove(at);
            }
        }
    }
    order.row.number = number.map(str::to_owned);
    let total = order.total();
    let findings =
        order.in_agreement().map_or_else(Vec::new, |order| before_signing(&agreement, &order, day, today));
    Ok((total, findings))
}
