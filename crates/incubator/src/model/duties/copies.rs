//! Copies: clauses overlap and name other recipients each; one duty per document, with all of them.

use jiff::civil::Date;

use super::{Desk, citation, occurrence::Occurrence};
use crate::model::{
    body::BodyKey,
    clause::Clause,
    course::days_after,
    duty::{Duty, DutyStatus, Recipient},
    evidence::CopiedDocument,
    library::{ClauseLibrary, CopiedOn, DutyKind, Timing},
    named::Named,
};

/// A document to copy: the agreement, or an amendment and its number.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Document {
    kind: CopiedDocument,
    amendment: Option<u16>,
    signed_on: Option<Date>,
}

/// One duty per document: the union of the recipients, and every clause that asks for it.
pub(super) fn merged(desk: &Desk, library: &ClauseLibrary) -> Vec<Duty> {
    let clauses: Vec<(&Clause, &DutyKind, CopiedOn, u16)> = desk
        .agreement
        .written
        .clauses
        .iter()
        .filter_map(|clause| Some((clause, library.clauses.get(&clause.key)?)))
        .flat_map(|(clause, kind)| kind.duties.iter().map(move |duty| (clause, duty)))
        .filter_map(|(clause, duty)| match duty.when {
            Timing::Copies { document, target_days } => Some((clause, duty, document, target_days)),
            _ => None,
        })
        .collect();
    documents(desk).into_iter().filter_map(|document| of(desk, document, &clauses)).collect()
}

fn documents(desk: &Desk) -> Vec<Document> {
    let agreement =
        Document { kind: CopiedDocument::Agreement, amendment: None, signed_on: desk.course.signed_on };
    let amendments = desk.agreement.facts.amendments.iter().map(|amendment| Document {
        kind: CopiedDocument::Amendment,
        amendment: Some(amendment.number),
        signed_on: amendment.signed_on.filter(|signed| *signed <= desk.as_of),
    });
    std::iter::once(agreement).chain(amendments).collect()
}

fn of(desk: &Desk, document: Document, clauses: &[(&Clause, &DutyKind, CopiedOn, u16)]) -> Option<Duty> {
    let asks = |on: CopiedOn| match document.kind {
        CopiedDocument::Agreement => on != CopiedOn::Amendments,
        CopiedDocument::Amendment => on != CopiedOn::Agreement,
    };
    // An amendment clause may name nobody to copy.
    let mut asking = clauses
        .iter()
        .filter(|(clause, _, on, _)| asks(*on) && !clause.bodies("recipients").is_empty())
        .peekable();
    let (first, kind, _, days) = *asking.peek()?;
    let titles = match document.amendment {
        Some(number) => (
            format!("send copies of amendment {number}"),
            format!("transmettre les copies de l'avenant n° {number}"),
        ),
        None => (
            "send copies of the agreement".into(),
            format!("transmettre les copies de {}", document.kind.fr()),
        ),
    };
    let mut duty = desk.blank(first, kind, (&titles.0, &titles.1));
    duty.citations.clear();
    let mut recipients: Vec<BodyKey> = Vec::new();
    for (clause, kind, ..) in asking {
        duty.citations.push(citation(clause));
        for debtor in desk.named(&clause.debtor, &kind.debtor) {
            if !duty.debtors.contains(&debtor) {
                duty.debtors.push(debtor);
            }
        }
        for body in clause.bodies("recipients") {
            if !recipients.contains(body) {
                recipients.push(body.clone());
            }
        }
    }
    duty.recipients = recipients.into_iter().map(|body| recipient(desk, document, body)).collect();
    duty.creditors = duty.recipients.iter().map(|recipient| recipient.name.clone()).collect();
    duty.internal_target = document.signed_on.and_then(|signed| days_after(signed, *days));
    let occurrence = Occurrence { target: duty.internal_target, ..Occurrence::NEVER };
    let sent: Option<Vec<Date>> = duty.recipients.iter().map(|recipient| recipient.sent_on).collect();
    duty.status = match sent.and_then(|days| days.into_iter().max()) {
        Some(on) => DutyStatus::Done { on },
        None => desk.pending(occurrence),
    };
    Some(duty)
}

fn recipient(desk: &Desk, document: Document, body: BodyKey) -> Recipient {
    let sent_on = desk
        .agreement
        .facts
        .copies
        .iter()
        .filter(|copy| copy.document == document.kind && copy.amendment == document.amendment)
        .filter(|copy| copy.recipient == body && copy.sent_on <= desk.as_of)
        .map(|copy| copy.sent_on)
        .min();
    Recipient { name: desk.agreement.name_of(&body).to_owned(), body, sent_on }
}
