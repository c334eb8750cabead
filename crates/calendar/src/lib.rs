//! Legal delays, French public holidays, working days, suspensions, and the calendar files that carry them.
//!
//! This crate is pure: it reads no clock and no file, and every input reaches a value or an error. Rules are data
//! ([`DelayRule`], [`HolidayLaw`]) that name the text they come from; a result says how it was found ([`Deadline`] and
//! its [`Step`]s), so that a page can explain it in the reader's language.
//!
//! # A delay, and why it ends when it does
//!
//! A decision is notified on Thursday 3 December 2026; the person has three months. The third of March 2027 is a
//! Wednesday: nothing to extend. With one month, 3 January 2027 would be a Sunday.
//!
//! ```
//! use calendar::{Delay, DelayRule, RestDay, Step, Territory, WorkingCalendar};
//! use jiff::civil::date;
//!
//! let calendar = WorkingCalendar::new(Territory::Metropole);
//! let notified = date(2026, 12, 3);
//!
//! let three_months = DelayRule::procedural(Delay::Months(3)).after(notified, &calendar)?;
//! assert_eq!(three_months.expires_on, date(2027, 3, 3));
//!
//! let one_month = DelayRule::procedural(Delay::Months(1)).after(notified, &calendar)?;
//! assert_eq!(one_month.expires_on, date(2027, 1, 4));
//! let Some(Step::Extended { from, to, because }) = one_month.steps.last() else { panic!("not extended") };
//! assert_eq!((*from, *to), (date(2027, 1, 3), date(2027, 1, 4)));
//! assert_eq!(because[0].rest, RestDay::Sunday);
//! assert_eq!(one_month.steps.last().map(Step::source), Some("code de procédure civile, art. 642, al. 2"));
//! # Ok::<(), calendar::CalendarError>(())
//! ```
//!
//! # Notice counted back, suspension, and an entry in a diary
//!
//! An agreement ends on 31 December with three months' notice. A person must show up every three months, but was in
//! hospital for twenty days.
//!
//! ```
//! use calendar::{Delay, DelayRule, Suspension, Suspensions, Territory, WorkingCalendar};
//! use calendar::ics::{IcsCalendar, IcsEvent, When};
//! use jiff::civil::date;
//!
//! let calendar = WorkingCalendar::new(Territory::Metropole);
//!
//! let notice = DelayRule::plain(Delay::Months(3)).citing("convention de délégation de gestion, art. 7");
//! let last_day = notice.before(date(2027, 12, 31), &calendar)?.expires_on;
//! assert_eq!(last_day, date(2027, 9, 30));
//!
//! let presence = DelayRule::plain(Delay::Months(3)).citing("code de l'action sociale et des familles");
//! let in_hospital = Suspensions::new([Suspension::suspends(date(2027, 2, 1), Some(date(2027, 2, 20)))])?;
//! let course = presence.after_with(date(2027, 1, 15), &calendar, &in_hospital)?;
//! let deadline = course.deadline().expect("the stay is over");
//! assert_eq!(deadline.expires_on, date(2027, 5, 5)); // 15 April, and twenty days
//!
//! let written_at = "2027-01-15T09:00:00Z".parse()?;
//! let event = IcsEvent::new(
//!     "agreement-42-notice@pepiniere.example",
//!     written_at,
//!     When::AllDay { first: last_day, last: last_day },
//!     "Dernier jour pour dénoncer la convention",
//! );
//! let file = IcsCalendar { product_id: "-//Pépinière//calendar//FR".into(), name: None, events: vec![event] };
//! assert!(file.render()?.contains("DTSTART;VALUE=DATE:20270930\r\nDTEND;VALUE=DATE:20271001\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Choosing a rule
//!
//! | The text says | Rule |
//! |---|---|
//! | a delay of civil procedure, or nothing more precise | [`DelayRule::procedural`] |
//! | an appeal to the administrative court, a *délai franc* | [`DelayRule::franc`] |
//! | a delay of an agreement, a silence that becomes a decision, notice | [`DelayRule::plain`] |
//! | a right given for a year, an agreement concluded for six months | [`DelayRule::term`] |
//!
//! # Traps, each held by a test
//!
//! - 31 January and one month: 28 February (29 in a leap year), the last day of the month.
//! - 29 February and one year: 28 February; and four years: 29 February.
//! - 28 February and one month: 28 March, not the 31st: the number counts, not the end of the month.
//! - A month is never thirty days, and two delays of one month are not one of two: 31 January, 28 February, 28 March.
//! - Inclusive terms end on the eve: one year from 1 March 2024 ends on 28 February 2025.
//! - Counting back is not the reverse of counting forward: see [`DelayRule::before`].

mod computation;
mod counting;
mod course;
mod day_kind;
mod deadline;
mod delay;
mod delay_rule;
mod easter;
mod error;
mod extension;
mod holiday;
mod holiday_law;
mod holiday_table;
pub mod ics;
mod rest_day;
mod same_day;
mod step;
mod suspension;
mod territory;
mod working_calendar;

pub use self::{
    counting::Counting,
    course::{Course, Remaining, Stopped},
    day_kind::DayKind,
    deadline::{Deadline, Direction},
    delay::Delay,
    delay_rule::DelayRule,
    easter::easter_sunday,
    error::CalendarError,
    extension::Extension,
    holiday::{Holiday, holiday_on, holidays_of},
    holiday_law::{HolidayDay, HolidayLaw, Nature},
    holiday_table::HOLIDAY_LAWS,
    rest_day::RestDay,
    step::{SkippedDay, Step},
    suspension::{Effect, Suspension, Suspensions},
    territory::Territory,
    working_calendar::WorkingCalendar,
};
