use crate::{DepartmentCode, RegionCode};

/// A department, or an overseas collectivity holding its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    pub code: DepartmentCode,
    pub name: String,
    pub region: RegionCode,
}
