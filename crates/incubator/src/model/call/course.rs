//! The course of an edition (spec §7.5). Open and closed are read in the calendar; the other steps are taken by people, in
//! order, each refused with its reasons.

use jiff::civil::DateTime;

use super::edition::Description;
use crate::model::named::named;

named! {
    /// The last step that people took.
    Step {
        Draft = "draft", "en préparation";
        Announced = "announced", "annoncé";
        Eligibility = "eligibility", "examen de la recevabilité";
        Preselection = "preselection", "présélection";
        Shortlisted = "shortlisted", "choix des candidats à entendre";
        Hearing = "hearing", "auditions";
        Deliberation = "deliberation", "délibération";
        Published = "published", "résultats publiés";
    }
}

named! {
    /// Where an edition stands at an instant.
    Phase {
        Draft = "draft", "en préparation";
        ToCome = "to-come", "à venir";
        Open = "open", "ouvert";
        Closed = "closed", "clos";
        Eligibility = "eligibility", "examen de la recevabilité";
        Preselection = "preselection", "présélection";
        Shortlisted = "shortlisted", "choix des candidats à entendre";
        Hearing = "hearing", "auditions";
        Deliberation = "deliberation", "délibération";
        Published = "published", "résultats publiés";
        /// A laureate was given what the call promised.
        Onboarding = "onboarding", "accueil des lauréats";
    }
}

impl Phase {
    /// Where an edition stands at `now`, an hour of Paris.
    pub fn at(step: Step, description: &Description, now: DateTime, awarded: bool) -> Self {
        let calendar = &description.calendar;
        match step {
            Step::Draft => Self::Draft,
            Step::Announced if now.date() < calendar.opens => Self::ToCome,
            Step::Announced if now < calendar.closes => Self::Open,
            Step::Announced => Self::Closed,
            Step::Eligibility => Self::Eligibility,
            Step::Preselection => Self::Preselection,
            Step::Shortlisted => Self::Shortlisted,
            Step::Hearing => Self::Hearing,
            Step::Deliberation => Self::Deliberation,
            Step::Published if awarded => Self::Onboarding,
            Step::Published => Self::Published,
        }
    }
}

/// What is known of an edition when a step is asked for: how many applications stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Nobody said yet whether they are eligible.
    pub unjudged: usize,
    /// Eligible, and nobody said yet whether they are to be heard.
    pub unchosen: usize,
    /// To be heard.
    pub kept: usize,
    /// To be heard, without an hour.
    pub unscheduled: usize,
    /// To be heard, and nobody marked them.
    pub unmarked: usize,
    /// Heard, and nothing is decided.
    pub undecided: usize,
    pub jurors: usize,
    /// Whether somebody chairs the jury.
    pub chaired: bool,
    /// Whether the chair signed the minutes.
    pub signed: bool,
}

/// Why a step is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoCriterion,
    NoQuestion,
    ClosesBeforeOpening,
    ClosingIsPast(DateTime),
    StillOpen(DateTime),
    Unjudged(usize),
    Unchosen(usize),
    Unscheduled(usize),
    NoJury,
    NoChair,
    Unmarked(usize),
    Undecided(usize),
    Unsigned,
}

impl Step {
    /// The step after this one.
    pub fn next(self) -> Option<Self> {
        Some(match self {
            Self::Draft => Self::Announced,
            Self::Announced => Self::Eligibility,
            Self::Eligibility => Self::Preselection,
            Self::Preselection => Self::Shortlisted,
            Self::Shortlisted => Self::Hearing,
            Self::Hearing => Self::Deliberation,
            Self::Deliberation => Self::Published,
            Self::Published => return None,
        })
    }

