//! A holiday on its day.

use jiff::civil::Date;
use serde::Serialize;

use crate::{HOLIDAY_LAWS, Nature, Territory};

/// One holiday, on one date, in one territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Holiday {
    pub date: Date,
    /// The name to show, in French.
    pub name: &'static str,
    pub nature: Nature,
    /// The text that makes it a holiday.
    pub source: &'static str,
}

/// The holidays of a territory in a year, statutory and customary, by date.
///
/// Two holidays that fall on the same day are both listed (8 May 1997 was also Ascension; 10 June 2030 will be Whit
/// Monday and the abolition of slavery in Guyane): count days with [`crate::WorkingCalendar`], not with this list.
pub fn holidays_of(territory: Territory, year: i16) -> Vec<Holiday> {
    let mut found: Vec<Holiday> = HOLIDAY_LAWS
        .iter()
        .filter(|law| law.holds(territory, year))
        .filter_map(|law| {
            let date = law.date_in(year)?;
            Some(Holiday { date, name: law.name, nature: law.nature, source: law.source })
        })
        .collect();
    found.sort_by_key(|holiday| holiday.date);
    found
}

/// The holiday on that date, statutory before customary. `None` on an ordinary day.
pub fn holiday_on(territory: Territory, date: Date) -> Option<Holiday> {
    HOLIDAY_LAWS
        .iter()
        .filter(|law| law.holds(territory, date.year()) && law.date_in(date.year()) == Some(date))
        .map(|law| Holiday { date, name: law.name, nature: law.nature, source: law.source })
        .min_by_key(|holiday| holiday.nature == Nature::Customary)
}
