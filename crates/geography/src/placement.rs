use crate::{CountryCode, InseeCode, Metres};

/// Where a point lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Placement {
    Commune {
        code: InseeCode,
        how: How,
    },
    Country {
        code: CountryCode,
        how: How,
    },
    /// In no commune, in no neighbouring country, and further than 1 km from all of them.
    Nowhere,
}

/// How sure a placement is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    /// Inside the outline, or on it.
    Inside,
    /// Outside, this far from the outline (or from the town hall of a commune without outline).
    NearestWithin(Metres),
}
