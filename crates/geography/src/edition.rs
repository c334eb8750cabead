use serde::{Deserialize, Serialize};

/// Where a list comes from, and the year it is valid for (*millésime*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    pub year: i16,
    /// File or package with its version.
    pub source: String,
}

/// What the communes' AOMs were taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AomSource {
    /// No list was loaded: each EPCI stands for its AOM.
    EpciStandsIn(Edition),
    /// A loaded list.
    List(Edition),
}

/// The edition of each list in a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editions {
    /// Communes, departments, regions and populations (official geographic code).
    pub communes: Edition,
    pub epcis: Edition,
    pub aoms: AomSource,
    pub boundaries: Edition,
    /// Boundaries loaded over the first ones, oldest first.
    pub detailed_boundaries: Vec<Edition>,
    /// Neighbouring countries.
    pub countries: Edition,
    /// History of the communes, when it was read.
    pub movements: Option<Edition>,
    /// Town halls standing for communes without outline, when they were read.
    pub town_halls: Option<Edition>,
}
