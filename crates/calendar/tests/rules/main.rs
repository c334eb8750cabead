//! The rules of the calendar, told as a jurist or an agent would check them.

mod delays;
mod diary;
mod explanations;
mod holidays;
mod notice;
mod properties;
mod suspensions;
mod working_days;

use calendar::{Deadline, Delay, DelayRule, Territory, WorkingCalendar};
use jiff::civil::Date;

/// A date written `2026-03-31`.
fn day(text: &str) -> Date {
    text.parse().expect("a date of the tests")
}

fn metropole() -> WorkingCalendar {
    WorkingCalendar::new(Territory::Metropole)
}

fn after(rule: &DelayRule, act: &str) -> Deadline {
    rule.after(day(act), &metropole()).expect("a deadline")
}

/// The last day of a delay counted as in procedure, never extended.
fn plain(delay: Delay, act: &str) -> Date {
    after(&DelayRule::plain(delay), act).expires_on
}
