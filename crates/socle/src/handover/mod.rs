//! A service leaves with everything it has, in formats that any program reads, and another house takes it in
//! (docs/leaving.md).
//!
//! The agreements promise it: when a product changes hands its data go to the partner, then every copy is destroyed
//! ("transfert des données au partenaire et […] destruction des copies", security annex of the incubation agreement).
//! A pack is a folder: a table is a CSV file, its tables are made by plain SQL, and an inventory says the SHA-256 of
//! each file. Sealed values stay sealed; the keys that open them are wrapped by a key drawn for this handover alone, which
//! is never in the pack. All the rest is in clear.

mod actors;
mod documents;
mod field;
mod give;
mod inventory;
mod pack;
mod passing;
mod people;
mod receive;
mod schema;
mod staging;
mod table;

use std::path::Path;

pub use actors::Actors;
pub use give::{Given, Order, give};
pub use pack::{Description, TableLine};
pub use receive::{Accepted, Receipt, accept, receive};

use crate::seal::{MasterKeyError, SealError};
use crate::store::StoreError;

/// The table that holds data keys.
const DATA_KEYS: &str = "data_keys";

/// What logs call a reception.
const RECEIVED: &str = "service.received";

/// Why a service was not handed over or not received.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// What was given does not do: the pack, the key, the place to write or receive in.
    #[error("{0}")]
    Refused(String),
    #[error("{place}: {cause}")]
    Io { place: String, cause: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] MasterKeyError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a text of the program is not well formed: {0}")]
    Text(#[from] toml::de::Error),
}

impl From<sea_orm::DbErr> for HandoverError {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::Store(cause.into())
    }
}

impl From<sqlx::Error> for HandoverError {
    fn from(cause: sqlx::Error) -> Self {
        Self::Store(sea_orm::DbErr::Conn(sea_orm::RuntimeErr::Internal(cause.to_string())).into())
    }
}

/// Says where an input or output failed.
fn io_at(place: &Path) -> impl Fn(std::io::Error) -> HandoverError + use<> {
    let place = place.display().to_string();
    move |cause| HandoverError::Io { place: place.clone(), cause }
}

/// The refusal of a pack: where, and what is wrong.
fn refused(place: &str, text: impl std::fmt::Display) -> HandoverError {
    HandoverError::Refused(format!("{place}: {text}"))
}
