use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::rights::Grant;
use socle::web::{Problem, Visitor, page};

use super::announcement::Done;
use super::place;
use crate::store::erasure;
use crate::{Registry, SHEET};
use socle::web::Asked;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/donnees", get(show))
}

#[derive(Template)]
#[template(path = "personal_data.html")]
struct PersonalDataPage {
    page: Page,
    months: u32,
    limit: String,
    oldest: String,
    /// The oldest journey is older than the rule allows.
    late: bool,
    erased: String,
    last: String,
    may_treat: bool,
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.read")?;
    let months = registry.house.config.retention.journeys_months;
    let limit = erasure::limit(registry.house.clock.now(), months);
    let standing = erasure::standing(&registry.database).await?;
    Ok(page(&PersonalDataPage {
        page: done.announce(Page::of_service(&visitor, &SHEET, "Données personnelles")),
        months,
        limit: place::day(limit),
        late: standing.oldest.is_some_and(|oldest| oldest.timestamp() < limit),
        oldest: standing.oldest.map_or_else(|| "aucun trajet".to_owned(), place::day),
        erased: format::integer(standing.erased),
        last: standing.last.map_or_else(|| "jamais encore".to_owned(), place::moment),
        may_treat: visitor.grant(&SHEET, "privacy.person") != Grant::No,
    }))
}
