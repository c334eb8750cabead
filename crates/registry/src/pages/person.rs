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
use socle::web::{Problem, Visitor, page, redirect};

use super::asked::Filled;
use super::{answered, place};
use crate::model::Phone;
use crate::store::RegistryError;
use crate::store::person::{self, Side, Wanted};
use crate::{Registry, SHEET};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/donnees/personne", get(ask).post(search))
        .route("/registre/donnees/personne/exporter", post(export))
        .route("/registre/donnees/personne/effacer", post(erase))
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
    /// « 2 trajets »; empty when none is there.
    in_sandbox: String,
}

/// A person's sides of journeys, in the registry and in its sandbox, where a real person may be by mistake.
struct Sides {
    real: Vec<Side>,
    tried: Vec<Side>,
}

impl Request {
    /// Who is wanted, or what is to be corrected.
    fn read(&self) -> Result<Wanted, FormErrors> {
        let mut errors = FormErrors::default();
        let value = self.value.trim();
        let wanted = match self.kind.as_str() {
            "phone" => Phone::parse(&international(value))
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

fn person_page(visitor: &Visitor, asked: Request, errors: &FormErrors, found: Option<Found>) -> Response {
    let shown = PersonPage {
        page: Page::of_service(visitor, &SHEET, "Rechercher une personne")
            .under("Données personnelles", "/registre/donnees"),
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

async fn ask(visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    Ok(person_page(&visitor, Request::default(), &FormErrors::default(), None))
}

async fn found(registry: &Registry, wanted: &Wanted) -> Result<Sides, Problem> {
    let real = person::find(&registry.database, &registry.linkage, wanted).await?;
    let tried = match registry.sandbox() {
        Some(sandbox) => person::find(&sandbox.database, &sandbox.linkage, wanted).await?,
        None => Vec::new(),
    };
    Ok(Sides { real, tried })
}

/// Looks for a person. That one looked is written in the log before anything is shown.
async fn search(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(asked): Filled<Request>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    let wanted = match asked.read() {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(person_page(&visitor, asked, &errors, None)),
    };
    let sides = found(&registry, &wanted).await?;
    let facts = serde_json::json!({
        "journeys": sides.real.len(), "sandbox_journeys": sides.tried.len(), "proof": asked.proof.trim(),
    });
    let searched = Entry::new(visitor.actor(), "person.searched", "person", "search").with_facts(facts);
    registry
        .database
        .write::<_, RegistryError, _>(move |tx| {
            Box::pin(async move {
                tx.record(searched);
                Ok(())
            })
        })
        .await?;
    Ok(person_page(&visitor, asked, &FormErrors::default(), Some(Found::of(&sides))))
}

impl Found {
    fn of(sides: &Sides) -> Self {
        let counted = |sides: &[Side]| match sides.len() {
            0 => "Aucun trajet".to_owned(),
            1 => "1 trajet".to_owned(),
            many => format!("{} trajets", format::integer(i64::try_from(many).unwrap_or(i64::MAX))),
        };
        let period = person::period(&sides.real).map_or_else(String::new, |(first, last)| {
            format!("Départs du {} au {}", place::day(first), place::day(last))
        });
        Self {
            journeys: counted(&sides.real),
            none: sides.real.is_empty() && sides.tried.is_empty(),
            period,
            in_sandbox: if sides.tried.is_empty() { String::new() } else { counted(&sides.tried) },
        }
    }
}

async fn export(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(asked): Filled<Request>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.person")?;
    let wanted = match asked.read() {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(person_page(&visitor, asked, &errors, None)),
    };
    let sides = found(&registry, &wanted).await?;
    let (database, keyring) = (&registry.database, &registry.keyring);
    let proof = asked.proof.trim();
    let mut document = person::export(database, keyring, visitor.actor(), proof, &sides.real).await?;
    if let Some(sandbox) = registry.sandbox().filter(|_| !sides.tried.is_empty()) {
        let (database, keyring) = (&sandbox.database, &sandbox.keyring);
        let tried = person::export(database, keyring, visitor.actor(), proof, &sides.tried).await?;
        document["sandbox_journeys"] = tried["journeys"].clone();
    }
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
    let wanted = match asked.read() {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(person_page(&visitor, asked, &errors, None)),
    };
    let sides = found(&registry, &wanted).await?;
    if asked.sure != "oui" {
        let mut errors = FormErrors::default();
        errors.add("sure", "Cochez la case pour confirmer : l’effacement ne se défait pas.");
        return Ok(person_page(&visitor, asked, &errors, Some(Found::of(&sides))));
    }
    let (database, keyring) = (&registry.database, &registry.keyring);
    let proof = asked.proof.trim();
    if let Some(sandbox) = registry.sandbox().filter(|_| !sides.tried.is_empty()) {
        person::erase(&sandbox.database, &sandbox.keyring, visitor.actor(), proof, sides.tried).await?;
    }
    person::erase(database, keyring, visitor.actor(), proof, sides.real).await?;
    crate::export::forget(&registry).await?;
    Ok(redirect("/registre/donnees?fait=personne-effacee"))
}
