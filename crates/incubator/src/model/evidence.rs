//! What shows that a duty was done.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{body::BodyKey, month::Month, named::named};

/// A proof that a duty was done, or the reason why it was waived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Key of the clause.
    pub clause: String,
    /// Among several clauses of the same key: the article.
    pub article: Option<String>,
    pub product: Option<String>,
    /// Which occurrence of a recurring duty: the month it was due in. Otherwise the earliest not done.
    pub occurrence: Option<Month>,
    pub done_on: Date,
    pub reference: Option<String>,
    /// Not done, and why that is accepted.
    pub waived: Option<String>,
}

named! {
    /// Which document is copied.
    CopiedDocument {
        Agreement = "agreement", "la convention";
        Amendment = "amendment", "l'avenant";
    }
}

/// A copy that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    pub document: CopiedDocument,
    /// Number of the amendment.
    pub amendment: Option<u16>,
    pub recipient: BodyKey,
    pub sent_on: Date,
    pub proof: Option<String>,
}
