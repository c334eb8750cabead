use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp, Unit};
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Problem, Visitor, answered, page};

use super::{place, reading};
use crate::api::ApiError;
use crate::api::body;
use crate::api::judgement::{Judgement, judge};
use crate::explanation::Explanation;
use crate::model::{Numbering, Submission};
use crate::preparation::{self, Sent};
use crate::store::operator_of;
use crate::{Registry, SHEET};
use socle::web::Filled;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/essai", get(ask).post(answer))
}

/// The published example, whose identifiers and times are replaced by fresh ones.
const EXAMPLE: &str = include_str!("../../data/example_journey.json");
const EXAMPLE_JOURNEY: &str = "cb82956e-3833-4925-9891-47d9b2ba0186";
const EXAMPLE_TRIP: &str = "trip-2026-11-25-0042";
const EXAMPLE_START: &str = "2026-11-25T07:30:00Z";
const EXAMPLE_END: &str = "2026-11-25T07:55:00Z";

/// The example as if it had ended an hour ago.
fn example(now: Timestamp, id: &str) -> String {
    let end = (now - SignedDuration::from_hours(1)).round(Unit::Minute).unwrap_or(now);
    let start = end - SignedDuration::from_mins(25);
    EXAMPLE
        .replace(EXAMPLE_JOURNEY, id)
        .replace(EXAMPLE_TRIP, &format!("voyage-{id}"))
        .replace(EXAMPLE_START, &start.to_string())
        .replace(EXAMPLE_END, &end.to_string())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tried {
    journey: String,
}

/// Whether the journey would be a proof.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Accepted, and both ends are known.
    Accepted,
    /// Accepted, but an end lies nowhere.
    Unplaced,
    Refused,
}

/// What would become of the journey.
struct Outcome {
    fate: Fate,
    already_used: bool,
    start: String,
    end: String,
    unplaced: bool,
    refusals: Vec<Explanation>,
    terms: String,
}

impl Outcome {
    fn new(registry: &Registry, judgement: Judgement) -> Self {
        let reference = &registry.house.places.reference;
        let named = |code: &Option<String>| match code {
            Some(code) => place::full_name(reference, Some(code)),
            None => "aucune commune à cet endroit, ni à moins d’un kilomètre".to_owned(),
        };
        let unplaced = judgement.start_place.is_none() || judgement.end_place.is_none();
        Self {
            fate: match (judgement.accepted, unplaced) {
                (true, false) => Fate::Accepted,
                (true, true) => Fate::Unplaced,
                (false, _) => Fate::Refused,
            },
            already_used: judgement.already_used,
            start: named(&judgement.start_place),
            end: named(&judgement.end_place),
            unplaced,
            refusals: judgement.violations,
            terms: judgement.terms_version,
        }
    }
}

#[derive(Template)]
#[template(path = "trial.html")]
struct TrialPage {
    page: Page,
    journey: String,
    errors: FormErrors,
    outcome: Option<Outcome>,
}

fn trial_page(visitor: &Visitor, journey: String, errors: FormErrors, outcome: Option<Outcome>) -> Response {
    let page_ = Page::of_service(visitor, &SHEET, "Essayer un trajet");
    let shown = TrialPage { page: page_, journey, errors: errors.clone(), outcome };
    answered(page(&shown), &errors)
}

async fn ask(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "journey.judge")?;
    let journey = example(registry.house.clock.now(), &uuid::Uuid::new_v4().to_string());
    Ok(trial_page(&visitor, journey, FormErrors::default(), None))
}

async fn answer(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(tried): Filled<Tried>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "journey.judge")?;
    let operator = operator_of(&scope).ok_or(Problem::NotFound)?;
    let mut errors = FormErrors::default();
    let submission = match read(&tried.journey, registry.house.clock.now()) {
        Ok(submission) => submission,
        Err(text) => {
            errors.add("journey", text);
            return Ok(trial_page(&visitor, tried.journey, errors, None));
        }
    };
    let bytes = tried.journey.as_bytes();
    let sent =
        Sent { operator, actor: visitor.actor(), api_version: "v3.4", submission, bytes, idempotency: None };
    let prepared = preparation::prepare(&registry, sent).await?;
    let outcome = Outcome::new(&registry, judge(&registry, &prepared).await?);
    Ok(trial_page(&visitor, tried.journey, errors, Some(outcome)))
}

/// The journey that was typed, or what to correct.
fn read(typed: &str, now: Timestamp) -> Result<Submission, String> {
    if typed.trim().is_empty() {
        return Err("Collez ici le trajet à essayer, au format JSON.".to_owned());
    }
    let submission: Submission = body::read(typed.as_bytes()).map_err(|error| reading::of_body(&error))?;
    submission.check(now, Numbering::Assigned).map_err(|fault| reading::of_fault(&fault))?;
    Ok(submission)
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Internal { reference } => Self::Internal { reference },
            other => Self::internal(&format!("{other:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_can_be_read_and_makes_sense() {
        let now: Timestamp = "2027-03-02T10:00:59Z".parse().expect("an instant");
        let text = example(now, "un-essai");
        for replaced in [EXAMPLE_JOURNEY, EXAMPLE_TRIP, EXAMPLE_START, EXAMPLE_END] {
            assert!(EXAMPLE.contains(replaced) && !text.contains(replaced), "{replaced}");
        }
        let submission = read(&text, now).expect("a journey");
        assert_eq!(submission.operator_journey_id.0, "un-essai");
    }
}
