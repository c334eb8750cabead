//! What an edition of a call says of itself: for whom, when, how much, on which criteria.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::model::money::Cents;
use crate::model::named::named;

named! {
    CallKind {
        Intrapreneur = "intrapreneur", "appel à intrapreneurs";
        /// Fonds d'accélération du financement des startups d'État (finance act of 2020).
        Fast = "fast", "appel FAST";
        Consolidation = "consolidation", "programme de consolidation";
        Other = "other", "autre appel";
    }
}

named! {
    /// What a laureate is given.
    AwardKind {
        /// An investigation under an agreement that exists.
        Investigation = "investigation", "une investigation sous une convention existante";
        /// A new agreement, drafted with the conditions of the jury.
        Agreement = "agreement", "une nouvelle convention";
    }
}

named! {
    /// How a criterion is marked.
    Scale {
        Ten = "ten", "note de 0 à 10";
        /// Yes or no, worth 10 or 0.
        Tick = "tick", "oui ou non";
    }
}

named! {
    /// When a criterion is marked.
    MarkStage {
        Preselection = "preselection", "présélection";
        Hearing = "hearing", "audition";
    }
}

named! {
    /// Where a candidate works.
    OrganisationKind {
        Central = "administration_centrale", "administration centrale";
        Local = "service_deconcentre", "service déconcentré";
        Operator = "operateur", "opérateur ou établissement public";
        Authority = "collectivite", "collectivité territoriale";
        Social = "securite_sociale", "sécurité sociale";
        Independent = "autorite", "autorité indépendante";
        Other = "autre", "autre organisme";
    }
}

/// Days and hours in Paris.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// From its first minute.
    pub opens: Date,
    /// Applications are taken before that minute.
    pub closes: DateTime,
    pub hearings: Option<Date>,
    pub results: Option<Date>,
}

/// What the jury marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub key: String,
    pub label: String,
    /// 1 to 10.
    pub weight: u8,
    pub scale: Scale,
    pub stage: MarkStage,
}

/// A question answered by yes or no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EligibilityQuestion {
    pub key: String,
    pub text: String,
    /// The answer that makes a candidate ineligible.
    pub ineligible_if: bool,
    pub why: String,
}

/// A question answered in writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormQuestion {
    pub key: String,
    pub label: String,
    pub help: String,
    pub required: bool,
    /// Characters.
    pub max: usize,
}

/// An edition, as it is told to the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    pub kind: CallKind,
    pub title: String,
    /// In a sentence.
    pub tagline: String,
    /// One paragraph a line.
    pub presentation: String,
    /// Who may apply, in words.
    pub who: String,
    pub organiser: String,
    /// Identifier of the incubator that supports the laureates; empty when none is known.
    pub incubator: String,
    pub calendar: Calendar,
    pub envelope: Option<Cents>,
    pub max_grant: Option<Cents>,
    /// Share that the candidate's administration brings, 0 to 100.
    pub co_funding_percent: Option<u8>,
    pub award: AwardKind,
    /// How long a laureate is supported.
    pub weeks: u16,
    /// Whether the jury reads and ticks before the shortlist.
    pub jury_preselects: bool,
    pub criteria: Vec<Criterion>,
    pub eligibility: Vec<EligibilityQuestion>,
    pub questions: Vec<FormQuestion>,
}

impl Description {
    /// The criteria marked at a stage.
    pub fn criteria_of(&self, stage: MarkStage) -> Vec<&Criterion> {
        self.criteria.iter().filter(|one| one.stage == stage).collect()
    }
}
