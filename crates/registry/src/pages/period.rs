//! Days as forms send them.

use jiff::Timestamp;
use jiff::civil::Date;
use socle::pages::{FormErrors, format};

/// The beginning of a day in Paris.
pub fn midnight(day: Date) -> Option<Timestamp> {
    day.at(0, 0, 0, 0).to_zoned_datetime(format::paris()).ok().map(|zoned| zoned.timestamp())
}

/// A date as browsers send it (`2026-11-22`) or as people write it (`22/11/2026`).
pub fn read_date(typed: &str, absent: Date, field: &'static str, errors: &mut FormErrors) -> Option<Date> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Some(absent);
    }
    let read = typed.parse().ok().or_else(|| Date::strptime("%d/%m/%Y", typed).ok());
    // Outside these years nobody carpooled: a slip of the keyboard.
    let read = read.filter(|date| (2000..=2100).contains(&date.year()));
    if read.is_none() {
        errors.add(field, "Cette date n’est pas lisible. Écrivez-la comme dans cet exemple : 22/11/2026.");
    }
    read
}
