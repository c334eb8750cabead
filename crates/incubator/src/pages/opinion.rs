use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::refused;
use super::committee_head::{Found, address, found, frame};
use super::typed;
use crate::Incubator;
use crate::model::decision::Opinion;
use crate::model::named::Named as _;
use crate::store::opinion::{self, Given};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/comites/{id}/avis/{product}", get(show).post(give))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    body: String,
    opinion: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "committee/opinion.html")]
struct OpinionPage {
    page: Page,
    product: String,
    action: String,
    /// Empty when there is no agreement: the body is typed.
    bodies: Vec<Choice>,
    opinions: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

async fn of(
    incubator: &Incubator,
    visitor: &Visitor,
    (id, product): (i64, &str),
) -> Result<(Found, String), Problem> {
    let found = found(incubator, visitor, "committee.opinion", id).await?;
    let name = found.product(product).ok_or(Problem::NotFound)?.to_owned();
    if !found.committee.row.cancelled.is_empty() {
        return Err(refused("Ce comité est annulé\u{a0}: il n’attend plus d’avis."));
    }
    Ok((found, name))
}

/// The parties of the agreement, as their names.
fn bodies(found: &Found) -> Vec<String> {
    let Some(filed) = &found.filed else { return Vec::new() };
    let parties = filed.agreement.written.parties.iter();
    parties.map(|party| filed.agreement.name_of(&party.body).to_owned()).collect()
}

fn form(
    visitor: &Visitor,
    (found, product, name): (&Found, &str, &str),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = OpinionPage {
        page: frame(visitor, found, "Donner un avis"),
        product: name.to_owned(),
        action: format!("{}/avis/{product}", address(found.committee.row.id)),
        bodies: bodies(found).iter().map(|body| Choice::new(body, body, &new.body)).collect(),
        opinions: Opinion::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.opinion))
            .collect(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((id, product)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let (found, name) = of(&incubator, &visitor, (id, &product)).await?;
    Ok(form(&visitor, (&found, &product, &name), Default::default()))
}

async fn give(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((id, product)): Path<(i64, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (found, name) = of(&incubator, &visitor, (id, &product)).await?;
    let mut errors = FormErrors::default();
    let body =
        typed::text(&mut errors, "body", &new.body, "Dites au nom de quel organisme vous parlez.", 200);
    let known = bodies(&found);
    if !body.is_empty() && !known.is_empty() && !known.contains(&body) {
        errors.add("body", "Choisissez une partie de la convention.");
    }
    let opinion = Opinion::from_name(&new.opinion);
    if opinion.is_none() {
        errors.add("opinion", "Choisissez un avis.");
    }
    let reason: String = new.reason.trim().chars().take(2_000).collect();
    if opinion.is_some_and(|one| one != Opinion::Favourable) && reason.is_empty() {
        errors.add("reason", "Dites pourquoi\u{a0}: l’équipe doit pouvoir y répondre.");
    }
    let Some(opinion) = opinion.filter(|_| errors.is_empty()) else {
        return Ok(form(&visitor, (&found, &product, &name), (new, errors)));
    };
    let given = Given { product, body, opinion, reason };
    opinion::give(&incubator.database, visitor.actor(), id, given).await?;
    Ok(redirect(&format!("{}?fait=avis-donne", address(id))))
}
