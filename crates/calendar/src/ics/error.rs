//! Why a calendar is not written.

use thiserror::Error;

/// What RFC 5545 does not let us write. Each error names the event by its UID.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IcsError {
    /// A calendar holds at least one component (RFC 5545, section 3.6).
    #[error("a calendar without events cannot be written")]
    NoEvent,
    /// UID is required (section 3.8.4.7), and shorter than 255 octets (RFC 7986, section 5.3).
    #[error("event UID {uid:?}: expected 1 to 254 octets without control characters")]
    Uid { uid: String },
    /// Two events of one calendar bear the same UID.
    #[error("event UID {uid:?} appears twice")]
    DuplicateUid { uid: String },
    /// PRODID is required (section 3.7.3).
    #[error("product identifier {product_id:?}: expected text without control characters")]
    ProductId { product_id: String },
    /// An event ends after it starts (section 3.8.2.2); an all-day event has a last day that is not before its first.
    #[error("event {uid:?} does not end after it starts")]
    EndBeforeStart { uid: String },
    /// A year has four digits (section 3.3.4).
    #[error("event {uid:?}: year {year} cannot be written in four digits")]
    Year { uid: String, year: i16 },
    /// URL takes a URI (section 3.3.13): a scheme, then visible ASCII characters only.
    #[error("event {uid:?}: {url:?} is not a URI")]
    Url { uid: String, url: String },
}
