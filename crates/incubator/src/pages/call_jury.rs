//! Who sits on the jury of an edition.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::people::{Agent, Email, NewMembership};
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::call_head::{address, desk_page, not_now, organised};
use super::done::Done;
use super::typed;
use crate::model::call::Step;
use crate::store::application::NotNow;
use crate::store::call_edition::{self, Edition};
use crate::store::{call_declaration, call_marks};
use crate::{Incubator, SHEET, call_letters};

/// The role of a member of a jury.
const ROLE: &str = "call.jury";
/// The most members of a jury (spec §7.1: ten people; room for replacements).
const MOST: usize = 20;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/{slug}/suivi/jury", get(show).post(invite))
        .route("/incubateur/appels/{slug}/suivi/jury/{agent}/presider", post(chair))
        .route("/incubateur/appels/{slug}/suivi/jury/{agent}/retirer", post(remove))
}

/// A member of a jury, and the number of their role.
pub struct Juror {
    pub membership: i64,
    pub agent: Agent,
}

/// The jury of an edition, in order of invitation.
pub async fn jurors(incubator: &Incubator, edition: &Edition) -> Result<Vec<Juror>, Problem> {
    let people = &incubator.house.people;
    let mut jury = Vec::new();
    for role in people.members_of(SHEET.id, Some(&edition.tenant())).await? {
        if role.role == ROLE
            && let Some(agent) = people.agent(role.agent_id).await?
        {
            jury.push(Juror { membership: role.id, agent });
        }
    }
    Ok(jury)
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    email: String,
}

/// A member in the list.
struct Line {
    agent: i64,
    name: String,
    email: String,
    chairs: bool,
    declared: usize,
    conflicts: usize,
    sheets: usize,
}

#[derive(Template)]
#[template(path = "call/jury_members.html")]
struct JuryPage {
    page: Page,
    base: String,
    back: String,
    lines: Vec<Line>,
    new: Typed,
    errors: FormErrors,
}

/// An edition whose jury may still change.
async fn changeable(incubator: &Incubator, visitor: &Visitor, slug: &str) -> Result<Edition, Problem> {
    let edition = organised(incubator, visitor, "call.organise", slug).await?;
    if edition.step < Step::Deliberation {
        return Ok(edition);
    }
    Err(not_now("La délibération est ouverte : le jury ne change plus."))
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    edition: &Edition,
    (new, errors): (Typed, FormErrors),
    done: &Done,
) -> Result<Response, Problem> {
    let declared = call_declaration::of_edition(incubator.database.read(), edition.row.id).await?;
    let marked = call_marks::of_edition(incubator.database.read(), edition.row.id).await?;
    let lines = jurors(incubator, edition).await?.into_iter().map(|Juror { agent, .. }| {
        let own = || declared.iter().filter(|one| one.agent_id == agent.id);
        Line {
            chairs: edition.row.chair_id == Some(agent.id),
            declared: own().count(),
            conflicts: own().filter(|one| one.conflict).count(),
            sheets: marked.iter().filter(|one| one.agent_id == agent.id).count(),
            agent: agent.id,
            name: agent.name,
            email: agent.email,
        }
    });
    let base = format!("{}/suivi", address(&edition.row.slug));
    let shown = JuryPage {
        page: done.announce(desk_page(visitor, edition, "Le jury")),
        lines: lines.collect(),
        back: base.clone(),
        base: format!("{base}/jury"),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let edition = changeable(&incubator, &visitor, &slug).await?;
    form(&incubator, &visitor, &edition, Default::default(), &done).await
}

async fn invite(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let edition = changeable(&incubator, &visitor, &slug).await?;
    let mut errors = FormErrors::default();
    let name = typed::text(&mut errors, "name", &new.name, "Indiquez le nom de la personne.", 120);
    let email = Email::parse(&new.email).map_err(|wrong| errors.add("email", wrong.to_string())).ok();
    if jurors(&incubator, &edition).await?.len() >= MOST {
        errors.add("email", format!("Un jury compte {MOST} personnes au plus."));
    }
    let Some(email) = email.filter(|_| errors.is_empty()) else {
        return form(&incubator, &visitor, &edition, (new, errors), &Done::default()).await;
    };
    let role = NewMembership {
        service: SHEET.id.to_owned(),
        role: ROLE.to_owned(),
        tenant: Some(edition.tenant()),
        tenant_name: edition.told.title.clone(),
    };
    let letter = call_letters::invited(&incubator, &edition, (&name, email.as_str()));
    incubator.house.people.invite(visitor.actor(), email, name, role, letter).await?;
    Ok(redirect(&format!("{}/suivi/jury?fait=jury-invite", address(&slug))))
}

async fn member(incubator: &Incubator, edition: &Edition, agent: i64) -> Result<Juror, Problem> {
    let found = jurors(incubator, edition).await?.into_iter().find(|one| one.agent.id == agent);
    found.ok_or(Problem::NotFound)
}

async fn chair(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, agent)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let edition = changeable(&incubator, &visitor, &slug).await?;
    let chair = member(&incubator, &edition, agent).await?.agent.id;
    call_edition::set_chair(&incubator.database, visitor.actor(), edition, chair).await?;
    Ok(redirect(&format!("{}/suivi/jury?fait=jury-preside", address(&slug))))
}

/// Their marks go first, then their role: cut in between, pressing again finishes it.
async fn remove(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, agent)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let edition = changeable(&incubator, &visitor, &slug).await?;
    let found = member(&incubator, &edition, agent).await?;
    let left = call_marks::leave(&incubator.database, visitor.actor(), edition.row.id, agent).await?;
    if left == Err(NotNow) {
        return Err(not_now("La délibération est ouverte : le jury ne change plus."));
    }
    let people = &incubator.house.people;
    people.take_role(visitor.actor(), SHEET.id, found.membership, Some(edition.tenant()), false).await?;
    Ok(redirect(&format!("{}/suivi/jury?fait=jury-retire", address(&slug))))
}
