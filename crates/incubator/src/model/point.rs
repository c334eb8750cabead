//! A value of an indicator, and the period it is about.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::figure::Figure;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// First day of the period; none since the beginning, or for a value on one day.
    pub from: Option<Date>,
    /// Last day of the period.
    pub day: Date,
    pub value: Figure,
    /// What a rate was computed from.
    pub numerator: Option<Figure>,
    pub denominator: Option<Figure>,
    pub note: String,
}

impl Point {
    /// A value on a day, and nothing more.
    pub fn on(day: Date, value: Figure) -> Self {
        Self { from: None, day, value, numerator: None, denominator: None, note: String::new() }
    }

    /// Whether both tell the same period: with a first day, the same one; without, the same month. A running total that
    /// is read every day has one value a month.
    pub fn same_period(&self, from: Option<Date>, day: Date) -> bool {
        match (self.from, from) {
            (Some(own), Some(other)) => own == other,
            (None, None) => self.day.first_of_month() == day.first_of_month(),
            _ => false,
        }
    }
}
