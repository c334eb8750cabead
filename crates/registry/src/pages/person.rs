//! The answer to a person who asks what is known of them, or to be forgotten.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use socle::audit::Entry;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::place;
use crate::model::{Numbering, Phone};
use crate::store::ServiceError;
use crate::store::person::{self, Side, Wanted};
use crate::{Registry, SHEET};
use socle::web::Filled;

pub fn routes(base: &str) -> Router<Arc<Registry>> {
    Router::new()
        .route(&format!("{base}/donnees/personne"), get(ask).post(search))
        .route(&format!("{base}/donnees/personne/exporter"), post(export))
        .route(&format!("{base}/donnees/personne/effacer"), post(erase))
}

/// The longest account of how the person was recognised, in characters.
const LONGEST: usize = 500;

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Request {
    kind: String,
    value: String,
    /// How one made sure that the person is who they say.
    proof: String,
    /// « oui » once the erasure was confirmed.
    sure: String,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Page,
    title: &'static str,
    base: &'static str,
    /// The sandbox's own search; empty in the sandbox.
    elsewhere: String,
    kinds: Vec<Choice>,
    asked: Request,
    errors: FormErrors,
    found: Option<Found>,
}

/// What was found.
struct Found {
    journeys: String,
    none: bool,
    period: String,
}

impl Request {
    /// Who is wanted, or what is to be corrected.
    fn read(&self, numbering: Numbering) -> Result<Wanted, FormErrors> {
        let mut errors = FormErrors::default();
        let value = self.value.trim();
        let wanted = match self.kind.as_str() {
            "phone" => Phone::parse_among(&international(value), numbering)
                .map(Wanted::Phone)
                .map_err(|_| "Ce numéro n’existe pas. Exemple attendu : 06 01 02 03 04.".to_owned()),
            "identity_key" => {
                let key = value.to_lowercase();
                if key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    Ok(Wanted::IdentityKey(key))
                } else {
                    Err(format!(
                        "Une clé d’identité compte 64 chiffres hexadécimaux ; celle-ci compte {} signes.",
                        key.chars().count()
                    ))
                }
            }
            _ => {
                errors.add("kind", "Choisissez ce que vous connaissez de la personne.");
                Err(String::new())
            }
        };
        if value.is_empty() {
            errors.add("value", "Indiquez le numéro ou la clé.");
        } else if let Err(text) = &wanted
            && !text.is_empty()
        {
            errors.add("value", text.clone());
        }
        match self.proof.trim().chars().count() {
            0 => errors.add("proof", "Dites comment vous avez reconnu la personne."),
            _ if self.proof.chars().filter(char::is_ascii_digit).count() >= 9 => errors.add(
                "proof",
                "Ce texte reste au journal pour toujours : n’y écrivez pas de numéro. Par exemple : rappelée au numéro donné",
            ),
            length if length > LONGEST => errors
                .add("proof", format!("Ce texte compte {length} caractères ; la limite est de {LONGEST}.")),
            _ => {}
        }
        wanted
            .map_err(|_| errors.clone())
            .and_then(|wanted| if errors.is_empty() { Ok(wanted) } else { Err(errors) })
    }
}

/// A French number as people write it, in international form.
fn international(typed: &str) -> String {
    let digits: String = typed.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
    digits.strip_prefix('0').map_or_else(|| digits.clone(), |rest| format!("+33{rest}"))
}

fn person_page(
    registry: &Registry,
    visitor: &Visitor,
    asked: Request,
    errors: &FormErrors,
    found: Option<Found>,
) -> Response {
    let sandbox = registry.sandbox().map(|sandbox| sandbox.space.pages());
    let title = if sandbox.is_some() {
        "Rechercher une personne"
    } else {
        "Rechercher une personne dans le bac à sable"
    };
    let shown = PersonPage {
        page: Page::of_service(visitor, &SHEET, title).under("Données personnelles", "/registre/donnees"),
        title,
        base: registry.space.pages(),
        elsewhere: sandbox.map_or_else(String::new, |base| format!("{base}/donnees/personne")),
        kinds: [
            ("phone", "Son numéro de téléphone"),
            ("identity_key", "Sa clé d’identité, donnée par son opérateur"),
        ]
        .into_iter()
        .map(|(kind, label)| Choice::new(kind, label, &asked.kind))
        .collect(),
        asked,
        errors: errors.clone(),
        found,
    };
    answered(page(&shown), errors)
}

async fn ask(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    Ok(person_page(&registry, &visitor, Request::default(), &FormErrors::default(), None))
}

async fn found(registry: &Registry, wanted: &Wanted) -> Result<Vec<Side>, Problem> {
    Ok(person::find(&registry.database, &registry.linkage, wanted).await?)
}

/// Looks for a person. That one looked is written in the log before anything is shown.
async fn search(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(asked): Filled<Request>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    let wanted = match asked.read(registry.space.numbering()) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(person_page(&registry, &visitor, asked, &errors, None)),
    };
    let sides = found(&registry, &wanted).await?;
    let facts = serde_json::json!({"journeys": sides.len(), "proof": asked.proof.trim()});
    let searched = Entry::new(visitor.actor(), "person.searched", "person", "search").with_facts(facts);
    registry
        .database
        .write::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                tx.record(searched);
                Ok(())
            })
        })
        .await?;
    Ok(person_page(&registry, &visitor, asked, &FormErrors::default(), Some(Found::of(&sides))))
}

impl Found {
    fn of(sides: &[Side]) -> Self {
        let journeys = match sides.len() {
            0 => "Aucun trajet".to_owned(),
            1 => "1 trajet".to_owned(),
            many => format!("{} trajets", format::integer(i64::try_from(many).unwrap_or(i64::MAX))),
        };
        let period = person::period(sides).map_or_else(String::new, |(first, last)| {
            format!("Départs du {} au {}", place::day(first), place::day(last))
        });
        Self { journeys, none: sides.is_empty(), period }
    }
}

async fn export(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(asked): Filled<Request>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    let wanted = match asked.read(registry.space.numbering()) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(person_page(&registry, &visitor, asked, &errors, None)),
    };
    let sides = found(&registry, &wanted).await?;
    let (database, keyring) = (&registry.database, &registry.keyring);
    let document = person::export(database, keyring, visitor.actor(), asked.proof.trim(), &sides).await?;
    let body = serde_json::to_vec_pretty(&document).map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"donnees-de-la-personne.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

async fn erase(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(asked): Filled<Request>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    let wanted = match asked.read(registry.space.numbering()) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(person_page(&registry, &visitor, asked, &errors, None)),
    };
    let sides = found(&registry, &wanted).await?;
    if asked.sure != "oui" {
        let mut errors = FormErrors::default();
        errors.add("sure", "Cochez la case pour confirmer : l’effacement ne se défait pas.");
        return Ok(person_page(&registry, &visitor, asked, &errors, Some(Found::of(&sides))));
    }
    let (database, keyring) = (&registry.database, &registry.keyring);
    person::erase(database, keyring, visitor.actor(), asked.proof.trim(), sides).await?;
    crate::export::forget(&registry).await?;
    Ok(redirect("/registre/donnees?fait=personne-effacee"))
}
