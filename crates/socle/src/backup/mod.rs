//! The whole house in one archive, taken while it serves, and put back in an empty place (docs/running.md).
//!
//! An archive is a tar of zstd frames, one a member, so that damage is found in the member that has it. The
//! manifest comes first; the SHA-256 of all that precedes ends the file. These fingerprints tell damage, not
//! forgery: whoever can rewrite an archive can rewrite them. Master keys are never in it.

mod archive;
mod manifest;
mod postgres;
mod restore;
mod sqlite;
mod take;
mod without;

use std::path::Path;

pub(crate) use archive::digest_of;
pub use manifest::{DatabaseEntry, Manifest, Mark, MasterKeyPrint, Member, StoreName, TableEntry};
pub use restore::{KeyState, Restored, restore};
pub use take::{Taken, take};
pub use without::{Concern, concern, fingerprint, rewrite_without};

use crate::store::Migrations;

/// A database of the house: its name, and the migrations this program knows.
pub struct Plan {
    pub name: &'static str,
    pub migrations: Migrations,
}

/// Why a backup was not taken or not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// What was given does not do: the archive, the file to write, the place to restore into.
    #[error("{0}")]
    Refused(String),
    /// Something around the program is missing.
    #[error("{0}")]
    Missing(String),
    #[error("{place}: {cause}")]
    Io { place: String, cause: std::io::Error },
    #[error("{place}: {cause}")]
    Engine { place: String, cause: sqlx::Error },
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Key(#[from] crate::seal::MasterKeyError),
}

/// Says where an input or output failed.
fn io_at(place: &Path) -> impl Fn(std::io::Error) -> BackupError + use<> {
    let place = place.display().to_string();
    move |cause| BackupError::Io { place: place.clone(), cause }
}

/// Says where a database failed.
fn engine_at(place: impl std::fmt::Display) -> impl Fn(sqlx::Error) -> BackupError {
    let place = place.to_string();
    move |cause| BackupError::Engine { place: place.clone(), cause }
}
