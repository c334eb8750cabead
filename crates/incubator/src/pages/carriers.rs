use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::web::{Problem, Visitor, page};

use super::day;
use crate::model::portfolio::Stage;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/incubateurs", get(list))
}

/// An incubator and what it carries.
struct Row {
    href: String,
    name: String,
    summary: String,
    owner: String,
    active: usize,
    all: usize,
}

#[derive(Template)]
#[template(path = "carriers.html")]
struct CarriersPage {
    page: Page,
    rows: Vec<Row>,
}

async fn list(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let day = day(&incubator, "");
    let mut rows: Vec<Row> = portfolio
        .incubators
        .values()
        .filter(|one| !one.hidden)
        .map(|one| {
            let carried = || portfolio.products.iter().filter(|product| product.incubator == one.slug);
            let is_active = |stage: Stage| stage.is_active();
            Row {
                href: format!("/incubateur?incubateur={}&phase=tous", one.slug),
                name: one.name.clone(),
                summary: one.summary.clone(),
                owner: portfolio
                    .organisations
                    .get(&one.owner)
                    .map_or_else(String::new, |owner| owner.name.clone()),
                active: carried()
                    .filter(|product| product.history.on(day).is_some_and(|present| is_active(present.stage)))
                    .count(),
                all: carried().count(),
            }
        })
        .collect();
    rows.sort_by_cached_key(|row| row.name.to_lowercase());
    Ok(page(&CarriersPage { page: Page::of_service(&visitor, &SHEET, "Incubateurs"), rows }))
}
