/// A surface, in square metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct SquareMetres(pub f64);

impl SquareMetres {
    /// The same surface in hectares.
    pub fn hectares(self) -> f64 {
        self.0 / 10_000.0
    }
}
