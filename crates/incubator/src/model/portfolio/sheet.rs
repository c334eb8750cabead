//! Sheets as the programme's public repository keeps them: YAML between two lines of dashes, then a text.

use serde::Deserialize;

/// Why a sheet cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("no header: the first line is to be ---, and another --- is to end it")]
    NoHeader,
    #[error("header: {0}")]
    Yaml(String),
    #[error("phases, {rank}: {why}")]
    Phase { rank: usize, why: String },
    #[error("{field}: empty, expected a text")]
    Missing { field: &'static str },
}

/// A text, or nothing written.
pub(super) fn or_nothing<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(text)
}

/// The header of a sheet.
fn header(text: &str) -> Result<&str, SheetError> {
    let text = text.trim_start_matches('\u{feff}');
    let inside = text.strip_prefix("---").ok_or(SheetError::NoHeader)?;
    let (header, _) = inside.split_once("\n---").ok_or(SheetError::NoHeader)?;
    Ok(header)
}

pub(super) fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, SheetError> {
    serde_saphyr::from_str(header(text)?).map_err(|cause| {
        // Only the first line: the rest draws the text with an arrow.
        SheetError::Yaml(cause.to_string().lines().next().unwrap_or_default().to_owned())
    })
}

/// The identifier at the end of `/organisations/<identifier>`.
pub fn identifier(reference: &str) -> &str {
    reference.trim().rsplit('/').next().unwrap_or_default()
}

pub(super) fn text(value: Option<String>) -> String {
    value.map(|value| value.trim().to_owned()).unwrap_or_default()
}
