//! The steps by which a deadline explains itself.

use calendar::{
    Counting, Course, Deadline, Delay, DelayRule, RestDay, SkippedDay, Step, Suspension, Suspensions,
};

use crate::{after, day, metropole};

#[test]
fn from_3_march_to_3_june_extended_to_monday_5_because_the_3rd_is_a_saturday() {
    let deadline = after(&DelayRule::procedural(Delay::Months(3)), "2028-03-03");
    assert_eq!(deadline.expires_on, day("2028-06-06"), "Monday 5 June 2028 is Whit Monday");
    let deadline = after(&DelayRule::procedural(Delay::Months(3)), "2023-03-03");
    assert_eq!(
        deadline.steps,
        [
            Step::DayOfActExcluded { act: day("2023-03-03"), first_day: day("2023-03-04") },
            Step::Counted { delay: Delay::Months(3), from: day("2023-03-03"), to: day("2023-06-03") },
            Step::Extended {
                from: day("2023-06-03"),
                to: day("2023-06-05"),
                because: vec![
                    SkippedDay { day: day("2023-06-03"), rest: RestDay::Saturday },
                    SkippedDay { day: day("2023-06-04"), rest: RestDay::Sunday },
                ],
            },
        ]
    );
    assert_eq!(deadline.nominal(), day("2023-06-03"));
}

#[test]
fn the_missing_day_and_the_clear_day_are_told() {
    let deadline = after(&DelayRule::franc(Delay::Months(2)), "2026-12-31");
    assert_eq!(
        deadline.steps,
        [
            Step::DayOfActExcluded { act: day("2026-12-31"), first_day: day("2027-01-01") },
            Step::SameDayMissing { wanted: 31, replaced_by: day("2027-02-28") },
            Step::Counted { delay: Delay::Months(2), from: day("2026-12-31"), to: day("2027-02-28") },
            Step::LastDayExcluded { last_day: day("2027-02-28"), becomes: day("2027-03-01") },
        ]
    );
}

#[test]
fn a_holiday_is_named() {
    let deadline = after(&DelayRule::procedural(Delay::Days(10)), "2027-05-07");
    let Some(Step::Extended { because, .. }) = deadline.steps.last() else { panic!("not extended") };
    assert_eq!(
        because.last().map(|s| &s.rest),
        Some(&RestDay::Holiday { name: "Lundi de Pentecôte".into() })
    );
}

#[test]
fn a_term_says_that_its_first_day_counts() {
    let deadline = after(&DelayRule::term(Delay::Years(1)), "2027-01-01");
    assert_eq!(deadline.steps.first(), Some(&Step::FirstDayCounted { first_day: day("2027-01-01") }));
}

#[test]
fn an_interruption_comes_first_and_the_origin_stays_the_act() {
    let periods = Suspensions::new([Suspension::interrupts(day("2027-02-01"), Some(day("2027-02-03")))]);
    let course = DelayRule::plain(Delay::Months(1))
        .after_with(day("2027-01-15"), &metropole(), &periods.expect("in order"))
        .expect("a course");
    let Course::Expires(deadline) = course else { panic!("stopped") };
    assert_eq!(deadline.origin, day("2027-01-15"));
    assert_eq!(
        deadline.steps,
        [
            Step::Interrupted { from: day("2027-02-01"), through: day("2027-02-03") },
            Step::DayOfActExcluded { act: day("2027-02-03"), first_day: day("2027-02-04") },
            Step::Counted { delay: Delay::Months(1), from: day("2027-02-03"), to: day("2027-03-03") },
        ]
    );
}

#[test]
fn a_deadline_is_kept_and_read_again() {
    let rule = DelayRule { counting: Counting::Franc, ..DelayRule::procedural(Delay::Days(10)) };
    let deadline = after(&rule, "2027-03-17");
    let text = serde_json::to_string(&deadline).expect("written");
    assert!(
        text.contains(r#""step":"extended""#) && text.contains(r#"{"holiday":{"name":"Lundi de Pâques"}}"#)
    );
    assert_eq!(serde_json::from_str::<Deadline>(&text).expect("read"), deadline);
}

#[test]
fn every_step_cites_its_text() {
    let periods = Suspensions::new([Suspension::suspends(day("2027-02-01"), Some(day("2027-02-03")))]);
    let course = DelayRule::franc(Delay::Months(1))
        .after_with(day("2027-01-31"), &metropole(), &periods.expect("in order"))
        .expect("a course");
    let deadline = course.deadline().expect("a deadline");
    assert!(deadline.steps.iter().all(|step| !step.source().is_empty()));
}

#[test]
fn the_days_left_count_down_to_zero_on_the_last_day() {
    let deadline = after(&DelayRule::plain(Delay::Days(10)), "2027-03-01");
    assert_eq!(deadline.days_left(day("2027-03-01")), 10);
    assert_eq!(deadline.days_left(day("2027-03-11")), 0);
    assert_eq!(deadline.days_left(day("2027-03-12")), -1);
    assert!(deadline.is_open_on(day("2027-03-11")) && !deadline.is_open_on(day("2027-03-12")));
}
