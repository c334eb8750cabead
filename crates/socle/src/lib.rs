//! What every service of the house stands on: stores, people and rights, encryption, audit, jobs, outbox,
//! pages. It knows no service.

pub mod audit;
pub mod backup;
pub mod chance;
pub mod clock;
pub mod compliance;
pub mod config;
pub mod destruction;
pub mod documents;
pub mod handover;
pub mod house;
pub mod idempotency;
pub mod indicators;
pub mod jobs;
pub mod language;
pub mod outbox;
pub mod outgoing;
pub mod pages;
pub mod people;
pub mod places;
pub mod privacy;
pub mod proconnect;
pub mod rights;
pub mod risk;
pub mod seal;
pub mod service;
pub mod store;
pub mod switches;
pub mod web;
