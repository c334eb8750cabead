//! Envelope encryption: a master key outside the databases wraps data keys, one per tenant; data keys seal
//! personal values. Destroying a data key erases all that it sealed (docs/adr/0002-encryption.md).

mod keyring;
mod linkage;
mod master;
mod opener;

pub(crate) use keyring::WrappedKey;
pub use keyring::{DataKey, KeyLine, Keyring, SealError};
pub use linkage::{Linkage, LinkageKind, Token};
pub use master::{MasterKeyError, MasterKeys};
pub use opener::Opener;
