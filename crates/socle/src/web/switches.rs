//! The page on which a service is cut and put back, and what others read meanwhile.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, Query, Request, State};
use axum::http::header::{ACCEPT, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::app::Rooms;
use super::visitor::{cookie, house_of};
use super::{Problem, Visitor, page, redirect};
use crate::pages::{FormErrors, Page, format};
use crate::people::SESSION_COOKIE;
use crate::service::Sheet;
use crate::switches::{ACTION, Cut, Switch, WHOLE_SERVICE};

/// The longest reason, in characters.
const LONGEST: usize = 300;
/// Seconds after which machines may try again.
const TRY_AGAIN: HeaderValue = HeaderValue::from_static("120");

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new()
        .route("/interrupteurs/{service}", get(show))
        .route("/interrupteurs/{service}/{name}", post(set))
        .with_state(rooms)
}

/// The switches of a service.
pub fn of(sheet: &Sheet) -> impl Iterator<Item = &'static Switch> {
    std::iter::once(&WHOLE_SERVICE).chain(sheet.switches)
}

/// A switch, as the page shows it.
struct Row {
    switch: &'static Switch,
    /// « Coupé le 22 novembre 2026 à 14 h 05 », empty while it works.
    since: String,
    reason: String,
    error: String,
}

#[derive(Template)]
#[template(path = "switches.html")]
struct SwitchesPage {
    page: Page,
    service: &'static str,
    rows: Vec<Row>,
    errors: FormErrors,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    fait: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    /// `couper` or `remettre`.
    geste: String,
    raison: String,
}

fn switches_page(
    visitor: &Visitor,
    sheet: &'static Sheet,
    refused: Option<(&'static str, String, String)>,
    done: &Done,
) -> Response {
    let mut errors = FormErrors::default();
    let rows = of(sheet)
        .map(|switch| {
            let cut = visitor.house.switches.cut(sheet.id, switch.name);
            let (typed, error) = match &refused {
                Some((name, typed, error)) if *name == switch.name => {
                    errors.add(switch.name, error.clone());
                    (typed.clone(), error.clone())
                }
                _ => (String::new(), String::new()),
            };
            Row {
                switch,
                since: cut.as_ref().map_or_else(String::new, |cut| {
                    format!("Coupé le {}", format::date_time(cut.since, &format::paris()))
                }),
                reason: cut.map_or(typed, |cut| cut.reason),
                error,
            }
        })
        .collect();
    let page_ = Page::of_service(visitor, sheet, "Interrupteurs");
    let page_ = match done.fait.as_str() {
        "coupe" => page_.with_flash("warning", "C’est coupé. Les autres processus suivent en deux secondes."),
        "remis" => page_.with_flash("success", "C’est remis en marche."),
        _ => page_,
    };
    let refused = !errors.is_empty();
    let mut answer = page(&SwitchesPage { page: page_, service: sheet.id, rows, errors });
    if refused {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    answer
}

async fn show(
    State(rooms): State<Rooms>,
    visitor: Visitor,
    Path(service): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let sheet = rooms.sheet(&service).ok_or(Problem::NotFound)?;
    visitor.allow(sheet, ACTION)?;
    Ok(switches_page(&visitor, sheet, None, &done))
}

async fn set(
    State(rooms): State<Rooms>,
    visitor: Visitor,
    Path((service, name)): Path<(String, String)>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Problem> {
    let sheet = rooms.sheet(&service).ok_or(Problem::NotFound)?;
    visitor.allow(sheet, ACTION)?;
    let switch = of(sheet).find(|switch| switch.name == name).ok_or(Problem::NotFound)?;
    if wanted.geste == "remettre" {
        visitor.house.switches.set(visitor.actor(), sheet.id, switch.name, None).await?;
        return Ok(redirect(&format!("/interrupteurs/{service}?fait=remis")));
    }
    let reason = wanted.raison.trim().to_owned();
    let length = reason.chars().count();
    if length == 0 || length > LONGEST {
        let error = if length == 0 {
            "Dites pourquoi : ceux qui sont arrêtés liront cette phrase.".to_owned()
        } else {
            format!("Cette phrase compte {length} caractères ; la limite est de {LONGEST}.")
        };
        return Ok(switches_page(
            &visitor,
            sheet,
            Some((switch.name, wanted.raison, error)),
            &Done::default(),
        ));
    }
    visitor.house.switches.set(visitor.actor(), sheet.id, switch.name, Some(reason)).await?;
    Ok(redirect(&format!("/interrupteurs/{service}?fait=coupe")))
}

/// What everyone reads while a whole service is cut; those who hold its switches go on.
pub(super) async fn guard(State(sheet): State<&'static Sheet>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let house = house_of(&parts);
    let Some(cut) = house.switches.cut(sheet.id, WHOLE_SERVICE.name) else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let secret = cookie(&parts.headers, SESSION_COOKIE);
    let visitor = Visitor::recognise(Arc::clone(&house), secret, parts.uri.path().to_owned()).await;
    match visitor.allow(sheet, ACTION) {
        Ok(_) => return next.run(Request::from_parts(parts, body)).await,
        // Who holds the switches gives the second proof first, then goes on.
        Err(first @ Problem::SecondProofFirst { .. }) => return first.into_response(),
        Err(_) => {}
    }
    let reads_pages = parts
        .headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let mut answer =
        if reads_pages { Problem::Unavailable { reason: cut.reason }.into_response() } else { refusal(&cut) };
    answer.headers_mut().insert(RETRY_AFTER, TRY_AGAIN);
    answer
}

/// What a machine is told.
fn refusal(cut: &Cut) -> Response {
    let body = serde_json::json!({"code": 503, "error": "Service Unavailable", "reason": cut.reason});
    (StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response()
}
