//! A signature given after the agreement was entered.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::body::BodyKey;

/// A party signed, by somebody, on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub party: BodyKey,
    pub by: String,
    /// The function of whoever signed; it stands for the delegation of signature when they do not represent the party.
    pub title: Option<String>,
    pub on: Date,
}
