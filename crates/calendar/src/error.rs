//! Why a computation is refused.

use jiff::civil::Date;
use thiserror::Error;

/// A computation this crate refuses. Nothing here panics: every input reaches a value or one of these.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The result would fall outside the dates that can be written (years -9999 to 9999).
    #[error("computing from {from} leaves the dates that can be written (years -9999 to 9999)")]
    OutOfRange { from: Date },
    /// A delay of nothing (0 day, 0 month) is a mistake in the rule, not a delay.
    #[error("a delay of zero is not a delay")]
    EmptyDelay,
    /// Extension to the first working day was asked of a delay counted backwards: it would shorten the time it
    /// protects. Source: article 642 of the code de procédure civile does not apply to délais à rebours, Cour de
    /// cassation, 2e civ., 4 février 1998, n° 96-13.391.
    #[error(
        "a delay counted backwards is not extended to the first working day (Cass. 2e civ., 4 février 1998)"
    )]
    ExtensionOfBackwardDelay,
    /// A period that ends before it starts.
    #[error("a period from {from} through {through} ends before it starts")]
    PeriodReversed { from: Date, through: Date },
    /// Easter before the Gregorian reform (October 1582) is not computed.
    #[error("Easter is computed from 1583 on, not for {year}")]
    EasterBeforeReform { year: i16 },
}
