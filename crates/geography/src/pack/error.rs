use thiserror::Error;

/// Why bytes are not a reference this program can use.
#[derive(Debug, Error)]
pub enum PackError {
    #[error("not a reference pack: it starts with {seen:?}, expected {expected:?}", expected = super::MAGIC.escape_ascii().to_string())]
    NotAPack { seen: String },
    #[error(
        "the reference pack is damaged: its checksum is {seen:08x}, expected {expected:08x}; copy it or build it again"
    )]
    Checksum { seen: u32, expected: u32 },
    #[error(
        "the reference pack has format {seen}, this program reads format {expected}; build it again with this program"
    )]
    Format { seen: u16, expected: u16 },
    #[error("the reference pack is malformed: {what}")]
    Malformed { what: String },
}

impl PackError {
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }
}
