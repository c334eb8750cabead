//! Periods that stop a delay.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::CalendarError;

/// What a period does to the delay it meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The course stops without erasing what has run; what was left runs afterwards (code civil, art. 2230).
    Suspends,
    /// What has run is erased; the same delay runs again (code civil, art. 2231), from the last day of the period,
    /// which does not count (code de procédure civile, art. 641).
    Interrupts,
}

/// A period, first and last day included. Why it stops the delay is often personal data (health, detention): it stays
/// with the service that knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    pub effect: Effect,
    pub from: Date,
    /// `None` while the period is in course.
    pub through: Option<Date>,
}

impl Suspension {
    pub const fn suspends(from: Date, through: Option<Date>) -> Self {
        Self { effect: Effect::Suspends, from, through }
    }

    pub const fn interrupts(from: Date, through: Option<Date>) -> Self {
        Self { effect: Effect::Interrupts, from, through }
    }
}

/// A period without its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub from: Date,
    pub through: Option<Date>,
}

/// All that stops a delay: periods of each effect, sorted, those that overlap or touch merged into one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Suspension>", into = "Vec<Suspension>")]
pub struct Suspensions {
    suspending: Vec<Period>,
    interrupting: Vec<Period>,
}

impl Suspensions {
    /// # Errors
    /// [`CalendarError::PeriodReversed`] when a period ends before it starts.
    pub fn new(periods: impl IntoIterator<Item = Suspension>) -> Result<Self, CalendarError> {
        let (mut suspending, mut interrupting) = (Vec::new(), Vec::new());
        for Suspension { effect, from, through } in periods {
            if let Some(through) = through.filter(|through| *through < from) {
                return Err(CalendarError::PeriodReversed { from, through });
            }
            match effect {
                Effect::Suspends => suspending.push(Period { from, through }),
                Effect::Interrupts => interrupting.push(Period { from, through }),
            }
        }
        Ok(Self { suspending: merged(suspending), interrupting: merged(interrupting) })
    }

    pub fn is_empty(&self) -> bool {
        self.suspending.is_empty() && self.interrupting.is_empty()
    }

    pub(crate) fn suspending(&self) -> &[Period] {
        &self.suspending
    }

    pub(crate) fn interrupting(&self) -> &[Period] {
        &self.interrupting
    }
}

impl TryFrom<Vec<Suspension>> for Suspensions {
    type Error = CalendarError;

    fn try_from(periods: Vec<Suspension>) -> Result<Self, CalendarError> {
        Self::new(periods)
    }
}

impl From<Suspensions> for Vec<Suspension> {
    fn from(all: Suspensions) -> Self {
        let suspending =
            all.suspending.into_iter().map(|period| Suspension::suspends(period.from, period.through));
        let interrupting =
            all.interrupting.into_iter().map(|period| Suspension::interrupts(period.from, period.through));
        suspending.chain(interrupting).collect()
    }
}

/// Sorted by first day; periods that overlap or follow one another without a day between become one.
fn merged(mut periods: Vec<Period>) -> Vec<Period> {
    periods.sort_by_key(|period| period.from);
    let mut kept: Vec<Period> = Vec::with_capacity(periods.len());
    for period in periods {
        match kept.last_mut() {
            Some(last) if last.reaches(period.from) => {
                last.through = last.through.zip(period.through).map(|(one, other)| one.max(other));
            }
            _ => kept.push(period),
        }
    }
    kept
}

impl Period {
    /// Is `day` inside the period or right after it? (`day` is never before it here.)
    fn reaches(&self, day: Date) -> bool {
        self.through.is_none_or(|through| through.tomorrow().map_or(true, |after| day <= after))
    }
}
