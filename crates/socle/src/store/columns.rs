use jiff::Timestamp;
use sea_orm::DeriveValueType;

/// An instant as both stores keep it: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Instant(pub i64);

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        // Columns only hold what came from a `Timestamp`; anything else is clamped to the calendar's ends.
        Self::from_microsecond(instant.0).unwrap_or(if instant.0 < 0 { Self::MIN } else { Self::MAX })
    }
}

impl Instant {
    /// The instant for a person or a machine to read.
    pub fn timestamp(self) -> Timestamp {
        self.into()
    }
}