    /// Why the next step is not taken at `now`, an hour of Paris; nothing when it may be.
    pub fn refusals(self, description: &Description, facts: &Facts, now: DateTime) -> Vec<Refusal> {
        let calendar = &description.calendar;
        let mut why = Vec::new();
        let mut unless = |met: bool, refusal: Refusal| {
            if !met {
                why.push(refusal);
            }
        };
        match self {
            Self::Draft => {
                unless(!description.criteria.is_empty(), Refusal::NoCriterion);
                unless(!description.questions.is_empty(), Refusal::NoQuestion);
                unless(calendar.opens <= calendar.closes.date(), Refusal::ClosesBeforeOpening);
                unless(now < calendar.closes, Refusal::ClosingIsPast(calendar.closes));
            }
            Self::Announced => unless(now >= calendar.closes, Refusal::StillOpen(calendar.closes)),
            Self::Eligibility => unless(facts.unjudged == 0, Refusal::Unjudged(facts.unjudged)),
            Self::Preselection | Self::Published => {}
            Self::Shortlisted => {
                unless(facts.unchosen == 0, Refusal::Unchosen(facts.unchosen));
                unless(facts.unscheduled == 0, Refusal::Unscheduled(facts.unscheduled));
                unless(facts.kept == 0 || facts.jurors > 0, Refusal::NoJury);
                unless(facts.kept == 0 || facts.chaired, Refusal::NoChair);
            }
            Self::Hearing => unless(facts.unmarked == 0, Refusal::Unmarked(facts.unmarked)),
            Self::Deliberation => {
                unless(facts.undecided == 0, Refusal::Undecided(facts.undecided));
                unless(facts.kept == 0 || facts.signed, Refusal::Unsigned);
            }
        }
        why
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;
    use crate::model::call::{AwardKind, Calendar, CallKind};

    fn described() -> Description {
        Description {
            kind: CallKind::Other,
            title: String::new(),
            tagline: String::new(),
            presentation: String::new(),
            who: String::new(),
            organiser: String::new(),
            incubator: String::new(),
            calendar: Calendar {
                opens: date(2026, 11, 2),
                closes: datetime(2026, 11, 13, 12, 0, 0, 0),
                hearings: None,
                results: None,
            },
            envelope: None,
            max_grant: None,
            co_funding_percent: None,
            award: AwardKind::Investigation,
            weeks: 9,
            jury_preselects: false,
            criteria: Vec::new(),
            eligibility: Vec::new(),
            questions: Vec::new(),
        }
    }

    #[test]
    fn a_call_is_open_from_its_first_minute_to_the_last_before_its_hour() {
        let told = described();
        let at = |now| Phase::at(Step::Announced, &told, now, false);
        assert_eq!(at(datetime(2026, 11, 1, 23, 59, 59, 0)), Phase::ToCome);
        assert_eq!(at(datetime(2026, 11, 2, 0, 0, 0, 0)), Phase::Open);
        assert_eq!(at(datetime(2026, 11, 13, 11, 59, 59, 0)), Phase::Open);
        assert_eq!(at(datetime(2026, 11, 13, 12, 0, 0, 0)), Phase::Closed);
        assert_eq!(
            Phase::at(Step::Draft, &told, datetime(2026, 11, 3, 0, 0, 0, 0), false),
            Phase::Draft,
            "the calendar opens nothing by itself"
        );
    }

    #[test]
    fn each_step_waits_for_what_the_one_before_owes() {
        let told = described();
        let now = datetime(2026, 11, 20, 9, 0, 0, 0);
        let mut step = Step::Announced;
        let owed = Facts {
            unjudged: 2,
            unchosen: 1,
            kept: 3,
            unscheduled: 3,
            unmarked: 3,
            undecided: 3,
            ..Facts::default()
        };
        let done = Facts { kept: 3, jurors: 4, chaired: true, signed: true, ..Facts::default() };
        while let Some(next) = step.next() {
            if !matches!(step, Step::Announced | Step::Preselection) {
                assert!(!step.refusals(&told, &owed, now).is_empty(), "{step}");
            }
            assert_eq!(step.refusals(&told, &done, now), [], "{step}");
            step = next;
        }
        assert_eq!(
            Step::Announced.refusals(&told, &done, datetime(2026, 11, 13, 11, 59, 0, 0)),
            [Refusal::StillOpen(told.calendar.closes)]
        );
    }

    #[test]
    fn a_call_that_nobody_answers_can_end() {
        let (told, nobody) = (described(), Facts::default());
        let mut step = Step::Announced;
        while let Some(next) = step.next() {
            assert_eq!(step.refusals(&told, &nobody, datetime(2026, 12, 1, 0, 0, 0, 0)), [], "{step}");
            step = next;
        }
    }
}
