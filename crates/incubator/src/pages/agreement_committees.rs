use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Name, Problem, Visitor, page};

use super::agreement_head::{Head, address, found, head};
use super::committees::{Line, lines};
use crate::model::duties::conditions::COMMITTEES;
use crate::model::outlook::outlook;
use crate::model::tenant::Tenant;
use crate::store::committee;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/comites", get(show))
}

#[derive(Template)]
#[template(path = "agreement/committees.html")]
struct CommitteesPage {
    page: Page,
    head: Head,
    base: String,
    /// What its clauses say of committees.
    clauses: Vec<String>,
    /// When the next one is due; empty when none is.
    next: String,
    ahead: Vec<Line>,
    held: Vec<Line>,
    may_plan: bool,
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "committee.read", &reference).await?;
    let own = match Tenant::of(&scope) {
        Some(Tenant::Service(slug)) => Some(slug),
        _ => None,
    };
    let today = incubator.today();
    let (page_of, head, _) = head(&visitor, &filed, today, "/comites");
    let mine = |products: &[String]| own.as_ref().is_none_or(|own| products.contains(own));
    let all = committee::of_agreement(&incubator.database, filed.id).await?;
    let all = all.into_iter().filter(|one| one.row.cancelled.is_empty() && mine(&one.products));
    let (past, mut ahead): (Vec<_>, Vec<_>) = all.partition(|one| one.row.held);
    ahead.reverse();
    let outlook = outlook(&filed.agreement, &incubator.library, today);
    let asks = |key: &str| COMMITTEES.contains(&key);
    let next = outlook.open().find(|duty| asks(&duty.clause));
    let clauses = filed.agreement.written.clauses.iter().filter(|one| asks(&one.key));
    let shown = CommitteesPage {
        page: page_of,
        head,
        base: address(&reference),
        clauses: clauses.map(|one| format!("Article {}\u{a0}: {}", one.article, one.text)).collect(),
        next: next.and_then(crate::model::duty::Duty::day).map_or_else(String::new, format::date),
        ahead: lines(&incubator, own.as_deref(), ahead).await?,
        held: lines(&incubator, own.as_deref(), past).await?,
        may_plan: visitor.allow(&SHEET, "committee.prepare").is_ok(),
    };
    Ok(page(&shown))
}
