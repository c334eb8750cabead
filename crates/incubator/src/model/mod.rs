//! Nouns and rules of agreements. Nothing here reads a file, a clock or a database.

pub mod named;

pub mod agreement;
pub mod bank_details;
pub mod body;
pub mod checks;
pub mod clause;
pub mod contribution;
pub mod course;
pub mod credit_plan;
pub mod duties;
pub mod duty;
pub mod evidence;
pub mod expert;
pub mod finding;
pub mod imputation;
pub mod ledger;
pub mod library;
pub mod money;
pub mod month;
pub mod order;
pub mod party;
pub mod phase;
pub mod portfolio;
pub mod predecessor;
pub mod product;
pub mod publication;
pub mod standing;
pub mod term;
