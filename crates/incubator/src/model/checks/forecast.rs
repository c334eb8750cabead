//! What is foreseen: C9, C10.

use jiff::civil::Date;

use super::ceiling::{ceiling, committed};
use crate::model::{
    agreement::Agreement,
    course::{course, weeks_before},
    finding::{Finding, Level, Rule},
    money::Cents,
    order::{Order, OrderUnder},
};

/// Weeks before the end from which credits not committed are told: an internal choice, the texts say "as soon as
/// possible". What each ministry closes in November is not here: its calendar changes every year.
const UNSPENT_WEEKS: u16 = 8;

/// Commitments and the orders foreseen.
fn foreseen(agreement: &Agreement, as_of: Date) -> Cents {
    let estimates =
        agreement.orders.iter().filter(|order| order.estimate && order.under == OrderUnder::ThisAgreement);
    committed(agreement, as_of) + estimates.map(Order::total).sum()
}

/// How much more is foreseen than may be committed. `None` when it fits or the ceiling is unknown.
pub fn shortage(agreement: &Agreement, as_of: Date) -> Option<Cents> {
    let excess = foreseen(agreement, as_of) - ceiling(agreement, as_of).amount()?;
    (excess > Cents::ZERO).then_some(excess)
}

/// How much is not going to be committed, when the end is near or past.
pub fn unspent(agreement: &Agreement, as_of: Date) -> Option<Cents> {
    let end = course(agreement, as_of).end?.on;
    let near = weeks_before(end, UNSPENT_WEEKS)? <= as_of;
    let left = ceiling(agreement, as_of).amount()? - foreseen(agreement, as_of);
    (near && left > Cents::ZERO).then_some(left)
}

pub(super) fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(excess) = shortage(agreement, as_of).filter(|_| agreement.clause("shortage").is_some()) {
        let (then, fr) = if agreement.clause("suspension").is_some() {
            (
                "; without more credits, execution is suspended",
                " ; à défaut d'ajustement, l'exécution est suspendue",
            )
        } else {
            ("", "")
        };
        findings.push(
            Finding::new(
                Rule::C9,
                Level::Warning,
                format!("{excess} short of what is foreseen: inform without delay{then}"),
                format!("il manque {} pour ce qui est prévu : informer sans délai{fr}", excess.fr()),
            )
            .money("shortage", excess),
        );
    }
    if let Some(left) = unspent(agreement, as_of).filter(|_| agreement.clause("unspent").is_some()) {
        findings.push(
            Finding::new(
                Rule::C10,
                Level::Warning,
                format!("{left} neither committed nor foreseen near the end: inform of it"),
                format!("{} ni engagés ni prévus à l'approche du terme : en informer", left.fr()),
            )
            .money("unspent", left),
        );
    }
    findings
}
