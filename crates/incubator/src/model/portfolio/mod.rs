//! The public portfolio: products, the incubators that carry them, the organisations that answer for them.

mod content;
mod details;
mod history;
mod incubator_sheet;
mod organisation_sheet;
mod product_sheet;
mod sheet;
mod stage;
mod user_type;

pub use content::{Content, Refused};
pub use details::{Details, Fast};
pub use history::{Episode, History};
pub use incubator_sheet::IncubatorSheet;
pub use organisation_sheet::OrganisationSheet;
pub use product_sheet::ProductSheet;
pub use sheet::{SheetError, identifier};
pub use stage::Stage;
pub use user_type::UserType;
