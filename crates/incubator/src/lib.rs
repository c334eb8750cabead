//! What an agreement between services of the State says, computed: is it in force, what is owed by whom and when,
//! what may still be committed.
//!
//! This crate is pure: no clock, no file, no chance. An agreement is text in the format of `docs/agreements.md`
//! ([`file::read`]), and every result is computed from it as of a date that is given:
//!
//! ```
//! use incubator::{check, shipped};
//! use jiff::civil::date;
//!
//! let report = check(shipped::FRICHES, "friches.yaml", date(2020, 10, 1))?;
//! assert_eq!(report.standing.name(), "signed, not in force");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
pub mod file;
pub mod model;
mod report;
pub mod shipped;

pub use self::{
    check::{CheckError, check, check_until},
    report::Report,
};
