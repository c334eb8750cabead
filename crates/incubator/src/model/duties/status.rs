//! How far a duty is, from the evidence and the facts.

use jiff::civil::Date;

use super::{Desk, occurrence::Occurrence};
use crate::model::{
    checks,
    clause::Clause,
    contribution::{Contribution, PaymentRule},
    course::days_after,
    duty::{Duty, DutyStatus},
    evidence::Evidence,
    ledger::LedgerKind,
    library::{ProductTest, Threshold, Timing},
    money::Cents,
    month::Month,
    product::Product,
};

/// Days before a due date from which it is announced.
const SOON: u16 = 30;

impl Desk<'_> {
    pub(super) fn evidence_for(&self, clause: &Clause, product: Option<&Product>) -> Vec<&Evidence> {
        let mut evidence: Vec<&Evidence> = self
            .agreement
            .facts
            .evidence
            .iter()
            .filter(|evidence| evidence.clause == clause.key && evidence.done_on <= self.as_of)
            .filter(|evidence| evidence.article.as_ref().is_none_or(|article| *article == clause.article))
            .filter(|evidence| {
                evidence
                    .product
                    .as_deref()
                    .is_none_or(|key| product.is_some_and(|product| product.key == key))
            })
            .collect();
        evidence.sort_by_key(|evidence| evidence.done_on);
        evidence
    }

    /// The statuses that no evidence changes, and those that the facts of the agreement give.
    pub(super) fn without_evidence(
        &self,
        clause: &Clause,
        when: Timing,
        product: Option<&Product>,
        duty: &mut Duty,
    ) -> Option<DutyStatus> {
        match when {
            Timing::Standing => {
                let given = self.evidence_for(clause, product);
                duty.evidence.extend(given.into_iter().filter_map(|evidence| evidence.reference.clone()));
                Some(DutyStatus::Continuous)
            }
            Timing::IfProduct { is } => conditional(is, product),
            Timing::OnThreshold { threshold } => {
                let reached = match threshold {
                    Threshold::Shortage => checks::shortage(self.agreement, self.as_of),
                    Threshold::Unspent => checks::unspent(self.agreement, self.as_of),
                };
                reached.is_none().then_some(DutyStatus::Waiting)
            }
            Timing::Publication { .. } => {
                let channel = clause.channel()?;
                let done = self
                    .agreement
                    .facts
                    .publications
                    .iter()
                    .filter(|publication| {
                        publication.channel == channel && publication.published_on <= self.as_of
                    })
                    .min_by_key(|publication| publication.published_on)?;
                duty.evidence.extend(done.address.clone());
                Some(DutyStatus::Done { on: done.published_on })
            }
            Timing::Contribution
                if self
                    .agreement
                    .written
                    .contributions
                    .iter()
                    .all(|paid| paid.payment == PaymentRule::AlreadyPaid) =>
            {
                Some(DutyStatus::NotApplicable {
                    reason: "already paid".into(),
                    reason_fr: "déjà versé".into(),
                })
            }
            Timing::Contribution => {
                self.received_since(duty.due.last_day()).map(|on| DutyStatus::Done { on })
            }
            _ => None,
        }
    }

    /// The day since which receipts have covered every payment due by that day, or all of them; `None` when they do not.
    fn received_since(&self, due_by: Option<Date>) -> Option<Date> {
        let due = |one: &Contribution| match one.payment {
            PaymentRule::OnSignature => self.course.signed_on,
            PaymentRule::OnDate => one.due_on,
            PaymentRule::AlreadyPaid => None,
        };
        let contributions = self.agreement.written.contributions.iter();
        let owed: Cents = contributions
            .filter(|one| one.payment != PaymentRule::AlreadyPaid)
            .filter(|one| due(one).zip(due_by).is_none_or(|(day, by)| day <= by))
            .map(|one| one.amount)
            .sum();
        let mut receipts: Vec<(Date, Cents)> = self
            .agreement
            .ledger
            .iter()
            .filter(|entry| entry.kind == LedgerKind::Receipt && entry.date <= self.as_of)
            .filter_map(|entry| Some((entry.date, entry.cash?)))
            .collect();
        receipts.sort_by_key(|(date, _)| *date);
        let (mut received, mut since) = (Cents::ZERO, None);
        for (date, cash) in receipts {
            received = received + cash;
            // A receipt that was reversed covers nothing any more.
            since = if received >= owed { since.or(Some(date)) } else { None };
        }
        since
    }

    /// Where an occurrence stands without evidence. An internal target begins with the event that opens it.
    pub(super) fn pending(&self, occurrence: Occurrence) -> DutyStatus {
        let begun = |day: Option<Date>| day.is_none_or(|day| day <= self.as_of);
        match (occurrence.due.first_day(), occurrence.due.last_day(), occurrence.target) {
            (_, Some(last), _) if last < self.as_of => DutyStatus::Late,
            (Some(first), ..) if begun(Some(first)) => DutyStatus::Due,
            (Some(first), ..) if days_after(self.as_of, SOON).is_some_and(|soon| first <= soon) => {
                DutyStatus::DueSoon
            }
            (Some(_), ..) => DutyStatus::NotYetDue,
            (_, _, Some(target)) if target < self.as_of => DutyStatus::TargetPassed,
            (_, _, Some(_)) if begun(occurrence.opens_on) => DutyStatus::Due,
            (_, _, Some(_)) => DutyStatus::NotYetDue,
            _ => DutyStatus::Waiting,
        }
    }
}

/// The evidence of that occurrence: the one that names its month, else the first given once it was open.
pub(super) fn take_evidence<'a>(
    unused: &mut Vec<&'a Evidence>,
    occurrence: Occurrence,
) -> Option<&'a Evidence> {
    let month = occurrence.due.first_day().map(Month::of);
    let fits = |evidence: &&Evidence| match evidence.occurrence {
        Some(named) => Some(named) == month,
        None => occurrence.opens_on.is_none_or(|opens| opens <= evidence.done_on),
    };
    unused.iter().position(fits).map(|at| unused.remove(at))
}

fn conditional(is: ProductTest, product: Option<&Product>) -> Option<DutyStatus> {
    let (answer, question, question_fr, no, no_fr) = match is {
        ProductTest::AuthenticatesUsers => (
            product.and_then(|product| product.authenticates_users),
            "must users be authenticated?",
            "les usagers doivent-ils être authentifiés ?",
            "no user needs to be authenticated",
            "aucun usager n'a besoin d'être authentifié",
        ),
        ProductTest::IsProcedure => (
            product.and_then(|product| product.is_procedure),
            "is it an administrative procedure online?",
            "est-ce une démarche en ligne ?",
            "not an administrative procedure online",
            "ce n'est pas une démarche en ligne",
        ),
    };
    match answer {
        Some(true) => None,
        Some(false) => Some(DutyStatus::NotApplicable { reason: no.into(), reason_fr: no_fr.into() }),
        None => Some(DutyStatus::Unknown { question: question.into(), question_fr: question_fr.into() }),
    }
}
