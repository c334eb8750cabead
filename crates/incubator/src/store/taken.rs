//! What becomes of the lines of a file that comes in.

use socle::store::StoreError;

use super::ServiceError;
use crate::model::finding::Finding;
use crate::model::money::Cents;

/// What became of a line; or what would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Written,
    /// It was there already: nothing is written twice.
    Known,
    Refused(NotTaken),
}

/// Why a line is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// An order bears that number with another amount; none when it is under another agreement.
    NumberTaken { amount: Option<Cents> },
    /// Rules of the agreement forbid it.
    Findings(Vec<Finding>),
    /// No signed order of the agreement bears that number.
    UnknownOrder,
    /// The order is closed: nothing moves on it any more.
    Closed,
    /// The day comes before the order was signed.
    BeforeSignature,
    /// More than what is left to certify.
    MoreThanCommitted { asked: Cents, left: Cents },
    /// More than what was certified by that day and nobody paid.
    NotCertified { asked: Cents, left: Cents },
}

/// Rolls a trial back: the change is judged whole, then undone.
pub(super) enum Undone<T> {
    Trial(T),
    Failed(ServiceError),
}

impl<T> From<ServiceError> for Undone<T> {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl<T> From<StoreError> for Undone<T> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl<T> Undone<T> {
    /// What a change or its trial came to.
    pub(super) fn told(result: Result<T, Self>) -> Result<T, ServiceError> {
        match result {
            Ok(told) | Err(Self::Trial(told)) => Ok(told),
            Err(Self::Failed(error)) => Err(error),
        }
    }
}
