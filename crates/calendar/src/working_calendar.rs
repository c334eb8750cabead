//! Working days and business days of a place.

use std::{borrow::Cow, collections::BTreeSet};

use jiff::{
    SignedDuration,
    civil::{Date, Weekday},
};

use crate::{CalendarError, DayKind, Nature, RestDay, Territory, holiday_on};

/// The days on which work is done somewhere: a territory, and the days on which a service closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCalendar {
    territory: Territory,
    customary: bool,
    closed: BTreeSet<Date>,
}

impl WorkingCalendar {
    /// The calendar of a territory, with its statutory holidays.
    pub fn new(territory: Territory) -> Self {
        Self { territory, customary: false, closed: BTreeSet::new() }
    }

    /// Also counts as holidays the days that only local usage makes so (Schoelcher day in the Antilles).
    #[must_use]
    pub fn with_customary_days(mut self) -> Self {
        self.customary = true;
        self
    }

    /// Adds days on which the service is closed (bridges, a patron saint's day): the *jours chômés* of article 642 of
    /// the code de procédure civile.
    #[must_use]
    pub fn with_closed_days(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.closed.extend(days);
        self
    }

    pub fn territory(&self) -> Territory {
        self.territory
    }

    /// Why the day is not worked, `None` on a working day.
    pub fn rest_on(&self, day: Date) -> Option<RestDay> {
        let holiday = holiday_on(self.territory, day)
            .filter(|holiday| self.customary || holiday.nature == Nature::Statutory);
        match (holiday, day.weekday()) {
            (Some(holiday), _) => Some(RestDay::Holiday { name: Cow::Borrowed(holiday.name) }),
            (None, Weekday::Sunday) => Some(RestDay::Sunday),
            (None, _) if self.closed.contains(&day) => Some(RestDay::Closed),
            (None, Weekday::Saturday) => Some(RestDay::Saturday),
            (None, _) => None,
        }
    }

    /// Is it a *jour ouvré* (Saturday does not count)?
    pub fn is_working_day(&self, day: Date) -> bool {
        self.rest_on(day).is_none()
    }

    /// Is it a *jour ouvrable* (Saturday counts)?
    pub fn is_business_day(&self, day: Date) -> bool {
        matches!(self.rest_on(day), None | Some(RestDay::Saturday))
    }

    /// Does the day count among the days of that kind?
    pub fn counts(&self, kind: DayKind, day: Date) -> bool {
        match kind {
            DayKind::Calendar => true,
            DayKind::Working => self.is_working_day(day),
            DayKind::Business => self.is_business_day(day),
        }
    }

    /// The first day of that kind strictly after `day`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past year 9999.
    pub fn next(&self, kind: DayKind, day: Date) -> Result<Date, CalendarError> {
        self.add(kind, day, 1)
    }

    /// The last day of that kind strictly before `day`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] before year -9999.
    pub fn previous(&self, kind: DayKind, day: Date) -> Result<Date, CalendarError> {
        self.add(kind, day, -1)
    }

    /// The day itself when it counts, otherwise the first that counts after it.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past year 9999.
    pub fn on_or_after(&self, kind: DayKind, day: Date) -> Result<Date, CalendarError> {
        if self.counts(kind, day) { Ok(day) } else { self.next(kind, day) }
    }

    /// The day itself when it counts, otherwise the last that counts before it.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] before year -9999.
    pub fn on_or_before(&self, kind: DayKind, day: Date) -> Result<Date, CalendarError> {
        if self.counts(kind, day) { Ok(day) } else { self.previous(kind, day) }
    }

    /// The `n`-th day of that kind after `day` (before it when `n` is negative), `day` itself not counting. With
    /// `n = 0`, `day` itself, whether it counts or not.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when the dates run out.
    pub fn add(&self, kind: DayKind, day: Date, n: i32) -> Result<Date, CalendarError> {
        let out_of_range = |_| CalendarError::OutOfRange { from: day };
        if kind == DayKind::Calendar {
            return day.checked_add(SignedDuration::from_hours(i64::from(n) * 24)).map_err(out_of_range);
        }
        let mut reached = day;
        let mut left = n.unsigned_abs();
        while left > 0 {
            reached = if n > 0 { reached.tomorrow() } else { reached.yesterday() }.map_err(out_of_range)?;
            if self.counts(kind, reached) {
                left -= 1;
            }
        }
        Ok(reached)
    }

    /// How many days of that kind after `from`, up to and including `to`; negative when `to` comes first.
    ///
    /// `count_between(kind, d, add(kind, d, n)) == n` for a positive `n`, and exchanging the ends changes the sign.
    pub fn count_between(&self, kind: DayKind, from: Date, to: Date) -> i32 {
        if to < from {
            return -self.count_between(kind, to, from);
        }
        if kind == DayKind::Calendar {
            // The widest span of dates is some 7.3 million days.
            return i32::try_from(from.duration_until(to).as_hours() / 24).unwrap_or(i32::MAX);
        }
        let mut counted = 0;
        let mut day = from;
        while day < to {
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
            counted += i32::from(self.counts(kind, day));
        }
        counted
    }
}
