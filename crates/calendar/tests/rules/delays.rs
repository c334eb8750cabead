//! Delays counted from an act.

use calendar::{CalendarError, Counting, Delay, DelayRule, Extension, WorkingCalendar};
use calendar::{Territory, Territory::Metropole};
use jiff::civil::Date;

use crate::{after, day, metropole, plain};

#[test]
fn the_day_of_the_act_does_not_count() {
    assert_eq!(plain(Delay::Days(10), "2027-03-01"), day("2027-03-11"));
    assert_eq!(plain(Delay::Days(1), "2027-12-31"), day("2028-01-01"));
    assert_eq!(plain(Delay::Weeks(2), "2027-02-20"), day("2027-03-06"));
}

#[test]
fn a_delay_in_months_ends_on_the_day_with_the_same_number() {
    assert_eq!(plain(Delay::Months(1), "2027-01-15"), day("2027-02-15"));
    assert_eq!(plain(Delay::Months(3), "2026-11-30"), day("2027-02-28"));
    assert_eq!(plain(Delay::Months(14), "2026-11-05"), day("2028-01-05"));
    assert_eq!(
        plain(Delay::Months(1), "2027-02-28"),
        day("2027-03-28"),
        "the number counts, not the end of month"
    );
}

#[test]
fn without_that_day_it_ends_on_the_last_of_the_month() {
    assert_eq!(plain(Delay::Months(1), "2027-01-31"), day("2027-02-28"));
    assert_eq!(plain(Delay::Months(1), "2028-01-31"), day("2028-02-29"));
    assert_eq!(plain(Delay::Months(1), "2028-01-30"), day("2028-02-29"));
    assert_eq!(plain(Delay::Months(1), "2027-03-31"), day("2027-04-30"));
    assert_eq!(plain(Delay::Months(6), "2027-08-31"), day("2028-02-29"));
}

#[test]
fn one_month_twice_is_not_two_months() {
    let first = plain(Delay::Months(1), "2027-01-31");
    assert_eq!(plain(Delay::Months(1), &first.to_string()), day("2027-03-28"));
    assert_eq!(plain(Delay::Months(2), "2027-01-31"), day("2027-03-31"));
}

#[test]
fn a_year_from_29_february_ends_on_28_february() {
    assert_eq!(plain(Delay::Years(1), "2028-02-29"), day("2029-02-28"));
    assert_eq!(plain(Delay::Years(4), "2028-02-29"), day("2032-02-29"));
    assert_eq!(plain(Delay::Years(1), "2027-02-28"), day("2028-02-28"));
    assert_eq!(plain(Delay::Years(4), "2096-02-29"), day("2100-02-28"), "2100 is not a leap year");
}

#[test]
fn months_are_counted_before_days() {
    // Gdroit, "Computation des délais", D: one month and fifteen days from 12 February 2017.
    assert_eq!(plain(Delay::MonthsAndDays { months: 1, days: 15 }, "2017-02-12"), day("2017-03-27"));
    // Days first would give 31 January, then 28 February: the order matters.
    assert_eq!(plain(Delay::MonthsAndDays { months: 1, days: 1 }, "2027-01-30"), day("2027-03-01"));
    assert_eq!(plain(Delay::MonthsAndDays { months: 0, days: 15 }, "2027-01-30"), day("2027-02-14"));
}

#[test]
fn a_delay_ending_on_a_day_of_rest_is_extended_to_the_first_working_day() {
    let ten_days = DelayRule::procedural(Delay::Days(10));
    assert_eq!(after(&ten_days, "2027-03-10").expires_on, day("2027-03-22"), "Saturday 20 March");
    assert_eq!(after(&ten_days, "2027-03-11").expires_on, day("2027-03-22"), "Sunday 21 March");
    assert_eq!(after(&ten_days, "2027-03-12").expires_on, day("2027-03-22"), "Monday 22 March");
    // Saturday 1 May 2027, Sunday, Monday 3 May.
    assert_eq!(after(&DelayRule::procedural(Delay::Months(1)), "2027-04-01").expires_on, day("2027-05-03"));
    // Saturday 27, Easter Sunday 28, Easter Monday 29 March 2027.
    assert_eq!(after(&ten_days, "2027-03-17").expires_on, day("2027-03-30"));
    // Friday 25 December 2026, Saturday, Sunday.
    assert_eq!(after(&ten_days, "2026-12-15").expires_on, day("2026-12-28"));
}

#[test]
fn the_place_of_the_act_decides_which_holidays_extend() {
    let rule = DelayRule::procedural(Delay::Days(10));
    let in_territory = |territory: Territory| {
        rule.after(day("2024-12-16"), &WorkingCalendar::new(territory)).map(|d| d.expires_on)
    };
    assert_eq!(in_territory(Metropole), Ok(day("2024-12-26")));
    assert_eq!(in_territory(Territory::AlsaceMoselle), Ok(day("2024-12-27")), "Saint-Étienne");
}

#[test]
fn a_closed_day_extends_as_a_holiday_does() {
    // The Friday after Ascension 2027 is Friday 7 May; 8 May is a Saturday and a holiday.
    let closed = metropole().with_closed_days([day("2027-05-07")]);
    let deadline =
        DelayRule::procedural(Delay::Days(10)).after(day("2027-04-27"), &closed).expect("a deadline");
    assert_eq!(deadline.expires_on, day("2027-05-10"));
    assert_eq!(deadline.nominal(), day("2027-05-07"));
}

