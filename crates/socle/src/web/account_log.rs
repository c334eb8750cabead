//! The log of the accounts of a service: who signed in, which roles were given and taken, what was cut.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;

use super::app::Rooms;
use super::{Problem, Visitor, page};
use crate::audit::{self, Place, Row};
use crate::pages::{Choice, Page, format};
use crate::people::{Agent, Membership};
use crate::service::Sheet;

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new().route("/comptes/{service}", get(show)).with_state(rooms)
}

/// How many entries a page shows.
const A_PAGE: usize = 50;
/// The choice of the list that excludes nobody.
const EVERYONE: &str = "all";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filters {
    /// An account, by number.
    who: String,
    group: String,
    skip: String,
}

/// An entry as the page tells it.
struct Line {
    when: String,
    what: &'static str,
    /// The account or the switch it happened to; it has no page.
    subject: String,
    href: &'static str,
    who: String,
    facts: Vec<String>,
}

#[derive(Template)]
#[template(path = "account_log.html")]
struct AccountLogPage {
    page: Page,
    /// Where the log begins: the page without anything asked.
    first_page: String,
    people: Vec<Choice>,
    lines: Vec<Line>,
    /// Whether the page starts with the latest entry.
    latest: bool,
    older: Option<String>,
}

async fn show(
    State(rooms): State<Rooms>,
    visitor: Visitor,
    Path(service): Path<String>,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    let sheet = rooms.sheet(&service).ok_or(Problem::NotFound)?;
    visitor.allow(sheet, audit::READ)?;
    let people = &visitor.house.people;
    let known = people.known_in(sheet.id).await?;
    let agent = filters.who.parse().ok().filter(|id| known.iter().any(|one| one.id == *id));
    let place = Place { group: filters.group.parse().ok(), skip: filters.skip.parse().unwrap_or(0) };
    let (rows, next) = people.log_of(sheet.id, agent, place, A_PAGE).await?;
    let names = Names::new(sheet, &people.agents().await?, people.ever_in(sheet.id).await?);
    let everyone = Choice::new(EVERYONE, "Tout le monde", &filters.who);
    let one = |agent: &Agent| {
        Choice::new(&agent.id.to_string(), &format!("{} ({})", agent.name, agent.email), &filters.who)
    };
    let shown = AccountLogPage {
        page: Page::of_service(&visitor, sheet, "Journal des comptes"),
        first_page: format!("/comptes/{}", sheet.id),
        people: std::iter::once(everyone).chain(known.iter().map(one)).collect(),
        lines: rows.iter().map(|row| names.tell(row)).collect(),
        latest: place == Place::default(),
        older: next.map(|place| address(sheet, agent, place)),
    };
    Ok(page(&shown))
}

/// The address of the page that begins there.
fn address(sheet: &Sheet, agent: Option<i64>, place: Place) -> String {
    let who = agent.map_or_else(String::new, |agent| format!("who={agent}&"));
    let group = place.group.unwrap_or_default();
    format!("/comptes/{}?{who}group={group}&skip={}", sheet.id, place.skip)
}

/// What numbers stand for.
struct Names<'a> {
    sheet: &'a Sheet,
    agents: HashMap<i64, String>,
    memberships: HashMap<i64, Membership>,
}

impl<'a> Names<'a> {
    fn new(sheet: &'a Sheet, agents: &[Agent], memberships: Vec<Membership>) -> Self {
        Self {
            sheet,
            agents: agents.iter().map(|agent| (agent.id, agent.name.clone())).collect(),
            memberships: memberships.into_iter().map(|one| (one.id, one)).collect(),
        }
    }

    fn tell(&self, row: &Row) -> Line {
        Line {
            when: format::date_time(row.at.timestamp(), &format::paris()),
            what: happened(&row.action),
            subject: self.subject(row),
            href: "",
            who: self.actor(&row.actor),
            facts: self.facts(row),
        }
    }

    fn agent(&self, id: i64) -> String {
        self.agents.get(&id).cloned().unwrap_or_else(|| format!("Compte {id}"))
    }

    fn subject(&self, row: &Row) -> String {
        let number = row.subject.parse().ok();
        match (row.subject_kind.as_str(), number) {
            ("agent", Some(id)) => self.agent(id),
            ("membership", Some(id)) => match self.memberships.get(&id) {
                Some(membership) => self.agent(membership.agent_id),
                None => format!("Rôle {id}"),
            },
            ("switch", _) => {
                let name = row.subject.split_once(' ').map_or(row.subject.as_str(), |(_, name)| name);
                let switch = super::switches_of(self.sheet).find(|switch| switch.name == name);
                switch.map_or_else(|| name.to_owned(), |switch| switch.title.to_owned())
            }
            ("service", _) => self.sheet.name.to_owned(),
            _ => row.subject.clone(),
        }
    }

