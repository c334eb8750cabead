use std::sync::Arc;

use socle::store::Database;

use crate::Registry;
use crate::model::Numbering;

/// On which side a registry stands. The two sides have the same code and nothing else in common: each has its own
/// database, keys, tokens and jobs (docs/adr/0008-sandbox.md).
pub enum Space {
    /// Journeys here are proofs.
    Real { sandbox: Arc<Registry> },
    /// Nothing here is real. It reads from the other side who the operators are, and nothing more.
    Sandbox { real: Database },
}

impl Space {
    /// The name of the sandbox's database.
    pub const SANDBOX: &'static str = "registry_sandbox";

    pub fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox { .. })
    }

    /// Which telephone numbers it takes.
    pub fn numbering(&self) -> Numbering {
        match self {
            Self::Real { .. } => Numbering::Assigned,
            Self::Sandbox { .. } => Numbering::Fictional,
        }
    }

    /// Where its pages begin.
    pub fn pages(&self) -> &'static str {
        match self {
            Self::Real { .. } => "/registre",
            Self::Sandbox { .. } => "/registre/bac-a-sable",
        }
    }

    /// Where its versions of the operator API begin.
    pub fn api(&self) -> &'static str {
        match self {
            Self::Real { .. } => "",
            Self::Sandbox { .. } => "/bac-a-sable",
        }
    }
}
