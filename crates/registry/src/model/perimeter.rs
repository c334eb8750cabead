//! What a territory covers: communes, and sets of communes that have an official code.

use std::collections::BTreeSet;
use std::fmt;

use geography::{AomCode, Area, Commune, DepartmentCode, EpciCode, InseeCode, Reference, RegionCode};
use serde::{Deserialize, Serialize};

/// The kind of a selector (spec §1.2, without arrondissements and countries: no authority has them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectorKind {
    Commune,
    Epci,
    Aom,
    Department,
    Region,
}

impl SelectorKind {
    pub const ALL: [Self; 5] = [Self::Commune, Self::Epci, Self::Aom, Self::Department, Self::Region];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Epci => "epci",
            Self::Aom => "aom",
            Self::Department => "department",
            Self::Region => "region",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One part of a perimeter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Selector {
    pub kind: SelectorKind,
    pub code: String,
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.code)
    }
}

/// Why a selector selects nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownSelector<'r> {
    /// The code of a commune of the past: those that hold its ground today.
    PastCommune { name: &'r str, today: Vec<&'r Commune> },
    /// Never heard of.
    Unknown,
}

impl Selector {
    pub fn new(kind: SelectorKind, code: &str) -> Self {
        Self { kind, code: code.trim().to_uppercase() }
    }

    fn area(&self) -> Option<Area> {
        match self.kind {
            SelectorKind::Commune => None,
            SelectorKind::Epci => self.code.parse::<EpciCode>().ok().map(Area::Epci),
            SelectorKind::Aom => self.code.parse::<AomCode>().ok().map(Area::Aom),
            SelectorKind::Department => self.code.parse::<DepartmentCode>().ok().map(Area::Department),
            SelectorKind::Region => self.code.parse::<RegionCode>().ok().map(Area::Region),
        }
    }

    /// The communes selected, today's.
    pub fn communes<'r>(&self, reference: &'r Reference) -> Result<Vec<&'r Commune>, UnknownSelector<'r>> {
        if self.kind == SelectorKind::Commune {
            let code: InseeCode = self.code.parse().map_err(|_| UnknownSelector::Unknown)?;
            if let Some(commune) = reference.commune(&code) {
                return Ok(vec![commune]);
            }
            let today = reference.resolve(&code);
            return Err(if today.is_empty() {
                UnknownSelector::Unknown
            } else {
                let name = reference.past_commune(&code).map_or("", |past| past.name.as_str());
                UnknownSelector::PastCommune { name, today }
            });
        }
        let found: Vec<_> = self.area().map(|area| reference.communes_in(area).collect()).unwrap_or_default();
        if found.is_empty() { Err(UnknownSelector::Unknown) } else { Ok(found) }
    }

    /// How people call it.
    pub fn name<'r>(&self, reference: &'r Reference) -> Option<&'r str> {
        match self.kind {
            SelectorKind::Commune => {
                self.code.parse().ok().and_then(|code| reference.commune(&code)).map(|one| one.name.as_str())
            }
            SelectorKind::Epci => {
                self.code.parse().ok().and_then(|code| reference.epci(&code)).map(|one| one.name.as_str())
            }
            SelectorKind::Aom => {
                self.code.parse().ok().and_then(|code| reference.aom(&code)).map(|one| one.name.as_str())
            }
            SelectorKind::Department => self
                .code
                .parse()
                .ok()
                .and_then(|code| reference.department(&code))
                .map(|one| one.name.as_str()),
            SelectorKind::Region => {
                self.code.parse().ok().and_then(|code| reference.region(&code)).map(|one| one.name.as_str())
            }
        }
    }
}

/// What a territory covers, and the places it comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Perimeter {
    pub selectors: Vec<Selector>,
    /// The codes that journeys may bear: today's communes, and those that became part of them.
    pub places: BTreeSet<String>,
}

impl Perimeter {
    /// Selectors that no longer select anything are passed over.
    pub fn of(reference: &Reference, selectors: Vec<Selector>) -> Self {
        let today: BTreeSet<InseeCode> = selectors
            .iter()
            .flat_map(|selector| selector.communes(reference).unwrap_or_default())
            .map(|commune| commune.code)
            .collect();
        let past = reference
            .past_communes()
            .iter()
            .filter(|past| !past.today.is_empty() && past.today.iter().all(|code| today.contains(code)))
            .map(|past| past.code.to_string());
        let places = today.iter().map(InseeCode::to_string).chain(past).collect();
        Self { selectors, places }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static REFERENCE: LazyLock<Reference> =
        LazyLock::new(|| Reference::embedded().expect("the shipped reference"));

    fn count(kind: SelectorKind, code: &str) -> Option<usize> {
        Selector::new(kind, code).communes(&REFERENCE).ok().map(|communes| communes.len())
    }

    #[test]
    fn every_kind_selects_what_the_official_lists_say() {
        assert_eq!(count(SelectorKind::Commune, "46042"), Some(1));
        assert_eq!(count(SelectorKind::Commune, "46999"), None);
        let lot: Vec<_> = REFERENCE.communes().iter().filter(|one| one.department.as_str() == "46").collect();
        assert_eq!(count(SelectorKind::Department, "46"), Some(lot.len()));
        let epci =
            REFERENCE.commune(&"46042".parse().expect("a code")).and_then(|one| one.epci).expect("one");
        let members = REFERENCE.communes().iter().filter(|one| one.epci == Some(epci)).count();
        assert_eq!(count(SelectorKind::Epci, epci.as_str()), Some(members));
        assert_eq!(count(SelectorKind::Region, "99"), None);
        assert_eq!(count(SelectorKind::Department, "2a"), count(SelectorKind::Department, "2A"));
    }

    #[test]
    fn a_commune_of_the_past_proposes_those_of_today() {
        let past = REFERENCE.past_communes().iter().find(|past| past.today.len() == 1).expect("a merger");
        let refused = Selector::new(SelectorKind::Commune, past.code.as_str()).communes(&REFERENCE);
        let Err(UnknownSelector::PastCommune { today, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(today[0].code, past.today[0]);
    }

    #[test]
    fn a_composite_counts_each_commune_once_and_takes_in_past_ones() {
        let both =
            [Selector::new(SelectorKind::Department, "46"), Selector::new(SelectorKind::Commune, "46042")];
        let alone = Perimeter::of(&REFERENCE, both[..1].to_vec()).places;
        assert_eq!(Perimeter::of(&REFERENCE, both.to_vec()).places, alone);
        let past = REFERENCE
            .past_communes()
            .iter()
            .find(|past| past.today.len() == 1 && past.today[0].as_str().starts_with("46"))
            .expect("a merger in the Lot");
        assert!(alone.contains(past.code.as_str()));
    }
}
