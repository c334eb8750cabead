//! What happened since: orders, entries, publications, copies, amendments, notices, evidence.

use std::collections::BTreeSet;

use super::{
    choosing::{choice, known_body, maybe_body, maybe_choice},
    credits::plan_line,
    section::Section,
};
use crate::model::{
    amendment::Amendment,
    body::BodyKey,
    evidence::{CopiedDocument, Copy, Evidence},
    ledger::{LedgerEntry, LedgerKind},
    notice::Notice,
    order::{Order, OrderLine, OrderUnder},
    publication::Publication,
    suspension::Suspended,
};

pub(super) fn order(mut section: Section) -> Option<Order> {
    let number: Option<String> = section.maybe("number");
    if let Some(number) =
        number.as_deref().filter(|number| number.len() != 10 || !number.bytes().all(|b| b.is_ascii_digit()))
    {
        section.wrong(
            "number",
            Some(number.to_owned()),
            "the ten digits of a Chorus commitment, as 1404518242",
        );
    }
    let estimate: Option<bool> = section.maybe("estimate");
    let under = maybe_choice(&mut section, "under").unwrap_or(OrderUnder::ThisAgreement);
    let (supplier, product) = (section.maybe("supplier"), section.maybe("product"));
    let phase = maybe_choice(&mut section, "phase");
    let (signed_on, market_ends_on) = (section.maybe("signed_on"), section.maybe("market_ends_on"));
    let (from, to) = (section.maybe("from"), section.maybe("to"));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        section.wrong("to", Some(format!("{to}")), format!("a day not before {from}"));
    }
    let lines = section.list("lines", |mut line| {
        let (label, service) = (line.one("label"), choice(&mut line, "service"));
        let (amount, rounded_to) = (line.one("amount"), line.maybe("rounded_to"));
        line.finish();
        Some(OrderLine {
            label: label?,
            service: service?,
            amount: amount?,
            rounded_to,
            activity: None,
            resource: None,
        })
    });
    if lines.is_empty() {
        section.wrong("lines", None, "at least one line with its amount");
    }
    section.finish();
    (!lines.is_empty()).then(|| Order {
        number,
        estimate: estimate.unwrap_or(false),
        under,
        supplier,
        product,
        phase,
        signed_on,
        from,
        to,
        market_ends_on,
        lines,
    })
}

pub(super) fn entry(mut section: Section) -> Option<LedgerEntry> {
    let (date, kind) = (section.one("date"), choice::<LedgerKind>(&mut section, "kind"));
    let (ae, cp, cash) = (section.maybe("ae"), section.maybe("cp"), section.maybe("cash"));
    let (order, document) = (section.maybe("order"), section.maybe("document"));
    // Blank is not zero: an entry without the amount its kind counts in says nothing, so it is refused.
    let missing = match kind? {
        LedgerKind::Commitment | LedgerKind::Release | LedgerKind::Reservation if ae.is_none() => {
            Some(("ae", "the AE"))
        }
        LedgerKind::Certification | LedgerKind::Payment if cp.is_none() => Some(("cp", "the amount, as CP")),
        LedgerKind::Receipt | LedgerKind::Refund if cash.is_none() => Some(("cash", "the cash")),
        LedgerKind::Availability | LedgerKind::CarryOver | LedgerKind::CreditOpening
            if ae.is_none() && cp.is_none() =>
        {
            Some(("ae", "AE, CP or both"))
        }
        _ => None,
    };
    if let Some((field, expected)) = missing {
        section.wrong(field, None, expected);
    }
    section.finish();
    Some(LedgerEntry { date: date?, kind: kind?, ae, cp, cash, order, document })
}

pub(super) fn publication(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Publication> {
    let (channel, published_on) = (choice(&mut section, "channel"), section.one("published_on"));
    let by = maybe_body(&mut section, "by", known);
    let address = section.maybe("address");
    section.finish();
    Some(Publication { channel: channel?, published_on: published_on?, by, address })
}

pub(super) fn copy(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Copy> {
    let recipient = known_body(&mut section, "recipient", known);
    let amendment = section.maybe("amendment");
    let (sent_on, proof) = (section.one("sent_on"), section.maybe("proof"));
    section.finish();
    let document = if amendment.is_some() { CopiedDocument::Amendment } else { CopiedDocument::Agreement };
    Some(Copy { document, amendment, recipient: recipient?, sent_on: sent_on?, proof })
}

pub(super) fn amendment(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Amendment> {
    let number = section.one("number");
    let (requested_on, signed_on, until) =
        (section.maybe("requested_on"), section.maybe("signed_on"), section.maybe("until"));
    let requested_by = maybe_body(&mut section, "requested_by", known);
    let plan = section.list("plan", plan_line);
    let summary = section.maybe("summary");
    section.finish();
    Some(Amendment { number: number?, requested_on, requested_by, signed_on, until, plan, summary })
}

pub(super) fn notice(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Notice> {
    let (kind, sent_on) = (choice(&mut section, "kind"), section.one("sent_on"));
    let by = known_body(&mut section, "by", known);
    let (ground, cured_on) = (section.maybe("ground"), section.maybe("cured_on"));
    section.finish();
    Some(Notice { kind: kind?, sent_on: sent_on?, by: by?, ground, cured_on })
}

pub(super) fn suspended(mut section: Section) -> Option<Suspended> {
    let (from, to, reason) = (section.one("from"), section.maybe("to"), section.one("reason"));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        section.wrong("to", Some(format!("{to}")), format!("a day not before {from}"));
    }
    section.finish();
    Some(Suspended { from: from?, to, reason: reason? })
}

pub(super) fn evidence(mut section: Section, clauses: &BTreeSet<String>) -> Option<Evidence> {
    let clause: Option<String> = section.one("clause");
    if let Some(clause) = clause.as_ref().filter(|clause| !clauses.contains(*clause)) {
        section.wrong("clause", Some(clause.clone()), "a clause of this agreement");
    }
    let (article, product) = (section.maybe("article"), section.maybe("product"));
    let (occurrence, done_on) = (section.maybe("occurrence"), section.one("done_on"));
    let (reference, waived) = (section.maybe("reference"), section.maybe("waived"));
    section.finish();
    Some(Evidence { clause: clause?, article, product, occurrence, done_on: done_on?, reference, waived })
}
