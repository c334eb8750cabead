//! Delays that are stopped.

use calendar::{CalendarError, Course, DayKind, Delay, DelayRule, Remaining, Step, Suspension, Suspensions};
use jiff::civil::Date;

use crate::{day, metropole};

fn suspended(from: &str, through: &str) -> Suspension {
    Suspension::suspends(day(from), Some(day(through)))
}

fn interrupted(from: &str, through: &str) -> Suspension {
    Suspension::interrupts(day(from), Some(day(through)))
}

fn course(rule: &DelayRule, act: &str, periods: impl IntoIterator<Item = Suspension>) -> Course {
    let suspensions = Suspensions::new(periods).expect("periods in order");
    rule.after_with(day(act), &metropole(), &suspensions).expect("a course")
}

fn expiry(rule: &DelayRule, act: &str, periods: impl IntoIterator<Item = Suspension>) -> Date {
    course(rule, act, periods).deadline().expect("a deadline").expires_on
}

/// The three months within which a domiciled person must show up.
fn presence() -> DelayRule {
    DelayRule::plain(Delay::Months(3))
}

#[test]
fn without_a_period_nothing_changes() {
    let rule = DelayRule::procedural(Delay::Months(3));
    let alone = rule.after(day("2027-01-15"), &metropole()).expect("a deadline");
    assert_eq!(course(&rule, "2027-01-15", []), Course::Expires(alone));
}

#[test]
fn a_suspension_puts_the_last_day_off_by_its_length() {
    // 15 April, and the twenty days of hospital.
    assert_eq!(expiry(&presence(), "2027-01-15", [suspended("2027-02-01", "2027-02-20")]), day("2027-05-05"));
    // One day.
    assert_eq!(expiry(&presence(), "2027-01-15", [suspended("2027-02-01", "2027-02-01")]), day("2027-04-16"));
    // On the last day itself.
    assert_eq!(expiry(&presence(), "2027-01-15", [suspended("2027-04-15", "2027-04-30")]), day("2027-05-01"));
}

#[test]
fn only_days_that_were_running_are_given_back() {
    // Began before the act: the days up to the act were not running.
    assert_eq!(expiry(&presence(), "2027-01-15", [suspended("2027-01-01", "2027-01-25")]), day("2027-04-25"));
    // Over before the act, or beginning after the last day.
    assert_eq!(expiry(&presence(), "2027-01-15", [suspended("2027-01-01", "2027-01-15")]), day("2027-04-15"));
    assert_eq!(expiry(&presence(), "2027-01-15", [suspended("2027-04-16", "2027-06-30")]), day("2027-04-15"));
}

#[test]
fn overlapping_and_touching_periods_are_one() {
    let one = [suspended("2027-02-01", "2027-02-20")];
    let several = [
        suspended("2027-02-10", "2027-02-20"),
        suspended("2027-02-01", "2027-02-07"),
        suspended("2027-02-03", "2027-02-05"),
        suspended("2027-02-08", "2027-02-12"),
    ];
    assert_eq!(Suspensions::new(several), Suspensions::new(one));
    assert_eq!(expiry(&presence(), "2027-01-15", several), expiry(&presence(), "2027-01-15", one));
}

#[test]
fn a_second_suspension_can_fall_in_the_time_given_back() {
    let periods = [suspended("2027-02-01", "2027-02-20"), suspended("2027-05-01", "2027-05-10")];
    // 5 May after the first, which the second then stops: ten days more.
    assert_eq!(expiry(&presence(), "2027-01-15", periods), day("2027-05-15"));
}

#[test]
fn extension_comes_after_suspension() {
    let rule = DelayRule::procedural(Delay::Months(3));
    // 5 May with the suspension; a day more is Ascension, 6 May 2027, a Thursday.
    assert_eq!(expiry(&rule, "2027-01-15", [suspended("2027-02-01", "2027-02-21")]), day("2027-05-07"));
}

#[test]
fn working_days_are_given_back_in_working_days() {
    // Ten working days from Monday 1 March 2027 end on Monday 15; a suspension over a week-end stops nothing.
    let rule = DelayRule::plain(Delay::WorkingDays(10));
    assert_eq!(expiry(&rule, "2027-03-01", []), day("2027-03-15"));
    assert_eq!(expiry(&rule, "2027-03-01", [suspended("2027-03-06", "2027-03-07")]), day("2027-03-15"));
    assert_eq!(expiry(&rule, "2027-03-01", [suspended("2027-03-05", "2027-03-08")]), day("2027-03-17"));
}

#[test]
fn an_interruption_starts_the_delay_anew() {
    assert_eq!(
        expiry(&presence(), "2027-01-15", [interrupted("2027-03-31", "2027-03-31")]),
        day("2027-06-30")
    );
    // A lasting one: from its last day.
    assert_eq!(
        expiry(&presence(), "2027-01-15", [interrupted("2027-02-01", "2027-05-31")]),
        day("2027-08-31")
    );
    // On the last day it is in time, the day after it is too late.
    assert_eq!(
        expiry(&presence(), "2027-01-15", [interrupted("2027-04-15", "2027-04-15")]),
        day("2027-07-15")
    );
    assert_eq!(
        expiry(&presence(), "2027-01-15", [interrupted("2027-04-16", "2027-04-16")]),
        day("2027-04-15")
    );
}

