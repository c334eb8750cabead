//! Where a delay stands when something may have stopped it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{DayKind, Deadline, DelayRule, Step};

/// How much of a stopped delay is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// So many days of that kind (suspension: code civil, art. 2230).
    Days { kind: DayKind, count: i32 },
    /// All of it (interruption: code civil, art. 2231).
    Whole,
}

/// A delay that does not run, and whose last day nobody can tell yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    pub rule: DelayRule,
    pub origin: Date,
    /// First day of the period still in course.
    pub since: Date,
    pub remaining: Remaining,
    /// The computation as far as it goes.
    pub steps: Vec<Step>,
}

/// Where a delay that can be suspended stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "course", rename_all = "snake_case")]
pub enum Course {
    Expires(Deadline),
    Stopped(Stopped),
}

impl Course {
    /// The deadline, when there is one.
    pub fn deadline(&self) -> Option<&Deadline> {
        match self {
            Self::Expires(deadline) => Some(deadline),
            Self::Stopped(_) => None,
        }
    }
}
