use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::rights::Grant;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::accompaniment::{Stuck, days, last_call, refusal};
use super::announcement::Done;
use super::checklist::{Shown, steps};
use super::confirmation::Confirmation;
use super::place;
use crate::connection::{self, Connection};
use crate::model::checklist::Gate;
use crate::sandbox::bring_operators;
use crate::store::onboarding::{self, Decision, Onboarding};
use crate::store::onboarding_note;
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/accompagnement/{id}", get(show))
        .route("/registre/accompagnement/{id}/note", post(note))
        .route("/registre/accompagnement/{id}/accord", get(ask_approval).post(approve))
        .route("/registre/accompagnement/{id}/clore", post(close))
        .route("/registre/accompagnement/{id}/rouvrir", get(ask_reopening).post(reopen))
}

/// The longest note or reason, in characters.
const LONGEST: usize = 2_000;

/// A note of the team.
struct Note {
    when: String,
    who: String,
    text: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Written {
    text: String,
    because: String,
}

#[derive(Template)]
#[template(path = "accompanied.html")]
struct AccompaniedPage {
    page: Page,
    id: i64,
    name: String,
    stuck: String,
    since: String,
    call: String,
    refusal: String,
    email: String,
    technical_email: String,
    notice: String,
    requested: String,
    closed_because: Option<String>,
    steps: Vec<Shown>,
    notes: Vec<Note>,
    new: Written,
    errors: FormErrors,
    may_approve: bool,
    may_close: bool,
    may_reopen: bool,
}

async fn found(registry: &Registry, visitor: &Visitor, action: &str, id: i64) -> Result<Connection, Problem> {
    visitor.allow(&SHEET, action)?;
    connection::of(registry, id).await?.ok_or(Problem::NotFound)
}

async fn detail(
    registry: &Registry,
    visitor: &Visitor,
    connection: &Connection,
    new: Written,
    errors: FormErrors,
    done: &Done,
) -> Result<Response, Problem> {
    let operator = &connection.operator;
    let now = registry.house.clock.now();
    let agents = registry.house.people.agents().await?;
    let notes = onboarding_note::about(&registry.database, operator.id).await?;
    let onboarding = connection.onboarding.as_ref();
    let decides = visitor.grant(&SHEET, "onboarding.decide") != Grant::No;
    let closed = onboarding.is_some_and(|one| one.closed_at.is_some());
    let (stuck, since) = Stuck::of(connection, now).map_or_else(
        || ("Rien\u{a0}: cet opérateur est connecté et envoie des trajets.".to_owned(), String::new()),
        |(at, since)| (at.words(), format!("{} ({})", place::day(since), days(since, now))),
    );
    let page_ =
        Page::of_service(visitor, &SHEET, &operator.name).under("Accompagnement", "/registre/accompagnement");
    let shown = AccompaniedPage {
        page: done.announce(page_),
        id: operator.id,
        name: operator.name.clone(),
        stuck,
        since,
        call: last_call(connection),
        refusal: refusal(connection),
        email: operator.contact_email.clone(),
        technical_email: onboarding.map_or_else(String::new, |one| one.technical_email.clone()),
        notice: connection.notice.clone().unwrap_or_default(),
        requested: onboarding.map_or_else(
            || format!("Inscrit par l’équipe le {}", place::day(operator.created_at)),
            |one| format!("Demande faite le {}", place::day(one.requested_at)),
        ),
        closed_because: onboarding.filter(|_| closed).map(|one| one.closed_because.clone()),
        steps: steps(registry, connection, false),
        notes: notes
            .into_iter()
            .map(|note| Note {
                when: place::moment(note.at),
                who: agents
                    .iter()
                    .find(|agent| agent.id == note.agent_id)
                    .map_or_else(|| "Quelqu’un".to_owned(), |agent| agent.name.clone()),
                text: note.text,
            })
            .collect(),
        new,
        may_approve: decides && connection.checklist.gate() == Gate::Approval,
        // Whoever has a real key is suspended instead: closing would leave the key.
        may_close: decides && !closed && onboarding.is_some_and(|one| one.opened_at.is_none()),
        may_reopen: decides && closed,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.accompany", id).await?;
    detail(&registry, &visitor, &connection, Written::default(), FormErrors::default(), &done).await
}

/// A text that is neither empty nor too long.
fn read(typed: &str, field: &'static str, missing: &str) -> Result<String, FormErrors> {
    let text = typed.trim().to_owned();
    let mut errors = FormErrors::default();
    match text.chars().count() {
        0 => errors.add(field, missing),
        length if length > LONGEST => {
            errors.add(field, format!("Ce texte compte {length} caractères ; la limite est de {LONGEST}."));
        }
        _ => return Ok(text),
    }
    Err(errors)
}

async fn note(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Written>,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.accompany", id).await?;
    let agent = visitor.signed_in.as_ref().map(|who| who.agent.id).ok_or(Problem::NotFound)?;
    match read(&new.text, "text", "Écrivez la note, même en quelques mots.") {
        Ok(text) => {
            onboarding_note::write(&registry.database, id, agent, text).await?;
            Ok(redirect(&format!("/registre/accompagnement/{id}?fait=note-ecrite")))
        }
        Err(errors) => detail(&registry, &visitor, &connection, new, errors, &Done::default()).await,
    }
}

/// The request of an operator; those that the team registered have none to decide about.
fn request(connection: &Connection) -> Result<&Onboarding, Problem> {
    connection.onboarding.as_ref().ok_or_else(|| Problem::Refused {
        status: StatusCode::CONFLICT,
        text: "Cet opérateur a été inscrit par l’équipe : il n’y a pas de demande à décider. Pour couper ses accès, suspendez-le depuis sa page.".to_owned(),
    })
}

fn under(visitor: &Visitor, title: &str, connection: &Connection) -> Page {
    let operator = &connection.operator;
    Page::of_service(visitor, &SHEET, title)
        .under("Accompagnement", "/registre/accompagnement")
        .under(&operator.name, &format!("/registre/accompagnement/{}", operator.id))
}

async fn ask_approval(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.decide", id).await?;
    request(&connection)?;
    let confirmation = Confirmation {
        page: under(&visitor, "Donner l’accord", &connection),
        question: format!("Laisser {} envoyer de vrais trajets\u{a0}?", connection.operator.name),
        about: "Vérifiez avant que ses essais du bac à sable et sa page d’information vous conviennent."
            .to_owned(),
        consequences: vec![
            "L’opérateur pourra créer une clé du vrai registre dès que ses étapes sont faites.".to_owned(),
            "Ses trajets acceptés seront des preuves.".to_owned(),
            "Vous pourrez toujours le suspendre.".to_owned(),
        ],
        action: format!("/registre/accompagnement/{id}/accord"),
        button: "Donner l’accord",
        danger: false,
        back: format!("/registre/accompagnement/{id}"),
    };
    Ok(confirmation.answer())
}

/// Asked twice, it is done once.
async fn approve(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.decide", id).await?;
    let onboarding = request(&connection)?;
    if onboarding.approved_at.is_none() {
        onboarding::decide(&registry.database, visitor.actor(), onboarding, Decision::Approved).await?;
    }
    Ok(redirect(&format!("/registre/accompagnement/{id}?fait=accord-donne")))
}

async fn close(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Written>,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.decide", id).await?;
    let onboarding = request(&connection)?;
    if onboarding.opened_at.is_some() {
        return Err(Problem::Refused {
            status: StatusCode::CONFLICT,
            text: "Cet opérateur a déjà une clé du vrai registre : sa demande ne peut plus être close. Pour couper ses accès, suspendez-le depuis sa page.".to_owned(),
        });
    }
    let missing = "Dites pourquoi : l’opérateur lira cette raison sur sa page de raccordement.";
    let because = match read(&new.because, "because", missing) {
        Ok(because) => because,
        Err(errors) => return detail(&registry, &visitor, &connection, new, errors, &Done::default()).await,
    };
    if onboarding.closed_at.is_none() {
        let decision = Decision::Closed { because };
        onboarding::decide(&registry.database, visitor.actor(), onboarding, decision).await?;
    }
    follow(&registry).await?;
    Ok(redirect(&format!("/registre/accompagnement/{id}?fait=demande-close")))
}

async fn ask_reopening(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.decide", id).await?;
    request(&connection)?;
    let confirmation = Confirmation {
        page: under(&visitor, "Rouvrir la demande", &connection),
        question: format!("Rouvrir la demande de {}\u{a0}?", connection.operator.name),
        about: "L’opérateur reprend là où il s’était arrêté.".to_owned(),
        consequences: vec!["Ses clés du bac à sable fonctionnent de nouveau.".to_owned()],
        action: format!("/registre/accompagnement/{id}/rouvrir"),
        button: "Rouvrir la demande",
        danger: false,
        back: format!("/registre/accompagnement/{id}"),
    };
    Ok(confirmation.answer())
}

async fn reopen(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let connection = found(&registry, &visitor, "onboarding.decide", id).await?;
    let onboarding = request(&connection)?;
    if onboarding.closed_at.is_some() {
        onboarding::decide(&registry.database, visitor.actor(), onboarding, Decision::Reopened).await?;
    }
    follow(&registry).await?;
    Ok(redirect(&format!("/registre/accompagnement/{id}?fait=demande-rouverte")))
}

/// The sandbox closes or opens with the request.
async fn follow(registry: &Registry) -> Result<(), Problem> {
    registry.working_keys.forget_all();
    if let Some(sandbox) = registry.sandbox() {
        bring_operators(sandbox).await?;
    }
    Ok(())
}
