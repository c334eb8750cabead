use crate::InseeCode;

/// A municipal arrondissement of Paris, Lyon or Marseille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrondissement {
    pub code: InseeCode,
    pub name: String,
    /// The commune it is part of.
    pub commune: InseeCode,
    /// Inhabitants.
    pub population: Option<u32>,
}
