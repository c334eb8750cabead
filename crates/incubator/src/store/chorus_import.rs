//! Extracts of Chorus: payments are written, certifications are told to whoever certifies, commitments are compared.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::entity::prelude::*;
use socle::audit::Actor;
use socle::store::{Database, Tx};

use super::agreement::Knowledge;
use super::ledger::{self, NewLine};
use super::order::{self, Consumed, Placed, note_step};
use super::taken::{NotTaken, Taken, Undone};
use super::{ServiceError, chorus_certification, day, outlook};
use crate::model::ledger::LedgerKind;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::purchase::{OrderStage, OrderStep};
use crate::table::chorus::Movement;

/// What became of a movement: its certification, its payment, and what Chorus says otherwise of the commitment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// That the order cannot be found, or is closed: nothing else is looked at.
    pub refused: Option<NotTaken>,
    pub certified: Option<Taken>,
    pub paid: Option<Taken>,
    /// What the house has committed, when Chorus says another sum.
    pub committed_here: Option<Cents>,
}

impl Compared {
    /// How many things are written, known and refused; a movement that only compares counts as known.
    pub fn counts(&self) -> (usize, usize, usize) {
        let all = [self.certified.as_ref(), self.paid.as_ref()];
        let count = |test: fn(&Taken) -> bool| all.iter().flatten().filter(|one| test(one)).count();
        let written = count(|one| *one == Taken::Written);
        let known = count(|one| *one == Taken::Known);
        let refused = count(|one| matches!(one, Taken::Refused(_))) + usize::from(self.refused.is_some());
        let only_compared = usize::from(written + known + refused == 0);
        (written, known + only_compared, refused)
    }
}

/// Takes the movements of an extract, in the order of their days; a trial writes nothing. Answers in the order given.
pub async fn take(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    (movements, trial): (Vec<Movement>, bool),
) -> Result<Vec<Compared>, ServiceError> {
    let knowledge = knowledge.clone();
    let taken = database.write(move |tx| {
        Box::pin(async move {
            let mut desk = Desk::open(tx, agreement).await?;
            let mut by_day: Vec<(usize, Movement)> = movements.into_iter().enumerate().collect();
            by_day.sort_by_key(|(_, movement)| movement.day);
            let mut compared = vec![Compared::default(); by_day.len()];
            for (at, movement) in by_day {
                let told = desk.compare(tx, &actor, movement).await?;
                if let Some(place) = compared.get_mut(at) {
                    *place = told;
                }
            }
            if trial {
                return Err(Undone::Trial(compared));
            }
            outlook::refresh(tx, &knowledge, agreement).await?;
            Ok(compared)
        })
    });
    Undone::told(taken.await)
}

/// Something told of an order before the file: the day, the sum, the document.
type Known = (i32, i64, String);

struct Desk {
    agreement: i64,
    /// Signed orders by their number.
    orders: HashMap<String, Placed>,
    /// Payments and certifications that were there, less those that a line met.
    payments: HashMap<i64, Vec<Known>>,
    certifications: HashMap<i64, Vec<Known>>,
}

impl Desk {
    async fn open(tx: &Tx, agreement: i64) -> Result<Self, ServiceError> {
        let mut orders = HashMap::new();
        let (mut payments, mut certifications) = (HashMap::new(), HashMap::new());
        for placed in order::of(tx.connection(), &[agreement]).await? {
            let Some(number) = placed.row.number.clone().filter(|_| placed.stage.is_placed()) else {
                continue;
            };
            let told = chorus_certification::of(tx.connection(), placed.row.id).await?;
            let told: Vec<Known> = told.into_iter().map(|one| (one.day, one.amount, one.document)).collect();
            certifications.insert(placed.row.id, told);
            let paid = paid_lines(tx, placed.row.id).await?;
            payments.insert(placed.row.id, paid);
            orders.insert(number, placed);
        }
        Ok(Self { agreement, orders, payments, certifications })
    }

