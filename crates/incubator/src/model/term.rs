//! When an agreement takes effect, and when it ends.
//!
//! Convention of counting, decided once: a duration in months is counted from number to number (code de procédure
//! civile, art. 641, al. 2), the day of effect not counting, and the last day is in force until midnight. Six months
//! from 23 November 2020 end on 23 May 2021; a year from 24 March 2020 on 24 March 2021. Notice is counted the same way.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{month::Month, publication::Channel};

/// What makes the agreement take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum EffectRule {
    /// The day the last party signs.
    OnSignature,
    /// The day of publication, never before signature. Without a channel, any publication does.
    OnPublication { channel: Option<Channel> },
    /// A day the text names, never before signature.
    OnDate { date: Date },
}

/// From when spending is covered, if before the effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverFrom {
    Date(Date),
    /// The day after the last day of the agreement before.
    PredecessorEnd,
}

/// When the agreement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermRule {
    /// Its last day.
    Until(Date),
    /// Months from the effect.
    Months(u16),
    /// The last day of a month.
    EndOf(Month),
}

/// The rule, and whether the text calls the duration provisional (*prévisionnelle*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub rule: TermRule,
    pub provisional: bool,
}
