//! The days on which a duty falls.

use jiff::civil::Date;

use super::Desk;
use crate::model::{
    clause::Clause,
    contribution::PaymentRule,
    course::{days_after, months_after, weeks_before},
    duty::Due,
    library::{Event, Timing},
    month::Month,
    phase::Phase,
    product::Product,
};

/// The most occurrences of one clause: a duration that nobody ends stops there.
const MOST_OCCURRENCES: usize = 600;

/// A day on which a duty falls, before its evidence is looked for.
#[derive(Clone, Copy)]
pub(super) struct Occurrence {
    pub due: Due,
    pub target: Option<Date>,
    /// Evidence before that day is of an earlier occurrence.
    pub opens_on: Option<Date>,
}

impl Occurrence {
    pub const NEVER: Self = Self { due: Due::NotDated, target: None, opens_on: None };

    pub fn on(day: Date) -> Self {
        Self { due: Due::On(day), target: None, opens_on: None }
    }

    fn target(event: Date, days: u16) -> Self {
        Self { due: Due::NotDated, target: days_after(event, days), opens_on: Some(event) }
    }
}

impl Desk<'_> {
    /// The days on which it falls, in order. At least one, for a clause never disappears.
    pub(super) fn occurrences(
        &self,
        clause: &Clause,
        when: Timing,
        product: Option<&Product>,
    ) -> Vec<Occurrence> {
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
            .written
            .contributions
            .iter()
            .map(|contribution| {
                due(contribution.payment, contribution.due_on).map_or(Occurrence::NEVER, Occurrence::on)
            })
            .collect()
    }
}

fn some(occurrences: Vec<Occurrence>) -> Vec<Occurrence> {
    if occurrences.is_empty() { vec![Occurrence::NEVER] } else { occurrences }
}
