//! The parts of a candidate's form, one a page.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Name, Origin, Problem, Visitor, answered, page, redirect};

use super::application::{Own, own};
use super::call_apply::{ApplyPage, Typed, closed};
use super::call_head::{departments, kinds, not_now, numbered};
use crate::Incubator;
use crate::store::application::{self, Dossier, NotOpen, Workplace};

const ELIGIBILITY: [&str; super::call_head::MOST] = numbered!("eligible_");

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/candidatures/{secret}/coordonnees", get(show_contact).post(take_contact))
        .route(
            "/incubateur/appels/candidatures/{secret}/recevabilite",
            get(show_eligibility).post(take_eligibility),
        )
        .route(
            "/incubateur/appels/candidatures/{secret}/question/{rank}",
            get(show_question).post(take_question),
        )
}

/// A file that may still be written.
pub async fn writable(incubator: &Incubator, from: &str, secret: &str) -> Result<Own, Problem> {
    let own = own(incubator, from, secret).await?;
    if own.is_writable() {
        return Ok(own);
    }
    Err(refused(&own))
}

/// Why a file is not written any more.
fn refused(own: &Own) -> Problem {
    match (own.row.withdrawn_at, own.row.sent_at) {
        (Some(_), _) => not_now("Vous avez retiré cette candidature : elle ne se modifie plus."),
        (None, Some(_)) => not_now(
            "Votre candidature est envoyée : elle ne se modifie plus. Avant la clôture, vous pouvez la retirer et en commencer une autre.",
        ),
        (None, None) => closed(&own.edition, own.phase),
    }
}

async fn keep(
    incubator: &Incubator,
    own: Own,
    dossier: Dossier,
    workplace: Option<Workplace>,
    to: Option<String>,
) -> Result<Response, Problem> {
    let key = application::key(&incubator.keyring, &own.edition).await?;
    let saved =
        application::save(&incubator.database, key, own.row.clone(), dossier.clone(), workplace).await?;
    if saved == Err(NotOpen) {
        let phase = own.edition.phase(incubator.hour());
        return Err(closed(&own.edition, phase));
    }
    let after = Own { dossier, ..own };
    Ok(redirect(&to.unwrap_or_else(|| after.next())))
}

