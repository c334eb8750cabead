//! How the measures of products come in: for the portfolio manager, and for a team its own.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::web::{Problem, Visitor, page};

use super::reading_words::{state, trouble};
use super::team_head::address;
use crate::store::portfolio::Product;
use crate::store::{agreement_product, indicator, reading as readings};
use crate::{Incubator, SHEET, reading};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/mesures", get(show))
}

/// A page that stopped answering.
struct Lost {
    href: String,
    name: String,
    text: String,
}

/// A product of the list.
struct Row {
    href: String,
    name: String,
    badge: &'static str,
    colour: &'static str,
    indicators: String,
}

#[derive(Template)]
#[template(path = "measures.html")]
struct MeasuresPage {
    page: Page,
    read: usize,
    measured: usize,
    all: usize,
    lost: Vec<Lost>,
    rows: Vec<Row>,
}

fn counted(count: usize) -> String {
    match count {
        0 => "aucun".to_owned(),
        1 => "un".to_owned(),
        many => many.to_string(),
    }
}

async fn show(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "product.read")?;
    let database = &incubator.database;
    let own = agreement_product::covered(database, &scope).await?;
    let (portfolio, rows) = (incubator.portfolio().await?, readings::all(database).await?);
    let today = incubator.today();
    let shown = |one: &&Product| match &own {
        Some(own) => own.contains(&one.slug),
        None => one.sheet.history.on(today).is_some_and(|present| present.stage.is_active()),
    };
    let products: Vec<&Product> = portfolio.products.iter().filter(shown).collect();
    let slugs: Vec<String> = products.iter().map(|one| one.slug.clone()).collect();
    let indicators = indicator::of_products(database, &slugs).await?;
    let count = |slug: &str| indicators.iter().filter(|one| one.product == slug).count();
    let fresh = |slug: &str| rows.get(slug).cloned().unwrap_or_else(|| readings::Model::fresh(slug));
    let mut lost = Vec::new();
    let mut listed = Vec::new();
    let (mut read, mut measured) = (0, 0);
    for product in products {
        let row = fresh(&product.slug);
        let href = format!("{}/indicateurs", address(&product.slug));
        let name = product.sheet.name.clone();
        if row.is_lost() {
            lost.push(Lost { href: href.clone(), name: name.clone(), text: trouble(&row) });
        }
        let known = count(&product.slug);
        read += usize::from(row.is_read());
        measured += usize::from(known > 0);
        let state = state(&row, reading::address(product, &row));
        listed.push(Row { href, name, badge: state.badge, colour: state.colour, indicators: counted(known) });
    }
    let page_of = Page::of_service(&visitor, &SHEET, "Mesures d’impact");
    Ok(page(&MeasuresPage { page: page_of, read, measured, all: listed.len(), lost, rows: listed }))
}
