use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::team_head::{address, form_page, found};
use super::typed;
use crate::Incubator;
use crate::store::interest_declaration::{self, NewDeclaration};
use crate::store::member::{self, Known};
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/membres/{id}/declaration", get(ask).post(record))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    declared_on: String,
    has_interests: String,
    measures: String,
    reference: String,
    reviewed_by: String,
}

#[derive(Template)]
#[template(path = "team/interest_declaration.html")]
struct DeclarationPage {
    page: Page,
    name: String,
    action: String,
    choices: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

async fn declarer(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, id): (&str, i64),
) -> Result<(Product, Known), Problem> {
    let (product, _) = found(incubator, visitor, "interests.write", slug).await?;
    let known = member::find(&incubator.database, slug, id).await?.filter(|one| !one.forgotten);
    Ok((product, known.ok_or(Problem::NotFound)?))
}

fn form(
    visitor: &Visitor,
    (product, known): (&Product, &Known),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let choices = [("non", "Aucun intérêt qui gêne"), ("oui", "Des intérêts sont déclarés")];
    let shown = DeclarationPage {
        page: form_page(visitor, product, "/membres", "Déclaration d’intérêts"),
        name: known.name().to_owned(),
        action: format!("{}/membres/{}/declaration", address(&product.slug), known.id),
        choices: choices.iter().map(|(value, label)| Choice::new(value, label, &new.has_interests)).collect(),
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
    let (product, known) = declarer(&incubator, &visitor, (&slug, id)).await?;
    Ok(form(&visitor, (&product, &known), Default::default()))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, known) = declarer(&incubator, &visitor, (&slug, id)).await?;
    let mut errors = FormErrors::default();
    let declared_on = typed::past_day(&mut errors, "declared_on", &new.declared_on, incubator.today());
    let has_interests = match new.has_interests.as_str() {
        "oui" => true,
        "non" => false,
        _ => {
            errors.add("has_interests", "Dites ce que la déclaration dit.");
            false
        }
    };
    let measures: String = new.measures.trim().chars().take(500).collect();
    if has_interests && measures.is_empty() {
        errors.add("measures", "Dites ce qui est décidé\u{a0}: ce que la personne ne fera pas, qui le fera.");
    }
    let reference =
        typed::text(&mut errors, "reference", &new.reference, "Indiquez où la déclaration se trouve.", 300);
    let reviewed_by =
        typed::text(&mut errors, "reviewed_by", &new.reviewed_by, "Indiquez qui l’a examinée.", 120);
    if reviewed_by.to_lowercase() == known.member.name.to_lowercase() {
        errors.add("reviewed_by", "Personne n’examine sa propre déclaration.");
    }
    let (Some(declared_on), true) = (declared_on, errors.is_empty()) else {
        return Ok(form(&visitor, (&product, &known), (new, errors)));
    };
    let measures = if has_interests { measures } else { String::new() };
    let declaration = NewDeclaration { declared_on, has_interests, measures, reference, reviewed_by };
    let knowledge = incubator.knowledge().await?;
    interest_declaration::record(&incubator.database, &knowledge, visitor.actor(), known, declaration)
        .await?;
    Ok(redirect(&format!("{}/membres/{id}?fait=interets-declares", address(&slug))))
}
