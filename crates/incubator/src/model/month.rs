//! A month of a year.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar month: texts plan committees "in November 2019", not on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Its first day.
    first: Date,
}

impl Month {
    pub fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    pub fn first_day(self) -> Date {
        self.first
    }

    pub fn last_day(self) -> Date {
        self.first.last_of_month()
    }

    /// The month before; the same one at the beginning of time.
    #[must_use]
    pub fn previous(self) -> Self {
        self.first.yesterday().map_or(self, Self::of)
    }

    /// The month after; the same one at the end of time.
    #[must_use]
    pub fn next(self) -> Self {
        self.last_day().tomorrow().map_or(self, Self::of)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = ();

    /// `2019-11`.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 7 {
            return Err(());
        }
        format!("{text}-01").parse().map(|first| Self { first }).map_err(|_| ())
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom(format!("{text:?} is no month, as 2019-11")))
    }
}
