//! Before an order is signed: what its signature would make wrong.

use jiff::civil::Date;

use super::ceiling::over_available;
use super::{findings, may_commit};
use crate::model::{
    agreement::Agreement,
    finding::{Finding, Level, Rule},
    order::Order,
};

/// What forbids to sign this order on that day, then what should be known of it, with the facts of today: a day before the
/// agreement was signed may be covered. `agreement` does not hold the order yet; `order` is as it would be signed. C1 comes
/// with its figures; what was already wrong before is not repeated.
pub fn before_signing(agreement: &Agreement, order: &Order, day: Date, today: Date) -> Vec<Finding> {
    let mut with = agreement.clone();
    with.orders.push(Order { estimate: false, signed_on: Some(day), ..order.clone() });
    let before = findings(agreement, today);
    let ceiling = may_commit(agreement, today, &order.name(), order.total()).err().map(|finding| *finding);
    let others = findings(&with, today)
        .into_iter()
        .filter(|finding| finding.rule != Rule::C1 && matters(finding) && !before.contains(finding));
    // An order of another year takes from the credits of that year.
    let elsewhere = (day.year() != today.year()).then(|| over_available(&with, day.year(), today)).flatten();
    let mut found: Vec<Finding> = ceiling.into_iter().chain(elsewhere).chain(others).collect();
    found.sort_by_key(|finding| (finding.level, finding.rule));
    found
}

/// Rules that a signature can break.
fn matters(finding: &Finding) -> bool {
    matches!(finding.rule, Rule::C2 | Rule::C11 | Rule::C12 | Rule::C14) && finding.level != Level::Info
}
