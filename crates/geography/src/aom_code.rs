use crate::EpciCode;
use crate::code::{digits, official_code};

official_code!(
    /// The SIREN of a mobility authority (AOM, *autorité organisatrice de la mobilité*): nine digits.
    AomCode,
    9,
    "AOM code",
    "a SIREN: nine digits",
    |bytes| bytes.len() == 9 && digits(bytes)
);

/// Without a list of AOMs, an EPCI stands for its own.
impl From<EpciCode> for AomCode {
    fn from(epci: EpciCode) -> Self {
        Self(epci.text())
    }
}
