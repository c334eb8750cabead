//! One step of a computation, as data that a page can put into words.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Delay, RestDay};

/// A day passed over because it is not worked, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedDay {
    pub day: Date,
    pub rest: RestDay,
}

/// One step from the day of the act to the last day, in the order in which they are told.
///
/// All dates are whole days; `from` and `through` are both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The delay was interrupted: what had run is erased, and the same delay runs again from the last day of the
    /// interruption.
    Interrupted { from: Date, through: Date },
    /// The day of the act does not count: the delay runs from the next day (from the day before, counted backwards).
    DayOfActExcluded { act: Date, first_day: Date },
    /// The first day counts.
    FirstDayCounted { first_day: Date },
    /// The month reached has no day with that number: its last day takes its place.
    SameDayMissing { wanted: i8, replaced_by: Date },
    /// The delay, counted from one day to the other.
    Counted { delay: Delay, from: Date, to: Date },
    /// Délai franc: the last day does not count either, the act can be done on the next one (must have been done on
    /// the one before, counted backwards).
    LastDayExcluded { last_day: Date, becomes: Date },
    /// The delay stopped, and goes on after `through` with what was left.
    Suspended {
        from: Date,
        through: Date,
        /// Days run since the start or the previous suspension, in the unit of the delay.
        elapsed: i32,
        /// Days left to run after it, in the unit of the delay.
        remaining: i32,
        /// The last day, as it stands after this suspension.
        becomes: Date,
    },
    /// The last day was not worked: extended to the first working day.
    Extended { from: Date, to: Date, because: Vec<SkippedDay> },
    /// The last day was not worked: brought back to the working day before.
    BroughtBack { from: Date, to: Date, because: Vec<SkippedDay> },
}

impl Step {
    /// The text or the case on which the step rests, as one would cite it in French.
    pub const fn source(&self) -> &'static str {
        match self {
            Self::Interrupted { .. } => "code civil, art. 2231",
            Self::DayOfActExcluded { .. } => "code de procédure civile, art. 641, al. 1er",
            Self::FirstDayCounted { .. } => "usage des durées dont le premier jour compte",
            Self::SameDayMissing { .. } => "code de procédure civile, art. 641, al. 2",
            Self::Counted { delay, .. } => match delay {
                Delay::Months(_) | Delay::Years(_) => "code de procédure civile, art. 641, al. 2",
                Delay::MonthsAndDays { .. } => "code de procédure civile, art. 641, al. 3",
                Delay::Days(_) | Delay::WorkingDays(_) | Delay::BusinessDays(_) | Delay::Weeks(_) => {
                    "code de procédure civile, art. 641, al. 1er"
                }
            },
            Self::LastDayExcluded { .. } => {
                "règle du délai franc (Conseil d'État, 19 septembre 2014, n° 362568)"
            }
            Self::Suspended { .. } => "code civil, art. 2230",
            Self::Extended { .. } => "code de procédure civile, art. 642, al. 2",
            Self::BroughtBack { .. } => "stipulation de la règle",
        }
    }
}
