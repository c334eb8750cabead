//! What happened to an agreement since it was written.

use serde::{Deserialize, Serialize};

use super::{
    amendment::Amendment,
    condition::Condition,
    evidence::{Copy, Evidence},
    expert::Expert,
    notice::Notice,
    publication::Publication,
    signature::Signature,
    suspension::Suspended,
    visa::Visa,
};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
pub enum Fact {
    Publication(Publication),
    Copy(Copy),
    Amendment(Amendment),
    Notice(Notice),
    Suspension(Suspended),
    Evidence(Evidence),
    Expert(Expert),
    /// An opinion asked for before signing.
    Visa(Visa),
    Signature(Signature),
}

impl Fact {
    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Publication(_) => "publication",
            Self::Copy(_) => "copy",
            Self::Amendment(_) => "amendment",
            Self::Notice(_) => "notice",
            Self::Suspension(_) => "suspension",
            Self::Evidence(_) => "evidence",
            Self::Expert(_) => "expert",
            Self::Visa(_) => "visa",
            Self::Signature(_) => "signature",
        }
    }
}

/// Everything that happened, kind by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub publications: Vec<Publication>,
    pub copies: Vec<Copy>,
    pub amendments: Vec<Amendment>,
    pub notices: Vec<Notice>,
    pub suspensions: Vec<Suspended>,
    pub evidence: Vec<Evidence>,
    pub experts: Vec<Expert>,
    pub visas: Vec<Visa>,
    pub signatures: Vec<Signature>,
    /// Those that committees set: they are kept with their decisions.
    pub conditions: Vec<Condition>,
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(all: I) -> Self {
        let mut facts = Self::default();
        for fact in all {
            match fact {
                Fact::Publication(one) => facts.publications.push(one),
                Fact::Copy(one) => facts.copies.push(one),
                Fact::Amendment(one) => facts.amendments.push(one),
                Fact::Notice(one) => facts.notices.push(one),
                Fact::Suspension(one) => facts.suspensions.push(one),
                Fact::Evidence(one) => facts.evidence.push(one),
                Fact::Expert(one) => facts.experts.push(one),
                Fact::Visa(one) => facts.visas.push(one),
                Fact::Signature(one) => facts.signatures.push(one),
            }
        }
        facts
    }
}

impl Facts {
    /// Each of them, to be kept one by one.
    pub fn into_list(self) -> Vec<Fact> {
        let mut list = Vec::new();
        list.extend(self.publications.into_iter().map(Fact::Publication));
        list.extend(self.copies.into_iter().map(Fact::Copy));
        list.extend(self.amendments.into_iter().map(Fact::Amendment));
        list.extend(self.notices.into_iter().map(Fact::Notice));
        list.extend(self.suspensions.into_iter().map(Fact::Suspension));
        list.extend(self.evidence.into_iter().map(Fact::Evidence));
        list.extend(self.experts.into_iter().map(Fact::Expert));
        list.extend(self.visas.into_iter().map(Fact::Visa));
        list.extend(self.signatures.into_iter().map(Fact::Signature));
        list
    }
}
