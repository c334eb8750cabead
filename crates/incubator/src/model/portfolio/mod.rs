//! The public portfolio: products, the incubators that carry them, the organisations that answer for them.

mod history;
mod sheet;
mod stage;
mod user_type;

pub use history::{Episode, History};
pub use sheet::{Fast, IncubatorSheet, OrganisationSheet, ProductSheet, SheetError, identifier};
pub use stage::Stage;
pub use user_type::UserType;
