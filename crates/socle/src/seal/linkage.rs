use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{DataKey, Keyring, SealError};

/// Length of a linkage token, in bytes: 128 bits, no collision to expect below billions of billions.
const LENGTH: usize = 16;

/// What a linkage token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkageKind {
    /// A person key computed by the operator (identity key).
    Identity,
    /// A full telephone number, E.164.
    Phone,
    /// A telephone number without its last two digits.
    PhoneTruncated,
    /// A travel pass, name and number.
    TravelPass,
    /// How a last name sounds.
    NameSound,
    /// A user identifier of one operator.
    OperatorUser,
}

impl LinkageKind {
    /// Separates the kinds: equal texts of two kinds have unrelated tokens. Never change a label.
    fn label(self) -> &'static [u8] {
        match self {
            Self::Identity => b"identity\0",
            Self::Phone => b"phone\0",
            Self::PhoneTruncated => b"phone-truncated\0",
            Self::TravelPass => b"travel-pass\0",
            Self::NameSound => b"name-sound\0",
            Self::OperatorUser => b"operator-user\0",
        }
    }
}

/// A keyed pseudonym: equal values give equal tokens under one key, and tokens tell nothing without it.
pub type Token = [u8; LENGTH];

/// The keyed function from values to tokens: HMAC-SHA-256 truncated to 128 bits.
#[derive(Clone)]
pub struct Linkage(Arc<DataKey>);

impl Linkage {
    /// The current linkage key of a database, drawn at first use.
    pub async fn current(keyring: &Keyring) -> Result<Self, SealError> {
        Ok(Self(keyring.current("*", "linkage").await?))
    }

    /// The key's number, stored beside each token: tokens under different keys cannot be compared.
    pub fn key_id(&self) -> i64 {
        self.0.id()
    }

    /// The token of `value`.
    pub fn token(&self, kind: LinkageKind, value: &str) -> Token {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.bytes()).expect("HMAC takes any key");
        mac.update(kind.label());
        mac.update(value.as_bytes());
        let full = mac.finalize().into_bytes();
        let mut token = Token::default();
        token.copy_from_slice(&full[..LENGTH]);
        token
    }
}
