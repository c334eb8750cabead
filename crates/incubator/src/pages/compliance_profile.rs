use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, Page};
use socle::web::{Filled, Name, Problem, Visitor, page, redirect};

use super::team_head::{address, form_page, found};
use crate::Incubator;
use crate::store::product_profile::{self, Profile};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/conformite/profil", get(show).post(answer))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    is_procedure: String,
    authenticates_users: String,
}

#[derive(Template)]
#[template(path = "team/compliance_profile.html")]
struct ProfilePage {
    page: Page,
    name: String,
    action: String,
    is_procedure: Vec<Choice>,
    authenticates_users: Vec<Choice>,
}

/// Yes, no, or nobody knows yet.
const CHOICES: [(&str, &str); 3] = [("oui", "Oui"), ("non", "Non"), ("", "Nous ne savons pas encore")];

fn choices(present: Option<bool>) -> Vec<Choice> {
    let present = match present {
        Some(true) => "oui",
        Some(false) => "non",
        None => "",
    };
    CHOICES.iter().map(|(value, label)| Choice::new(value, label, present)).collect()
}

fn read(typed: &str) -> Option<bool> {
    match typed {
        "oui" => Some(true),
        "non" => Some(false),
        _ => None,
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "compliance.write", &slug).await?;
    let said = incubator.portfolio().await?.profiles.get(&slug).copied().unwrap_or_default();
    let shown = ProfilePage {
        page: form_page(&visitor, &product, "/conformite", "Ce qu’est le service"),
        name: product.sheet.name,
        action: format!("{}/conformite/profil", address(&slug)),
        is_procedure: choices(said.is_procedure),
        authenticates_users: choices(said.authenticates_users),
    };
    Ok(page(&shown))
}

async fn answer(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    found(&incubator, &visitor, "compliance.write", &slug).await?;
    let profile = Profile {
        is_procedure: read(&new.is_procedure),
        authenticates_users: read(&new.authenticates_users),
    };
    let knowledge = incubator.knowledge().await?;
    let to = format!("{}/conformite?fait=profil-repondu", address(&slug));
    product_profile::answer(&incubator.database, &knowledge, visitor.actor(), slug, profile).await?;
    Ok(redirect(&to))
}
