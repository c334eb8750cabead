//! A notice from one party to the others.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{body::BodyKey, named::named};

named! {
    /// Why a party gives notice.
    NoticeKind {
        Termination = "termination", "résiliation avec préavis";
        Breach = "breach", "mise en demeure";
        PartialWithdrawal = "partial-withdrawal", "retrait partiel de l'accompagnement";
    }
}

/// A notice from one party to the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub sent_on: Date,
    pub by: BodyKey,
    pub ground: Option<String>,
    /// A satisfactory answer to a formal notice: the agreement goes on.
    pub cured_on: Option<Date>,
}
