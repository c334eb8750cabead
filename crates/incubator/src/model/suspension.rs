//! Execution suspended.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Execution suspended, for want of credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    pub from: Date,
    /// The last day; `None` while it lasts.
    pub to: Option<Date>,
    pub reason: String,
}
