use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{IncubatorSheet, OrganisationSheet, ProductSheet};

/// A file that could not be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub file: PathBuf,
    pub why: String,
}

/// What a copy of the repository holds, by identifier. What could not be read is beside.
#[derive(Debug, Default)]
pub struct Content {
    pub products: BTreeMap<String, ProductSheet>,
    pub incubators: BTreeMap<String, IncubatorSheet>,
    pub organisations: BTreeMap<String, OrganisationSheet>,
    pub refused: Vec<Refused>,
}
