use crate::EpciCode;

/// A public body of communes with its own taxes (EPCI *à fiscalité propre*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epci {
    pub code: EpciCode,
    pub name: String,
    pub kind: EpciKind,
    /// Inhabitants (*population municipale*).
    pub population: u32,
}

/// The legal forms of an EPCI, by the abbreviations of the DGCL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpciKind {
    /// *Communauté de communes*.
    Cc,
    /// *Communauté d'agglomération*.
    Ca,
    /// *Communauté urbaine*.
    Cu,
    /// *Métropole*.
    Metro,
    /// *Métropole de Lyon*, a collectivity of its own.
    Met69,
}

impl EpciKind {
    pub(crate) const ALL: [Self; 5] = [Self::Cc, Self::Ca, Self::Cu, Self::Metro, Self::Met69];

    /// The abbreviation in official files.
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::Cc => "CC",
            Self::Ca => "CA",
            Self::Cu => "CU",
            Self::Metro => "METRO",
            Self::Met69 => "MET69",
        }
    }

    pub(crate) fn from_abbreviation(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.abbreviation() == text)
    }
}
