use crate::code::{digits, official_code};

official_code!(
    /// A region, or an overseas collectivity holding its place: `76`, `01`, `988`.
    RegionCode,
    3,
    "region code",
    "two or three digits",
    |bytes| matches!(bytes.len(), 2 | 3) && digits(bytes)
);
