//! The agreement before.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::money::Cents;

/// An agreement that this one goes on from, with what it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predecessor {
    pub title: String,
    pub signed_on: Option<Date>,
    /// Its last day.
    pub ended_on: Option<Date>,
    pub received: Option<Cents>,
    pub consumed: Option<Cents>,
    /// What the new text says is left, to be checked.
    pub stated_balance: Option<Cents>,
    pub note: Option<String>,
}

impl Predecessor {
    /// Received less consumed. Unknown when one of them is.
    pub fn opening_balance(&self) -> Option<Cents> {
        Some(self.received? - self.consumed?)
    }
}
