//! Which duties an agreement opens, as of a day.

use jiff::civil::Date;

use self::status::take_evidence;
use super::{
    agreement::Agreement,
    body::BodyKey,
    clause::Clause,
    course::{Course, course},
    duty::{Citation, Due, Duty, DutyStatus, DutyType, Recurrence},
    evidence::Evidence,
    library::{ClauseLibrary, DutyKind, Event, Timing},
    party::PartyRole,
    product::Product,
};

pub mod conditions;
mod copies;
mod occurrence;
mod status;

/// Every duty of the agreement whose day is not after `horizon`, and those without a day; in the order of their days,
/// then of their articles. Nothing is left out for being done: the status says it.
pub fn duties(agreement: &Agreement, library: &ClauseLibrary, as_of: Date, horizon: Date) -> Vec<Duty> {
    let desk = Desk { agreement, course: course(agreement, as_of), as_of, horizon };
    let mut duties = copies::merged(&desk, library);
    for clause in &agreement.written.clauses {
        let Some(kind) = library.clauses.get(&clause.key) else { continue };
        for duty in &kind.duties {
            let titles = (duty.en.as_deref().unwrap_or(&kind.en), duty.fr.as_deref().unwrap_or(&kind.fr));
            duties.extend(desk.opened_by(clause, duty, titles));
        }
    }
    duties.extend(desk.conditions());
    duties.retain(|duty| duty.due.first_day().or(duty.internal_target).is_none_or(|day| day <= horizon));
    duties.sort_by_key(|duty| (duty.day().is_none(), duty.day()));
    duties
}

/// Where duties are drawn up: the agreement, its dates, the day.
struct Desk<'a> {
    agreement: &'a Agreement,
    course: Course,
    as_of: Date,
    horizon: Date,
}

impl Desk<'_> {
    fn opened_by(&self, clause: &Clause, kind: &DutyKind, titles: (&str, &str)) -> Vec<Duty> {
        let each =
            clause.per_product || matches!(kind.when, Timing::IfProduct { .. } | Timing::FromPhase { .. });
        let products: Vec<Option<&Product>> = if each && !self.agreement.written.products.is_empty() {
            self.agreement.written.products.iter().map(Some).collect()
        } else {
            vec![None]
        };
        products.into_iter().flat_map(|product| self.for_product(clause, kind, titles, product)).collect()
    }

    fn for_product(
        &self,
        clause: &Clause,
        kind: &DutyKind,
        titles: (&str, &str),
        product: Option<&Product>,
    ) -> Vec<Duty> {
        let occurrences = match kind.when {
            Timing::Copies { .. } => return Vec::new(),
            when => self.occurrences(clause, when, product),
        };
        let mut unused: Vec<&Evidence> = self.evidence_for(clause, product);
        let mut duties = Vec::new();
        for occurrence in occurrences {
            let mut duty = self.blank(clause, kind, titles);
            duty.product = product.map(|product| product.name.clone());
            duty.due = occurrence.due;
            duty.internal_target = occurrence.target;
            duty.status = match self.without_evidence(clause, kind.when, product, &mut duty) {
                Some(status) => status,
                None => match take_evidence(&mut unused, occurrence) {
                    Some(evidence) => {
                        duty.evidence.extend(evidence.reference.clone());
                        match &evidence.waived {
                            Some(reason) => DutyStatus::Waived { reason: reason.clone() },
                            None if occurrence.due.last_day().is_some_and(|last| last < evidence.done_on) => {
                                DutyStatus::DoneLate { on: evidence.done_on }
                            }
                            None => DutyStatus::Done { on: evidence.done_on },
                        }
                    }
                    // It applies, and nobody has shown it done.
                    None if matches!(kind.when, Timing::IfProduct { .. } | Timing::OnThreshold { .. }) => {
                        DutyStatus::Due
                    }
                    None => self.pending(occurrence),
                },
            };
            duties.push(duty);
        }
        duties
    }

    fn blank(&self, clause: &Clause, kind: &DutyKind, (title, fr): (&str, &str)) -> Duty {
        let debtors = self.named(&clause.debtor, &kind.debtor);
        let creditors = match self.named(&clause.creditor, &kind.creditor) {
            named if named.is_empty() => self.others(&debtors),
            named => named,
        };
        Duty {
            clause: clause.key.clone(),
            kind: type_of(kind.when),
            title: title.to_owned(),
            fr: fr.to_owned(),
            debtors: if debtors.is_empty() { self.everyone() } else { debtors },
            creditors,
            citations: vec![citation(clause)],
            product: None,
            due: Due::NotDated,
            internal_target: None,
            recurrence: match kind.when {
                Timing::Monthly => Some(Recurrence::EachMonth),
                Timing::EveryMonths => clause.count("every_months").map(Recurrence::EveryMonths),
                _ => None,
            },
            recipients: Vec::new(),
            evidence_expected: kind.evidence.clone(),
            evidence: Vec::new(),
            status: DutyStatus::Waiting,
        }
    }

    /// The bodies the clause names, else the parties in those roles.
    fn named(&self, bodies: &[BodyKey], roles: &[PartyRole]) -> Vec<String> {
        let keys = if bodies.is_empty() { self.agreement.with_roles(roles) } else { bodies.to_vec() };
        keys.iter().map(|key| self.agreement.name_of(key).to_owned()).collect()
    }

    fn everyone(&self) -> Vec<String> {
        self.agreement
            .written
            .parties
            .iter()
            .map(|party| self.agreement.name_of(&party.body).to_owned())
            .collect()
    }

    /// Who a duty is owed to when the clause does not say: the other parties; each other when all owe it.
    fn others(&self, debtors: &[String]) -> Vec<String> {
        self.everyone().into_iter().filter(|party| !debtors.contains(party)).collect()
    }
}

fn citation(clause: &Clause) -> Citation {
    Citation { article: clause.article.clone(), clause: clause.key.clone(), quote: clause.text.clone() }
}

fn type_of(when: Timing) -> DutyType {
    match when {
        Timing::OnEvent { event: Event::End, .. } | Timing::BeforeEnd => DutyType::RelativeToTerm,
        Timing::OnEvent { .. }
        | Timing::Copies { .. }
        | Timing::Publication { .. }
        | Timing::Contribution => DutyType::OneOff,
        Timing::Monthly | Timing::EveryMonths | Timing::PlannedMonths => DutyType::Recurring,
        Timing::Standing => DutyType::Standing,
        Timing::IfProduct { .. } => DutyType::Conditional,
        Timing::FromPhase { .. } => DutyType::PhaseTriggered,
        Timing::OnThreshold { .. } => DutyType::Threshold,
        Timing::Consequence => DutyType::Consequence,
        Timing::Vague { .. } => DutyType::Vague,
    }
}
