//! Working days and business days.

use calendar::{CalendarError, DayKind, RestDay};
use jiff::civil::Date;

use crate::{day, metropole};

#[test]
fn saturday_is_a_business_day_and_not_a_working_day() {
    let calendar = metropole();
    assert!(calendar.is_business_day(day("2027-03-06")) && !calendar.is_working_day(day("2027-03-06")));
    assert!(!calendar.is_business_day(day("2027-03-07")) && !calendar.is_working_day(day("2027-03-07")));
    assert!(calendar.is_business_day(day("2027-03-08")) && calendar.is_working_day(day("2027-03-08")));
}

#[test]
fn a_saturday_that_is_a_holiday_is_no_business_day() {
    assert!(!metropole().is_business_day(day("2027-05-01")));
    assert_eq!(
        metropole().rest_on(day("2027-05-01")),
        Some(RestDay::Holiday { name: "Fête du Travail".into() })
    );
}

#[test]
fn a_closed_saturday_is_no_business_day() {
    let closed = metropole().with_closed_days([day("2027-03-06")]);
    assert!(!closed.is_business_day(day("2027-03-06")));
    assert_eq!(closed.rest_on(day("2027-03-06")), Some(RestDay::Closed));
}

#[test]
fn the_next_and_the_previous_day_go_round_the_holidays() {
    let calendar = metropole();
    assert_eq!(calendar.next(DayKind::Working, day("2027-03-26")), Ok(day("2027-03-30")));
    assert_eq!(calendar.next(DayKind::Business, day("2027-03-26")), Ok(day("2027-03-27")));
    assert_eq!(calendar.previous(DayKind::Working, day("2027-03-30")), Ok(day("2027-03-26")));
    assert_eq!(calendar.on_or_after(DayKind::Working, day("2027-03-27")), Ok(day("2027-03-30")));
    assert_eq!(calendar.on_or_after(DayKind::Working, day("2027-03-30")), Ok(day("2027-03-30")));
    assert_eq!(calendar.on_or_before(DayKind::Working, day("2027-03-29")), Ok(day("2027-03-26")));
}

#[test]
fn a_year_has_its_working_days() {
    // 2027: 261 days from Monday to Friday, less seven holidays that fall on one of them (1 January, Easter Monday,
    // Ascension, Whit Monday, 14 July, 1 and 11 November).
    let (from, to) = (day("2026-12-31"), day("2027-12-31"));
    assert_eq!(metropole().count_between(DayKind::Calendar, from, to), 365);
    assert_eq!(metropole().count_between(DayKind::Working, from, to), 254);
    // 313 days but Sundays, less ten holidays: only Assumption falls on a Sunday.
    assert_eq!(metropole().count_between(DayKind::Business, from, to), 303);
    assert_eq!(metropole().count_between(DayKind::Working, to, from), -254);
}

#[test]
fn the_dates_run_out_without_a_panic() {
    let calendar = metropole();
    for kind in [DayKind::Calendar, DayKind::Working, DayKind::Business] {
        assert_eq!(calendar.next(kind, Date::MAX), Err(CalendarError::OutOfRange { from: Date::MAX }));
        assert_eq!(calendar.previous(kind, Date::MIN), Err(CalendarError::OutOfRange { from: Date::MIN }));
    }
    assert!(calendar.add(DayKind::Calendar, day("2027-01-01"), i32::MAX).is_err());
    assert!(calendar.add(DayKind::Calendar, day("2027-01-01"), i32::MIN).is_err());
    assert_eq!(calendar.count_between(DayKind::Calendar, Date::MIN, Date::MAX), 7_304_483);
}
