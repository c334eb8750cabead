//! A condition that a committee sets, with the day on which it is checked.

use jiff::civil::Date;

use super::named::named;

named! {
    ConditionResult {
        Open = "open", "à vérifier";
        Met = "met", "remplie";
        NotMet = "not-met", "non remplie";
        /// The committee does not ask it any more.
        Dropped = "dropped", "abandonnée";
    }
}

/// The condition as duties read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Key of the product.
    pub product: String,
    pub text: String,
    /// Day of the committee that set it.
    pub set_on: Date,
    pub check_on: Date,
    pub result: ConditionResult,
    pub closed_on: Option<Date>,
    /// Why, when it was closed.
    pub note: String,
}
