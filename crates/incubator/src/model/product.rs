//! A service the agreement is about.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::phase::Phase;

/// A product, as far as clauses depend on it. What nobody has answered stays `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub key: String,
    pub name: String,
    /// Is it an administrative procedure online (*démarche en ligne*)?
    pub is_procedure: Option<bool>,
    /// Must its users be authenticated?
    pub authenticates_users: Option<bool>,
    /// When the agreement began to support it, if later than its effect.
    pub supported_from: Option<Date>,
    pub phases: Vec<PhaseEntry>,
}

/// A phase, from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseEntry {
    pub phase: Phase,
    pub from: Date,
}

impl Product {
    /// The first day on which it was in that phase or past it.
    pub fn reached(&self, phase: Phase) -> Option<Date> {
        self.phases.iter().filter(|entry| entry.phase >= phase).map(|entry| entry.from).min()
    }

    /// The phase it is in on a day.
    pub fn phase_on(&self, day: Date) -> Option<Phase> {
        self.phases
            .iter()
            .filter(|entry| entry.from <= day)
            .max_by_key(|entry| entry.from)
            .map(|one| one.phase)
    }
}
