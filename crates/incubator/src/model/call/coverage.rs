//! Whether an agreement can carry an investigation. Nothing is committed: orders will be, one by one.

use jiff::civil::Date;

use crate::model::agreement::Agreement;
use crate::model::checks::{Ceiling, ceiling, committed};
use crate::model::course::course;
use crate::model::money::Cents;
use crate::model::phase::Phase;
use crate::model::standing::{Standing, standing};
use crate::model::written::{CoveredAct, Scope};

/// Why it cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncovered {
    /// Not in force on the first day.
    NotInForce,
    /// Its last day comes before the end.
    EndsBefore(Date),
    /// It leaves investigations out.
    Phase,
    /// It is about one product.
    OneProduct,
    /// Nothing may be committed under it.
    NoCommitment,
    /// What is left under its ceiling is less than the envelope.
    Credits { left: Cents },
}

/// What is left to commit under an agreement on a day; `None` when it gives no figure.
pub fn left(agreement: &Agreement, as_of: Date) -> Option<Cents> {
    match ceiling(agreement, as_of) {
        Ceiling::None => None,
        known => known.amount().map(|amount| (amount - committed(agreement, as_of)).at_least_zero()),
    }
}

/// Everything that forbids an investigation from a day to another with an envelope, as known today.
pub fn uncovered(
    agreement: &Agreement,
    (from, to): (Date, Date),
    envelope: Cents,
    today: Date,
) -> Vec<Uncovered> {
    let written = &agreement.written;
    let mut why = Vec::new();
    let in_force = matches!(
        standing(agreement, from).standing,
        Standing::InForce { .. } | Standing::NoticeRunning { .. }
    );
    if !in_force {
        why.push(Uncovered::NotInForce);
    }
    if let Some(end) = course(agreement, from).end.filter(|end| end.on < to) {
        why.push(Uncovered::EndsBefore(end.on));
    }
    if !written.phases_allowed.is_empty() && !written.phases_allowed.contains(&Phase::Investigation) {
        why.push(Uncovered::Phase);
    }
    if written.scope == Scope::Product {
        why.push(Uncovered::OneProduct);
    }
    if !written.covered_acts.is_empty() && !written.covered_acts.contains(&CoveredAct::Commit) {
        why.push(Uncovered::NoCommitment);
    }
    if let Some(left) = left(agreement, today).filter(|left| *left < envelope) {
        why.push(Uncovered::Credits { left });
    }
    why
}
