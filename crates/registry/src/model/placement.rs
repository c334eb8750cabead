use std::fmt;

/// Where an end of a journey lies: a commune (INSEE code) or a neighbouring country (INSEE code `99xxx`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlaceCode(pub String);

impl PlaceCode {
    /// Whether the place is in France.
    pub fn is_french(&self) -> bool {
        !self.0.starts_with("99")
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
