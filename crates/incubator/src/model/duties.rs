//! Which duties an agreement opens, as of a day.

use jiff::civil::Date;

use super::{
    agreement::Agreement,
    body::BodyKey,
    checks,
    clause::Clause,
    contribution::PaymentRule,
    course::{Course, course, days_after, months_after, weeks_before},
    duty::{Citation, Due, Duty, DutyStatus, DutyType, Recipient, Recurrence},
    evidence::{CopiedDocument, Evidence},
    library::{ClauseLibrary, CopiedOn, DutyKind, Event, ProductTest, Threshold, Timing},
    money::Cents,
    month::Month,
    named::Named,
    party::PartyRole,
    phase::Phase,
    product::Product,
};

mod copies;

/// Days before a due date from which it is announced.
const SOON: u16 = 30;

/// The most occurrences of one clause: a duration that nobody ends stops there.
const MOST_OCCURRENCES: usize = 600;

/// Every duty of the agreement whose day is not after `horizon`, and those without a day; in the order of their days,
/// then of their articles. Nothing is left out for being done: the status says it.
pub fn duties(agreement: &Agreement, library: &ClauseLibrary, as_of: Date, horizon: Date) -> Vec<Duty> {
    let desk = Desk { agreement, course: course(agreement, as_of), as_of, horizon };
    let mut duties = copies::merged(&desk, library);
    for clause in &agreement.clauses {
        let Some(kind) = library.clauses.get(&clause.key) else { continue };
        for duty in &kind.duties {
            let titles = (duty.en.as_deref().unwrap_or(&kind.en), duty.fr.as_deref().unwrap_or(&kind.fr));
            duties.extend(desk.opened_by(clause, duty, titles));
        }
    }
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

/// A day on which a duty falls, before its evidence is looked for.
#[derive(Clone, Copy)]
struct Occurrence {
    due: Due,
    target: Option<Date>,
    /// Evidence before that day is of an earlier occurrence.
    opens_on: Option<Date>,
}

impl Occurrence {
    const NEVER: Self = Self { due: Due::NotDated, target: None, opens_on: None };

    fn on(day: Date) -> Self {
        Self { due: Due::On(day), target: None, opens_on: None }
    }

    fn target(event: Date, days: u16) -> Self {
        Self { due: Due::NotDated, target: days_after(event, days), opens_on: Some(event) }
    }
}

impl Desk<'_> {
    fn opened_by(&self, clause: &Clause, kind: &DutyKind, titles: (&str, &str)) -> Vec<Duty> {
        let each =
            clause.per_product || matches!(kind.when, Timing::IfProduct { .. } | Timing::FromPhase { .. });
        let products: Vec<Option<&Product>> = if each && !self.agreement.products.is_empty() {
            self.agreement.products.iter().map(Some).collect()
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

    /// The days on which it falls, in order. At least one, for a clause never disappears.
    fn occurrences(&self, clause: &Clause, when: Timing, product: Option<&Product>) -> Vec<Occurrence> {
        let (effect, end) = (self.course.effect_on, self.course.end.as_ref().map(|end| end.on));
        let from =
            product.and_then(|product| product.supported_from).max(effect).filter(|_| effect.is_some());
        let one =
            |day: Option<Date>, of: &dyn Fn(Date) -> Occurrence| vec![day.map_or(Occurrence::NEVER, of)];
        match when {
            Timing::OnEvent { event, target_days } => {
                let day = match event {
                    Event::Signature => self.course.signed_on,
                    Event::Effect => from,
                    Event::End => end,
                };
                one(day, &|day| target_days.map_or(Occurrence::on(day), |days| Occurrence::target(day, days)))
            }
            Timing::Vague { target_days } => one(from, &|day| Occurrence::target(day, target_days)),
            Timing::Publication { target_days } => {
                one(self.course.signed_on, &|day| Occurrence::target(day, target_days))
            }
            Timing::FromPhase { target_days } => {
                let phase = clause.phase().unwrap_or(Phase::Construction);
                let reached =
                    product.and_then(|product| product.reached(phase)).filter(|day| *day <= self.as_of);
                one(reached.zip(effect).map(|(reached, effect)| reached.max(effect)), &|day| {
                    Occurrence::target(day, target_days)
                })
            }
            Timing::Monthly => some(self.monthly(from, end)),
            Timing::EveryMonths => some(self.every(from, end, clause.count("every_months").unwrap_or(0))),
            Timing::PlannedMonths => some(
                clause
                    .months("months")
                    .iter()
                    .map(|month| Occurrence { due: Due::In(*month), ..Occurrence::NEVER })
                    .collect(),
            ),
            Timing::BeforeEnd => {
                let day = end.zip(clause.count("weeks")).and_then(|(end, weeks)| weeks_before(end, weeks));
                one(day, &Occurrence::on)
            }
            Timing::Contribution => some(self.payments()),
            Timing::Copies { .. }
            | Timing::Standing
            | Timing::IfProduct { .. }
            | Timing::OnThreshold { .. }
            | Timing::Consequence => {
                vec![Occurrence::NEVER]
            }
        }
    }

    /// The account of each month of the agreement, due in the month after; that of the last month is the final one.
    fn monthly(&self, from: Option<Date>, end: Option<Date>) -> Vec<Occurrence> {
        let Some(from) = from else { return Vec::new() };
        let last = Month::of(end.unwrap_or(self.horizon));
        std::iter::successors(Some(Month::of(from).next()), |month| Some(month.next()))
            .take(MOST_OCCURRENCES)
            .take_while(|month| *month <= last)
            .map(|month| Occurrence { due: Due::In(month), target: None, opens_on: Some(month.first_day()) })
            .collect()
    }

    /// Each is counted from the effect, not from the one before: a month end does not drift.
    fn every(&self, from: Option<Date>, end: Option<Date>, months: u16) -> Vec<Occurrence> {
        let Some(from) = from.filter(|_| months > 0) else { return Vec::new() };
        let last = end.unwrap_or(self.horizon);
        let mut previous = from;
        (1_u16..)
            .take(MOST_OCCURRENCES)
            .map_while(|turn| months_after(from, months.checked_mul(turn)?))
            .take_while(|day| *day <= last)
            .map(|day| Occurrence {
                due: Due::On(day),
                target: None,
                opens_on: Some(std::mem::replace(&mut previous, day)),
            })
            .collect()
    }

    fn payments(&self) -> Vec<Occurrence> {
        let due = |rule, on| match rule {
            PaymentRule::OnSignature => self.course.signed_on,
            PaymentRule::OnDate => on,
            PaymentRule::AlreadyPaid => None,
        };
        self.agreement
            .contributions
            .iter()
            .map(|contribution| {
                due(contribution.payment, contribution.due_on).map_or(Occurrence::NEVER, Occurrence::on)
            })
            .collect()
    }

    fn evidence_for(&self, clause: &Clause, product: Option<&Product>) -> Vec<&Evidence> {
        let mut evidence: Vec<&Evidence> = self
            .agreement
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
    fn without_evidence(
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
                let owed: Cents =
                    self.agreement.contributions.iter().map(|contribution| contribution.amount).sum();
                let mut received = Cents::ZERO;
                let entries = self.agreement.ledger.iter().filter(|entry| entry.date <= self.as_of);
                let last =
                    entries.filter_map(|entry| Some((entry.date, entry.cash?))).find_map(|(date, cash)| {
                        received = received + cash;
                        (received >= owed).then_some(date)
                    });
                last.map(|on| DutyStatus::Done { on })
            }
            _ => None,
        }
    }

    /// Where an occurrence stands without evidence. An internal target begins with the event that opens it.
    fn pending(&self, occurrence: Occurrence) -> DutyStatus {
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

    fn blank(&self, clause: &Clause, kind: &DutyKind, (title, fr): (&str, &str)) -> Duty {
        Duty {
            clause: clause.key.clone(),
            kind: type_of(kind.when),
            title: title.to_owned(),
            fr: fr.to_owned(),
            debtors: self.named(&clause.debtor, &kind.debtor, true),
            creditors: self.named(&clause.creditor, &kind.creditor, false),
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

    /// The bodies the clause names, else the parties in those roles, else every party.
    fn named(&self, bodies: &[BodyKey], roles: &[PartyRole], everyone: bool) -> Vec<String> {
        let mut keys = if bodies.is_empty() { self.agreement.with_roles(roles) } else { bodies.to_vec() };
        if keys.is_empty() && everyone {
            keys = self.agreement.parties.iter().map(|party| party.body.clone()).collect();
        }
        keys.iter().map(|key| self.agreement.name_of(key).to_owned()).collect()
    }
}

fn some(occurrences: Vec<Occurrence>) -> Vec<Occurrence> {
    if occurrences.is_empty() { vec![Occurrence::NEVER] } else { occurrences }
}

fn citation(clause: &Clause) -> Citation {
    Citation { article: clause.article.clone(), clause: clause.key.clone(), quote: clause.text.clone() }
}

/// The evidence of that occurrence: the one that names its month, else the first given once it was open.
fn take_evidence<'a>(unused: &mut Vec<&'a Evidence>, occurrence: Occurrence) -> Option<&'a Evidence> {
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
