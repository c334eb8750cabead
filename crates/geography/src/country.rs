use crate::CountryCode;

/// A foreign country near France.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    pub code: CountryCode,
    /// In French.
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub iso: String,
}
