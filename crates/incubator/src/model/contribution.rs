//! Money a partner pays.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{bank_details::BankDetails, body::BodyKey, money::Cents, named::named};

named! {
    /// When the payment is due.
    PaymentRule {
        OnSignature = "on-signature", "à la signature";
        OnDate = "on-date", "à la date prévue";
        AlreadyPaid = "already-paid", "déjà versé";
    }
}

/// What a funder pays into the fund, where, and where what is left goes back. Bank details are left out of its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    pub funder: BodyKey,
    pub amount: Cents,
    pub payment: PaymentRule,
    pub due_on: Option<Date>,
    /// Code of the *fonds de concours*: `1-2-00548`.
    pub fund: Option<String>,
    #[serde(skip)]
    pub pay_to: Option<BankDetails>,
    #[serde(skip)]
    pub refund_to: Option<BankDetails>,
}
