//! The credits an agreement plans, year by year.

use serde::{Deserialize, Serialize};

use super::{
    money::{CommitmentAuthorisation, PaymentCredit},
    named::named,
};

named! {
    /// How binding the text makes its table.
    PlanNature {
        Maximum = "maximum", "au maximum";
        Firm = "firm", "ferme";
        Indicative = "indicative", "prévisionnel et indicatif";
    }
}

/// A row of the table. A blank cell is `None`: nobody wrote zero, and nobody reads it as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditPlanLine {
    pub year: i16,
    pub ae: Option<CommitmentAuthorisation>,
    pub cp: Option<PaymentCredit>,
    pub nature: PlanNature,
}
