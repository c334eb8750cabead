//! What holds for every date, every delay and every text.

use calendar::{
    Counting, Course, DayKind, Delay, DelayRule, Extension, Remaining, Suspension, Suspensions, Territory,
    WorkingCalendar,
    ics::{Alarm, IcsCalendar, IcsEvent, When},
};
use jiff::{Span, Timestamp, civil::Date};
use proptest::prelude::*;

use crate::diary::{lines_of, unescaped};

fn plus(date: Date, days: i32) -> Date {
    date.checked_add(Span::new().days(days)).expect("within the dates of the tests")
}

fn dates() -> impl Strategy<Value = Date> {
    (0..73_000_i32).prop_map(|days| plus(Date::constant(1900, 1, 1), days))
}

fn calendars() -> impl Strategy<Value = WorkingCalendar> {
    (prop::sample::select(Territory::ALL), any::<bool>(), prop::collection::vec(dates(), 0..4)).prop_map(
        |(territory, customary, closed)| {
            let calendar = WorkingCalendar::new(territory).with_closed_days(closed);
            if customary { calendar.with_customary_days() } else { calendar }
        },
    )
}

fn kinds() -> impl Strategy<Value = DayKind> {
    prop::sample::select(vec![DayKind::Calendar, DayKind::Working, DayKind::Business])
}

fn delays() -> impl Strategy<Value = Delay> {
    prop_oneof![
        (1..400_u16).prop_map(Delay::Days),
        (1..60_u16).prop_map(Delay::WorkingDays),
        (1..60_u16).prop_map(Delay::BusinessDays),
        (1..60_u16).prop_map(Delay::Weeks),
        (1..40_u16).prop_map(Delay::Months),
        (1..12_u16).prop_map(Delay::Years),
        (0..14_u16, 1..40_u16).prop_map(|(months, days)| Delay::MonthsAndDays { months, days }),
    ]
}

fn rules() -> impl Strategy<Value = DelayRule> {
    let countings = vec![Counting::Ordinary, Counting::Franc, Counting::Inclusive];
    let extensions = vec![Extension::None, Extension::FirstWorkingDay, Extension::PrecedingWorkingDay];
    (delays(), prop::sample::select(countings), prop::sample::select(extensions))
        .prop_map(|(delay, counting, extension)| DelayRule { counting, extension, ..DelayRule::plain(delay) })
}

/// Up to five periods around a date, all with an end.
fn periods_around(date: Date) -> impl Strategy<Value = Vec<Suspension>> {
    let period =
        (-60..500_i32, 0..90_i32, prop::bool::weighted(0.2)).prop_map(move |(start, length, interrupts)| {
            let (from, through) = (plus(date, start), Some(plus(date, start + length)));
            if interrupts {
                Suspension::interrupts(from, through)
            } else {
                Suspension::suspends(from, through)
            }
        });
    prop::collection::vec(period, 0..6)
}

fn with(rule: &DelayRule, act: Date, calendar: &WorkingCalendar, periods: &[Suspension]) -> Course {
    let suspensions = Suspensions::new(periods.iter().copied()).expect("in order");
    rule.after_with(act, calendar, &suspensions).expect("a course")
}

