use serde::Deserialize;

use super::sheet::{SheetError, or_nothing, parse};

/// An incubator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct IncubatorSheet {
    #[serde(rename = "title")]
    pub name: String,
    /// `/organisations/<identifier>`.
    #[serde(deserialize_with = "or_nothing")]
    pub owner: String,
    #[serde(deserialize_with = "or_nothing")]
    pub website: String,
    #[serde(deserialize_with = "or_nothing")]
    pub github: String,
    #[serde(deserialize_with = "or_nothing")]
    pub address: String,
    #[serde(deserialize_with = "or_nothing")]
    pub short_description: String,
    pub hidden: bool,
}

impl IncubatorSheet {
    /// Reads an incubator's sheet.
    pub fn parse(written: &str) -> Result<Self, SheetError> {
        let sheet: Self = parse(written)?;
        if sheet.name.trim().is_empty() { Err(SheetError::Missing { field: "title" }) } else { Ok(sheet) }
    }
}
