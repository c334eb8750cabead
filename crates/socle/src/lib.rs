//! What every service of the house stands on: stores, people and rights, encryption, audit, jobs, outbox,
//! pages. It knows no service.

pub mod audit;
pub mod chance;
pub mod clock;
pub mod language;
pub mod people;
pub mod rights;
pub mod seal;
pub mod store;
pub mod config;
pub mod indicators;
pub mod jobs;
pub mod outbox;
pub mod outgoing;
pub mod privacy;
pub mod risk;
