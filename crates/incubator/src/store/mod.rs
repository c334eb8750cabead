//! What the incubator remembers, one file per aggregate.

pub mod carrier;
pub mod organisation;
pub mod phase;
pub mod portfolio;
pub mod product;
pub mod sponsor;
mod state;

use socle::seal::SealError;
use socle::store::{Migration, StoreError};

/// The incubator's migrations.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "incubator_0001", sql: include_str!("../../migrations/0001.sql") }];

/// Why the incubator could not read or write, when it is nobody's mistake.
#[derive(Debug, thiserror::Error)]
pub enum IncubatorError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a stored value is not readable: {0}")]
    Corrupt(String),
}

impl From<sea_orm::DbErr> for IncubatorError {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::Store(cause.into())
    }
}

impl From<serde_json::Error> for IncubatorError {
    fn from(cause: serde_json::Error) -> Self {
        Self::Corrupt(cause.to_string())
    }
}
