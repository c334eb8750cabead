//! Orders that come in by a file: all that can be taken in one change, each judged after those before it.

use sea_orm::entity::prelude::*;
use socle::audit::Actor;
use socle::store::{Database, Tx};

use super::agreement::{self, Knowledge};
use super::day::today;
use super::order::{self, Column, Entity as Orders, NewOrder, Placed, Signed};
use super::taken::{NotTaken, Taken, Undone};
use super::{ServiceError, outlook};
use crate::model::agreement::Agreement;
use crate::model::checks::before_signing;
use crate::model::finding::Level;
use crate::model::ledger::{LedgerEntry, LedgerKind};
use crate::model::money::{Cents, CommitmentAuthorisation};
use crate::model::order::{Order, OrderLine, OrderUnder};

/// Takes orders, in their order; a trial says what would become of each and writes nothing.
pub async fn take(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    (orders, trial): (Vec<NewOrder>, bool),
) -> Result<Vec<Taken>, ServiceError> {
    let knowledge = knowledge.clone();
    let taken = database.write(move |tx| {
        Box::pin(async move {
            let filed = agreement::within_change(tx, &knowledge, &[agreement]).await?;
            let filed = filed.into_iter().next();
            let filed =
                filed.ok_or_else(|| ServiceError::Corrupt(format!("agreement {agreement} is not there")))?;
            let known = order::of(tx.connection(), &[agreement]).await?;
            let mut desk = Desk { agreement: filed.agreement, known, id: agreement };
            let mut taken = Vec::with_capacity(orders.len());
            for order in orders {
                taken.push(desk.take(tx, &actor, order).await?);
            }
            if trial {
                return Err(Undone::Trial(taken));
            }
            outlook::refresh(tx, &knowledge, agreement).await?;
            Ok(taken)
        })
    });
    Undone::told(taken.await)
}

/// What is known while a file is taken.
struct Desk {
    agreement: Agreement,
    /// Orders that were there before the file and that no line of it has met.
    known: Vec<Placed>,
    id: i64,
}

impl Desk {
    async fn take(&mut self, tx: &mut Tx, actor: &Actor, new: NewOrder) -> Result<Taken, ServiceError> {
        let total: Cents = new.lines.iter().map(|line| line.amount).sum();
        if let Some(at) = self.known.iter().position(|known| same(known, &new, total)) {
            self.known.swap_remove(at);
            return Ok(Taken::Known);
        }
        if let Some(signed) = &new.signed {
            if let Some(other) =
                Orders::find().filter(Column::Number.eq(&signed.number)).one(tx.connection()).await?
            {
                let here = self.known.iter().find(|known| known.row.id == other.id);
                return Ok(Taken::Refused(NotTaken::NumberTaken { amount: here.map(Placed::total) }));
            }
            let order = as_signed(&new, signed);
            let mut found = before_signing(&self.agreement, &order, signed.day, today(tx));
            found.retain(|finding| finding.level == Level::Block);
            if !found.is_empty() {
                return Ok(Taken::Refused(NotTaken::Findings(found)));
            }
            self.agreement.ledger.push(LedgerEntry {
                date: signed.day,
                kind: LedgerKind::Commitment,
                ae: Some(CommitmentAuthorisation(total)),
                cp: None,
                cash: None,
                order: Some(signed.number.clone()),
                document: Some(signed.number.clone()),
            });
            self.agreement.orders.push(order);
        }
        order::write(tx, actor, self.id, new).await?;
        Ok(Taken::Written)
    }
}

/// Whether an order is there already: by its number, else by what it is, for whom and how much.
fn same(known: &Placed, new: &NewOrder, total: Cents) -> bool {
    match &new.signed {
        Some(signed) => known.row.number.as_ref() == Some(&signed.number) && known.total() == total,
        None => known.row.title == new.title && known.row.product == new.product && known.total() == total,
    }
}

fn as_signed(new: &NewOrder, signed: &Signed) -> Order {
    Order {
        number: Some(signed.number.clone()),
        estimate: false,
        under: OrderUnder::ThisAgreement,
        supplier: Some(new.supplier.clone()).filter(|name| !name.is_empty()),
        product: Some(new.product.clone()).filter(|key| !key.is_empty()),
        phase: new.phase,
        signed_on: Some(signed.day),
        from: new.from,
        to: new.to,
        market_ends_on: new.market_ends_on,
        lines: new
            .lines
            .iter()
            .map(|line| OrderLine {
                label: line.label.clone(),
                service: line.service,
                amount: line.amount,
                rounded_to: None,
                activity: None,
                resource: None,
            })
            .collect(),
    }
}
