//! A clause of an agreement, as an instance of a clause of the library.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{body::BodyKey, month::Month, phase::Phase, publication::Channel};

/// A clause: which kind, where it is printed, what it says here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Key in the library: `committee.periodic`.
    pub key: String,
    /// The article as printed: "2", "5.1", "préambule".
    pub article: String,
    /// Where the text sends the reader, and where it should have: the printed reference may be wrong.
    pub refers_to: Option<Reference>,
    /// A short wording of the clause.
    pub text: String,
    /// Empty: the roles of the library.
    pub debtor: Vec<BodyKey>,
    pub creditor: Vec<BodyKey>,
    /// Owed for each product.
    pub per_product: bool,
    pub parameters: BTreeMap<String, Parameter>,
}

/// A reference inside the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub printed: String,
    pub meant: String,
}

/// A value that the agreement gives to a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    Count(u16),
    Text(String),
    Texts(Vec<String>),
    Bodies(Vec<BodyKey>),
    Months(Vec<Month>),
    Channel(Channel),
    Phases(Vec<Phase>),
}

impl Clause {
    pub fn count(&self, name: &str) -> Option<u16> {
        match self.parameters.get(name) {
            Some(Parameter::Count(count)) => Some(*count),
            _ => None,
        }
    }

    pub fn bodies(&self, name: &str) -> &[BodyKey] {
        match self.parameters.get(name) {
            Some(Parameter::Bodies(bodies)) => bodies,
            _ => &[],
        }
    }

    pub fn texts(&self, name: &str) -> &[String] {
        match self.parameters.get(name) {
            Some(Parameter::Texts(texts)) => texts,
            _ => &[],
        }
    }

    pub fn months(&self, name: &str) -> &[Month] {
        match self.parameters.get(name) {
            Some(Parameter::Months(months)) => months,
            _ => &[],
        }
    }

    pub fn channel(&self) -> Option<Channel> {
        match self.parameters.get("channel") {
            Some(Parameter::Channel(channel)) => Some(*channel),
            _ => None,
        }
    }

    /// The phase from which it is owed.
    pub fn phase(&self) -> Option<Phase> {
        match self.parameters.get("phase") {
            Some(Parameter::Phases(phases)) => phases.first().copied(),
            _ => None,
        }
    }
}
