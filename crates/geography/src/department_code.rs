use crate::code::{digits, official_code};

official_code!(
    /// A department, or an overseas collectivity holding its place: `46`, `2A`, `974`, `988`.
    DepartmentCode,
    3,
    "department code",
    "two digits, 2A, 2B, or three digits from 970",
    |bytes| match bytes.len() {
        2 => digits(bytes) || matches!(bytes, b"2A" | b"2B"),
        3 => digits(bytes) && bytes >= b"970".as_slice(),
        _ => false,
    }
);
