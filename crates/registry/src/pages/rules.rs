use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Problem, Visitor, page};

use super::place;
use crate::model::Terms;
use crate::{Registry, SHEET};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/regles", get(show))
}

/// A version of the terms: a column of the table.
struct Version {
    name: String,
    since: String,
    in_force: bool,
    source: String,
    distance: String,
    trips: String,
    gap: String,
    sending: String,
    correcting: String,
    settled: String,
}

impl Version {
    fn new(terms: &Terms, in_force: &Terms) -> Self {
        let hours = |hours: i64| format!("{hours}\u{a0}h");
        Self {
            name: terms.version.clone(),
            since: place::day(terms.valid_from),
            in_force: terms.version == in_force.version,
            source: terms.source.clone(),
            distance: format::distance(terms.minimum_distance_m.into()),
            trips: format!("{} voyages", terms.trips_per_day),
            gap: format!("{}\u{a0}min", terms.minutes_between_trips),
            sending: hours(terms.hours_to_send),
            correcting: hours(terms.hours_to_correct),
            settled: hours(terms.hours_to_final),
        }
    }
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    page: Page,
    /// The latest first.
    versions: Vec<Version>,
    in_force: String,
}

async fn show(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "rules.read")?;
    let in_force = registry.terms.at(registry.house.clock.now());
    Ok(page(&RulesPage {
        page: Page::of_service(&visitor, &SHEET, "Règles"),
        versions: registry.terms.terms.iter().rev().map(|terms| Version::new(terms, in_force)).collect(),
        in_force: in_force.version.clone(),
    }))
}
