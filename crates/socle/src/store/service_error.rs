use super::StoreError;
use crate::seal::SealError;

/// Why a service could not read or write, when it is nobody's mistake.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a stored value is not readable: {0}")]
    Corrupt(String),
}

impl From<sea_orm::DbErr> for ServiceError {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::Store(cause.into())
    }
}

impl From<serde_json::Error> for ServiceError {
    fn from(cause: serde_json::Error) -> Self {
        Self::Corrupt(cause.to_string())
    }
}