    fn actor(&self, actor: &str) -> String {
        match actor.split_once(':') {
            Some(("agent", id)) => id.parse().map_or_else(|_| actor.to_owned(), |id| self.agent(id)),
            Some(("program", "access review")) => "Le programme (revue des accès)".to_owned(),
            Some(("program", "command line")) => "Le programme (ligne de commande)".to_owned(),
            Some(("program", "demonstration")) => "Le programme (données de démonstration)".to_owned(),
            Some(("program", name)) => format!("Le programme ({name})"),
            Some(("key", id)) => format!("Un serveur (clé {})", id.split('-').next().unwrap_or(id)),
            _ if actor == "public" => "Quelqu’un qui n’est pas encore connecté".to_owned(),
            _ => actor.to_owned(),
        }
    }

    /// The role, the organisation, the method or the reason.
    fn facts(&self, row: &Row) -> Vec<String> {
        let held = row.subject.parse().ok().and_then(|id| self.memberships.get(&id));
        if let (Some(held), "membership") = (held, row.subject_kind.as_str()) {
            return vec![self.role(&held.role, held.tenant.as_deref())];
        }
        let Ok(facts) = serde_json::from_str::<Value>(&row.facts) else { return Vec::new() };
        let text = |name: &str| facts[name].as_str();
        let role = text("role").map(|role| self.role(role, text("tenant")));
        let method = text("method").map(|method| method_in_words(method).to_owned());
        let reason = text("reason").map(|reason| match reason {
            "unused for a year" => "inutilisé depuis un an".to_owned(),
            "given up" => "abandonnée".to_owned(),
            "provider" => "ProConnect n’a pas répondu comme il faut".to_owned(),
            "unverified" => "la réponse de ProConnect n’a pas pu être vérifiée".to_owned(),
            "level" => "niveau d’authentification insuffisant".to_owned(),
            "organisation" => "organisation inconnue".to_owned(),
            "no role" => "aucun rôle".to_owned(),
            "blocked" => "compte bloqué".to_owned(),
            "too many links" => "trop de messages demandés".to_owned(),
            other => other.to_owned(),
        });
        [role, method, reason].into_iter().flatten().collect()
    }

    fn role(&self, role: &str, tenant: Option<&str>) -> String {
        let title = self.sheet.rights.role(role).map_or(role, |role| role.title);
        let organisation = tenant.map(|tenant| {
            let of_it = |one: &&Membership| one.tenant.as_deref() == Some(tenant);
            self.memberships.values().find(of_it).map_or(tenant, |one| one.tenant_name.as_str())
        });
        match organisation {
            Some(organisation) => format!("{title} ({organisation})"),
            None => title.to_owned(),
        }
    }
}

fn happened(action: &str) -> &'static str {
    match action {
        "agent.blocked" => "Compte bloqué",
        "agent.unblocked" => "Compte débloqué",
        "agent.created" => "Compte créé",
        "agent.erased" => "Compte effacé, sans rôle depuis un an",
        "agent.told_dormant" => "Prévenu que son compte ne sert plus",
        "code_generator.prepared" => "Application de codes en préparation",
        "code_generator.confirmed" => "Application de codes ajoutée",
        "identity.linked" => "Compte relié à ProConnect",
        "role.confirmed" => "Rôle confirmé à la revue",
        "role.given" => "Rôle donné",
        "role.taken" => "Rôle retiré",
        "role.taken_up" => "A pris ce rôle",
        "service.handed_over" | "service.handover_begun" => {
            "Service remis\u{a0}: ses données ont été copiées"
        }
        "service.received" => "Service reçu d’une autre maison",
        "service.destroyed" => "Service détruit",
        "service.anonymised" => "Copie pour des essais faite, sans personne",
        "service.reception_begun" => "Réception du service commencée",
        "service.reception_undone" => "Réception du service défaite",
        "service.destruction_begun" => "Destruction du service commencée",
        "service.people_erased" => "Comptes du service effacés",
        "sign_in.asked" => "Connexion demandée",
        "sign_in.done" => "Connexion",
        "sign_in.ended" => "Déconnexion",
        "sign_in.refused" => "Connexion refusée",
        "sign_in.wrong_code" => "Code faux",
        "sign_in.strengthened" => "Seconde preuve donnée",
        "switch.cut" => "Interrupteur coupé",
        "switch.put_back" => "Interrupteur remis en marche",
        _ => "Autre changement",
    }
}

fn method_in_words(method: &str) -> &str {
    match method {
        "email-link" => "par le lien du courriel",
        "email-code" => "par le code du courriel",
        "code-generator" => "par l’application de codes",
        "proconnect" => "par ProConnect",
        "demonstration" => "par un lien de démonstration",
        other => other,
    }
}
