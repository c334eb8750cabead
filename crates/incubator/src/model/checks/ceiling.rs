//! What may be committed: C1, C2, C20.

use jiff::{SignedDuration, civil::Date};
use serde::Serialize;

use crate::model::{
    agreement::Agreement,
    budget_year::ae_of_year,
    finding::{Finding, Level, Rule},
    ledger::{LedgerEntry, LedgerKind},
    money::Cents,
    order::{Order, OrderUnder},
};

/// How much may be committed in all, and where the figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum Ceiling {
    /// The AE of the plan. `partial`: a cell is blank, and what is known is the least that was granted.
    Plan { amount: Cents, partial: bool },
    /// What the agreement before leaves.
    OpeningBalance { amount: Cents },
    /// What partners pay.
    Contributions { amount: Cents },
    /// The agreement gives no figure.
    None,
}

impl Ceiling {
    pub fn amount(self) -> Option<Cents> {
        match self {
            Self::Plan { amount, .. } | Self::OpeningBalance { amount } | Self::Contributions { amount } => {
                Some(amount)
            }
            Self::None => None,
        }
    }
}

/// The ceiling on a day: the plan and its amendments, else what is carried over and paid.
pub fn ceiling(agreement: &Agreement, as_of: Date) -> Ceiling {
    let plan = agreement.plan_on(as_of);
    let known: Vec<Cents> = plan.iter().filter_map(|line| line.ae).map(|ae| ae.0).collect();
    // A plan whose AE are all blank grants nothing yet: it is not the same as no plan.
    if !plan.is_empty() {
        return Ceiling::Plan { partial: known.len() < plan.len(), amount: known.into_iter().sum() };
    }
    let opening = agreement.opening_balance();
    let paid: Vec<Cents> = agreement
        .written
        .contributions
        .iter()
        .filter(|contribution| {
            opening.is_none() || contribution.payment != crate::model::contribution::PaymentRule::AlreadyPaid
        })
        .map(|contribution| contribution.amount)
        .collect();
    match (opening, paid.is_empty()) {
        (Some(opening), _) => Ceiling::OpeningBalance { amount: opening + paid.into_iter().sum() },
        (None, false) => Ceiling::Contributions { amount: paid.into_iter().sum() },
        (None, true) => Ceiling::None,
    }
}

/// ΣE: commitments less releases of the ledger, and the orders placed under this agreement that it does not hold.
/// An order without a known day of signature counts: it was placed.
pub fn committed(agreement: &Agreement, as_of: Date) -> Cents {
    committed_by_order(agreement, as_of).into_iter().map(|(_, _, amount)| amount).sum()
}

/// The parts of ΣE in the order of their days: day, order or document, amount (below zero for a release).
pub fn committed_by_order(agreement: &Agreement, as_of: Date) -> Vec<(Option<Date>, String, Cents)> {
    let entries = agreement.ledger.iter().filter(|entry| entry.date <= as_of).filter_map(|entry| {
        let ae = entry.ae?.0;
        let amount = match entry.kind {
            LedgerKind::Commitment => ae,
            LedgerKind::Release => Cents::ZERO - ae,
            _ => return None,
        };
        Some((Some(entry.date), entry.order.clone().or(entry.document.clone()).unwrap_or_default(), amount))
    });
    let orders = not_in_ledger(agreement, as_of).map(|order| (order.signed_on, order.name(), order.total()));
    let mut parts: Vec<_> = entries.chain(orders).collect();
    parts.sort_by_key(|(day, ..)| *day);
    parts
}

/// The orders placed by a day that the ledger does not hold. One without a known day of signature counts: it was placed.
pub fn not_in_ledger(agreement: &Agreement, as_of: Date) -> impl Iterator<Item = &Order> {
    agreement
        .orders
        .iter()
        .filter(move |order| placed(order) && order.signed_on.is_none_or(|signed| signed <= as_of))
        .filter(|order| !in_ledger(&agreement.ledger, order))
}

/// Whether an order is placed under this agreement.
pub fn placed(order: &Order) -> bool {
    !order.estimate && order.under == OrderUnder::ThisAgreement
}

fn in_ledger(ledger: &[LedgerEntry], order: &Order) -> bool {
    order.number.is_some()
        && ledger.iter().any(|entry| entry.kind == LedgerKind::Commitment && entry.order == order.number)
}

/// C1 before an order is signed: refused with its figures when the sum would pass the ceiling. Only the finance desk
/// goes past a refusal, with a reason.
pub fn may_commit(
    agreement: &Agreement,
    as_of: Date,
    order: &str,
    amount: Cents,
) -> Result<(), Box<Finding>> {
    refused(agreement, as_of, committed(agreement, as_of), order, amount)
        .map_or(Ok(()), |finding| Err(Box::new(finding)))
}

