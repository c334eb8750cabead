use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Problem, Visitor, page};

use super::public_agreement::address;
use super::publication::text_of;
use crate::store::published;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions-publiees", get(show))
}

struct Row {
    href: String,
    title: String,
    kind: String,
    published: String,
    end: String,
}

#[derive(Template)]
#[template(path = "public_agreements.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
}

async fn show(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let knowledge = incubator.knowledge().await?;
    let all = published::list(&incubator.database, &knowledge, incubator.today()).await?;
    let mut rows = Vec::with_capacity(all.len());
    for one in all {
        let text = text_of(&incubator, &one.filed, one.on).await?;
        rows.push(Row {
            href: address(&text.reference),
            kind: text.kind,
            published: format::date(one.on),
            end: text.covers.map_or_else(|| "–".to_owned(), |(_, end)| format::date(end)),
            title: text.title,
        });
    }
    let page_of = Page::of_service(&visitor, &SHEET, "Conventions publiées");
    Ok(page(&ListPage { page: page_of, rows }))
}
