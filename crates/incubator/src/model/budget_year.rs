//! Credits are annual: what a year did not use lapses on 31 December, unless an order carries it over (spec § 3.3; LOLF,
//! article 15). What partners pay (*fonds de concours*) is not counted here: C14 follows it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::agreement::Agreement;
use super::checks::not_in_ledger;
use super::ledger::{LedgerEntry, LedgerKind};
use super::money::Cents;

/// A budget year of an agreement, as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetYear {
    pub year: i16,
    /// The plan's, amendments included; none when a cell is blank or the year is not in the plan.
    pub planned_ae: Option<Cents>,
    pub planned_cp: Option<Cents>,
    pub ae: Credits,
    pub cp: Credits,
}

/// Credits of a year, of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Credits {
    /// None when nobody recorded any: unknown, not nil.
    pub available: Option<Cents>,
    /// Of which carried from the year before.
    pub carried: Cents,
    /// Committed for AE, less what was released in the same year; paid for CP.
    pub used: Cents,
    /// Of what is left, what the year after received.
    pub carried_on: Cents,
}

impl Credits {
    /// What is left of what was made available; none when that is unknown.
    pub fn left(&self) -> Option<Cents> {
        self.available.map(|available| available - self.used)
    }

    /// What lapses, or lapsed, on 31 December: what is left and was not carried over.
    pub fn lapsing(&self) -> Cents {
        self.left().map_or(Cents::ZERO, |left| (left - self.carried_on).at_least_zero())
    }
}

/// Every year of the plan, of the ledger and of orders, up to the year of `as_of`, in order.
pub fn budget_years(agreement: &Agreement, as_of: Date) -> Vec<BudgetYear> {
    let ledger: Vec<&LedgerEntry> = agreement.ledger.iter().filter(|entry| entry.date <= as_of).collect();
    let plan = agreement.plan_on(as_of);
    let counted = |kind| {
        matches!(
            kind,
            LedgerKind::Availability | LedgerKind::CarryOver | LedgerKind::Commitment | LedgerKind::Payment
        )
    };
    let mut years: BTreeSet<i16> = plan.iter().map(|line| line.year).collect();
    years.extend(ledger.iter().filter(|entry| counted(entry.kind)).map(|entry| entry.date.year()));
    years.extend(not_in_ledger(agreement, as_of).map(|order| year_of(order.signed_on, as_of)));
    years
        .into_iter()
        .filter(|year| *year <= as_of.year())
        .map(|year| budget_year(agreement, &ledger, year, as_of))
        .collect()
}

/// The credits of AE of one year.
pub fn ae_of_year(agreement: &Agreement, year: i16, as_of: Date) -> Credits {
    let ledger: Vec<&LedgerEntry> = agreement.ledger.iter().filter(|entry| entry.date <= as_of).collect();
    budget_year(agreement, &ledger, year, as_of).ae
}

fn year_of(signed: Option<Date>, as_of: Date) -> i16 {
    // An order without a known day was placed: the year that runs answers for it.
    signed.unwrap_or(as_of).year()
}

fn budget_year(agreement: &Agreement, ledger: &[&LedgerEntry], year: i16, as_of: Date) -> BudgetYear {
    let plan = agreement.plan_on(as_of);
    // A blank cell makes the whole year unknown.
    let planned = |amount: fn(&super::credit_plan::CreditPlanLine) -> Option<Cents>| {
        let lines: Vec<_> = plan.iter().filter(|line| line.year == year).collect();
        if lines.is_empty() { None } else { lines.into_iter().map(amount).sum::<Option<Cents>>() }
    };
    let orders = not_in_ledger(agreement, as_of).filter(|order| year_of(order.signed_on, as_of) == year);
    let mut ae = credits(ledger, year, |entry| entry.ae.map(|ae| ae.0));
    ae.used = committed(ledger, year) + orders.map(super::order::Order::total).sum();
    let mut cp = credits(ledger, year, |entry| entry.cp.map(|cp| cp.0));
    cp.used = sum(ledger, LedgerKind::Payment, year, |entry| entry.cp.map(|cp| cp.0));
    BudgetYear {
        year,
        planned_ae: planned(|line| line.ae.map(|ae| ae.0)),
        planned_cp: planned(|line| line.cp.map(|cp| cp.0)),
        ae,
        cp,
    }
}

fn credits(ledger: &[&LedgerEntry], year: i16, amount: fn(&LedgerEntry) -> Option<Cents>) -> Credits {
    let granted = |kind, year| sum(ledger, kind, year, amount);
    // Once credits were made available, a year without any has none: what was left before has lapsed.
    let known = ledger.iter().any(|entry| {
        matches!(entry.kind, LedgerKind::Availability | LedgerKind::CarryOver)
            && entry.date.year() <= year
            && amount(entry).is_some()
    });
    let carried = granted(LedgerKind::CarryOver, year);
    Credits {
        available: known.then(|| granted(LedgerKind::Availability, year) + carried),
        carried,
        used: Cents::ZERO,
        carried_on: granted(LedgerKind::CarryOver, year.saturating_add(1)),
    }
}

fn sum(
    ledger: &[&LedgerEntry],
    kind: LedgerKind,
    year: i16,
    amount: fn(&LedgerEntry) -> Option<Cents>,
) -> Cents {
    ledger
        .iter()
        .filter(|entry| entry.kind == kind && entry.date.year() == year)
        .filter_map(|entry| amount(entry))
        .sum()
}

/// Commitments of the year, less what was released of them in the same year: released later, AE come back to nobody.
fn committed(ledger: &[&LedgerEntry], year: i16) -> Cents {
    let of_year = |order: &Option<String>| {
        order.is_none()
            || ledger.iter().any(|entry| {
                entry.kind == LedgerKind::Commitment && entry.order == *order && entry.date.year() == year
            })
    };
    let ae = |entry: &&&LedgerEntry| entry.ae.map_or(Cents::ZERO, |ae| ae.0);
    let within = ledger.iter().filter(|entry| entry.date.year() == year);
    within.fold(Cents::ZERO, |sum, entry| match entry.kind {
        LedgerKind::Commitment => sum + ae(&entry),
        LedgerKind::Release if of_year(&entry.order) => sum - ae(&entry),
        _ => sum,
    })
}
