//! Measures that agreements ask for by name (`data/measures.yaml`, which says where they come from).

use serde::Deserialize;

/// A measure, as its agreement defines it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedMeasure {
    /// Reference of the agreement.
    pub agreement: String,
    pub article: String,
    pub title: String,
    pub definition: String,
    /// The entry of the product's `/stats.json` that gives it.
    pub entry: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "read by people")]
    checked_on: String,
    measures: Vec<AskedMeasure>,
}

/// The measures shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the measures that agreements ask for cannot be read: {0}")]
pub struct MeasuresError(String);

impl AskedMeasure {
    /// Every measure, in the order of the agreements.
    ///
    /// # Errors
    /// [`MeasuresError`] when our own data is wrong.
    pub fn shipped() -> Result<Vec<Self>, MeasuresError> {
        serde_saphyr::from_str::<File>(include_str!("../../data/measures.yaml"))
            .map(|file| file.measures)
            .map_err(|error| MeasuresError(error.to_string()))
    }
}
