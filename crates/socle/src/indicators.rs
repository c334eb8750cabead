//! What a product measures, in a small documented format that any product can publish at `/stats.json`
//! (docs/stats-format.md). The incubator reads it, whether the product lives here or elsewhere.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// The format's name and version.
pub const FORMAT: &str = "pepiniere-stats/1";

/// The period a value is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// First day included; none since the opening.
    pub from: Option<Date>,
    /// Last day included.
    pub to: Date,
}

/// A value, or the honest absence of one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Measure {
    /// A number that was measured, zero included.
    Measured { value: f64 },
    /// Nothing measures it yet: this is not zero.
    NotMeasuredYet,
}

/// One indicator with all that is needed to read it.
#[derive(Clone, Debug, Serialize)]
pub struct Indicator {
    /// Which product it belongs to.
    pub product: &'static str,
    /// Stable name.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What exactly is counted.
    pub definition: &'static str,
    /// What the number counts: `journeys`, `km`, `operators`.
    pub unit: &'static str,
    /// The same in French, for pages.
    #[serde(skip)]
    pub unit_label: &'static str,
    /// Where the number comes from.
    pub source: &'static str,
    /// The agreement that asks for it, when one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<&'static str>,
    pub period: Period,
    #[serde(flatten)]
    pub measure: Measure,
}

/// The document published at `/stats.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    pub format: &'static str,
    pub generated_at: Timestamp,
    pub indicators: Vec<Indicator>,
}

impl Document {
    pub fn new(generated_at: Timestamp, indicators: Vec<Indicator>) -> Self {
        Self { format: FORMAT, generated_at, indicators }
    }
}
