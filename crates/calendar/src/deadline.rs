//! The last day, and how it was found.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{DelayRule, Step};

/// Which way a delay was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From an act: it must be done by the last day.
    After,
    /// Back from an event (notice): it must be done by that day at the latest.
    Before,
}

/// A last day, with the rule and the steps that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub rule: DelayRule,
    pub direction: Direction,
    /// The day of the act, or of the event from which notice is counted back.
    pub origin: Date,
    /// The last day on which the act can be done, until 24 h (code de procédure civile, art. 642, al. 1er).
    pub expires_on: Date,
    /// The computation, step by step; the last date it names is `expires_on`.
    pub steps: Vec<Step>,
}

impl Deadline {
    /// Can the act still be done on that day?
    pub fn is_open_on(&self, day: Date) -> bool {
        day <= self.expires_on
    }

    /// Calendar days from that day to the last one: 0 on the last day, negative after it.
    pub fn days_left(&self, day: Date) -> i32 {
        i32::try_from(day.duration_until(self.expires_on).as_hours() / 24).unwrap_or(i32::MAX)
    }

    /// The last day before any extension or bringing back: what the delay alone gives.
    pub fn nominal(&self) -> Date {
        self.steps
            .iter()
            .find_map(|step| match step {
                Step::Extended { from, .. } | Step::BroughtBack { from, .. } => Some(*from),
                _ => None,
            })
            .unwrap_or(self.expires_on)
    }
}
