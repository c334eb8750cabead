//! The finance desk's rules: pure functions over an agreement and its entries, each giving typed findings.

mod ceiling;
mod clauses;
mod forecast;
mod fund;
mod orders;
mod payments;
mod plan;
mod signing;

use jiff::civil::Date;

use super::{agreement::Agreement, finding::Finding};

pub use self::{
    ceiling::{Ceiling, ceiling, committed, committed_by_order, may_commit, not_in_ledger, placed},
    forecast::{shortage, unspent},
    fund::{Refund, refunds, shared_out},
    plan::plan_findings,
    signing::before_signing,
};

/// Every finding on the agreement as of a day, the most serious first.
pub fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let mut findings = plan_findings(&agreement.plan_on(as_of));
    findings.extend(ceiling::findings(agreement, as_of));
    findings.extend(forecast::findings(agreement, as_of));
    findings.extend(payments::findings(agreement, as_of));
    findings.extend(orders::findings(agreement, as_of));
    findings.extend(fund::findings(agreement, as_of));
    findings
        .extend(agreement.written.imputations.iter().flat_map(super::imputation::ImputationSet::findings));
    findings.extend(clauses::findings(agreement, as_of));
    findings.sort_by_key(|finding| (finding.level, finding.rule));
    findings
}
