use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Number, Problem, Visitor, answered, page, redirect};

use super::agreement_head::refused;
use super::committee_head::{Found, address, found, frame};
use super::typed;
use crate::Incubator;
use crate::store::attendee::{self, Person};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/comites/{id}/personnes", get(show).post(add))
        .route("/incubateur/comites/{id}/personnes/{person}/retirer", post(remove))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    body: String,
    function: String,
    absent: String,
}

#[derive(Template)]
#[template(path = "committee/attendee.html")]
struct AttendeePage {
    page: Page,
    base: String,
    held: bool,
    new: Typed,
    errors: FormErrors,
}

/// A committee that was not called off.
async fn kept(incubator: &Incubator, visitor: &Visitor, id: i64) -> Result<Found, Problem> {
    let found = found(incubator, visitor, "committee.prepare", id).await?;
    if found.committee.row.cancelled.is_empty() {
        return Ok(found);
    }
    Err(refused("Ce comité est annulé\u{a0}: personne n’y est plus convié."))
}

fn form(visitor: &Visitor, found: &Found, (new, errors): (Typed, FormErrors)) -> Response {
    let row = &found.committee.row;
    let shown = AttendeePage {
        page: frame(visitor, found, "Ajouter une personne"),
        base: address(row.id),
        held: row.held,
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let found = kept(&incubator, &visitor, id).await?;
    Ok(form(&visitor, &found, Default::default()))
}

async fn add(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let found = kept(&incubator, &visitor, id).await?;
    let mut errors = FormErrors::default();
    let name = typed::text(&mut errors, "name", &new.name, "Indiquez le nom de la personne.", 120);
    let body = typed::text(&mut errors, "body", &new.body, "Indiquez son organisme.", 200);
    if !errors.is_empty() {
        return Ok(form(&visitor, &found, (new, errors)));
    }
    let function = new.function.trim().chars().take(120).collect();
    let person = Person { name, body, function, present: new.absent.is_empty() };
    attendee::add(&incubator.database, visitor.actor(), id, person).await?;
    Ok(redirect(&format!("{}?fait=personne-ajoutee#personnes", address(id))))
}

async fn remove(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((id, person)): Path<(i64, i64)>,
) -> Result<Response, Problem> {
    let found = found(&incubator, &visitor, "committee.prepare", id).await?;
    if !attendee::remove(&incubator.database, visitor.actor(), found.committee.row.id, person).await? {
        return Err(Problem::NotFound);
    }
    Ok(redirect(&format!("{}?fait=personne-retiree", address(id))))
}
