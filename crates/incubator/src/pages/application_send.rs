//! A candidate reads everything once more, agrees, and sends.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Name, Origin, Problem, Visitor, answered, page, redirect};

use super::application::{Own, Part};
use super::application_form::writable;
use super::call_apply::closed;
use super::call_head::{MOST, hour, numbered, paragraphs};
use crate::store::application::{self, Dossier, NotOpen};
use crate::store::call_edition::Edition;
use crate::{Incubator, call_letters};

const CONSENTS: [&str; MOST] = numbered!("consent_");

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/candidatures/{secret}/envoyer", get(show_sending).post(send))
}

/// A question and its answer, to be read once more.
pub struct Answered {
    pub label: String,
    pub lines: Vec<String>,
}

/// Everything that was answered, in the order of the form.
pub fn answers(edition: &Edition, dossier: &Dossier) -> Vec<Answered> {
    let yes = edition.told.eligibility.iter().map(|one| Answered {
        label: one.text.clone(),
        lines: match dossier.eligibility.get(&one.key) {
            Some(true) => vec!["Oui".to_owned()],
            Some(false) => vec!["Non".to_owned()],
            None => Vec::new(),
        },
    });
    let written = edition.told.questions.iter().map(|one| Answered {
        label: one.label.clone(),
        lines: dossier.answers.get(&one.key).map(|text| paragraphs(text)).unwrap_or_default(),
    });
    yes.chain(written).collect()
}

/// Something to agree to.
struct ConsentBox {
    field: &'static str,
    text: String,
    checked: bool,
    error: String,
    focus: bool,
}

#[derive(Template)]
#[template(path = "call/sending.html")]
struct SendingPage {
    page: Page,
    base: String,
    closing: String,
    project: String,
    summary: String,
    answers: Vec<Answered>,
    missing: Vec<Part>,
    /// Answers that make a candidate ineligible as a rule.
    doubts: Vec<String>,
    consents: Vec<ConsentBox>,
    errors: FormErrors,
}

fn sending_form(
    incubator: &Incubator,
    visitor: &Visitor,
    own: &Own,
    (new, errors): (&BTreeMap<String, String>, FormErrors),
) -> Response {
    let consents = incubator.calls.consents.iter().zip(CONSENTS).map(|(one, field)| ConsentBox {
        field,
        text: one.text.clone(),
        checked: new.contains_key(field),
        error: errors.of(field),
        focus: errors.first(field),
    });
    let told = &own.edition.told;
    let doubts = told
        .eligibility
        .iter()
        .filter(|one| own.dossier.eligibility.get(&one.key) == Some(&one.ineligible_if));
    let shown = SendingPage {
        page: own.page(visitor, "Relire et envoyer"),
        base: own.base(),
        closing: hour(told.calendar.closes),
        project: own.dossier.project.clone(),
        summary: own.dossier.summary.clone(),
        answers: answers(&own.edition, &own.dossier),
        missing: own.parts().into_iter().filter(|one| one.required && !one.done).collect(),
        doubts: doubts.map(|one| one.why.clone()).collect(),
        consents: consents.collect(),
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show_sending(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    Ok(sending_form(&incubator, &visitor, &own, (&BTreeMap::new(), FormErrors::default())))
}

async fn send(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
    Filled(new): Filled<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let mut errors = FormErrors::default();
    if own.parts().iter().any(|one| one.required && !one.done) {
        errors.add("missing", "Des réponses obligatoires manquent : voyez ci-dessous.");
    }
    for (_, field) in incubator.calls.consents.iter().zip(CONSENTS) {
        if !new.contains_key(field) {
            errors.add(field, "Cet accord est nécessaire pour envoyer votre candidature.");
        }
    }
    if !errors.is_empty() {
        return Ok(sending_form(&incubator, &visitor, &own, (&new, errors)));
    }
    let key = application::key(&incubator.keyring, &own.edition).await?;
    let (edition, dossier) = (own.edition.clone(), own.dossier.clone());
    let letter = move |number: &str| call_letters::received(&edition, &dossier, number);
    let sent = application::send(&incubator.database, key, &own.edition, own.row.clone(), letter).await?;
    if sent == Err(NotOpen) {
        return Err(closed(&own.edition, own.edition.phase(incubator.hour())));
    }
    Ok(redirect(&format!("{}?fait=candidature-envoyee", own.base())))
}
