use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::rights::Grant;
use socle::web::{Problem, Visitor, page};

use super::side::page_of;
use crate::sandbox::DAYS_KEPT;
use crate::{Registry, SHEET};

pub fn routes(base: &str) -> Router<Arc<Registry>> {
    Router::new().route(base, get(show))
}

#[derive(Template)]
#[template(path = "sandbox.html")]
struct SandboxPage {
    page: Page,
    base_url: String,
    days: i64,
    may_read_keys: bool,
    may_read_checklist: bool,
}

async fn show(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "journey.browse")?;
    Ok(page(&SandboxPage {
        page: page_of(&registry, &visitor, "Bac à sable"),
        base_url: format!("{}{}", registry.house.config.base_url(), registry.space.api()),
        days: DAYS_KEPT,
        may_read_keys: visitor.grant(&SHEET, "credentials.read") != Grant::No,
        may_read_checklist: visitor.grant(&SHEET, "onboarding.read") != Grant::No,
    }))
}
