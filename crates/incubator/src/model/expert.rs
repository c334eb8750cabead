//! People whose interests must be declared.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An expert mobilised on the product, and the declaration of interests, if given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expert {
    pub name: String,
    pub role: Option<String>,
    pub declared_on: Option<Date>,
    pub reviewed_by: Option<String>,
}
