//! Conditions that committees set: owed by the product's team, because of the clause that asks for committees.

use super::{Desk, citation, occurrence::Occurrence};
use crate::model::{
    clause::Clause,
    condition::{Condition, ConditionResult},
    course::french,
    duty::{Due, Duty, DutyStatus, DutyType},
};

/// The clauses under which committees are held.
pub const COMMITTEES: [&str; 2] = ["committee.periodic", "committee.planned"];

/// What such a duty is called among clauses: it cites the one of committees.
const CONDITION: &str = "committee.condition";

impl Desk<'_> {
    /// A duty for each condition. An agreement that asks for no committee owes nothing to one.
    pub(super) fn conditions(&self) -> Vec<Duty> {
        let Some(clause) =
            self.agreement.written.clauses.iter().find(|one| COMMITTEES.contains(&one.key.as_str()))
        else {
            return Vec::new();
        };
        let set = self.agreement.facts.conditions.iter().filter(|one| one.set_on <= self.as_of);
        set.map(|condition| self.condition(clause, condition)).collect()
    }

    fn condition(&self, clause: &Clause, condition: &Condition) -> Duty {
        let products = &self.agreement.written.products;
        let name = products.iter().find(|one| one.key == condition.product).map(|one| one.name.clone());
        let chair = self.named(clause.bodies("chair"), &[]);
        let mut quote = citation(clause);
        quote.quote = format!("{} (comité du {})", quote.quote, french(condition.set_on));
        Duty {
            clause: CONDITION.to_owned(),
            kind: DutyType::Decided,
            title: format!("meet the committee's condition: {}", condition.text),
            fr: format!("remplir la condition du comité : {}", condition.text),
            debtors: vec![name.clone().unwrap_or_else(|| condition.product.clone())],
            creditors: if chair.is_empty() { self.everyone() } else { chair },
            citations: vec![quote],
            product: name,
            due: Due::On(condition.check_on),
            internal_target: None,
            recurrence: None,
            recipients: Vec::new(),
            evidence_expected: "the committee's opinion on the condition".to_owned(),
            evidence: Some(condition.note.clone()).filter(|note| !note.is_empty()).into_iter().collect(),
            status: self.state(condition),
        }
    }

    fn state(&self, condition: &Condition) -> DutyStatus {
        let closed = condition.closed_on.filter(|day| *day <= self.as_of);
        match (condition.result, closed) {
            (ConditionResult::Met, Some(on)) => DutyStatus::Done { on },
            (ConditionResult::NotMet, Some(on)) => DutyStatus::NotMet { on },
            (ConditionResult::Dropped, Some(_)) => DutyStatus::Waived { reason: condition.note.clone() },
            _ => self.pending(Occurrence::on(condition.check_on)),
        }
    }
}
