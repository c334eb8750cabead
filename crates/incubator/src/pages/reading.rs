//! What a team does with its page of measures: says where it is, has it read now, follows what is found there.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement_head::refused;
use super::reading_words::unit;
use super::team_head::{address, form_page, found};
use crate::model::indicator::{Axis, Indicator, Kind, key_of};
use crate::model::stats_document::Told;
use crate::store::portfolio::Product;
use crate::store::{indicator, reading as readings};
use crate::{Incubator, reading};

pub fn routes() -> Router<Arc<Incubator>> {
    let base = "/incubateur/services/{slug}/equipe/indicateurs";
    Router::new()
        .route(&format!("{base}/adresse"), get(show).post(choose))
        .route(&format!("{base}/lire"), post(read_now))
        .route(&format!("{base}/suivre"), post(follow))
}

const ACTION: &str = "indicator.write";
/// The longest address.
const LONGEST: usize = 500;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    url: String,
    entry: String,
}

#[derive(Template)]
#[template(path = "team/reading.html")]
struct AddressPage {
    page: Page,
    base: String,
    /// The address that the public sheet lets guess; empty when it does not.
    guessed: String,
    new: Typed,
    errors: FormErrors,
}

fn form(visitor: &Visitor, product: &Product, new: Typed, errors: &FormErrors) -> Response {
    let guessed = reading::address(product, &readings::Model::fresh(&product.slug));
    let shown = AddressPage {
        page: form_page(visitor, product, "/indicateurs", "La page de mesures"),
        base: address(&product.slug),
        guessed: guessed.unwrap_or_default(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, ACTION, &slug).await?;
    let row = readings::of(&incubator.database, &slug).await?;
    let new = Typed { url: row.url, entry: String::new() };
    Ok(form(&visitor, &product, new, &FormErrors::default()))
}

async fn choose(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, ACTION, &slug).await?;
    let url = new.url.trim().to_owned();
    let mut errors = FormErrors::default();
    if url.len() > LONGEST {
        errors.add("url", "L’adresse est trop longue\u{a0}: 500 caractères au plus.");
    } else if !url.is_empty()
        && !reading::is_own(&incubator, &url)
        && let Err(cause) = incubator.house.transports.http.check(&url)
    {
        let text = format!(
            "Cette adresse ne peut pas être lue\u{a0}: {cause}. Donnez une adresse publique, par exemple https://exemple.fr/stats.json."
        );
        errors.add("url", text);
    }
    if !errors.is_empty() {
        return Ok(form(&visitor, &product, new, &errors));
    }
    readings::choose(&incubator.database, visitor.actor(), &slug, url).await?;
    read(&incubator, &product).await?;
    Ok(back(&slug, "page-lue"))
}

fn back(slug: &str, done: &str) -> Response {
    redirect(&format!("{}/indicateurs?fait={done}#page", address(slug)))
}

/// Reads the page of a product now, if an address is known.
async fn read(incubator: &Incubator, product: &Product) -> Result<(), Problem> {
    let row = readings::of(&incubator.database, &product.slug).await?;
    if let Some(url) = reading::address(product, &row) {
        reading::one(incubator, url, row).await?;
    }
    Ok(())
}

async fn read_now(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, ACTION, &slug).await?;
    read(&incubator, &product).await?;
    Ok(back(&slug, "page-lue"))
}

/// An entry as an indicator that follows it; the team completes it.
fn followed(told: Told) -> Indicator {
    let kind = match told.unit.as_str() {
        "percent" | "%" => Kind::Rate,
        "eur" | "€" => Kind::Amount,
        "days" | "hours" | "jours" | "heures" => Kind::Duration,
        _ => Kind::Count,
    };
    Indicator {
        key: key_of(&told.key),
        title: told.title,
        definition: told.definition,
        population: String::new(),
        unit: unit(&told.unit).to_owned(),
        axis: Axis::Other,
        kind,
        source: told.key,
        baseline: None,
        target: None,
        target_day: None,
        published: true,
        points: told.points,
    }
}

async fn follow(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (_, _) = found(&incubator, &visitor, ACTION, &slug).await?;
    let row = readings::of(&incubator.database, &slug).await?;
    let told = row.found().into_iter().find(|one| one.key == new.entry);
    let told = told.ok_or_else(|| refused("Cette mesure n’est plus sur la page. Lisez-la de nouveau."))?;
    let known = indicator::of(&incubator.database, &slug).await?;
    if let Some(one) = known.iter().find(|one| one.indicator.source == told.key) {
        return Ok(redirect(&format!("{}/indicateurs/{}", address(&slug), one.id)));
    }
    let id = indicator::add(&incubator.database, visitor.actor(), &slug, followed(told)).await?;
    Ok(redirect(&format!("{}/indicateurs/{id}/changer?fait=indicateur-suivi", address(&slug))))
}
