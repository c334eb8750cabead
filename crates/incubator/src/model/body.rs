//! The bodies an agreement names: its parties, and those it sends copies or requests to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The short name by which a file refers to a body: `dinum`, `cbcm-spm`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BodyKey(pub String);

impl fmt::Display for BodyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A body with the names the text gives it: DINSIC became DINUM, a factory goes under three names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub key: BodyKey,
    pub name: String,
    pub also_called: Vec<String>,
}
