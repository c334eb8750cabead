//! Days as the tables keep them: a number, counted from 1970-01-01.

use jiff::Span;
use jiff::civil::Date;

const FIRST: Date = Date::constant(1970, 1, 1);

pub fn number(day: Date) -> i32 {
    FIRST.until(day).map_or(0, |span| span.get_days())
}

pub fn date(number: i32) -> Date {
    FIRST.saturating_add(Span::new().days(number))
}
