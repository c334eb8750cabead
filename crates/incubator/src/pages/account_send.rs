use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::account::{Shown, frame, shown};
use super::account_head::{Opened, opened};
use super::agreement_head::refused;
use super::typed;
use crate::Incubator;
use crate::account_words;
use crate::store::account::{self, Model, NotSent};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/comptes/{period}/envoyer", get(preview).post(send))
        .route("/incubateur/conventions/{reference}/comptes/{period}/reprendre", get(ask).post(take_back))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reread {
    /// Print of what was read.
    read: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

#[derive(Template)]
#[template(path = "agreement/account_send.html")]
struct SendPage {
    page: Page,
    shown: Shown,
    read: String,
    creditors: String,
}

#[derive(Template)]
#[template(path = "agreement/account_take_back.html")]
struct TakeBackPage {
    page: Page,
    title: String,
    address: String,
    new: Reason,
    errors: FormErrors,
}

const SENT: &str = "Ce compte rendu est envoyé\u{a0}: il ne change plus.";

/// The row of an account in preparation that may be sent.
fn sendable(opened: &Opened) -> Result<Option<Model>, Problem> {
    if opened.account.sent_on.is_some() {
        return Err(refused(SENT));
    }
    if !opened.asked.may_be_sent(opened.today) {
        return Err(not_sent(&NotSent::NotOver { from: opened.asked.until }));
    }
    Ok(opened.row.clone())
}

async fn preview(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.write", (&reference, &period)).await?;
    if sendable(&opened)?.is_none() {
        // Its text was never saved: it is read and saved first.
        return Ok(redirect(&opened.address()));
    }
    let shown = shown(&opened);
    let title = format!("Envoyer\u{a0}: {}", account_words::title(opened.asked.period));
    Ok(page(&SendPage {
        page: frame(&visitor, &opened, &title),
        read: account::print(&opened.account)?,
        creditors: opened.account.creditors.join(", "),
        shown,
    }))
}

async fn send(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
    Filled(asked): Filled<Reread>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.write", (&reference, &period)).await?;
    let Some(row) = sendable(&opened)? else { return Ok(redirect(&opened.address())) };
    let period = opened.asked.period;
    let proof = format!("{}, envoyé le {}", account_words::title(period), format::date(opened.today));
    let knowledge = incubator.knowledge().await?;
    let what = (period, asked.read, proof);
    match account::send(&incubator.database, &knowledge, visitor.actor(), row, what).await? {
        Ok(()) => Ok(redirect(&format!("{}?fait=compte-envoye", opened.address()))),
        Err(why) => Err(not_sent(&why)),
    }
}

fn not_sent(why: &NotSent) -> Problem {
    match why {
        NotSent::NotOver { from } => refused(format!(
            "Ce compte rendu pourra être envoyé à partir du {}\u{a0}: d’ici là, ses chiffres changent encore.",
            format::date(*from)
        )),
        NotSent::NotAsked => refused("La convention ne demande plus ce compte rendu."),
        NotSent::Changed => refused(
            "Les chiffres ou le texte ont changé depuis votre relecture. Rouvrez la page d’envoi et relisez-la.",
        ),
    }
}

fn take_back_page(visitor: &Visitor, opened: &Opened, (new, errors): (Reason, FormErrors)) -> Response {
    let title = account_words::title(opened.asked.period);
    let page_of = frame(visitor, opened, &format!("Reprendre\u{a0}: {title}"));
    let address = opened.address();
    answered(page(&TakeBackPage { page: page_of, title, address, new, errors: errors.clone() }), &errors)
}

/// The row of an account that was sent and that nobody acknowledged.
fn held(opened: &Opened) -> Result<Model, Problem> {
    match &opened.row {
        Some(row) if row.acknowledged_at.is_some() => {
            Err(refused("Ce compte rendu a été reçu\u{a0}: une erreur se corrige sur le suivant."))
        }
        Some(row) if row.frozen.is_some() => Ok(row.clone()),
        _ => Err(refused("Ce compte rendu n’est pas envoyé\u{a0}: il se corrige sur sa page.")),
    }
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.write", (&reference, &period)).await?;
    held(&opened)?;
    Ok(take_back_page(&visitor, &opened, Default::default()))
}

async fn take_back(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
    Filled(new): Filled<Reason>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.write", (&reference, &period)).await?;
    let row = held(&opened)?;
    let mut errors = FormErrors::default();
    let reason = typed::text(&mut errors, "reason", &new.reason, "Dites pourquoi il est repris.", 500);
    if !errors.is_empty() {
        return Ok(take_back_page(&visitor, &opened, (new, errors)));
    }
    let knowledge = incubator.knowledge().await?;
    account::take_back(&incubator.database, &knowledge, visitor.actor(), row, reason).await?;
    Ok(redirect(&format!("{}?fait=compte-repris", opened.address())))
}
