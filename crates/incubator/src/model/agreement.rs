//! An agreement: what was written and signed, and what happened since.

use jiff::civil::Date;

use super::{
    body::BodyKey, clause::Clause, credit_plan::CreditPlanLine, fact::Facts, ledger::LedgerEntry,
    money::Cents, order::Order, party::PartyRole, predecessor::Predecessor, suspension::Suspended,
    written::Written,
};

/// The agreement as written, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub written: Written,
    pub facts: Facts,
    pub orders: Vec<Order>,
    pub ledger: Vec<LedgerEntry>,
}

impl Agreement {
    /// The first clause of that key.
    pub fn clause(&self, key: &str) -> Option<&Clause> {
        self.written.clauses.iter().find(|clause| clause.key == key)
    }

    /// The body's name, or its key when the file does not describe it.
    pub fn name_of<'a>(&'a self, key: &'a BodyKey) -> &'a str {
        self.written
            .bodies
            .iter()
            .find(|body| body.key == *key)
            .map_or(key.0.as_str(), |body| body.name.as_str())
    }

    /// The parties that hold one of these roles.
    pub fn with_roles(&self, roles: &[PartyRole]) -> Vec<BodyKey> {
        self.written
            .parties
            .iter()
            .filter(|party| party.roles.iter().any(|role| roles.contains(role)))
            .map(|party| party.body.clone())
            .collect()
    }

    /// The suspension that runs on a day. Without the clause that provides for it, none does.
    pub fn suspended_on(&self, day: Date) -> Option<&Suspended> {
        self.clause("suspension")?;
        self.facts.suspensions.iter().find(|one| one.from <= day && one.to.is_none_or(|to| day <= to))
    }

    /// What the agreement before leaves, when there is one and it is known.
    pub fn opening_balance(&self) -> Option<Cents> {
        self.written.predecessor.as_ref().and_then(Predecessor::opening_balance)
    }

    /// The rows of the plan with those that amendments signed by that day add.
    pub fn plan_on(&self, day: Date) -> Vec<CreditPlanLine> {
        let added =
            self.facts.amendments.iter().filter(|amendment| amendment.signed_on.is_some_and(|on| on <= day));
        self.written.plan.iter().chain(added.flat_map(|amendment| &amendment.plan)).copied().collect()
    }
}
