//! A service's entry in the register of processing (GDPR, article 30), as data: the page, the register and
//! `doctor` read the same text.

use serde::Deserialize;

/// What a service does with personal data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessingEntry {
    /// What the processing is called.
    pub name: String,
    /// Who decides on it.
    pub controller: String,
    /// Why data are processed.
    pub purposes: Vec<String>,
    /// The article that allows it.
    pub legal_basis: String,
    /// Whose data.
    pub people: Vec<String>,
    pub categories: Vec<Category>,
    /// Who receives data.
    pub recipients: Vec<String>,
    /// How people are told, and how they exercise their rights.
    pub rights: String,
    /// What protects the data.
    pub measures: Vec<String>,
}

/// A kind of data and how long it is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub name: String,
    pub kept: String,
    /// Where the rule comes from.
    pub source: String,
}

impl ProcessingEntry {
    /// Reads an entry written in TOML.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
