use crate::InseeCode;

/// A code that is no longer a commune's, and what holds its ground today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastCommune {
    pub code: InseeCode,
    pub name: String,
    pub standing: Standing,
    /// One commune, or several when it was shared out.
    pub today: Vec<InseeCode>,
}

/// What remains of a past commune.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// *Commune déléguée* of a merger since 2010.
    Delegated,
    /// *Commune associée* of a merger under the law of 1971.
    Associated,
    /// Nothing.
    Former,
}
