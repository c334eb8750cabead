//! What makes a day a holiday: one line of the table.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Territory, easter_sunday};

/// On what a holiday rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// A statute or a regulation makes it a public holiday: it extends delays (code de procédure civile, art. 642).
    Statutory,
    /// Local usage: many services close, no general text makes it a public holiday. Counted only on request, see
    /// [`crate::WorkingCalendar::with_customary_days`].
    Customary,
}

/// How the day is found in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolidayDay {
    /// The same day every year; `month` from 1 to 12.
    Fixed { month: i8, day: i8 },
    /// So many days after Easter Sunday (negative: before).
    Easter { offset: i8 },
}

/// A holiday as a text made it: name, day, where, and the years in which it holds.
///
/// A law that changes adds a line and closes the previous one; no line is edited to mean something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolidayLaw {
    /// The name to show, in French.
    pub name: &'static str,
    pub day: HolidayDay,
    pub nature: Nature,
    pub territories: &'static [Territory],
    /// First year in which the day was a holiday on its date.
    pub first_year: i16,
    /// Last year, `None` while the text is in force.
    pub last_year: Option<i16>,
    /// The text, as one would cite it in French.
    pub source: &'static str,
    /// What the author of this line could not verify, to be lifted by a jurist.
    pub doubt: Option<&'static str>,
}

impl HolidayLaw {
    pub(crate) const fn statutory(
        name: &'static str,
        day: HolidayDay,
        first_year: i16,
        source: &'static str,
    ) -> Self {
        Self {
            name,
            day,
            nature: Nature::Statutory,
            territories: Territory::ALL,
            first_year,
            last_year: None,
            source,
            doubt: None,
        }
    }

    pub(crate) const fn customary(mut self) -> Self {
        self.nature = Nature::Customary;
        self
    }

    pub(crate) const fn only_in(mut self, territories: &'static [Territory]) -> Self {
        self.territories = territories;
        self
    }

    pub(crate) const fn until(mut self, last_year: i16) -> Self {
        self.last_year = Some(last_year);
        self
    }

    pub(crate) const fn doubted(mut self, doubt: &'static str) -> Self {
        self.doubt = Some(doubt);
        self
    }

    /// Does this line hold there, that year?
    pub fn holds(&self, territory: Territory, year: i16) -> bool {
        self.first_year <= year
            && self.last_year.is_none_or(|last| year <= last)
            && self.territories.contains(&territory)
    }

    /// The date of the day in that year, whether or not the line holds. `None` when Easter is not computed.
    pub fn date_in(&self, year: i16) -> Option<Date> {
        match self.day {
            HolidayDay::Fixed { month, day } => Date::new(year, month, day).ok(),
            HolidayDay::Easter { offset } => {
                let days = jiff::Span::new().days(offset);
                easter_sunday(year).ok()?.checked_add(days).ok()
            }
        }
    }
}
