//! The conditions of use that an operator accepts: text with validity dates, `data/conditions.toml`.

use jiff::Timestamp;
use serde::Deserialize;

use super::terms::BadCatalogue;

/// The conditions in force between two dates.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The name that an acceptance records: `2026-11`.
    pub version: String,
    pub valid_from: Timestamp,
    pub summary: String,
    pub articles: Vec<Article>,
}

/// One thing that is agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    pub title: String,
    pub text: String,
}

/// Every version of the conditions, in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionsCatalogue {
    conditions: Vec<Conditions>,
}

impl ConditionsCatalogue {
    /// Reads a catalogue written in TOML.
    pub fn parse(text: &str) -> Result<Self, BadCatalogue> {
        let catalogue: Self = toml::from_str(text)?;
        let ordered = catalogue.conditions.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        if catalogue.conditions.is_empty() || !ordered {
            Err(BadCatalogue::Disordered)
        } else {
            Ok(catalogue)
        }
    }

    /// The version in force at `at`: the last one begun, or the first for what came before them all.
    pub fn at(&self, at: Timestamp) -> &Conditions {
        let begun = self.conditions.partition_point(|conditions| conditions.valid_from <= at);
        &self.conditions[begun.saturating_sub(1)]
    }
}
