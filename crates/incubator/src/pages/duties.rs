use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Problem, Visitor, page};

use super::agreement::sentence;
use super::agreement_head::address;
use crate::store::{agreement, day, open_duty};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/echeances", get(show))
}

/// How many duties the page shows.
const MOST: u64 = 200;

struct Row {
    what: String,
    agreement: String,
    href: String,
    when: String,
    who: String,
    status: &'static str,
    colour: &'static str,
    article: String,
}

#[derive(Template)]
#[template(path = "duties.html")]
struct DutiesPage {
    page: Page,
    late: Vec<Row>,
    next: Vec<Row>,
    more: bool,
}

/// The words and the colour of a status.
fn status(name: &str) -> (&'static str, &'static str) {
    match name {
        "late" => ("en retard", "error"),
        "due" => ("à faire", "warning"),
        "due_soon" => ("bientôt due", "warning"),
        "target_passed" => ("objectif interne dépassé", "warning"),
        _ => ("à venir", ""),
    }
}

async fn show(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "agreement.read")?;
    let duties = open_duty::list(&incubator.database, &scope, MOST).await?;
    let mut ids: Vec<i64> = duties.iter().map(|duty| duty.agreement_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let titles = agreement::titles(&incubator.database, &ids).await?;
    let more = duties.len() as u64 == MOST;
    let (mut late, mut next) = (Vec::new(), Vec::new());
    for duty in duties {
        let (reference, title) = titles.get(&duty.agreement_id).cloned().unwrap_or_default();
        let (words, colour) = status(&duty.status);
        let date = format::date(day::date(duty.day));
        let row = Row {
            what: sentence(&duty.title),
            agreement: title,
            href: format!("{}/echeances", address(&reference)),
            when: if duty.contractual { date } else { format!("objectif interne\u{a0}: {date}") },
            who: duty.debtors,
            status: words,
            colour,
            article: duty.article,
        };
        if duty.status == "late" { late.push(row) } else { next.push(row) }
    }
    let shown = DutiesPage { page: Page::of_service(&visitor, &SHEET, "Échéances"), late, next, more };
    Ok(page(&shown))
}
