//! Who has access, once a year: each role is said to be needed still, or taken back. And leaving by oneself.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use socle::pages::Page;
use socle::people::Membership;
use socle::web::{Problem, Visitor, page, redirect};

use super::announcement::Done;
use super::confirmation::Confirmation;
use super::people::{RoleKept, held, kept_because, take, tenant_of, title};
use super::place;
use crate::{Registry, SHEET};
use socle::web::{Asked, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/personnes/revue", get(review))
        .route("/registre/personnes/{id}/garder", post(keep))
        .route("/registre/personnes/quitter", get(ask_to_leave).post(leave))
}

/// A role to confirm.
struct Row {
    id: i64,
    name: String,
    email: String,
    role: &'static str,
    organisation: String,
    confirmed: String,
    seen: String,
}

#[derive(Template)]
#[template(path = "access_review.html")]
struct AccessReviewPage {
    page: Page,
    rows: Vec<Row>,
    /// How many roles are held in all.
    held: usize,
    /// When the next role falls due, once the review is done.
    next: String,
}

async fn review(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "user.manage")?;
    let people = &registry.house.people;
    let now = registry.house.clock.now();
    let members = people.members_of(SHEET.id, tenant_of(&scope)).await?;
    let agents = people.agents().await?;
    let held = members.len();
    let next = members.iter().map(Membership::review_due).min().map_or_else(String::new, place::day);
    let mut due: Vec<Membership> = members.into_iter().filter(|member| member.review_due() <= now).collect();
    due.sort_by_key(Membership::review_due);
    let rows = due.into_iter().filter_map(|member| {
        let agent = agents.iter().find(|agent| agent.id == member.agent_id)?;
        Some(Row {
            id: member.id,
            name: agent.name.clone(),
            email: agent.email.clone(),
            role: title(&member.role),
            organisation: member.tenant_name,
            confirmed: place::day(member.confirmed_at.unwrap_or(member.created_at)),
            seen: agent.last_seen_at.map_or_else(|| "jamais".to_owned(), place::day),
        })
    });
    let page_ =
        Page::of_service(&visitor, &SHEET, "Revue des accès").under("Personnes", "/registre/personnes");
    Ok(page(&AccessReviewPage { page: done.announce(page_), rows: rows.collect(), held, next }))
}

async fn keep(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "user.manage")?;
    held(&registry, &scope, id).await?;
    let within = tenant_of(&scope).map(str::to_owned);
    if !registry.house.people.confirm_role(visitor.actor(), SHEET.id, id, within).await? {
        return Err(Problem::NotFound);
    }
    Ok(redirect("/registre/personnes/revue?fait=acces-garde"))
}

/// The role the visitor acts in, which anyone may give up.
fn own(visitor: &Visitor) -> Result<&Membership, Problem> {
    visitor.role_in(SHEET.id).ok_or_else(|| Problem::SignInFirst { next: visitor.path.clone() })
}

async fn ask_to_leave(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    let member = own(&visitor)?;
    let page_ = Page::of_service(&visitor, &SHEET, "Quitter");
    let about = format!("Votre rôle : {}, {}.", title(&member.role), member.tenant_name);
    if let Some(reason) = kept_because(&registry, member).await? {
        return Ok(page(&RoleKept { page: page_, about, reason, back: "/registre" }));
    }
    let confirmation = Confirmation {
        page: page_,
        question: format!("Quitter « {} » ?", member.tenant_name),
        about,
        consequences: vec![
            "Vous perdez ce rôle aussitôt, et votre connexion dans ce rôle se ferme.".to_owned(),
            "Ce que vous avez fait reste au journal.".to_owned(),
            "Pour revenir, il faudra que quelqu’un vous invite de nouveau.".to_owned(),
        ],
        action: "/registre/personnes/quitter".to_owned(),
        button: "Quitter",
        danger: true,
        back: "/registre".to_owned(),
    };
    Ok(confirmation.answer())
}

async fn leave(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    let member = own(&visitor)?;
    take(&registry, &visitor, member).await?;
    Ok(redirect("/registre"))
}
