//! What the incubator remembers, one file per aggregate.

pub mod account;
mod account_withdrawal;
pub mod agreement;
pub mod agreement_bank;
pub mod agreement_list;
pub mod agreement_product;
pub mod application;
pub mod application_decision;
pub mod application_erasure;
pub mod attendee;
pub mod budget_cell;
pub mod calendar_feed;
pub mod call_award;
pub mod call_declaration;
pub mod call_edition;
pub mod call_marks;
pub mod call_retention;
pub mod carry_over;
pub mod chorus_certification;
pub mod chorus_import;
mod collected;
pub mod committee;
pub mod committee_product;
pub mod compliance_answer;
pub mod condition;
pub mod credit_request;
pub mod criteria_review;
pub mod day;
pub mod decision;
pub mod digest;
pub mod fact;
pub mod hypothesis;
pub mod import;
pub mod incubator;
pub mod indicator;
pub mod indicator_point;
pub mod interest_declaration;
pub mod ledger;
pub mod member;
pub mod mission_letter;
pub mod objective;
pub mod open_duty;
pub mod opinion;
pub mod order;
pub mod order_import;
pub mod order_line;
pub mod order_move;
pub mod order_step;
pub mod organisation;
pub mod outlook;
pub mod phase;
pub mod portfolio;
pub mod product;
pub mod product_profile;
pub mod publication_choice;
pub mod publication_sending;
pub mod published;
pub mod reading;
pub mod sponsor;
mod state;
pub mod success_criterion;
pub mod taken;

use socle::store::Migration;
pub use socle::store::ServiceError;

/// The incubator's migrations.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "incubator_0001", sql: include_str!("../../migrations/0001.sql") },
    Migration { name: "incubator_0002", sql: include_str!("../../migrations/0002.sql") },
    Migration { name: "incubator_0003", sql: include_str!("../../migrations/0003.sql") },
    Migration { name: "incubator_0004", sql: include_str!("../../migrations/0004.sql") },
    Migration { name: "incubator_0005", sql: include_str!("../../migrations/0005.sql") },
    Migration { name: "incubator_0006", sql: include_str!("../../migrations/0006.sql") },
    Migration { name: "incubator_0007", sql: include_str!("../../migrations/0007.sql") },
    Migration { name: "incubator_0008", sql: include_str!("../../migrations/0008.sql") },
    Migration { name: "incubator_0009", sql: include_str!("../../migrations/0009.sql") },
];
