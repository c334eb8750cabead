//! A change agreed by the parties.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{body::BodyKey, credit_plan::CreditPlanLine};

/// An amendment; nothing before its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    pub number: u16,
    pub requested_on: Option<Date>,
    pub requested_by: Option<BodyKey>,
    pub signed_on: Option<Date>,
    /// The new last day.
    pub until: Option<Date>,
    /// Rows added to the plan of credits.
    pub plan: Vec<CreditPlanLine>,
    pub summary: Option<String>,
}
