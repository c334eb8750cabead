use crate::code::{digits, official_code};

official_code!(
    /// A foreign country in the official geographic code (INSEE): `99` and three digits, `99140` for Switzerland.
    CountryCode,
    5,
    "country code",
    "99 and three digits",
    |bytes| bytes.len() == 5 && digits(bytes) && bytes.starts_with(b"99")
);
