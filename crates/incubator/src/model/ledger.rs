//! What happened to the money.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    money::{Cents, CommitmentAuthorisation, PaymentCredit},
    named::named,
};

named! {
    /// What an entry records.
    LedgerKind {
        Availability = "availability", "mise à disposition";
        Reservation = "reservation", "réservation";
        Commitment = "commitment", "engagement";
        Release = "release", "retrait d'engagement";
        Certification = "certification", "service fait";
        Payment = "payment", "paiement";
        CarryOver = "carry-over", "report";
        Receipt = "receipt", "encaissement";
        CreditOpening = "credit-opening", "ouverture de crédits sur fonds de concours";
        Refund = "refund", "restitution";
    }
}

/// An entry. Which amount counts depends on its kind: AE for commitments, releases and reservations; CP for
/// certifications and payments; cash for receipts and refunds; AE, CP or both for credits made available.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub date: Date,
    pub kind: LedgerKind,
    pub ae: Option<CommitmentAuthorisation>,
    pub cp: Option<PaymentCredit>,
    pub cash: Option<Cents>,
    /// The order's number.
    pub order: Option<String>,
    pub document: Option<String>,
}

/// AE of the entries of a kind, up to and including a day. Entries without AE say nothing.
pub fn ae_of(ledger: &[LedgerEntry], kind: LedgerKind, until: Date) -> Cents {
    ledger
        .iter()
        .filter(|entry| entry.kind == kind && entry.date <= until)
        .filter_map(|e| e.ae)
        .map(|ae| ae.0)
        .sum()
}

/// The same for CP.
pub fn cp_of(ledger: &[LedgerEntry], kind: LedgerKind, until: Date) -> Cents {
    ledger
        .iter()
        .filter(|entry| entry.kind == kind && entry.date <= until)
        .filter_map(|e| e.cp)
        .map(|cp| cp.0)
        .sum()
}

/// The same for cash.
pub fn cash_of(ledger: &[LedgerEntry], kind: LedgerKind, until: Date) -> Cents {
    ledger
        .iter()
        .filter(|entry| entry.kind == kind && entry.date <= until)
        .filter_map(|entry| entry.cash)
        .sum()
}
