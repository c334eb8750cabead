//! A published agreement, for anyone: as it was on the day of its latest publication, without what is hidden.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Name, Problem, Visitor, page};

use super::publication::{name, text_of};
use super::publication_files::{described, file, made};
use crate::publication::{PublicText, files};
use crate::store::published::{self, Published};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions-publiees/{reference}", get(show))
        .route("/incubateur/conventions-publiees/{reference}/convention.pdf", get(pdf))
        .route("/incubateur/conventions-publiees/{reference}/metadonnees.json", get(metadata))
}

/// The address of its public page.
pub fn address(reference: &str) -> String {
    format!("/incubateur/conventions-publiees/{reference}")
}

/// As many files as are kept in memory.
const MOST_RENDERED: usize = 64;

/// PDF files made before, by number of agreement, with the text each was made from: anyone may ask, and making one takes
/// the processor for a while.
#[derive(Default)]
pub struct Rendered(Mutex<HashMap<i64, (PublicText, Vec<u8>)>>);

impl Rendered {
    fn find(&self, agreement: i64, text: &PublicText) -> Option<Vec<u8>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&agreement).filter(|(of, _)| of == text).map(|(_, bytes)| bytes.clone())
    }

    fn keep(&self, agreement: i64, text: PublicText, bytes: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_RENDERED {
            all.clear();
        }
        all.insert(agreement, (text, bytes.to_vec()));
    }
}

/// A place where it is published.
struct Place {
    what: String,
    address: String,
}

#[derive(Template)]
#[template(path = "public_agreement.html")]
struct AgreementPage {
    page: Page,
    base: String,
    places: Vec<Place>,
    text: PublicText,
}

async fn of(incubator: &Incubator, reference: &str) -> Result<(Published, PublicText), Problem> {
    let knowledge = incubator.knowledge().await?;
    let found = published::find(&incubator.database, &knowledge, incubator.today(), reference).await?;
    let found = found.ok_or(Problem::NotFound)?;
    let text = text_of(incubator, &found.filed, found.on).await?;
    Ok((found, text))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (found, text) = of(&incubator, &reference).await?;
    let publications = found.filed.agreement.facts.publications.iter();
    let places = publications
        .filter(|one| one.channel.is_public() && one.published_on <= found.on)
        .map(|one| Place {
            what: format!("{}, le {}", name(one.channel), format::date(one.published_on)),
            address: one.address.clone().filter(|one| one.starts_with("http")).unwrap_or_default(),
        })
        .collect();
    let page_of = Page::of_service(&visitor, &SHEET, &text.title)
        .under("Conventions publiées", "/incubateur/conventions-publiees");
    Ok(page(&AgreementPage { page: page_of, base: address(&reference), places, text }))
}

async fn pdf(State(incubator): State<Arc<Incubator>>, Name(reference): Name) -> Result<Response, Problem> {
    let (found, text) = of(&incubator, &reference).await?;
    let id = found.filed.id;
    let bytes = if let Some(bytes) = incubator.rendered.find(id, &text) {
        bytes
    } else {
        let of = text.clone();
        let bytes = made(move || files::pdf(&of)).await?;
        incubator.rendered.keep(id, text, &bytes);
        bytes
    };
    Ok(file(bytes, "application/pdf", "inline", &format!("convention-{reference}.pdf")))
}

async fn metadata(
    State(incubator): State<Arc<Incubator>>,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (_, text) = of(&incubator, &reference).await?;
    described(&incubator, text).await
}
