//! The minutes of a jury: organisers write them, the chair signs them and the decisions with them.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::call_head::{address, desk_page, instant, judged, jury_page, not_now, organised, paragraphs};
use super::typed;
use crate::Incubator;
use crate::model::call::Step;
use crate::model::named::Named as _;
use crate::store::application;
use crate::store::call_declaration;
use crate::store::call_edition::{self, Edition};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/{slug}/suivi/proces-verbal", get(show).post(write))
        .route("/incubateur/appels/{slug}/jury/proces-verbal", get(read).post(sign))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    text: String,
}

#[derive(Template)]
#[template(path = "call/minutes_form.html")]
struct WritePage {
    page: Page,
    action: String,
    signed: String,
    new: Typed,
    errors: FormErrors,
}

async fn written(incubator: &Incubator, visitor: &Visitor, slug: &str) -> Result<Edition, Problem> {
    let edition = organised(incubator, visitor, "call.organise", slug).await?;
    if edition.step == Step::Deliberation {
        return Ok(edition);
    }
    Err(not_now("Le procès-verbal s’écrit pendant la délibération."))
}

fn signed(edition: &Edition) -> String {
    edition.row.minutes_signed_at.map_or_else(String::new, |at| instant(at.timestamp()))
}

fn form(visitor: &Visitor, edition: &Edition, (new, errors): (Typed, FormErrors)) -> Response {
    let shown = WritePage {
        page: desk_page(visitor, edition, "Le procès-verbal"),
        action: format!("{}/suivi/proces-verbal", address(&edition.row.slug)),
        signed: signed(edition),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let edition = written(&incubator, &visitor, &slug).await?;
    let new = Typed { text: edition.row.minutes.clone() };
    Ok(form(&visitor, &edition, (new, FormErrors::default())))
}

async fn write(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let edition = written(&incubator, &visitor, &slug).await?;
    let mut errors = FormErrors::default();
    let text = typed::text(
        &mut errors,
        "text",
        &new.text,
        "Écrivez ce qui s’est dit, même en quelques lignes.",
        20_000,
    );
    if !errors.is_empty() {
        return Ok(form(&visitor, &edition, (new, errors)));
    }
    call_edition::write_minutes(&incubator.database, visitor.actor(), edition, text).await?;
    Ok(redirect(&format!("{}/suivi?fait=proces-verbal-ecrit", address(&slug))))
}

/// A decision that the minutes hold.
struct Line {
    number: String,
    project: String,
    outcome: String,
    reason: String,
    conditions: Vec<String>,
}

#[derive(Template)]
#[template(path = "call/minutes.html")]
struct ReadPage {
    page: Page,
    title: String,
    base: String,
    minutes: Vec<String>,
    lines: Vec<Line>,
    hidden: usize,
    signed: String,
    may_sign: bool,
    /// What the chair read: signing something else is refused.
    version: i64,
}

async fn found(incubator: &Incubator, visitor: &Visitor, slug: &str) -> Result<(Edition, i64), Problem> {
    let (edition, agent) = judged(incubator, visitor, slug).await?;
    if edition.step < Step::Deliberation || edition.row.minutes.is_empty() {
        return Err(not_now("Le procès-verbal n’est pas encore écrit."));
    }
    Ok((edition, agent))
}

async fn read(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (edition, agent) = found(&incubator, &visitor, &slug).await?;
    let declared = call_declaration::of_edition(incubator.database.read(), edition.row.id).await?;
    let abstains = |id: i64| {
        declared.iter().any(|one| one.application_id == id && one.agent_id == agent && one.conflict)
    };
    let (mut lines, mut hidden) = (Vec::new(), 0);
    for row in application::sent(incubator.database.read(), edition.row.id).await? {
        if !row.is_kept() {
            continue;
        }
        // Whoever chairs signs every decision; who abstained and does not chair sees the others.
        if abstains(row.id) && edition.row.chair_id != Some(agent) {
            hidden += 1;
            continue;
        }
        let dossier = application::open(&incubator.keyring, &row).await?;
        lines.push(Line {
            number: row.number.clone().unwrap_or_default(),
            project: dossier.project,
            outcome: row.outcome().map_or("à décider", |one| one.fr()).to_owned(),
            reason: row.outcome_reason.clone(),
            conditions: row.conditions(),
        });
    }
    let shown = ReadPage {
        page: jury_page(&visitor, &edition, "Le procès-verbal"),
        title: edition.told.title.clone(),
        base: format!("{}/jury", address(&slug)),
        minutes: paragraphs(&edition.row.minutes),
        lines,
        hidden,
        signed: signed(&edition),
        may_sign: edition.row.chair_id == Some(agent)
            && edition.row.minutes_signed_at.is_none()
            && edition.step == Step::Deliberation,
        version: edition.row.version,
    };
    Ok(page(&shown))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Signed {
    version: i64,
}

async fn sign(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(signed): Filled<Signed>,
) -> Result<Response, Problem> {
    let (edition, agent) = found(&incubator, &visitor, &slug).await?;
    if edition.row.chair_id != Some(agent) {
        return Err(not_now("Seule la présidence du jury signe le procès-verbal."));
    }
    if edition.step != Step::Deliberation || edition.row.minutes_signed_at.is_some() {
        return Err(not_now("Le procès-verbal est déjà signé."));
    }
    if edition.row.version != signed.version {
        return Err(not_now(
            "Le procès-verbal ou une décision a changé depuis votre lecture : relisez, puis signez.",
        ));
    }
    call_edition::sign_minutes(&incubator.database, visitor.actor(), edition).await?;
    Ok(redirect(&format!("{}/jury?fait=proces-verbal-signe", address(&slug))))
}
