//! What each kind of call usually asks: data, with its source and date.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::edition::{AwardKind, CallKind, Criterion, EligibilityQuestion, FormQuestion};

/// The templates (`data/calls.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallTemplates {
    pub source: String,
    /// The day they were last checked against their source, as `YYYY-MM-DD`.
    pub checked_on: String,
    pub retention: Retention,
    /// Groups of fewer applications are not told apart in what is published.
    pub smallest_group: usize,
    /// What a candidate agrees to when sending.
    pub consents: Vec<Consent>,
    pub templates: BTreeMap<String, Template>,
}

/// How long applications are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Those that were not retained, from the results on.
    pub rejected_months: i32,
    /// Those that were never sent or were withdrawn, from the closing on.
    pub unsent_days: i32,
    pub source: String,
}

/// Something a candidate agrees to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub key: String,
    pub text: String,
}

/// What a kind of call usually asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub about: String,
    pub award: AwardKind,
    pub weeks: u16,
    /// Euros, as people type them.
    #[serde(default)]
    pub envelope: String,
    #[serde(default)]
    pub max_grant: String,
    #[serde(default)]
    pub co_funding_percent: Option<u8>,
    pub criteria: Vec<Criterion>,
    pub eligibility: Vec<EligibilityQuestion>,
    pub questions: Vec<FormQuestion>,
}

/// The templates shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the templates of calls cannot be read: {0}")]
pub struct TemplatesError(String);

impl CallTemplates {
    /// # Errors
    /// [`TemplatesError`] when our own data is wrong.
    pub fn shipped() -> Result<Self, TemplatesError> {
        serde_saphyr::from_str(include_str!("../../../data/calls.yaml"))
            .map_err(|error| TemplatesError(error.to_string()))
    }

    pub fn of(&self, kind: CallKind) -> Option<&Template> {
        self.templates.get(crate::model::named::Named::as_str(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::named::Named as _;

    #[test]
    fn every_kind_has_its_template_and_keys_are_told_apart() {
        let shipped = CallTemplates::shipped().expect("our own data");
        for kind in CallKind::ALL {
            let template = shipped.of(*kind).expect("a template");
            let mut keys: Vec<_> = template.criteria.iter().map(|one| &one.key).collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), template.criteria.len(), "{kind}");
            assert!(template.criteria.iter().all(|one| (1..=10).contains(&one.weight)), "{kind}");
        }
    }
}
