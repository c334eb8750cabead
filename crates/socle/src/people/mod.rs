//! Agents: people who act for an organisation. Their accounts, what they may act as, how they sign in.
//!
//! Citizens are not agents: each service keeps its own, and shares no account or identifier with another.

mod agent;
mod challenge;
mod code_generator;
mod departure;
mod forgetting;
mod identity;
mod log;
mod membership;
mod review;
mod session;

pub use agent::{Agent, Email, NotAnEmail};
pub use challenge::{Answered, Challenge, ChallengeRefused, Method};
pub use code_generator::CodeRefused;
pub use identity::{Arrived, Identity, Newcomer, Refusal};
pub use membership::{Membership, NewMembership, Taken};
pub use review::Dormant;
pub use session::{Proof, SESSION_COOKIE, Session, SignedIn};

use crate::seal::{Keyring, SealError};
use crate::store::{Database, Migration, StoreError};

/// The migrations of the socle's own database.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "socle_0001", sql: include_str!("../../migrations/socle/0001.sql") },
    Migration { name: "socle_0002", sql: include_str!("../../migrations/socle/0002.sql") },
    Migration { name: "socle_0003", sql: include_str!("../../migrations/socle/0003.sql") },
    Migration { name: "socle_0004", sql: include_str!("../../migrations/socle/0004.sql") },
];

/// Why something about agents failed, when it is nobody's mistake.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<sea_orm::DbErr> for PeopleError {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::Store(cause.into())
    }
}

/// The agents of this house.
#[derive(Clone)]
pub struct People {
    database: Database,
    keyring: Keyring,
}

impl People {
    pub fn new(database: Database, keyring: Keyring) -> Self {
        Self { database, keyring }
    }

    /// The socle's own database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Its keys.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }
}
