//! Tables and queries, one file per aggregate. Every query that reads takes a [`Scope`].

pub mod accepted_conditions;
pub mod access_key;
pub mod breach;
pub mod bulk;
pub mod changes;
pub mod correction;
pub mod departures;
pub mod erasure;
pub mod export;
pub mod export_attempt;
pub mod export_removal;
pub mod fact;
pub mod import;
pub mod intake;
pub mod join_request;
pub mod journey;
pub mod nearby;
pub mod onboarding;
pub mod onboarding_note;
pub mod operator;
pub mod operator_notice;
pub mod pair;
pub mod participant;
pub mod person;
pub mod quality;
pub mod request;
pub mod sign;
pub mod subscription;
pub mod summary;
pub mod territory;
mod territory_place;
mod territory_selector;
pub mod territory_summary;
pub mod verification;

use socle::rights::Scope;
use socle::store::Migration;
pub use socle::store::ServiceError;

/// The registry's migrations.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "registry_0001", sql: include_str!("../../migrations/0001.sql") },
    Migration { name: "registry_0002", sql: include_str!("../../migrations/0002.sql") },
    Migration { name: "registry_0003", sql: include_str!("../../migrations/0003.sql") },
    Migration { name: "registry_0004", sql: include_str!("../../migrations/0004.sql") },
    Migration { name: "registry_0005", sql: include_str!("../../migrations/0005.sql") },
    Migration { name: "registry_0006", sql: include_str!("../../migrations/0006.sql") },
    Migration { name: "registry_0007", sql: include_str!("../../migrations/0007.sql") },
];

/// The purpose of the keys that seal what operators send.
pub const PAYLOADS: &str = "journeys";

/// The tenant of an operator, as rights and keys name it.
pub fn tenant(operator: i64) -> String {
    format!("operator:{operator}")
}

/// The operator that a scope is limited to; `None` for everything.
pub fn operator_of(scope: &Scope) -> Option<i64> {
    match scope {
        Scope::All => None,
        // A tenant that is no operator sees what operator −1 has: nothing.
        Scope::Tenant(tenant) => {
            Some(tenant.strip_prefix("operator:").and_then(|id| id.parse().ok()).unwrap_or(-1))
        }
    }
}

/// The tenant of a territory.
pub fn territory_tenant(territory: i64) -> String {
    format!("territory:{territory}")
}

/// The territory that a scope is limited to; `None` for everything.
pub fn territory_of(scope: &Scope) -> Option<i64> {
    match scope {
        Scope::All => None,
        // A tenant that is no territory sees what territory −1 has: nothing.
        Scope::Tenant(tenant) => {
            Some(tenant.strip_prefix("territory:").and_then(|id| id.parse().ok()).unwrap_or(-1))
        }
    }
}
