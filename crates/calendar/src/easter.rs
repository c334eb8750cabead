//! Easter Sunday, on which the movable holidays hang.

use jiff::civil::Date;

use crate::CalendarError;

/// The first whole year of the Gregorian calendar.
const FIRST_GREGORIAN_YEAR: i16 = 1583;

/// Easter Sunday of a Gregorian year.
///
/// Source: the anonymous Gregorian computus, as given by Butcher (1876), Jones (1922) and Meeus (*Astronomical
/// Algorithms*, chapter 8). Exact for every Gregorian year.
///
/// # Errors
/// [`CalendarError::EasterBeforeReform`] before 1583.
pub fn easter_sunday(year: i16) -> Result<Date, CalendarError> {
    if year < FIRST_GREGORIAN_YEAR {
        return Err(CalendarError::EasterBeforeReform { year });
    }
    let wide = i32::from(year);
    let golden = wide % 19;
    let (century, in_century) = (wide / 100, wide % 100);
    let moon_shift = (century - (century + 8) / 25 + 1) / 3;
    let full_moon = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - full_moon - in_century % 4) % 7;
    let exception = (golden + 11 * full_moon + 22 * to_sunday) / 451;
    let position = full_moon + to_sunday - 7 * exception + 114;
    i8::try_from(position / 31)
        .ok()
        .zip(i8::try_from(position % 31 + 1).ok())
        .and_then(|(month, day)| Date::new(year, month, day).ok())
        .ok_or(CalendarError::EasterBeforeReform { year })
}