fn contact_form(
    incubator: &Incubator,
    visitor: &Visitor,
    own: &Own,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = ApplyPage {
        page: own.page(visitor, "Vous et votre projet"),
        title: "Vous et votre projet".to_owned(),
        lead: format!(
            "Votre adresse électronique, {}, ne change pas : elle reçoit votre lien.",
            own.dossier.email
        ),
        action: format!("{}/coordonnees", own.base()),
        submit: "Enregistrer",
        asks_email: false,
        kinds: kinds(&new.organisation_kind),
        departments: departments(incubator, &new.department),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show_contact(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let new = Typed::of(&own.dossier, &own.row);
    Ok(contact_form(&incubator, &visitor, &own, (new, FormErrors::default())))
}

async fn take_contact(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let (mut errors, mut dossier) = (FormErrors::default(), own.dossier.clone());
    let Some(workplace) = new.read(&incubator, &mut errors, &mut dossier) else {
        return Ok(contact_form(&incubator, &visitor, &own, (new, errors)));
    };
    keep(&incubator, own, dossier, Some(workplace), None).await
}

/// A question answered by yes or no.
struct YesNo {
    field: &'static str,
    text: String,
    why: String,
    choices: Vec<Choice>,
    error: String,
    focus: bool,
}

#[derive(Template)]
#[template(path = "call/eligibility.html")]
struct EligibilityPage {
    page: Page,
    action: String,
    questions: Vec<YesNo>,
    errors: FormErrors,
}

fn eligibility_form(
    visitor: &Visitor,
    own: &Own,
    (new, errors): (&BTreeMap<String, String>, FormErrors),
) -> Response {
    let questions = own.edition.told.eligibility.iter().zip(ELIGIBILITY).map(|(one, field)| {
        let given = new.get(field).map_or("", String::as_str);
        YesNo {
            field,
            text: one.text.clone(),
            why: one.why.clone(),
            choices: vec![Choice::new("oui", "Oui", given), Choice::new("non", "Non", given)],
            error: errors.of(field),
            focus: errors.first(field),
        }
    });
    let shown = EligibilityPage {
        page: own.page(visitor, "Pouvez-vous candidater ?"),
        action: format!("{}/recevabilite", own.base()),
        questions: questions.collect(),
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show_eligibility(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let answers = own.edition.told.eligibility.iter().zip(ELIGIBILITY).filter_map(|(one, field)| {
        let yes = own.dossier.eligibility.get(&one.key)?;
        Some((field.to_owned(), if *yes { "oui" } else { "non" }.to_owned()))
    });
    Ok(eligibility_form(&visitor, &own, (&answers.collect(), FormErrors::default())))
}

async fn take_eligibility(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
    Filled(new): Filled<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let (mut errors, mut dossier) = (FormErrors::default(), own.dossier.clone());
    for (one, field) in own.edition.told.eligibility.iter().zip(ELIGIBILITY) {
        match new.get(field).map(String::as_str) {
            Some("oui") => _ = dossier.eligibility.insert(one.key.clone(), true),
            Some("non") => _ = dossier.eligibility.insert(one.key.clone(), false),
            _ => errors.add(field, "Répondez par oui ou par non."),
        }
    }
    if !errors.is_empty() {
        return Ok(eligibility_form(&visitor, &own, (&new, errors)));
    }
    keep(&incubator, own, dossier, None, None).await
}

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct Answer {
    answer: String,
}

#[derive(Template)]
#[template(path = "call/question.html")]
struct QuestionPage {
    page: Page,
    action: String,
    back: String,
    label: String,
    help: String,
    rank: usize,
    count: usize,
    next: String,
    required: bool,
    max: String,
    new: Answer,
    errors: FormErrors,
}

fn question_form(
    visitor: &Visitor,
    own: &Own,
    rank: usize,
    (new, errors): (Answer, FormErrors),
) -> Result<Response, Problem> {
    let questions = &own.edition.told.questions;
    let asked = rank.checked_sub(1).and_then(|at| questions.get(at)).ok_or(Problem::NotFound)?;
    let limit = format!("{} caractères au plus", asked.max);
    let shown = QuestionPage {
        page: own.page(visitor, &asked.label),
        action: format!("{}/question/{rank}", own.base()),
        back: own.base(),
        label: asked.label.clone(),
        help: if asked.help.is_empty() { limit } else { format!("{} {limit}", asked.help) },
        rank,
        count: questions.len(),
        next: questions.get(rank).map_or_else(String::new, |one| one.label.clone()),
        required: asked.required,
        max: asked.max.to_string(),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show_question(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Path((secret, rank)): Path<(String, usize)>,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let asked = rank.checked_sub(1).and_then(|at| own.edition.told.questions.get(at));
    let answer = asked.and_then(|one| own.dossier.answers.get(&one.key)).cloned().unwrap_or_default();
    question_form(&visitor, &own, rank, (Answer { answer }, FormErrors::default()))
}

async fn take_question(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Path((secret, rank)): Path<(String, usize)>,
    Filled(new): Filled<Answer>,
) -> Result<Response, Problem> {
    let own = writable(&incubator, &from, &secret).await?;
    let asked =
        rank.checked_sub(1).and_then(|at| own.edition.told.questions.get(at)).ok_or(Problem::NotFound)?;
    let answer = new.answer.trim().replace("\r\n", "\n");
    let length = answer.chars().count();
    let mut errors = FormErrors::default();
    if answer.is_empty() && asked.required {
        errors.add("answer", "Répondez à cette question, même en quelques mots.");
    } else if length > asked.max {
        errors.add(
            "answer",
            format!("Votre réponse compte {length} caractères ; la limite est de {}.", asked.max),
        );
    }
    if !errors.is_empty() {
        return question_form(&visitor, &own, rank, (new, errors));
    }
    let mut dossier = own.dossier.clone();
    dossier.answers.insert(asked.key.clone(), answer);
    // The next question, answered or not: one reads the form in its order.
    let to = own.edition.told.questions.get(rank).map(|_| format!("{}/question/{}", own.base(), rank + 1));
    keep(&incubator, own, dossier, None, to).await
}
