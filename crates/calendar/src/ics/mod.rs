//! A small iCalendar writer: enough to put deadlines, committees and appointments into anyone's diary.
//!
//! Source of every rule: RFC 5545 (*Internet Calendaring and Scheduling Core Object Specification*), with the NAME
//! property of RFC 7986. Identity and time come from the caller: a UID that stays the same when the event is written
//! again, and the instant of writing. The media type to serve is `text/calendar; charset=utf-8`.

mod alarm;
mod calendar;
mod content_line;
mod error;
mod event;

pub use self::{
    alarm::Alarm,
    calendar::IcsCalendar,
    error::IcsError,
    event::{EventStatus, IcsEvent, When},
};
