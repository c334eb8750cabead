use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use socle::audit::Actor;
use socle::outbox::Message;
use socle::pages::{FormErrors, Page};
use socle::people::{Email, NewMembership};
use socle::web::rates::Rate;
use socle::web::{Origin, Problem, Visitor, answered, page};

use super::join_form::JoinForm;
use crate::connection::CONDITIONS;
use crate::sandbox::bring_operators;
use crate::store::join_request::{self, Asking, Link};
use crate::store::tenant;
use crate::{Registry, SHEET};
use socle::web::Filled;

/// How often one address may ask.
const ASKING: Rate = Rate { name: "join", limit: 5, window: 60 };
/// How many links one mailbox receives.
const LINKS: Rate = Rate { name: "join-mailbox", limit: 3, window: 3_600 };
/// How often one address may try links.
const TRYING: Rate = Rate { name: "join-link", limit: 20, window: 300 };

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/rejoindre", get(form).post(ask))
        .route("/registre/rejoindre/{id}/{secret}", get(ask_confirmation).post(confirm))
        .route("/registre/conditions", get(conditions))
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    page: Page,
    new: JoinForm,
    errors: FormErrors,
    approval: bool,
}

fn join_page(registry: &Registry, visitor: &Visitor, new: JoinForm, errors: FormErrors) -> Response {
    let shown = JoinPage {
        page: Page::of_service(visitor, &SHEET, "Rejoindre le registre"),
        new,
        errors: errors.clone(),
        approval: registry.house.config.onboarding.approval,
    };
    answered(page(&shown), &errors)
}

async fn form(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Response {
    let mut new = JoinForm::default();
    if let Some(who) = &visitor.signed_in {
        new.person.clone_from(&who.agent.name);
        new.email.clone_from(&who.agent.email);
    }
    join_page(&registry, &visitor, new, FormErrors::default())
}

#[derive(Template)]
#[template(path = "join_sent.html")]
struct SentPage {
    page: Page,
    email: String,
    demonstration: bool,
}

/// Keeps the request and writes to the mailbox. The answer is the same whoever asks: nobody learns who is known here.
async fn ask(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Origin(from): Origin,
    Filled(new): Filled<JoinForm>,
) -> Result<Response, Problem> {
    let house = &registry.house;
    let now = house.clock.now();
    if !house.rates.count(ASKING, &from, now).allowed {
        return Err(Problem::TooMany);
    }
    let asking = match new.read() {
        Ok(asking) => asking,
        Err(errors) => return Ok(join_page(&registry, &visitor, new, errors)),
    };
    // A mailbox is not flooded, and a stranger learns nothing of it: the earlier links still work.
    if house.rates.count_strictly(LINKS, &asking.email, now).allowed {
        let link = Link { id: uuid::Uuid::new_v4().to_string(), secret: socle::chance::secret_text() };
        let letter = letter(&registry, &asking, &link);
        let key = join_request::key(&registry.keyring).await?;
        let conditions = CONDITIONS.at(now).version.clone();
        join_request::ask(&registry.database, key, &asking, conditions, link, letter).await?;
    }
    Ok(page(&SentPage {
        page: Page::of_service(&visitor, &SHEET, "Consultez votre messagerie"),
        email: asking.email,
        demonstration: house.config.demonstration,
    }))
}

/// What the contact receives.
pub fn letter(registry: &Registry, asking: &Asking, link: &Link) -> Message {
    let config = &registry.house.config;
    let text = format!(
        "Bonjour {person},\n\n\
         Vous avez demandé à connecter « {name} » au {service}.\n\n\
         Pour confirmer votre adresse, ouvrez ce lien :\n{base}/registre/rejoindre/{id}/{secret}\n\n\
         Il sert une fois, pendant 48 heures. Sans confirmation, votre demande est effacée au bout de sept jours.\n\n\
         Vous n’avez rien demandé ? Ignorez ce message, ou prévenez-nous : {team}\n",
        person = asking.person,
        name = asking.name,
        service = SHEET.name,
        base = config.base_url(),
        id = link.id,
        secret = link.secret,
        team = config.contact.team_email,
    );
    let subject = format!("Confirmez votre demande : {}", SHEET.name);
    Message::Mail { to: asking.email.clone(), subject, text }
}

#[derive(Template)]
#[template(path = "join_confirmation.html")]
struct ConfirmationPage {
    page: Page,
}

/// A link opened by a mail scanner must not use it up: the person presses a button.
async fn ask_confirmation(visitor: Visitor, Path(_link): Path<(String, String)>) -> Response {
    page(&ConfirmationPage { page: Page::of_service(&visitor, &SHEET, "Confirmer votre demande") })
}

#[derive(Template)]
#[template(path = "joined.html")]
struct JoinedPage {
    page: Page,
    name: String,
    email: String,
}

/// Makes the operator and its first administrator. Cut anywhere, the same link finishes what was begun.
async fn confirm(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Origin(from): Origin,
    Path((id, secret)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let house = &registry.house;
    if !house.rates.count(TRYING, &from, house.clock.now()).allowed {
        return Err(Problem::TooMany);
    }
    let link = Link { id, secret };
    let confirmed = join_request::confirm(&registry.database, &registry.keyring, &link).await?;
    let Some(confirmed) = confirmed else {
        return Err(Problem::Refused {
            status: StatusCode::GONE,
            text: "Ce lien a déjà servi, ou il date de plus de 48 heures. S’il a servi, connectez-vous avec votre adresse ; sinon, faites une nouvelle demande depuis « Rejoindre le registre ».".to_owned(),
        });
    };
    let (operator, asking) = (confirmed.operator, confirmed.asking);
    let email = Email::parse(&asking.email).map_err(|error| Problem::internal(&error))?;
    let role = NewMembership {
        service: SHEET.id.to_owned(),
        role: "operator.admin".to_owned(),
        tenant: Some(tenant(operator.id)),
        tenant_name: operator.name.clone(),
    };
    let given = house.people.give_role(Actor::Public, email, asking.person, role).await?;
    join_request::settle(&registry.database, link.id, operator.id, given.agent_id).await?;
    if let Some(sandbox) = registry.sandbox() {
        bring_operators(sandbox).await?;
    }
    Ok(page(&JoinedPage {
        page: Page::of_service(&visitor, &SHEET, "Votre demande est confirmée"),
        name: operator.name,
        email: asking.email,
    }))
}

#[derive(Template)]
#[template(path = "conditions.html")]
struct ConditionsPage {
    page: Page,
    conditions: &'static crate::model::Conditions,
    since: String,
}

async fn conditions(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Response {
    let conditions = CONDITIONS.at(registry.house.clock.now());
    page(&ConditionsPage {
        page: Page::of_service(&visitor, &SHEET, "Conditions d’utilisation"),
        conditions,
        since: super::place::day(conditions.valid_from),
    })
}
