//! Which days a count counts.

use serde::{Deserialize, Serialize};

/// The days that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Every day (*jours calendaires*).
    Calendar,
    /// *Jours ouvrés*: Monday to Friday, holidays and closed days excepted. A usage of services that rest on
    /// Saturday and Sunday.
    Working,
    /// *Jours ouvrables*: every day but the weekly day of rest (Sunday: code du travail, art. L3132-3) and the
    /// holidays and closed days. Saturday counts.
    Business,
}
