use crate::code::{digits, official_code};

official_code!(
    /// The SIREN of a public body of communes with its own taxes (EPCI *à fiscalité propre*): nine digits.
    EpciCode,
    9,
    "EPCI code",
    "a SIREN: nine digits",
    |bytes| bytes.len() == 9 && digits(bytes)
);

impl EpciCode {
    pub(crate) fn text(self) -> crate::code::ShortText<9> {
        self.0
    }
}
