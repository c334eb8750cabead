use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Asked, Name, Problem, Visitor, page};

use super::agreement_head::{Head, address, found, head};
use super::done::Done;
use super::duty_words::{Line, line};
use crate::Incubator;
use crate::model::finding::Level;
use crate::model::money::Cents;
use crate::model::outlook::outlook;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}", get(show))
}

/// How many duties to come the page shows.
const NEXT: usize = 6;

#[derive(Template)]
#[template(path = "agreement/show.html")]
struct AgreementPage {
    page: Page,
    head: Head,
    base: String,
    reasons: Vec<String>,
    blocking: Vec<String>,
    warnings: Vec<String>,
    notes: Vec<String>,
    ceiling: String,
    committed: String,
    certified: String,
    paid: String,
    left: String,
    exhausted: String,
    next: Vec<Line>,
    today: String,
}

/// The first letter as a capital.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    let today = incubator.today();
    let (page_of, head, explained) = head(&visitor, &filed, today, "");
    let outlook = outlook(&filed.agreement, &incubator.library, today);
    let said = |level: Level| {
        let findings = outlook.findings.iter().filter(|finding| finding.level == level);
        findings.map(|finding| sentence(finding.fr())).collect::<Vec<_>>()
    };
    let known = |amount: Option<Cents>| amount.map_or_else(|| "n.c.".to_owned(), Cents::fr);
    let shown = AgreementPage {
        page: done.announce(page_of),
        head,
        base: address(&reference),
        reasons: explained.reasons.iter().map(|reason| sentence(&reason.fr)).collect(),
        blocking: said(Level::Block),
        warnings: said(Level::Warning),
        notes: said(Level::Info),
        ceiling: known(outlook.ceiling),
        committed: outlook.committed.fr(),
        certified: outlook.certified.fr(),
        paid: outlook.paid.fr(),
        left: known(outlook.left()),
        exhausted: outlook.exhausted_on().map_or_else(String::new, format::date),
        next: outlook.open().take(NEXT).map(line).collect(),
        today: format::date(today),
    };
    Ok(page(&shown))
}