#[test]
fn an_interruption_over_by_the_day_of_the_act_leaves_no_trace() {
    let rule = presence();
    let alone = rule.after(day("2027-01-15"), &metropole()).expect("a deadline");
    let over = [interrupted("2027-01-10", "2027-01-15")];
    assert_eq!(course(&rule, "2027-01-15", over), Course::Expires(alone));
}

#[test]
fn a_term_runs_anew_from_the_day_after_the_interruption() {
    let year = DelayRule::term(Delay::Years(1));
    assert_eq!(expiry(&year, "2027-01-01", [interrupted("2027-03-01", "2027-03-31")]), day("2028-03-31"));
}

#[test]
fn an_interruption_on_the_extended_last_day_is_in_time() {
    // 3 March + 1 month: Saturday 3 April 2027, extended to Monday 5.
    let rule = DelayRule::procedural(Delay::Months(1));
    assert_eq!(expiry(&rule, "2027-03-03", [interrupted("2027-04-05", "2027-04-05")]), day("2027-05-05"));
}

#[test]
fn an_interruption_during_a_suspension_still_erases_what_had_run() {
    let periods = [suspended("2027-02-01", "2027-02-28"), interrupted("2027-02-10", "2027-02-10")];
    // Three months from 10 February: 10 May; of which the days 11 to 28 February did not run.
    assert_eq!(expiry(&presence(), "2027-01-15", periods), day("2027-05-28"));
}

#[test]
fn a_suspension_can_bring_an_interruption_in_time() {
    let periods = [suspended("2027-02-01", "2027-02-20"), interrupted("2027-05-01", "2027-05-01")];
    assert_eq!(expiry(&presence(), "2027-01-15", periods), day("2027-08-01"));
}

#[test]
fn a_period_in_course_leaves_the_last_day_unknown_and_says_what_is_left() {
    let in_prison = Suspension::suspends(day("2027-02-01"), None);
    let Course::Stopped(stopped) = course(&presence(), "2027-01-15", [in_prison]) else { panic!("it runs") };
    assert_eq!(stopped.since, day("2027-02-01"));
    // 15 January to 15 April is 90 days; 16 ran before 1 February.
    assert_eq!(stopped.remaining, Remaining::Days { kind: DayKind::Calendar, count: 74 });
    // Once over, those 74 days run.
    assert_eq!(
        expiry(&presence(), "2027-01-15", [suspended("2027-02-01", "2027-06-30")]),
        day("2027-06-30").checked_add(jiff::Span::new().days(74)).expect("a date")
    );
    let in_court = Suspension::interrupts(day("2027-02-01"), None);
    let Course::Stopped(stopped) = course(&presence(), "2027-01-15", [in_court]) else { panic!("it runs") };
    assert_eq!((stopped.since, stopped.remaining), (day("2027-02-01"), Remaining::Whole));
}

#[test]
fn a_period_in_course_that_begins_too_late_does_nothing() {
    let late =
        [Suspension::suspends(day("2027-04-16"), None), Suspension::interrupts(day("2027-04-16"), None)];
    assert_eq!(expiry(&presence(), "2027-01-15", late), day("2027-04-15"));
}

#[test]
fn an_interruption_ends_a_suspension_of_unknown_end_only_for_what_had_run() {
    let periods = [Suspension::suspends(day("2027-02-01"), None), interrupted("2027-03-01", "2027-03-01")];
    let Course::Stopped(stopped) = course(&presence(), "2027-01-15", periods) else { panic!("it runs") };
    // From 1 March, nothing has run: 92 days to 1 June.
    assert_eq!(stopped.remaining, Remaining::Days { kind: DayKind::Calendar, count: 92 });
    assert_eq!(stopped.origin, day("2027-01-15"));
}

#[test]
fn a_clear_day_is_part_of_what_a_suspension_stops() {
    let rule = DelayRule::franc(Delay::Days(10));
    // 11 March, clear day 12 March (Friday); suspended on that day, it becomes 13, a Saturday, hence Monday 15.
    assert_eq!(expiry(&rule, "2027-03-01", [suspended("2027-03-12", "2027-03-12")]), day("2027-03-15"));
}

#[test]
fn a_period_that_ends_before_it_starts_is_refused() {
    let reversed = [suspended("2027-02-20", "2027-02-01")];
    let error = CalendarError::PeriodReversed { from: day("2027-02-20"), through: day("2027-02-01") };
    assert_eq!(Suspensions::new(reversed), Err(error));
    let json = r#"[{"effect":"suspends","from":"2027-02-20","through":"2027-02-01"}]"#;
    assert!(serde_json::from_str::<Suspensions>(json).is_err());
}

#[test]
fn suspensions_travel_as_data() {
    let periods = [suspended("2027-02-01", "2027-02-20"), Suspension::interrupts(day("2027-03-01"), None)];
    let all = Suspensions::new(periods).expect("periods in order");
    let text = serde_json::to_string(&all).expect("written");
    assert_eq!(serde_json::from_str::<Suspensions>(&text).expect("read"), all);
}

#[test]
fn each_suspension_tells_what_ran_and_what_was_left() {
    let periods = [suspended("2027-02-01", "2027-02-20"), suspended("2027-03-01", "2027-03-10")];
    let Course::Expires(deadline) = course(&presence(), "2027-01-15", periods) else { panic!("stopped") };
    let told: Vec<_> = deadline
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Suspended { elapsed, remaining, becomes, .. } => Some((*elapsed, *remaining, *becomes)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(16, 74, day("2027-05-05")), (8, 66, day("2027-05-15"))]);
    assert_eq!(deadline.expires_on, day("2027-05-15"));
}