#[test]
fn a_clear_delay_counts_neither_end() {
    let two_months = DelayRule::franc(Delay::Months(2));
    // Notified 3 November 2022: last day 3 January, the appeal is received on 4 January 2023 (a Wednesday).
    assert_eq!(after(&two_months, "2022-11-03").expires_on, day("2023-01-04"));
    // Notified 1 October 2007: 2 December is a Sunday, the appeal is received on Monday 3.
    assert_eq!(after(&two_months, "2007-10-01").expires_on, day("2007-12-03"));
    // The month without that day first, the clear day after it: 28 February, then 1 March 2027 (a Monday).
    assert_eq!(after(&two_months, "2026-12-31").expires_on, day("2027-03-01"));
    let three_days = DelayRule { extension: Extension::None, ..DelayRule::franc(Delay::Days(3)) };
    assert_eq!(after(&three_days, "2027-03-01").expires_on, day("2027-03-05"));
}

#[test]
fn a_term_counts_its_first_day_and_ends_on_the_eve() {
    let term = |delay, first: &str| after(&DelayRule::term(delay), first).expires_on;
    assert_eq!(term(Delay::Years(1), "2027-01-01"), day("2027-12-31"));
    assert_eq!(term(Delay::Years(1), "2024-03-01"), day("2025-02-28"));
    assert_eq!(term(Delay::Years(1), "2023-03-01"), day("2024-02-29"));
    assert_eq!(term(Delay::Months(6), "2026-11-24"), day("2027-05-23"));
    assert_eq!(term(Delay::Days(7), "2027-03-01"), day("2027-03-07"));
    assert_eq!(term(Delay::MonthsAndDays { months: 1, days: 10 }, "2027-03-01"), day("2027-04-10"));
    // A year of domiciliation from 29 February: not a day is lost.
    assert_eq!(term(Delay::Years(1), "2028-02-29"), day("2029-02-28"));
    assert_eq!(term(Delay::Months(1), "2027-01-31"), day("2027-02-28"));
    assert_eq!(term(Delay::Months(1), "2027-01-28"), day("2027-02-27"));
}

#[test]
fn working_days_skip_saturdays_and_business_days_do_not() {
    // From Thursday 25 March 2027; Easter Monday is the 29th.
    assert_eq!(plain(Delay::WorkingDays(2), "2027-03-25"), day("2027-03-30"));
    assert_eq!(plain(Delay::BusinessDays(2), "2027-03-25"), day("2027-03-27"));
    assert_eq!(plain(Delay::BusinessDays(3), "2027-03-25"), day("2027-03-30"));
}

#[test]
fn business_days_that_end_on_a_saturday_are_extended_all_the_same() {
    // Five business days from Monday 1 March 2027 end on Saturday 6: Cass. soc., 9 juin 1999, n° 97-41.349.
    let rule = DelayRule::procedural(Delay::BusinessDays(5));
    assert_eq!(after(&rule, "2027-03-01").expires_on, day("2027-03-08"));
}

#[test]
fn a_delay_of_nothing_is_refused() {
    for delay in [
        Delay::Days(0),
        Delay::WorkingDays(0),
        Delay::BusinessDays(0),
        Delay::Weeks(0),
        Delay::Months(0),
        Delay::Years(0),
        Delay::MonthsAndDays { months: 0, days: 0 },
    ] {
        let rule = DelayRule::plain(delay);
        assert_eq!(rule.after(day("2027-01-01"), &metropole()), Err(CalendarError::EmptyDelay));
        assert_eq!(rule.before(day("2027-01-01"), &metropole()), Err(CalendarError::EmptyDelay));
    }
}

#[test]
fn past_the_end_of_dates_a_delay_is_an_error_not_a_panic() {
    for delay in [
        Delay::Days(1),
        Delay::WorkingDays(9),
        Delay::Months(1),
        Delay::Years(u16::MAX),
        Delay::Weeks(u16::MAX),
    ] {
        for counting in [Counting::Ordinary, Counting::Franc, Counting::Inclusive] {
            let rule = DelayRule { counting, ..DelayRule::plain(delay) };
            if counting != Counting::Inclusive || !matches!(delay, Delay::Days(_)) {
                assert!(matches!(rule.after(Date::MAX, &metropole()), Err(CalendarError::OutOfRange { .. })));
            }
            assert!(
                matches!(rule.before(Date::MIN, &metropole()), Err(CalendarError::OutOfRange { .. })) || {
                    counting == Counting::Inclusive && matches!(delay, Delay::Days(_))
                }
            );
        }
    }
}

#[test]
fn a_rule_is_data() {
    let text = r#"{"delay":{"months":2},"counting":"franc","extension":"first_working_day","source":"CJA, art. R421-1"}"#;
    let rule: DelayRule = serde_json::from_str(text).expect("a rule");
    assert_eq!(rule, DelayRule::franc(Delay::Months(2)).citing("CJA, art. R421-1"));
    assert_eq!(serde_json::to_string(&rule).expect("written"), text);
    let short: DelayRule =
        serde_json::from_str(r#"{"delay":{"days":15},"source":"règlement"}"#).expect("a rule");
    assert_eq!((short.counting, short.extension), (Counting::Ordinary, Extension::None));
}
