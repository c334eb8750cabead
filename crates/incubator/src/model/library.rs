//! The library of clauses: data, with its source and date, that says what each clause opens.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::party::PartyRole;

/// The library shipped with the program (`data/clauses.yaml`) cannot be read: a mistake of ours.
#[derive(Debug, Error)]
#[error("the library of clauses cannot be read: {0}")]
pub struct LibraryError(String);

/// Every clause known, by key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClauseLibrary {
    pub source: String,
    /// The day it was last checked against the source, as `YYYY-MM-DD`.
    pub checked_on: String,
    pub clauses: BTreeMap<String, ClauseKind>,
}

/// A kind of clause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClauseKind {
    pub en: String,
    pub fr: String,
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterKind>,
    /// Nothing to do: a fact, a right or a definition.
    #[serde(default)]
    pub duties: Vec<DutyKind>,
}

/// What a parameter is made of. All are compulsory but those that say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterKind {
    Count,
    OptionalCount,
    Text,
    OptionalText,
    Texts,
    OptionalTexts,
    Bodies,
    OptionalBodies,
    Months,
    Channel,
    Phases,
}

impl ParameterKind {
    pub fn is_optional(self) -> bool {
        matches!(self, Self::OptionalCount | Self::OptionalText | Self::OptionalTexts | Self::OptionalBodies)
    }
}

/// A duty that a clause opens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyKind {
    /// Default: the words of the clause.
    pub en: Option<String>,
    pub fr: Option<String>,
    pub when: Timing,
    /// Roles of who owes it; the clause may name bodies instead. Empty: every party.
    #[serde(default, deserialize_with = "roles")]
    pub debtor: Vec<PartyRole>,
    #[serde(default, deserialize_with = "roles")]
    pub creditor: Vec<PartyRole>,
    /// What would show that it is done.
    #[serde(default)]
    pub evidence: String,
}

/// When a duty is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// On the day of an event. With `target_days`, the text gives no date: an internal target, shown as such.
    OnEvent { event: Event, target_days: Option<u16> },
    /// A copy to each of the parameter `recipients` after signature, and after each amendment. No date in any text.
    Copies { document: CopiedOn, target_days: u16 },
    /// A publication on the parameter `channel`, after signature.
    Publication { target_days: u16 },
    /// Each month, in the month after.
    Monthly,
    /// Every `every_months` (parameter) from the effect.
    EveryMonths,
    /// In each of the `months` (parameter).
    PlannedMonths,
    /// `weeks` (parameter) before the end, at the latest.
    BeforeEnd,
    /// All along.
    Standing,
    /// If the product is such.
    IfProduct { is: ProductTest },
    /// From the phase (parameter `phase`) on.
    FromPhase { target_days: u16 },
    /// When the money says so.
    OnThreshold { threshold: Threshold },
    /// What follows from something else.
    Consequence,
    /// "In good time", "regularly": an internal target, shown as such.
    Vague { target_days: u16 },
    /// The payment of each contribution.
    Contribution,
}

/// What can start a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Signature,
    Effect,
    End,
}

/// Which document is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopiedOn {
    Agreement,
    Amendments,
    Both,
}

/// What a product must be for a conditional clause to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductTest {
    AuthenticatesUsers,
    IsProcedure,
}

/// What the ledger watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    Shortage,
    Unspent,
}

impl ClauseLibrary {
    /// The library shipped with the program.
    ///
    /// # Errors
    /// [`LibraryError`] when our own data is wrong.
    pub fn shipped() -> Result<Self, LibraryError> {
        serde_saphyr::from_str(include_str!("../../data/clauses.yaml"))
            .map_err(|error| LibraryError(error.to_string()))
    }
}

fn roles<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PartyRole>, D::Error> {
    use super::named::Named;

    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|name| {
            PartyRole::from_name(name).ok_or_else(|| serde::de::Error::custom(format!("unknown role {name}")))
        })
        .collect()
}
