//! A length of time as a text states it.

use serde::{Deserialize, Serialize};

use crate::DayKind;

/// A delay, in the unit of the text that fixes it. Three months are not ninety days: the unit decides how the delay
/// is counted, and is kept.
///
/// The longest delay in days is 65 535 (179 years).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// Every day counts (*jours calendaires*).
    Days(u16),
    /// *Jours ouvrés*: see [`DayKind::Working`].
    WorkingDays(u16),
    /// *Jours ouvrables*: see [`DayKind::Business`].
    BusinessDays(u16),
    /// Weeks of seven days.
    Weeks(u16),
    /// From the day to the day with the same number (code de procédure civile, art. 641, al. 2).
    Months(u16),
    /// The same, in years (art. 641, al. 2).
    Years(u16),
    /// The months are counted first, then the days (art. 641, al. 3); the other way round when counted backwards.
    MonthsAndDays { months: u16, days: u16 },
}

impl Delay {
    /// A delay of nothing.
    pub const fn is_empty(self) -> bool {
        matches!(
            self,
            Self::Days(0)
                | Self::WorkingDays(0)
                | Self::BusinessDays(0)
                | Self::Weeks(0)
                | Self::Months(0)
                | Self::Years(0)
                | Self::MonthsAndDays { months: 0, days: 0 }
        )
    }

    /// The days that consume it: what runs, what a suspension stops, what a clear day (*jour franc*) adds.
    pub const fn day_kind(self) -> DayKind {
        match self {
            Self::WorkingDays(_) => DayKind::Working,
            Self::BusinessDays(_) => DayKind::Business,
            Self::Days(_)
            | Self::Weeks(_)
            | Self::Months(_)
            | Self::Years(_)
            | Self::MonthsAndDays { .. } => DayKind::Calendar,
        }
    }

    /// Months, then days of [`Delay::day_kind`]. A delay without months is counted in days only.
    pub(crate) fn months_and_days(self) -> (Option<i32>, i32) {
        match self {
            Self::Days(days) | Self::WorkingDays(days) | Self::BusinessDays(days) => (None, i32::from(days)),
            Self::Weeks(weeks) => (None, i32::from(weeks) * 7),
            Self::Months(months) => (Some(i32::from(months)), 0),
            Self::Years(years) => (Some(i32::from(years) * 12), 0),
            Self::MonthsAndDays { months, days } => (Some(i32::from(months)), i32::from(days)),
        }
    }
}
