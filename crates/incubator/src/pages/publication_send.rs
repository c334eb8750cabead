//! Sends an agreement to data.gouv.fr, once it was read again.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement_head::{address, found, head, refused};
use super::publication::{is_signed, text_of};
use crate::Incubator;
use crate::model::publication::{Channel, Publication, channels};
use crate::publication::sending::{Outcome, send};
use crate::publication::{PublicText, dataset};
use crate::store::agreement::Filed;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/publication/envoyer", get(show).post(submit))
}

#[derive(Template)]
#[template(path = "agreement/publication_send.html")]
struct SendPage {
    page: Page,
    base: String,
    text: PublicText,
    /// Why nothing can be sent; empty when it can.
    obstacle: String,
    told: String,
    read: String,
    errors: FormErrors,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    reread: String,
    /// Print of the text that was read.
    read: String,
}

/// Why nothing can be sent.
fn obstacle(incubator: &Incubator, filed: &Filed) -> Option<&'static str> {
    if !is_signed(filed, incubator.today()) {
        return Some("Toutes les parties n’ont pas signé\u{a0}: une convention se publie une fois signée.");
    }
    match &incubator.catalogue {
        None => Some(
            "Cette maison n’a pas de clé pour data.gouv.fr. Publiez à la main avec le dossier, puis inscrivez la publication\u{a0}; ou demandez à qui tient la maison de la donner.",
        ),
        Some(catalogue) if !catalogue.may_be_called() => {
            Some("En démonstration, rien n’est envoyé hors de cette machine.")
        }
        Some(_) => None,
    }
}

/// The text as it will hold once this sending is done: the publication may be what makes it take effect.
async fn text_once_published(incubator: &Incubator, filed: &Filed) -> Result<PublicText, Problem> {
    let today = incubator.today();
    let mut published = filed.clone();
    let by = None;
    let one = Publication { channel: Channel::DataGouv, published_on: today, by, address: None };
    published.agreement.facts.publications.push(one);
    Ok(text_of(incubator, &published, today).await?)
}

fn print(text: &PublicText) -> Result<String, Problem> {
    let told = serde_json::to_vec(text).map_err(|cause| Problem::internal(&cause))?;
    Ok(dataset::print(&told))
}

fn send_page(
    incubator: &Incubator,
    visitor: &Visitor,
    filed: &Filed,
    (text, errors): (PublicText, FormErrors),
) -> Result<Response, Problem> {
    let (page_of, _, explained) = head(visitor, filed, incubator.today(), "/publication");
    let lines = channels(&filed.agreement, &incubator.library, incubator.today());
    let effective = lines.iter().any(|line| line.channel == Channel::DataGouv && line.makes_effective);
    let mut told =
        "Le texte, en PDF et en texte simple, part avec sa description sous Licence Ouverte 2.0. L’adresse et le jour sont inscrits.".to_owned();
    if effective && explained.course.effect_on.is_none() {
        told.push_str(" Ce jour fait entrer la convention en vigueur.");
    }
    let shown = SendPage {
        page: page_of,
        base: address(&filed.agreement.written.reference),
        obstacle: obstacle(incubator, filed).unwrap_or_default().to_owned(),
        told,
        read: print(&text)?,
        text,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "publication.send", &reference).await?;
    let text = text_once_published(&incubator, &filed).await?;
    send_page(&incubator, &visitor, &filed, (text, FormErrors::default()))
}

async fn submit(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(typed): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "publication.send", &reference).await?;
    if let Some(obstacle) = obstacle(&incubator, &filed) {
        return Err(refused(obstacle));
    }
    let text = text_once_published(&incubator, &filed).await?;
    let mut errors = FormErrors::default();
    if typed.reread.is_empty() {
        errors.add("reread", "Relisez le texte, puis cochez cette case.");
    } else if typed.read != print(&text)? {
        errors.add(
            "reread",
            "Le texte a changé depuis que vous l’avez lu. Relisez-le, puis cochez de nouveau.",
        );
    }
    if !errors.is_empty() {
        return send_page(&incubator, &visitor, &filed, (text, errors));
    }
    // It goes on to its end even if whoever asked leaves.
    let sending = tokio::spawn(send(Arc::clone(&incubator), visitor.actor(), filed, text));
    let back = |done: &str| redirect(&format!("{}/publication{done}", address(&reference)));
    match sending.await.map_err(anyhow::Error::from)?? {
        Outcome::Published(_) => Ok(back("?fait=publiee")),
        // The page tells why, and what to do.
        Outcome::Failed(_) => Ok(back("")),
        Outcome::Busy => {
            Err(refused("Quelqu’un l’envoie en ce moment. Regardez la page de publication dans une minute."))
        }
    }
}
