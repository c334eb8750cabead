use crate::AomCode;

/// A mobility authority (*autorité organisatrice de la mobilité*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aom {
    pub code: AomCode,
    pub name: String,
    /// Legal form, as the list writes it: "CA", "Région"...
    pub form: String,
}
