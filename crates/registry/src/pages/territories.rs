use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use geography::Reference;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::perimeter::{self, Proposal, Typed};
use super::{operator_form, place};
use crate::model::Perimeter;
use crate::store::territory::{self, NewTerritory};
use crate::store::territory_of;
use crate::{Registry, SHEET};
use socle::web::Filled;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/territoires", get(list).post(register))
}

/// A line of the list.
struct Row {
    id: i64,
    name: String,
    communes: String,
    since: String,
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct TerritoryForm {
    name: String,
    siret: String,
    email: String,
    /// Its perimeter, from the official lists; nothing to say it later.
    kind: String,
    what: String,
}

impl TerritoryForm {
    /// The territory to register, or what is to be corrected and what to propose.
    fn read(&self, reference: &Reference, uuid: String) -> Result<NewTerritory, (FormErrors, Vec<Proposal>)> {
        let says_nothing = self.kind.is_empty() && self.what.trim().is_empty();
        let typed = Typed { kind: self.kind.clone(), what: self.what.clone() };
        let (official, mut errors, proposals) = match perimeter::read(reference, &typed) {
            _ if says_nothing => (None, FormErrors::default(), Vec::new()),
            Ok(selector) => (Some(selector), FormErrors::default(), Vec::new()),
            Err((errors, proposals)) => (None, errors, proposals),
        };
        let unread = !errors.is_empty();
        let official_name = official.as_ref().and_then(|selector| selector.name(reference));
        let name = match (self.name.trim(), official_name) {
            // The official list, once it is read, will say the name.
            ("", None) if unread => None,
            (typed, official) => Some(operator_form::text(
                if typed.is_empty() { official.unwrap_or_default() } else { typed },
                "name",
                "Indiquez le nom de la collectivité, comme ses habitants l’appellent.",
                &mut errors,
            )),
        };
        let siret = operator_form::siret(&self.siret, &mut errors);
        let missing = "Indiquez l’adresse électronique à laquelle joindre la collectivité.";
        let contact = operator_form::contact(&self.email, missing, &mut errors);
        match (name, contact) {
            (Some(name), Some(contact)) if errors.is_empty() => {
                let perimeter = Perimeter::of(reference, official.into_iter().collect());
                Ok(NewTerritory { uuid, name, siret, contact_email: contact.as_str().to_owned(), perimeter })
            }
            _ => Err((errors, proposals)),
        }
    }
}

#[derive(Template)]
#[template(path = "territories.html")]
struct TerritoriesPage {
    page: Page,
    territories: Vec<Row>,
    new: TerritoryForm,
    kinds: Vec<Choice>,
    kind_hint: String,
    proposals: Vec<Proposal>,
    errors: FormErrors,
    may_register: bool,
}

async fn territories_page(
    registry: &Registry,
    visitor: &Visitor,
    scope: &Scope,
    new: TerritoryForm,
    (errors, proposals): (FormErrors, Vec<Proposal>),
) -> Result<Response, Problem> {
    let reference = &registry.house.places.reference;
    let mut territories = Vec::new();
    for one in territory::list(&registry.database, scope).await? {
        let places = territory::places(&registry.database, one.id).await?;
        let today = |code: &String| code.parse().is_ok_and(|code| reference.commune(&code).is_some());
        let communes = i64::try_from(places.iter().filter(|code| today(code)).count()).unwrap_or(i64::MAX);
        territories.push(Row {
            id: one.id,
            communes: match communes {
                0 => "Périmètre à définir".to_owned(),
                many if one.agreed_at.is_none() => {
                    format!(
                        "Périmètre à accepter ({})",
                        perimeter::communes(usize::try_from(many).unwrap_or_default())
                    )
                }
                1 => "1 commune".to_owned(),
                many => format!("{} communes", format::integer(many)),
            },
            since: place::day(one.created_at),
            name: one.name,
        });
    }
    let shown = TerritoriesPage {
        page: Page::of_service(visitor, &SHEET, "Territoires"),
        territories,
        kinds: perimeter::kinds(&new.kind),
        kind_hint: format!(
            "Le périmètre est celui de cette liste\u{a0}; il pourra être changé. {}",
            perimeter::kind_hint(reference)
        )
        .trim()
        .to_owned(),
        new,
        proposals,
        may_register: visitor.grant(&SHEET, "territory.register") != Grant::No,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn list(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "territory.figures")?;
    if let Some(own) = territory_of(&scope) {
        return Ok(redirect(&format!("/registre/territoires/{own}")));
    }
    territories_page(
        &registry,
        &visitor,
        &scope,
        TerritoryForm::default(),
        (FormErrors::default(), Vec::new()),
    )
    .await
}

async fn register(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(new): Filled<TerritoryForm>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "territory.register")?;
    let mut read = new.read(&registry.house.places.reference, uuid::Uuid::new_v4().to_string());
    if let Ok(wanted) = &read {
        let known = territory::list(&registry.database, &scope).await?;
        if known.iter().any(|known| known.name.to_lowercase() == wanted.name.to_lowercase()) {
            let mut errors = FormErrors::default();
            errors.add("name", "Une collectivité porte déjà ce nom. Ouvrez-la dans la liste, ou donnez un nom qui les distingue.");
            read = Err((errors, Vec::new()));
        }
    }
    match read {
        Ok(new) => {
            let made = territory::register(&registry.database, visitor.actor(), new).await?;
            Ok(redirect(&format!("/registre/territoires/{}/perimetre?fait=territoire-inscrit", made.id)))
        }
        Err(refused) => territories_page(&registry, &visitor, &scope, new, refused).await,
    }
}