fn expiry(course: &Course) -> Date {
    course.deadline().expect("every period has an end").expires_on
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn adding_then_subtracting_comes_back(
        calendar in calendars(), kind in kinds(), day in dates(), n in 0..120_i32
    ) {
        let start = calendar.on_or_after(kind, day).expect("in range");
        let there = calendar.add(kind, start, n).expect("in range");
        prop_assert_eq!(calendar.add(kind, there, -n).expect("in range"), start);
        prop_assert!(n == 0 || calendar.counts(kind, there));
    }

    #[test]
    fn counting_is_the_reverse_of_adding(calendar in calendars(), kind in kinds(), day in dates(), n in -120..120_i32) {
        let there = calendar.add(kind, day, n).expect("in range");
        let counted = calendar.count_between(kind, day, there);
        // Backwards, the start is counted and the end is not: both count when the start does.
        prop_assert!(counted == n || (n < 0 && !calendar.counts(kind, day) && counted == n + 1));
        prop_assert_eq!(calendar.count_between(kind, there, day), -counted);
    }

    #[test]
    fn working_days_are_business_days_are_days(calendar in calendars(), day in dates(), n in 1..60_i32) {
        prop_assert!(!calendar.is_working_day(day) || calendar.is_business_day(day));
        let reached = |kind| calendar.add(kind, day, n).expect("in range");
        prop_assert!(reached(DayKind::Calendar) <= reached(DayKind::Business));
        prop_assert!(reached(DayKind::Business) <= reached(DayKind::Working));
    }

    #[test]
    fn a_later_act_never_ends_earlier(
        rule in rules(), calendar in calendars(), act in dates(), later in 0..70_i32
    ) {
        let one = rule.after(act, &calendar).expect("in range");
        let other = rule.after(plus(act, later), &calendar).expect("in range");
        prop_assert!(one.expires_on <= other.expires_on);
    }

    #[test]
    fn a_later_act_never_ends_earlier_whatever_stops_the_delay(
        rule in rules(), calendar in calendars(), shift in -40..40_i32, later in 0..70_i32,
        periods in periods_around(Date::constant(1990, 1, 1))
    ) {
        // Months are not equally long: of two acts inside one suspension, the later can have up to three days fewer
        // to run. Days of one kind have no such trap.
        let unequal = matches!(rule.delay, Delay::Months(_) | Delay::Years(_) | Delay::MonthsAndDays { .. });
        let rule = if unequal { DelayRule { extension: Extension::None, ..rule } } else { rule };
        let act = plus(Date::constant(1990, 1, 1), shift);
        let one = with(&rule, act, &calendar, &periods);
        let other = with(&rule, plus(act, later), &calendar, &periods);
        let slack = if unequal { 3 } else { 0 };
        prop_assert!(expiry(&one) <= plus(expiry(&other), slack), "{one:?}\n{other:?}");
    }

    #[test]
    fn an_extension_lands_on_a_working_day_and_passes_none(rule in rules(), calendar in calendars(), act in dates()) {
        let deadline = rule.after(act, &calendar).expect("in range");
        let (nominal, last) = (deadline.nominal(), deadline.expires_on);
        match rule.extension {
            Extension::None => prop_assert_eq!(nominal, last),
            Extension::FirstWorkingDay => {
                prop_assert_eq!(calendar.on_or_after(DayKind::Working, nominal), Ok(last));
            }
            Extension::PrecedingWorkingDay => {
                prop_assert_eq!(calendar.on_or_before(DayKind::Working, nominal), Ok(last));
            }
        }
        prop_assert!(rule.extension == Extension::None || calendar.is_working_day(last));
    }

    #[test]
    fn months_end_on_the_same_number_or_on_the_last_of_the_month(act in dates(), months in 1..400_u16) {
        let calendar = WorkingCalendar::new(Territory::Metropole);
        let last = DelayRule::plain(Delay::Months(months)).after(act, &calendar).expect("in range").expires_on;
        prop_assert!(last.day() == act.day() || (last.day() < act.day() && last == last.last_of_month()));
        let index = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
        prop_assert_eq!(index(last) - index(act), i32::from(months));
        // jiff's own arithmetic, written by other people.
        prop_assert_eq!(act.checked_add(Span::new().months(months)).expect("in range"), last);
    }

    #[test]
    fn a_term_never_outlasts_the_delay_and_a_clear_delay_always_does(
        delay in delays(), calendar in calendars(), act in dates()
    ) {
        let last = |counting| {
            let rule = DelayRule { counting, ..DelayRule::plain(delay) };
            rule.after(act, &calendar).expect("in range").expires_on
        };
        prop_assert!(last(Counting::Inclusive) <= last(Counting::Ordinary));
        prop_assert!(last(Counting::Ordinary) < last(Counting::Franc));
    }

    #[test]
    fn notice_given_on_its_last_day_has_run_by_the_event(
        delay in delays(), calendar in calendars(), event in dates(),
        counting in prop::sample::select(vec![Counting::Ordinary, Counting::Franc])
    ) {
        let notice = DelayRule { counting, ..DelayRule::plain(delay) };
        let last = notice.before(event, &calendar).expect("in range").expires_on;
        prop_assert!(last < event);
        let run = notice.after(last, &calendar).expect("in range").expires_on;
        // When the event is not a working day, a count of working days reaches the first that follows.
        let kind = delay.day_kind();
        prop_assert!(run <= calendar.on_or_after(kind, event).expect("in range"));
    }

    #[test]
    fn suspended_days_are_walked_one_by_one(
        days in 1..120_u16, kind in kinds(), calendar in calendars(),
        (act, periods) in dates().prop_flat_map(|act| (Just(act), periods_around(act)))
    ) {
        let periods: Vec<_> = periods.iter().map(|p| Suspension::suspends(p.from, p.through)).collect();
        let delay = match kind {
            DayKind::Calendar => Delay::Days(days),
            DayKind::Working => Delay::WorkingDays(days),
            DayKind::Business => Delay::BusinessDays(days),
        };
        let course = with(&DelayRule::plain(delay), act, &calendar, &periods);
        let stopped = |day: Date| periods.iter().any(|p| p.from <= day && p.through.is_some_and(|end| day <= end));
        let (mut oracle, mut left) = (act, days);
        while left > 0 {
            oracle = plus(oracle, 1);
            left -= u16::from(calendar.counts(kind, oracle) && !stopped(oracle));
        }
        prop_assert_eq!(expiry(&course), oracle);
    }

    #[test]
    fn a_period_never_brings_the_last_day_forward(
        rule in rules(), calendar in calendars(), periods in periods_around(Date::constant(2026, 6, 15)),
        more in periods_around(Date::constant(2026, 6, 15))
    ) {
        let rule = DelayRule { extension: Extension::FirstWorkingDay, ..rule };
        let act = Date::constant(2026, 6, 15);
        let alone = rule.after(act, &calendar).expect("in range").expires_on;
        let some = expiry(&with(&rule, act, &calendar, &periods));
        prop_assert!(alone <= some);
        let suspending = |all: &[Suspension]| -> Vec<Suspension> {
            all.iter().map(|p| Suspension::suspends(p.from, p.through)).collect()
        };
        let fewer = suspending(&periods);
        let all = [fewer.clone(), suspending(&more)].concat();
        let (one, other) = (with(&rule, act, &calendar, &fewer), with(&rule, act, &calendar, &all));
        prop_assert!(expiry(&one) <= expiry(&other));
    }

    #[test]
    fn the_order_in_which_periods_are_given_does_not_matter(
        rule in rules(), calendar in calendars(), seed in any::<prop::sample::Index>(),
        (act, periods) in dates().prop_flat_map(|act| (Just(act), periods_around(act)))
    ) {
        let mut turned = periods.clone();
        if !turned.is_empty() {
            let by = seed.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
        }
        prop_assert_eq!(with(&rule, act, &calendar, &periods), with(&rule, act, &calendar, &turned));
    }

    #[test]
    fn what_is_left_of_a_stopped_delay_runs_after_it(
        days in 1..200_u16, calendar in calendars(), act in dates(), start in 1..250_i32, length in 0..100_i32
    ) {
        let rule = DelayRule::plain(Delay::Days(days));
        let (from, through) = (plus(act, start), plus(act, start + length));
        let closed = with(&rule, act, &calendar, &[Suspension::suspends(from, Some(through))]);
        match with(&rule, act, &calendar, &[Suspension::suspends(from, None)]) {
            Course::Stopped(stopped) => {
                let Remaining::Days { count, .. } = stopped.remaining else { panic!("not an interruption") };
                prop_assert_eq!(expiry(&closed), plus(through, count));
            }
            Course::Expires(deadline) => prop_assert_eq!(expiry(&closed), deadline.expires_on),
        }
    }

    #[test]
    fn any_text_makes_lines_of_75_octets_that_read_back(
        summary in any::<String>(), description in "(\\PC|[\r\n\t,;\\\\]){0,200}", minutes in any::<u32>(), sequence in any::<u32>()
    ) {
        let day = Date::constant(2027, 3, 1);
        let event = IcsEvent {
            sequence,
            description: Some(description.clone()),
            alarms: vec![Alarm { minutes_before: minutes, description: summary.clone() }],
            ..IcsEvent::new("a@x", Timestamp::UNIX_EPOCH, When::AllDay { first: day, last: day }, summary)
        };
        let text = IcsCalendar { product_id: "-//x//y//FR".into(), name: None, events: vec![event] }.render();
        let lines = lines_of(&text.expect("written"));
        let found = lines.iter().find(|(name, _)| name == "DESCRIPTION").map(|(_, value)| unescaped(value));
        let kept = description.replace("\r\n", "\n").replace('\r', "\n");
        prop_assert_eq!(found, Some(kept));
    }

    #[test]
    fn no_date_and_no_delay_panics(
        year in -9999..=9999_i16, month in 1..=12_i8, day in 1..=28_i8, n in any::<u16>(), counting in prop::sample::select(
            vec![Counting::Ordinary, Counting::Franc, Counting::Inclusive])
    ) {
        let calendar = WorkingCalendar::new(Territory::AlsaceMoselle);
        let date = Date::constant(year, month, day);
        for delay in [Delay::Days(n), Delay::Weeks(n), Delay::Months(n), Delay::Years(n), Delay::WorkingDays(n % 50)] {
            let rule = DelayRule { counting, ..DelayRule::procedural(delay) };
            let _ = rule.after(date, &calendar);
            let _ = DelayRule { extension: Extension::None, ..rule }.before(date, &calendar);
        }
    }
}
