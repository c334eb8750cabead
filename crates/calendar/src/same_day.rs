//! From a day to the day with the same number, months later: computation *de quantième à quantième*.

use jiff::civil::Date;

use crate::CalendarError;

/// The day reached, and the number that was looked for when the month has no such day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SameDay {
    pub date: Date,
    /// The number of the starting day, when the month reached has no such day and `date` is its last one.
    pub missing: Option<i8>,
}

impl SameDay {
    /// The day of the month `months` later (earlier when negative) with the same number, or the last day of that
    /// month. Source: code de procédure civile, art. 641, al. 2.
    pub fn months_from(origin: Date, months: i32) -> Result<Self, CalendarError> {
        let out_of_range = CalendarError::OutOfRange { from: origin };
        // Months since year 0, January being 0: the only place where months are not counted from 1.
        let index = i32::from(origin.year()) * 12 + i32::from(origin.month()) - 1 + months;
        let first = i16::try_from(index.div_euclid(12))
            .ok()
            .zip(i8::try_from(index.rem_euclid(12) + 1).ok())
            .and_then(|(year, month)| Date::new(year, month, 1).ok())
            .ok_or_else(|| out_of_range.clone())?;
        match Date::new(first.year(), first.month(), origin.day()) {
            Ok(date) => Ok(Self { date, missing: None }),
            Err(_) => Ok(Self { date: first.last_of_month(), missing: Some(origin.day()) }),
        }
    }
}