fn refused(agreement: &Agreement, as_of: Date, before: Cents, order: &str, amount: Cents) -> Option<Finding> {
    let granted = ceiling(agreement, as_of);
    let ceiling = granted.amount()?;
    let (note, fr) = match granted {
        Ceiling::Plan { partial: true, .. } => (
            "; the AE of a year is blank: have it stated",
            " ; les AE d'une année ne sont pas communiquées : les faire préciser",
        ),
        _ => ("", ""),
    };
    let after = before + amount;
    (after > ceiling).then(|| {
        let excess = after - ceiling;
        Finding::new(
            Rule::C1,
            Level::Block,
            format!("order {order} of {amount} refused: {before} already committed, {after} in all, ceiling {ceiling}, {excess} too much{note}"),
            format!(
                "commande {order} de {} refusée : {} déjà engagés, {} au total pour un plafond de {}, soit {} de trop{fr}",
                amount.fr(), before.fr(), after.fr(), ceiling.fr(), excess.fr()
            ),
        )
        .named("order", order)
        .money("amount", amount)
        .money("committed", before)
        .money("after", after)
        .money("ceiling", ceiling)
        .money("excess", excess)
    })
}

pub(super) fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sum = Cents::ZERO;
    let orders = committed_by_order(agreement, as_of);
    let total: Cents = orders.iter().map(|(_, _, amount)| *amount).sum();
    // What passed it once and was released since blocks nothing any more.
    let passes = ceiling(agreement, as_of).amount().is_some_and(|ceiling| total > ceiling);
    for (_, name, amount) in orders {
        if passes && amount > Cents::ZERO {
            findings.extend(refused(agreement, as_of, sum, &name, amount));
        }
        sum = sum + amount;
    }
    findings.extend(availability(agreement, as_of));
    findings.extend(exhaustion(agreement, as_of, sum));
    findings
}

/// C2 for the year that runs.
fn availability(agreement: &Agreement, as_of: Date) -> Option<Finding> {
    over_available(agreement, as_of.year(), as_of)
}

/// C2: commitments and reservations of a year within the credits made available for it, carried over included. Says
/// nothing while none is recorded: the availability is then unknown, not nil. What the year before left has lapsed.
pub(super) fn over_available(agreement: &Agreement, year: i16, as_of: Date) -> Option<Finding> {
    let ledger = &agreement.ledger;
    let credits = ae_of_year(agreement, year, as_of);
    let (available, committed) = (credits.available?, credits.used);
    let reserved: Cents = ledger
        .iter()
        .filter(|entry| {
            entry.kind == LedgerKind::Reservation && entry.date <= as_of && entry.date.year() == year
        })
        .filter(|entry| {
            entry.order.is_none()
                || !ledger.iter().any(|other| {
                    other.kind == LedgerKind::Commitment && other.date <= as_of && other.order == entry.order
                })
        })
        .filter_map(|entry| entry.ae)
        .map(|ae| ae.0)
        .sum();
    let asked = committed + reserved;
    // A year in which nothing is asked for breaks nothing.
    (asked > available.at_least_zero()).then(|| {
        let missing = asked - available;
        Finding::new(
            Rule::C2,
            Level::Block,
            format!("{committed} committed in {year} and {reserved} reserved exceed the {available} of AE made available for {year}: ask for {missing} more, or carry over"),
            format!(
                "{} engagés en {year} et {} réservés dépassent les {} d'AE mises à disposition pour {year} : demander {} au délégant, ou inscrire leur report",
                committed.fr(), reserved.fr(), available.fr(), missing.fr()
            ),
        )
        .money("committed", committed)
        .money("reserved", reserved)
        .money("available", available)
        .money("missing", missing)
    })
}

/// C20: at the pace kept since the first commitment, the day on which the ceiling is reached, when before the end.
fn exhaustion(agreement: &Agreement, as_of: Date, committed: Cents) -> Option<Finding> {
    let ceiling = ceiling(agreement, as_of).amount()?;
    let end = crate::model::course::course(agreement, as_of).end?.on;
    let first = committed_by_order(agreement, as_of).into_iter().find_map(|(day, ..)| day)?;
    let days = first.duration_until(as_of).as_hours() / 24;
    if days < 30 || committed <= Cents::ZERO || committed >= ceiling {
        return None;
    }
    let left = i128::from((ceiling - committed).as_i64()) * i128::from(days) / i128::from(committed.as_i64());
    let day =
        as_of.checked_add(SignedDuration::from_hours(i64::try_from(left).ok()?.checked_mul(24)?)).ok()?;
    (day < end).then(|| {
        Finding::new(
            Rule::C20,
            Level::Warning,
            format!(
                "at the pace since {first}, the {} left are committed by {day}, before the end on {end}",
                ceiling - committed
            ),
            format!(
                "au rythme actuel, les {} restants seront engagés le {}, avant le terme",
                (ceiling - committed).fr(),
                crate::model::course::french(day)
            ),
        )
        .day("exhausted_on", day)
        .money("left", ceiling - committed)
    })
}
