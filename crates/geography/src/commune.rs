use crate::{AomCode, DepartmentCode, EpciCode, InseeCode, Point, RegionCode, TimeZoneName};

/// A commune of the current official code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commune {
    pub code: InseeCode,
    /// With its article: "L'Abergement-Clémenciat".
    pub name: String,
    pub department: DepartmentCode,
    pub region: RegionCode,
    /// None for the few communes, mostly islands, outside every EPCI.
    pub epci: Option<EpciCode>,
    /// See [`crate::Reference::aom_source`] for what it was taken from.
    pub aom: Option<AomCode>,
    /// Inhabitants (*population municipale*); not published for uninhabited lands.
    pub population: Option<u32>,
    /// Centroid of its outline, or else its town hall where known.
    pub centre: Option<Point>,
}

impl Commune {
    /// The zone its clocks follow.
    pub fn time_zone(&self) -> TimeZoneName {
        TimeZoneName::of(&self.code)
    }
}
