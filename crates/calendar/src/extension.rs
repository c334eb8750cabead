//! What happens when a delay would end on a day of rest.

use serde::{Deserialize, Serialize};

/// What happens when the last day is a Saturday, a Sunday, a holiday or a closed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extension {
    /// Nothing: the delay ends on its day.
    #[default]
    None,
    /// Extended to the first working day that follows. Source: code de procédure civile, art. 642, al. 2 (the text
    /// says *premier jour ouvrable*; as it names Saturday among the days that extend, that day is never a Saturday).
    /// Refused for a delay counted backwards: see [`crate::CalendarError::ExtensionOfBackwardDelay`].
    FirstWorkingDay,
    /// Brought back to the last working day that precedes. No general text: for agreements that say so, and for
    /// reminders that must leave while somebody is at work.
    PrecedingWorkingDay,
}
