use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::rights::Scope;
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement_head::{address, found, head};
use super::duty_words::{Line, concerns, line};
use super::typed;
use crate::Incubator;
use crate::model::duty::Duty;
use crate::model::evidence::Evidence;
use crate::model::fact::Fact;
use crate::model::outlook::outlook;
use crate::model::tenant::Tenant;
use crate::store::agreement::Filed;
use crate::store::fact;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/echeances/noter", get(show).post(record))
}

/// Which duty, as its line names it; then what was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    clause: String,
    article: String,
    service: String,
    mois: String,
    done_on: String,
    reference: String,
    /// Not done, and why that is accepted.
    waived: String,
}

#[derive(Template)]
#[template(path = "agreement/duty_note.html")]
struct NotePage {
    page: Page,
    base: String,
    line: Line,
    new: Typed,
    errors: FormErrors,
}

/// The duty that was named, if it may be noted done by this reader.
fn named(
    incubator: &Incubator,
    (filed, scope): (&Filed, &Scope),
    asked: &Typed,
) -> Result<(Duty, Line), Problem> {
    let outlook = outlook(&filed.agreement, &incubator.library, incubator.today());
    outlook
        .duties
        .into_iter()
        .filter(|duty| concerns(duty, &filed.agreement.written, scope))
        .map(|duty| {
            let line = line(&duty);
            (duty, line)
        })
        .find(|(_, line)| {
            !line.note.is_empty()
                && line.clause == asked.clause
                && line.article == asked.article
                && line.product == asked.service
                && line.occurrence == asked.mois
        })
        .ok_or(Problem::NotFound)
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, line): (&Filed, Line),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let (page_of, ..) = head(visitor, filed, incubator.today(), "/echeances");
    let base = address(&filed.agreement.written.reference);
    answered(page(&NotePage { page: page_of, base, line, new, errors: errors.clone() }), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(asked): Asked<Typed>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "duty.evidence", &reference).await?;
    let (_, line) = named(&incubator, (&filed, &scope), &asked)?;
    Ok(form(&incubator, &visitor, (&filed, line), (asked, FormErrors::default())))
}

/// Shows a duty done, or waives it.
async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "duty.evidence", &reference).await?;
    let (duty, line) = named(&incubator, (&filed, &scope), &new)?;
    let mut errors = FormErrors::default();
    let done_on = typed::past_day(&mut errors, "done_on", &new.done_on, incubator.today());
    let told =
        |text: &str| Some(text.trim().chars().take(500).collect::<String>()).filter(|one| !one.is_empty());
    let (given, waived) = (told(&new.reference), told(&new.waived));
    if given.is_none() && waived.is_none() {
        errors.add("reference", "Dites où est la preuve\u{a0}: adresse, numéro de pièce, compte rendu.");
    }
    // A team shows what it did; what the whole agreement owes is not its to waive.
    if waived.is_some() && duty.product.is_none() && matches!(Tenant::of(&scope), Some(Tenant::Service(_))) {
        errors.add(
            "waived",
            "Cette échéance est celle de toute la convention\u{a0}: l’incubateur peut en dispenser.",
        );
    }
    let Some(done_on) = done_on.filter(|_| errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, (&filed, line), (new, errors)));
    };
    let products = &filed.agreement.written.products;
    let product = duty.product.as_ref().and_then(|name| products.iter().find(|one| one.name == *name));
    let evidence = Evidence {
        clause: duty.clause,
        article: Some(line.article),
        product: product.map(|product| product.key.clone()),
        occurrence: line.occurrence.parse().ok(),
        done_on,
        reference: given,
        waived,
    };
    let knowledge = incubator.knowledge().await?;
    let fact = Fact::Evidence(evidence);
    fact::record(&incubator.database, &knowledge, visitor.actor(), filed.id, fact).await?;
    Ok(redirect(&format!("{}/echeances?fait=preuve-inscrite", address(&reference))))
}
