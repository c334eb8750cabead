//! Who makes the agreement, who speaks for them, and who signs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{body::BodyKey, named::named};

named! {
    /// What a party is in the agreement. The direction of a delegation is not fixed: DINUM delegates to a ministry
    /// as often as the other way round.
    PartyRole {
        Delegating = "delegating", "délégant";
        Delegate = "delegate", "délégataire";
        Partner = "partner", "partenaire";
        Operator = "operator", "opérateur";
        Funder = "funder", "financeur";
        Host = "host", "hôte";
        Grantor = "grantor", "attributaire de la subvention";
        Beneficiary = "beneficiary", "bénéficiaire";
    }
}

named! {
    /// How a signature was given.
    SignatureKind {
        Paper = "paper", "manuscrite";
        Electronic = "electronic", "électronique";
    }
}

/// A party, the person who represents it, and the person who signs, who may be another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub body: BodyKey,
    pub roles: Vec<PartyRole>,
    /// How the text calls it: "le délégant".
    pub designation: Option<String>,
    pub represented_by: Option<String>,
    pub representative_title: Option<String>,
    /// Absent when the document bears no name.
    pub signed_by: Option<String>,
    pub signed_by_title: Option<String>,
    /// "Pour le secrétaire général et par délégation": needed when the signatory is not the representative.
    pub signature_delegation: Option<String>,
    pub signed_on: Option<Date>,
    pub signature_kind: Option<SignatureKind>,
}

impl Party {
    /// Does somebody else than the representative sign?
    pub fn signs_by_another(&self) -> bool {
        matches!((&self.represented_by, &self.signed_by), (Some(speaks), Some(signs)) if speaks != signs)
    }
}
