use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::web::{Problem, Visitor, page};

use super::day;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/incubateurs", get(list))
}

/// An incubator and what it carries.
struct Row {
    href: String,
    name: String,
    owner: String,
    active: usize,
    all: usize,
}

#[derive(Template)]
#[template(path = "incubators.html")]
struct IncubatorsPage {
    page: Page,
    rows: Vec<Row>,
}

async fn list(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let day = day(&incubator, "");
    let mut rows: Vec<Row> = portfolio
        .incubators
        .iter()
        .filter(|(_, one)| !one.hidden)
        .map(|(slug, one)| {
            let carried = || portfolio.products.iter().filter(|product| product.sheet.incubator == *slug);
            Row {
                href: format!("/incubateur?incubateur={slug}&phase=tous"),
                name: one.name.clone(),
                owner: portfolio
                    .organisations
                    .get(&one.owner)
                    .map_or_else(String::new, |owner| owner.name.clone()),
                active: carried()
                    .filter(|product| {
                        product.sheet.history.on(day).is_some_and(|present| present.stage.is_active())
                    })
                    .count(),
                all: carried().count(),
            }
        })
        .collect();
    rows.sort_by_cached_key(|row| row.name.to_lowercase());
    Ok(page(&IncubatorsPage { page: Page::of_service(&visitor, &SHEET, "Incubateurs"), rows }))
}
