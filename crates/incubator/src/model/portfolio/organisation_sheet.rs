use serde::Deserialize;

use super::sheet::{SheetError, or_nothing, parse};

/// An organisation that sponsors products or owns an incubator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OrganisationSheet {
    pub name: String,
    #[serde(deserialize_with = "or_nothing")]
    pub acronym: String,
    #[serde(deserialize_with = "or_nothing")]
    pub domaine_ministeriel: String,
    #[serde(rename = "type")]
    pub kind: String,
}

impl OrganisationSheet {
    /// Reads an organisation's sheet.
    pub fn parse(written: &str) -> Result<Self, SheetError> {
        let sheet: Self = parse(written)?;
        if sheet.name.trim().is_empty() { Err(SheetError::Missing { field: "name" }) } else { Ok(sheet) }
    }
}