    async fn compare(
        &mut self,
        tx: &mut Tx,
        actor: &Actor,
        movement: Movement,
    ) -> Result<Compared, ServiceError> {
        let mut told = Compared::default();
        let Some(placed) = self.orders.get(&movement.number) else {
            return Ok(Compared { refused: Some(NotTaken::UnknownOrder), ..told });
        };
        let (id, closed) = (placed.row.id, placed.stage == OrderStage::Closed);
        let early = placed.row.signed_day.is_some_and(|signed| day::number(movement.day) < signed);
        let sums = order::consumed(tx.connection(), id, Date::MAX).await?;
        told.committed_here =
            movement.committed.filter(|said| !closed && *said != sums.committed).map(|_| sums.committed);
        if let Some(amount) = movement.certified {
            let one = (day::number(movement.day), amount.as_i64(), movement.document.clone());
            told.certified = Some(if met(self.certifications.get_mut(&id), &one) {
                Taken::Known
            } else if let Some(refused) = blocked(closed, early) {
                Taken::Refused(refused)
            } else {
                self.certify(tx, actor, id, (&movement, amount, sums)).await?
            });
        }
        if let Some(amount) = movement.paid {
            let one = (day::number(movement.day), amount.as_i64(), movement.document.clone());
            told.paid = Some(if met(self.payments.get_mut(&id), &one) {
                Taken::Known
            } else if let Some(refused) = blocked(closed, early) {
                Taken::Refused(refused)
            } else {
                self.pay(tx, actor, id, (&movement, amount, sums)).await?
            });
        }
        Ok(told)
    }

    /// Told to whoever certifies; never certified by a file.
    async fn certify(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: i64,
        (movement, amount, sums): (&Movement, Cents, Consumed),
    ) -> Result<Taken, ServiceError> {
        let told = chorus_certification::of(tx.connection(), id).await?;
        let left = sums.committed - told.iter().map(|one| Cents::new(one.amount)).sum();
        if amount > left {
            return Ok(Taken::Refused(NotTaken::MoreThanCommitted {
                asked: amount,
                left: left.at_least_zero(),
            }));
        }
        let what = (movement.day, amount, movement.document.clone());
        chorus_certification::write(tx, actor, id, what).await?;
        Ok(Taken::Written)
    }

    /// Of what the intrapreneur certified by that day, what no payment has taken.
    async fn pay(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: i64,
        (movement, amount, sums): (&Movement, Cents, Consumed),
    ) -> Result<Taken, ServiceError> {
        let certified = order::consumed(tx.connection(), id, movement.day).await?.certified;
        let left = certified - sums.paid;
        if amount > left {
            return Ok(Taken::Refused(NotTaken::NotCertified { asked: amount, left: left.at_least_zero() }));
        }
        let document = movement.document.clone();
        let line = NewLine {
            order: Some(id),
            cp: Some(amount),
            document: document.clone(),
            note: "Reprise d’un extrait de Chorus.".to_owned(),
            ..NewLine::of(LedgerKind::Payment, movement.day)
        };
        ledger::write(tx, actor, self.agreement, line).await?;
        note_step(tx, actor, id, OrderStep::Pay, movement.day, (Some(amount), document)).await?;
        Ok(Taken::Written)
    }
}

/// Payments of an order that nothing undid.
async fn paid_lines(tx: &Tx, order: i64) -> Result<Vec<Known>, ServiceError> {
    let lines = ledger::Entity::find()
        .filter(ledger::Column::OrderId.eq(order))
        .filter(ledger::Column::Kind.eq(LedgerKind::Payment.as_str()))
        .all(tx.connection())
        .await?;
    let undone: Vec<i64> = lines.iter().filter_map(|line| line.reverses).collect();
    let stands = |line: &ledger::Model| line.reverses.is_none() && !undone.contains(&line.id);
    Ok(lines.into_iter().filter(stands).map(|line| (line.day, line.cp.unwrap_or(0), line.document)).collect())
}

fn blocked(closed: bool, early: bool) -> Option<NotTaken> {
    match (closed, early) {
        (true, _) => Some(NotTaken::Closed),
        (false, true) => Some(NotTaken::BeforeSignature),
        (false, false) => None,
    }
}

/// Whether one of the known is that one; each is met once, so that two alike in a file are two.
fn met(known: Option<&mut Vec<Known>>, one: &Known) -> bool {
    let Some(known) = known else { return false };
    let at = known.iter().position(|other| other == one);
    if let Some(at) = at {
        known.swap_remove(at);
    }
    at.is_some()
}
