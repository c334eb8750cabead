//! Days as the tables keep them: a number, counted from 1970-01-01.

use jiff::Span;
use jiff::civil::Date;
use socle::pages::format;
use socle::store::Tx;

const FIRST: Date = Date::constant(1970, 1, 1);

pub fn number(day: Date) -> i32 {
    FIRST.until(day).map_or(0, |span| span.get_days())
}

pub fn date(number: i32) -> Date {
    FIRST.saturating_add(Span::new().days(number))
}

/// The day of a change, in Paris.
pub fn today(tx: &Tx) -> Date {
    format::paris().to_datetime(tx.now()).date()
}
