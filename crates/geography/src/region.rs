use crate::RegionCode;

/// A region, or an overseas collectivity holding its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    pub code: RegionCode,
    pub name: String,
}
