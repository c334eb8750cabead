use std::fmt;
use std::str::FromStr;

use crate::model::phase::Phase;

/// Where a product stands in the programme, under the names that the programme publishes (spec §4.2, from 2026 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    Investigation,
    Construction,
    Acceleration,
    Consolidation,
    /// Run by its team for good, still within the programme.
    Operated,
    /// Left the programme for another carrier.
    Transferred,
    Stopped,
    StoppedAtInvestigation,
}

/// A name that is no stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no phase; expected one of investigation, construction, acceleration, consolidation, opere, transfere, abandon, abandon-investigation"
)]
pub struct UnknownStage(pub String);

impl Stage {
    pub const ALL: [Self; 8] = [
        Self::Investigation,
        Self::Construction,
        Self::Acceleration,
        Self::Consolidation,
        Self::Operated,
        Self::Transferred,
        Self::Stopped,
        Self::StoppedAtInvestigation,
    ];

    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Investigation => "investigation",
            Self::Construction => "construction",
            Self::Acceleration => "acceleration",
            Self::Consolidation => "consolidation",
            Self::Operated => "opere",
            Self::Transferred => "transfere",
            Self::Stopped => "abandon",
            Self::StoppedAtInvestigation => "abandon-investigation",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Investigation => "Investigation",
            Self::Construction => "Construction",
            Self::Acceleration => "Accélération",
            Self::Consolidation => "Consolidation",
            Self::Operated => "Opéré",
            Self::Transferred => "Transféré",
            Self::Stopped => "Arrêté",
            Self::StoppedAtInvestigation => "Investigation non concluante",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Investigation => {
                "Un agent public vérifie sur le terrain que le problème existe et qu’un service numérique peut y répondre."
            }
            Self::Construction => {
                "Une petite équipe construit une première version et mesure si elle aide vraiment."
            }
            Self::Acceleration => {
                "Le service fait ses preuves\u{a0}; l’équipe le déploie pour qu’il serve à beaucoup plus de personnes."
            }
            Self::Consolidation => {
                "Le service prépare sa vie durable : équipe, budget, sécurité, accessibilité."
            }
            Self::Operated => "Le service fonctionne et son équipe l’entretient dans la durée.",
            Self::Transferred => "Le service a rejoint une autre structure, qui le porte désormais.",
            Self::Stopped => {
                "Le service a été arrêté\u{a0}: l’arrêt d’une idée qui ne convainc pas est une issue normale."
            }
            Self::StoppedAtInvestigation => {
                "L’enquête a montré qu’un service numérique n’était pas la bonne réponse\u{a0}: c’est une issue normale."
            }
        }
    }

    /// The phase that agreements call it; those that stopped are in none.
    pub fn phase(self) -> Option<Phase> {
        match self {
            Self::Investigation => Some(Phase::Investigation),
            Self::Construction => Some(Phase::Construction),
            Self::Acceleration => Some(Phase::Acceleration),
            Self::Consolidation | Self::Operated => Some(Phase::Consolidation),
            Self::Transferred => Some(Phase::Transfer),
            Self::Stopped | Self::StoppedAtInvestigation => None,
        }
    }

    /// Whether the programme supports the product in this stage: the first five.
    pub fn is_active(self) -> bool {
        self <= Self::Operated
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(text: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text.trim())
            .ok_or_else(|| UnknownStage(text.to_owned()))
    }
}
