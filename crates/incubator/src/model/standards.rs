//! What is expected of a service: data, with its version, source and date (`data/standards.yaml`).

use serde::Deserialize;

use super::phase::Phase;

/// The standards of one version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standards {
    pub version: String,
    pub source: String,
    /// The day they were last checked against the source, as `YYYY-MM-DD`.
    pub checked_on: String,
    pub categories: Vec<Category>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub key: String,
    pub fr: String,
    pub standards: Vec<Standard>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    pub fr: String,
    pub criteria: Vec<Criterion>,
}

/// What is answered by yes, no, or not applicable.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable: answers follow it from one version to the next.
    pub key: String,
    pub fr: String,
    /// The phase from which it is expected; all along when none.
    #[serde(default)]
    pub from: Option<Phase>,
    /// The clause of agreements that asks for it.
    #[serde(default)]
    pub clause: Option<String>,
    /// Whether it holds until a day only.
    #[serde(default)]
    pub validity: bool,
}

/// The standards shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the standards cannot be read: {0}")]
pub struct StandardsError(String);

impl Standards {
    /// # Errors
    /// [`StandardsError`] when our own data is wrong.
    pub fn shipped() -> Result<Self, StandardsError> {
        serde_saphyr::from_str(include_str!("../../data/standards.yaml"))
            .map_err(|error| StandardsError(error.to_string()))
    }

    /// The category of that key.
    pub fn category(&self, key: &str) -> Option<&Category> {
        self.categories.iter().find(|one| one.key == key)
    }

    /// The criterion of that key, and its category.
    pub fn criterion(&self, key: &str) -> Option<(&Category, &Criterion)> {
        self.categories
            .iter()
            .find_map(|category| Some((category, category.criteria().find(|one| one.key == key)?)))
    }
}

impl Category {
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.standards.iter().flat_map(|one| &one.criteria)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::library::ClauseLibrary;

    #[test]
    fn version_two_has_nine_categories_thirty_standards_and_eighty_three_criteria() {
        let standards = Standards::shipped().expect("our data");
        assert_eq!(standards.categories.len(), 9);
        assert_eq!(standards.categories.iter().map(|one| one.standards.len()).sum::<usize>(), 30);
        let keys: Vec<&str> =
            standards.categories.iter().flat_map(Category::criteria).map(|one| one.key.as_str()).collect();
        assert_eq!(keys.len(), 83);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 83, "a key is used twice");
    }

    #[test]
    fn a_criterion_names_a_clause_of_the_library() {
        let (standards, library) =
            (Standards::shipped().expect("our data"), ClauseLibrary::shipped().expect("our data"));
        for criterion in standards.categories.iter().flat_map(Category::criteria) {
            let known = criterion.clause.as_ref().is_none_or(|clause| library.clauses.contains_key(clause));
            assert!(known, "{}: {:?}", criterion.key, criterion.clause);
        }
    }
}
