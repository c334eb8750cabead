use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::team_head::{address, form_page, found};
use super::typed;
use crate::Incubator;
use crate::model::member::MemberRole;
use crate::store::member::{self, Known};
use crate::store::mission_letter::{self, NewLetter};
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/membres/{id}/lettre", get(ask).post(record))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    signed_on: String,
    reference: String,
    arbitrates: String,
    approves_quotes: String,
    certifies: String,
    reporting: String,
}

#[derive(Template)]
#[template(path = "team/mission_letter.html")]
struct LetterPage {
    page: Page,
    name: String,
    action: String,
    new: Typed,
    errors: FormErrors,
}

/// The intrapreneur that an address names, for whoever may write about them.
pub(super) async fn intrapreneur(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, id): (&str, i64),
) -> Result<(Product, Known), Problem> {
    let (product, _) = found(incubator, visitor, "mission.write", slug).await?;
    let known = member::find(&incubator.database, slug, id).await?;
    let known = known.filter(|one| !one.forgotten && one.member.role == MemberRole::Intrapreneur);
    Ok((product, known.ok_or(Problem::NotFound)?))
}

fn form(
    visitor: &Visitor,
    (product, known): (&Product, &Known),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = LetterPage {
        page: form_page(visitor, product, "/membres", "Lettre de mission"),
        name: known.name().to_owned(),
        action: format!("{}/membres/{}/lettre", address(&product.slug), known.id),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (product, known) = intrapreneur(&incubator, &visitor, (&slug, id)).await?;
    Ok(form(&visitor, (&product, &known), Default::default()))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, known) = intrapreneur(&incubator, &visitor, (&slug, id)).await?;
    let mut errors = FormErrors::default();
    let signed_on = typed::past_day(&mut errors, "signed_on", &new.signed_on, incubator.today());
    let reference = typed::text(
        &mut errors,
        "reference",
        &new.reference,
        "Indiquez où la lettre se trouve\u{a0}: adresse, numéro de courrier.",
        300,
    );
    let (Some(signed_on), true) = (signed_on, errors.is_empty()) else {
        return Ok(form(&visitor, (&product, &known), (new, errors)));
    };
    let letter = NewLetter {
        signed_on,
        reference,
        arbitrates: !new.arbitrates.is_empty(),
        approves_quotes: !new.approves_quotes.is_empty(),
        certifies: !new.certifies.is_empty(),
        reporting: new.reporting.trim().chars().take(1_000).collect(),
    };
    let knowledge = incubator.knowledge().await?;
    mission_letter::record(&incubator.database, &knowledge, visitor.actor(), known, letter).await?;
    Ok(redirect(&format!("{}/membres/{id}?fait=lettre-inscrite", address(&slug))))
}
