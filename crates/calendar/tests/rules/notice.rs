//! Delays counted back from an event.

use calendar::{CalendarError, Counting, Delay, DelayRule, Direction, Extension};
use jiff::civil::Date;

use crate::{day, metropole, plain};

fn before(rule: &DelayRule, event: &str) -> Date {
    rule.before(day(event), &metropole()).expect("a last day").expires_on
}

#[test]
fn three_months_before_the_end_of_the_year() {
    let notice = DelayRule::plain(Delay::Months(3));
    let deadline = notice.before(day("2027-12-31"), &metropole()).expect("a last day");
    assert_eq!(deadline.expires_on, day("2027-09-30"));
    assert_eq!(deadline.direction, Direction::Before);
    assert!(deadline.is_open_on(day("2027-09-30")) && !deadline.is_open_on(day("2027-10-01")));
    // Given that day, the notice has run by the end.
    assert!(plain(Delay::Months(3), "2027-09-30") <= day("2027-12-31"));
    assert!(plain(Delay::Months(3), "2027-10-01") > day("2027-12-31"));
}

#[test]
fn two_months_before_the_end_of_a_domiciliation() {
    let renewal = DelayRule::plain(Delay::Months(2));
    assert_eq!(before(&renewal, "2027-04-30"), day("2027-02-28"));
    assert_eq!(before(&renewal, "2028-04-30"), day("2028-02-29"));
    assert_eq!(before(&renewal, "2027-05-14"), day("2027-03-14"));
}

#[test]
fn eight_clear_days_before_a_hearing() {
    // Cass. com., 14 mars 2018, n° 16-26.996, on a hearing of 31 July 2024: the last day is 22 July.
    let rule = DelayRule { counting: Counting::Franc, ..DelayRule::plain(Delay::Days(8)) };
    assert_eq!(before(&rule, "2024-07-31"), day("2024-07-22"));
}

#[test]
fn counted_inclusively_it_is_the_first_day_of_the_period() {
    let period = DelayRule::term(Delay::Months(3));
    assert_eq!(before(&period, "2027-12-31"), day("2027-10-01"));
    assert_eq!(before(&period, "2027-09-30"), day("2027-07-01"));
    assert_eq!(before(&DelayRule::term(Delay::Days(7)), "2027-03-07"), day("2027-03-01"));
}

#[test]
fn counting_back_gives_the_earlier_day_when_two_would_do() {
    assert_eq!(before(&DelayRule::plain(Delay::Months(1)), "2027-02-28"), day("2027-01-28"));
    assert_eq!(plain(Delay::Months(1), "2027-01-31"), day("2027-02-28"));
}

#[test]
fn days_are_counted_back_before_months() {
    let delay = Delay::MonthsAndDays { months: 1, days: 20 };
    assert_eq!(before(&DelayRule::plain(delay), "2027-03-15"), day("2027-01-23"));
    assert_eq!(plain(delay, "2027-01-23"), day("2027-03-15"), "the whole delay has run");
    assert_eq!(
        plain(delay, "2027-01-26"),
        day("2027-03-18"),
        "months first would have given this day: too late"
    );
}

#[test]
fn working_days_before_a_committee() {
    // Five working days before Tuesday 30 March 2027: Easter Monday and the week-end do not count.
    assert_eq!(before(&DelayRule::plain(Delay::WorkingDays(5)), "2027-03-30"), day("2027-03-22"));
    assert_eq!(before(&DelayRule::plain(Delay::BusinessDays(5)), "2027-03-30"), day("2027-03-23"));
}

#[test]
fn notice_is_never_extended_but_can_be_brought_back() {
    let extended = DelayRule::procedural(Delay::Months(3));
    assert_eq!(
        extended.before(day("2027-12-31"), &metropole()),
        Err(CalendarError::ExtensionOfBackwardDelay)
    );
    // 31 August 2027 less one month: Saturday 31 July.
    let rule = DelayRule { extension: Extension::PrecedingWorkingDay, ..DelayRule::plain(Delay::Months(1)) };
    assert_eq!(before(&rule, "2027-08-31"), day("2027-07-30"));
}
