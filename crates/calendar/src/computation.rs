//! The computation itself: from a rule and a day to a last day and its steps.

use jiff::civil::Date;

use crate::{
    CalendarError, Counting, Course, DayKind, Deadline, DelayRule, Direction, Extension, Remaining,
    SkippedDay, Step, Stopped, Suspensions, WorkingCalendar, same_day::SameDay, suspension::Period,
};

/// A computation under way: the last day so far, and the steps told.
struct Reached {
    /// The day that precedes the first one that counts.
    eve: Date,
    last_day: Date,
    steps: Vec<Step>,
}

pub(crate) fn forward(
    rule: &DelayRule,
    act: Date,
    calendar: &WorkingCalendar,
) -> Result<Deadline, CalendarError> {
    let Reached { last_day, mut steps, .. } = count_forward(rule, act, calendar)?;
    let expires_on = extend(rule.extension, last_day, calendar, &mut steps)?;
    Ok(Deadline { rule: rule.clone(), direction: Direction::After, origin: act, expires_on, steps })
}

pub(crate) fn with_suspensions(
    rule: &DelayRule,
    act: Date,
    calendar: &WorkingCalendar,
    suspensions: &Suspensions,
) -> Result<Course, CalendarError> {
    let mut start = act;
    let mut interruptions = Vec::new();
    let mut course = suspended(rule, start, calendar, suspensions.suspending())?;
    for period in suspensions.interrupting() {
        let begins_in_time = course.deadline().is_none_or(|deadline| period.from <= deadline.expires_on);
        match period.through {
            Some(through) if begins_in_time && through > start => {
                // The last day of the interruption does not count, even where the day of the act does.
                let first_day_counts = rule.counting == Counting::Inclusive;
                start = calendar.add(DayKind::Calendar, through, i32::from(first_day_counts))?;
                interruptions.push(Step::Interrupted { from: period.from, through });
                course = suspended(rule, start, calendar, suspensions.suspending())?;
            }
            None if begins_in_time => {
                course = Course::Stopped(Stopped {
                    rule: rule.clone(),
                    origin: act,
                    since: period.from.max(act),
                    remaining: Remaining::Whole,
                    steps: Vec::new(),
                });
            }
            _ => {}
        }
    }
    let (origin, steps) = match &mut course {
        Course::Expires(deadline) => (&mut deadline.origin, &mut deadline.steps),
        Course::Stopped(stopped) => (&mut stopped.origin, &mut stopped.steps),
    };
    *origin = act;
    steps.splice(0..0, interruptions);
    Ok(course)
}

/// One run of the delay from `act`, stopped by merged and sorted periods.
fn suspended(
    rule: &DelayRule,
    act: Date,
    calendar: &WorkingCalendar,
    periods: &[Period],
) -> Result<Course, CalendarError> {
    let kind = rule.delay.day_kind();
    let Reached { eve, mut last_day, mut steps } = count_forward(rule, act, calendar)?;
    let mut run_until = eve;
    let mut remaining = calendar.count_between(kind, eve, last_day);
    for period in periods {
        if period.through.is_some_and(|through| through <= run_until) {
            continue;
        }
        if last_day < period.from {
            break;
        }
        let elapsed = match period.from.yesterday() {
            Ok(day_before) if day_before > run_until => calendar.count_between(kind, run_until, day_before),
            _ => 0,
        };
        remaining -= elapsed;
        let Some(through) = period.through else {
            return Ok(Course::Stopped(Stopped {
                rule: rule.clone(),
                origin: act,
                since: period.from.max(act),
                remaining: Remaining::Days { kind, count: remaining },
                steps,
            }));
        };
        run_until = through;
        last_day = calendar.add(kind, run_until, remaining)?;
        steps.push(Step::Suspended { from: period.from, through, elapsed, remaining, becomes: last_day });
    }
    let expires_on = extend(rule.extension, last_day, calendar, &mut steps)?;
    Ok(Course::Expires(Deadline {
        rule: rule.clone(),
        direction: Direction::After,
        origin: act,
        expires_on,
        steps,
    }))
}

