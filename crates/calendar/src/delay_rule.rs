//! A delay with the way to count it.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    CalendarError, Counting, Course, Deadline, Delay, Extension, Suspensions, WorkingCalendar, computation,
};

/// A delay, which of its ends count, what a day of rest does to its end, and the text that says so.
///
/// A rule is data: it can be stored, shown, and changed from a date on without touching the code that applies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayRule {
    pub delay: Delay,
    #[serde(default)]
    pub counting: Counting,
    #[serde(default)]
    pub extension: Extension,
    /// The text that fixes the delay, as one would cite it in French.
    pub source: Cow<'static, str>,
}

impl DelayRule {
    /// The rule of civil procedure: the day of the act does not count; a last day of rest is extended. Source: code
    /// de procédure civile, art. 641 and 642.
    pub const fn procedural(delay: Delay) -> Self {
        Self {
            delay,
            counting: Counting::Ordinary,
            extension: Extension::FirstWorkingDay,
            source: Cow::Borrowed("code de procédure civile, art. 641 et 642"),
        }
    }

    /// The rule of appeals to the administrative courts: neither end counts; a last day of rest is extended. Source:
    /// code de justice administrative, art. R421-1; Conseil d'État, 19 septembre 2014, n° 362568.
    pub const fn franc(delay: Delay) -> Self {
        Self {
            delay,
            counting: Counting::Franc,
            extension: Extension::FirstWorkingDay,
            source: Cow::Borrowed(
                "code de justice administrative, art. R421-1 ; Conseil d'État, 19 septembre 2014, n° 362568",
            ),
        }
    }

    /// A delay between parties or between services, notice included: counted as in procedure, never extended. Source:
    /// code de procédure civile, art. 641, which courts apply beyond procedure (Cour de cassation, 3e civ., 21
    /// décembre 1987, n° 85-10.794); cite the clause with [`DelayRule::citing`].
    pub const fn plain(delay: Delay) -> Self {
        Self {
            delay,
            counting: Counting::Ordinary,
            extension: Extension::None,
            source: Cow::Borrowed("code de procédure civile, art. 641"),
        }
    }

    /// How long something lasts, its first day included: one year from 1 January ends on 31 December. See
    /// [`Counting::Inclusive`].
    pub const fn term(delay: Delay) -> Self {
        Self {
            delay,
            counting: Counting::Inclusive,
            extension: Extension::None,
            source: Cow::Borrowed("durée comptée du premier jour inclus"),
        }
    }

    /// The same rule, resting on another text.
    #[must_use]
    pub fn citing(mut self, source: impl Into<Cow<'static, str>>) -> Self {
        self.source = source.into();
        self
    }

    /// The last day of the delay that `act` starts.
    ///
    /// # Errors
    /// [`CalendarError::EmptyDelay`], [`CalendarError::OutOfRange`].
    pub fn after(&self, act: Date, calendar: &WorkingCalendar) -> Result<Deadline, CalendarError> {
        computation::forward(self, act, calendar)
    }

    /// Where the delay that `act` starts stands, given the periods that stop it.
    ///
    /// A suspension puts the last day off by the days it stops, those that were running; a period that begins after
    /// the last day does nothing. Interruptions are applied first, each when it begins before the delay has expired.
    /// When a text postpones the start instead (the delay has not begun), give the postponed day as `act`.
    ///
    /// Trap: months are not equally long, so that of two acts inside one suspension the later can have up to three days
    /// fewer left to run.
    ///
    /// # Errors
    /// [`CalendarError::EmptyDelay`], [`CalendarError::OutOfRange`].
    pub fn after_with(
        &self,
        act: Date,
        calendar: &WorkingCalendar,
        suspensions: &Suspensions,
    ) -> Result<Course, CalendarError> {
        computation::with_suspensions(self, act, calendar, suspensions)
    }

    /// The last day on which to act so that the whole delay separates the act from `event`: notice, *délai à rebours*.
    ///
    /// *Ordinary*: three months before 31 December is 30 September. *Franc*: one day earlier, so that the delay is
    /// full between the two days (Cour de cassation, com., 14 mars 2018, n° 16-26.996). *Inclusive*: the first day of
    /// a period of that length whose last day is `event`.
    ///
    /// Trap: one month before 28 February is 28 January, though one month from 31 January also ends on 28 February.
    /// The earlier, safer day is given.
    ///
    /// # Errors
    /// [`CalendarError::ExtensionOfBackwardDelay`] when the rule extends to the first working day,
    /// [`CalendarError::EmptyDelay`], [`CalendarError::OutOfRange`].
    pub fn before(&self, event: Date, calendar: &WorkingCalendar) -> Result<Deadline, CalendarError> {
        computation::backward(self, event, calendar)
    }
}
