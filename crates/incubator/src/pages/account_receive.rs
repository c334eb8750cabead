use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::account::frame;
use super::account_head::{Opened, opened};
use super::agreement_head::refused;
use super::typed;
use crate::account_words;
use crate::store::account::{self, Model};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route(
        "/incubateur/conventions/{reference}/comptes/{period}/accuser-reception",
        get(ask).post(acknowledge),
    )
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    day: String,
}

#[derive(Template)]
#[template(path = "agreement/account_receive.html")]
struct ReceivePage {
    page: Page,
    title: String,
    sent: String,
    address: String,
    new: Typed,
    errors: FormErrors,
}

fn form(visitor: &Visitor, opened: &Opened, (new, errors): (Typed, FormErrors)) -> Response {
    let title = account_words::title(opened.asked.period);
    let page_of = frame(visitor, opened, &format!("Accuser réception\u{a0}: {title}"));
    let sent = opened.account.sent_on.map_or_else(String::new, format::date);
    let address = opened.address();
    answered(page(&ReceivePage { page: page_of, title, sent, address, new, errors: errors.clone() }), &errors)
}

/// The row of an account that waits to be acknowledged.
fn waiting(opened: &Opened) -> Result<Model, Problem> {
    match &opened.row {
        Some(row) if row.frozen.is_some() && row.acknowledged_at.is_none() => Ok(row.clone()),
        Some(row) if row.frozen.is_some() => {
            Err(refused("L’accusé de réception de ce compte rendu est déjà inscrit."))
        }
        _ => Err(refused("Ce compte rendu n’est pas encore envoyé.")),
    }
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.acknowledge", (&reference, &period)).await?;
    if waiting(&opened).is_err() {
        return Ok(redirect(&opened.address()));
    }
    let new = Typed { day: opened.today.to_string() };
    Ok(form(&visitor, &opened, (new, FormErrors::default())))
}

async fn acknowledge(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.acknowledge", (&reference, &period)).await?;
    let row = waiting(&opened)?;
    let mut errors = FormErrors::default();
    let day = typed::past_day(&mut errors, "day", &new.day, opened.today);
    if let (Some(day), Some(sent)) = (day, opened.account.sent_on)
        && day < sent
    {
        errors.add(
            "day",
            format!("Il a été envoyé le {}\u{a0}: il n’a pas été reçu avant.", format::date(sent)),
        );
    }
    let Some(day) = day.filter(|_| errors.is_empty()) else {
        return Ok(form(&visitor, &opened, (new, errors)));
    };
    let role = visitor.role_in(SHEET.id).map(|role| role.role.clone()).unwrap_or_default();
    account::acknowledge(&incubator.database, visitor.actor(), row, (day, role)).await?;
    Ok(redirect(&format!("{}?fait=compte-recu", opened.address())))
}
