//! What the incubator remembers, one file per aggregate.

pub mod import;
pub mod incubator;
pub mod organisation;
pub mod phase;
pub mod portfolio;
pub mod product;
pub mod sponsor;
mod state;

use socle::store::Migration;
pub use socle::store::ServiceError;

/// The incubator's migrations.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "incubator_0001", sql: include_str!("../../migrations/0001.sql") }];
