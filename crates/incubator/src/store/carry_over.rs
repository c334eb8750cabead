//! Credits that a year left, carried over to the next.

use jiff::civil::Date;
use socle::audit::Actor;
use socle::store::Database;

use super::agreement::{self, Knowledge};
use super::ledger::{self, NewLine};
use super::{ServiceError, day, outlook};
use crate::model::budget_year::budget_years;
use crate::model::ledger::LedgerKind;
use crate::model::money::Cents;

/// What a decree carries over, dated in the year after.
#[derive(Clone, Debug)]
pub struct NewCarryOver {
    pub from_year: i16,
    pub day: Date,
    pub ae: Option<Cents>,
    pub cp: Option<Cents>,
    pub document: String,
}

/// More than the year leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    Ae { left: Cents },
    Cp { left: Cents },
}

/// Carries over what a year left. What is left is read inside the change: two people at once are served one after the
/// other, and the second sees what the first took.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    new: NewCarryOver,
) -> Result<Result<(), Vec<TooMuch>>, ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let today = day::today(tx);
                let filed = agreement::within_change(tx, &knowledge, &[agreement]).await?.pop();
                let years = filed.map(|filed| budget_years(&filed.agreement, today)).unwrap_or_default();
                let year = years.iter().find(|one| one.year == new.from_year);
                let left =
                    year.map_or((Cents::ZERO, Cents::ZERO), |one| (one.ae.lapsing(), one.cp.lapsing()));
                let mut refused = Vec::new();
                if new.ae.is_some_and(|ae| ae > left.0) {
                    refused.push(TooMuch::Ae { left: left.0 });
                }
                if new.cp.is_some_and(|cp| cp > left.1) {
                    refused.push(TooMuch::Cp { left: left.1 });
                }
                if !refused.is_empty() {
                    return Ok(Err(refused));
                }
                let line = NewLine {
                    ae: new.ae,
                    cp: new.cp,
                    document: new.document,
                    note: format!("De l’année {}.", new.from_year),
                    ..NewLine::of(LedgerKind::CarryOver, new.day)
                };
                ledger::write(tx, &actor, agreement, line).await?;
                outlook::refresh(tx, &knowledge, agreement).await?;
                Ok(Ok(()))
            })
        })
        .await
}
