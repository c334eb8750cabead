//! What a controller, a finance desk or a legal desk thinks of an agreement before it is signed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{body::BodyKey, named::named};

named! {
    /// What a desk answered.
    VisaOpinion {
        Favourable = "favourable", "favorable";
        Reserved = "reserved", "favorable avec réserves";
        Against = "against", "défavorable";
    }
}

/// An opinion that was asked for; `opinion` and `given_on` come together, with the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visa {
    pub body: BodyKey,
    pub asked_on: Date,
    pub opinion: Option<VisaOpinion>,
    pub given_on: Option<Date>,
    pub note: Option<String>,
}