/// From the day of the act to the last day, before suspension and extension.
fn count_forward(rule: &DelayRule, act: Date, calendar: &WorkingCalendar) -> Result<Reached, CalendarError> {
    if rule.delay.is_empty() {
        return Err(CalendarError::EmptyDelay);
    }
    let kind = rule.delay.day_kind();
    let inclusive = rule.counting == Counting::Inclusive;
    let eve = if inclusive { calendar.add(DayKind::Calendar, act, -1)? } else { act };
    let mut steps = vec![if inclusive {
        Step::FirstDayCounted { first_day: act }
    } else {
        Step::DayOfActExcluded { act, first_day: calendar.add(DayKind::Calendar, act, 1)? }
    }];
    let (months, days) = rule.delay.months_and_days();
    let base = match months {
        None => eve,
        Some(months) => {
            let same = SameDay::months_from(act, months)?;
            steps.extend(missing(same));
            // The eve of the day with the same number; where that day is missing, the month's last day is that eve.
            if inclusive && same.missing.is_none() {
                calendar.add(DayKind::Calendar, same.date, -1)?
            } else {
                same.date
            }
        }
    };
    let mut last_day = calendar.add(kind, base, days)?;
    steps.push(Step::Counted { delay: rule.delay, from: act, to: last_day });
    if rule.counting == Counting::Franc {
        let becomes = calendar.next(kind, last_day)?;
        steps.push(Step::LastDayExcluded { last_day, becomes });
        last_day = becomes;
    }
    Ok(Reached { eve, last_day, steps })
}

pub(crate) fn backward(
    rule: &DelayRule,
    event: Date,
    calendar: &WorkingCalendar,
) -> Result<Deadline, CalendarError> {
    if rule.delay.is_empty() {
        return Err(CalendarError::EmptyDelay);
    }
    if rule.extension == Extension::FirstWorkingDay {
        return Err(CalendarError::ExtensionOfBackwardDelay);
    }
    let kind = rule.delay.day_kind();
    let (anchor, first) = if rule.counting == Counting::Inclusive {
        (calendar.add(DayKind::Calendar, event, 1)?, Step::FirstDayCounted { first_day: event })
    } else {
        let first_day = calendar.add(DayKind::Calendar, event, -1)?;
        (event, Step::DayOfActExcluded { act: event, first_day })
    };
    let mut steps = vec![first];
    // The reverse of counting forward, where months come first (art. 641, al. 3): days, then months. In the other
    // order, twenty days and one month before 15 March would leave less than that until 15 March.
    let (months, days) = rule.delay.months_and_days();
    let mut last_day = calendar.add(kind, anchor, -days)?;
    if let Some(months) = months {
        let same = SameDay::months_from(last_day, -months)?;
        steps.extend(missing(same));
        last_day = same.date;
    }
    steps.push(Step::Counted { delay: rule.delay, from: event, to: last_day });
    if rule.counting == Counting::Franc {
        let becomes = calendar.previous(kind, last_day)?;
        steps.push(Step::LastDayExcluded { last_day, becomes });
        last_day = becomes;
    }
    let expires_on = extend(rule.extension, last_day, calendar, &mut steps)?;
    Ok(Deadline { rule: rule.clone(), direction: Direction::Before, origin: event, expires_on, steps })
}

fn missing(same: SameDay) -> Option<Step> {
    same.missing.map(|wanted| Step::SameDayMissing { wanted, replaced_by: same.date })
}

/// Moves a last day off the days of rest, as the rule says, and tells which days were passed over.
fn extend(
    extension: Extension,
    last_day: Date,
    calendar: &WorkingCalendar,
    steps: &mut Vec<Step>,
) -> Result<Date, CalendarError> {
    let one_day = match extension {
        Extension::None => return Ok(last_day),
        Extension::FirstWorkingDay => 1,
        Extension::PrecedingWorkingDay => -1,
    };
    let mut because = Vec::new();
    let mut day = last_day;
    while let Some(rest) = calendar.rest_on(day) {
        because.push(SkippedDay { day, rest });
        day = calendar.add(DayKind::Calendar, day, one_day)?;
    }
    if !because.is_empty() {
        steps.push(if one_day > 0 {
            Step::Extended { from: last_day, to: day, because }
        } else {
            Step::BroughtBack { from: last_day, to: day, because }
        });
    }
    Ok(day)
}
