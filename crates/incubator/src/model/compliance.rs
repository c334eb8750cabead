//! Where a product stands before the standards.

use jiff::civil::Date;

use super::agreement::Agreement;
use super::named::named;
use super::phase::Phase;
use super::standards::{Category, Criterion};

named! {
    Answer {
        Yes = "yes", "oui";
        No = "no", "non";
        /// With its reason; it counts as met.
        NotApplicable = "not-applicable", "sans objet";
    }
}

/// An answer as it was last given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub answer: Answer,
    pub evidence: String,
    pub checked_on: Date,
    /// Last day it holds.
    pub valid_until: Option<Date>,
}

/// How a criterion stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Met,
    NotApplicable,
    NotMet,
    /// It was met, until a day that has passed.
    Expired,
    /// Expected from a later phase on: nobody is late.
    Later,
    Unanswered,
}

impl State {
    pub fn fr(self) -> &'static str {
        match self {
            Self::Met => "fait",
            Self::NotApplicable => "sans objet",
            Self::NotMet => "pas encore",
            Self::Expired => "à renouveler",
            Self::Later => "plus tard",
            Self::Unanswered => "sans réponse",
        }
    }

    /// Whether it counts as passed: what does not apply does.
    pub fn is_passed(self) -> bool {
        matches!(self, Self::Met | Self::NotApplicable)
    }
}

/// How a criterion stands for a product in a phase. A product past the phase is held to it.
pub fn state(criterion: &Criterion, given: Option<&Given>, phase: Option<Phase>, today: Date) -> State {
    match given {
        Some(one) if one.valid_until.is_some_and(|last| last < today) => State::Expired,
        Some(one) => match one.answer {
            Answer::Yes => State::Met,
            Answer::No => State::NotMet,
            Answer::NotApplicable => State::NotApplicable,
        },
        None if criterion.from.is_some_and(|from| phase.is_none_or(|phase| phase < from)) => State::Later,
        None => State::Unanswered,
    }
}

/// A clause that asks for a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Reference and title of the agreement.
    pub reference: String,
    pub title: String,
    pub article: String,
    pub text: String,
}

/// The clauses of a product's agreements that ask for a criterion. Without one it is optional, and never late.
pub fn asked(criterion: &Criterion, agreements: &[Agreement]) -> Vec<Asked> {
    let Some(key) = &criterion.clause else { return Vec::new() };
    agreements
        .iter()
        .filter_map(|agreement| Some((&agreement.written, agreement.clause(key)?)))
        .map(|(written, clause)| Asked {
            reference: written.reference.clone(),
            title: written.title.clone(),
            article: clause.article.clone(),
            text: clause.text.clone(),
        })
        .collect()
}

/// How many criteria of a category are passed, and how many there are: what is expected later does not count.
pub fn score(category: &Category, state: impl Fn(&Criterion) -> State) -> (usize, usize) {
    let states: Vec<State> = category.criteria().map(state).filter(|one| *one != State::Later).collect();
    (states.iter().filter(|one| one.is_passed()).count(), states.len())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn criterion(from: Option<Phase>) -> Criterion {
        Criterion { key: "one".into(), fr: "un".into(), from, clause: None, validity: true }
    }

    fn given(answer: Answer, valid_until: Option<Date>) -> Given {
        Given { answer, evidence: String::new(), checked_on: date(2026, 1, 1), valid_until }
    }

    #[test]
    fn what_expired_is_no_longer_met() {
        let until = given(Answer::Yes, Some(date(2026, 6, 30)));
        let on = |day| state(&criterion(None), Some(&until), None, day);
        assert_eq!(on(date(2026, 6, 30)), State::Met, "the last day is in");
        assert_eq!(on(date(2026, 7, 1)), State::Expired);
    }

    #[test]
    fn what_is_expected_later_is_not_missing() {
        let later = criterion(Some(Phase::Construction));
        let on = |phase| state(&later, None, phase, date(2026, 1, 1));
        assert_eq!(on(Some(Phase::Investigation)), State::Later);
        assert_eq!(on(Some(Phase::Construction)), State::Unanswered);
        assert_eq!(on(Some(Phase::Transfer)), State::Unanswered);
        assert_eq!(on(None), State::Later, "nobody knows its phase");
    }
}
