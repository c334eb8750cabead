use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::rights::Grant;
use socle::web::{Asked, Filled, Problem, Visitor, answered, page, redirect};

use super::account_head::{Opened, TableView, opened, state, views};
use super::agreement_head::{address, head, refused};
use super::done::Done;
use crate::account_tables::{consumption, corrections, foreseen, spending};
use crate::account_words::{self, Piece, facts, pieces};
use crate::model::account_text::AccountText;
use crate::store::account;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/comptes/{period}", get(show).post(save))
}

/// The longest text, in characters.
const LONGEST: usize = 20_000;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    progress: String,
    orders: String,
    consumption: String,
    /// Version of the text that was read; 0 when nothing was saved.
    version: i64,
    /// `relire` to go on to the sending.
    next: String,
}

/// What every page of an account shows.
pub struct Shown {
    pub title: String,
    pub address: String,
    pub state: String,
    pub colour: &'static str,
    pub draft: bool,
    pub facts: Vec<(String, String)>,
    pub spending: Vec<TableView>,
    pub corrections: Vec<TableView>,
    pub foreseen: Vec<TableView>,
    pub consumption: Vec<TableView>,
    pub progress: Vec<Piece>,
    pub orders: Vec<Piece>,
    pub outlook: Vec<Piece>,
}

#[derive(Template)]
#[template(path = "agreement/account.html")]
struct AccountPage {
    page: Page,
    shown: Shown,
    new: Typed,
    errors: FormErrors,
    may_write: bool,
    /// The day from which it may be sent, when it is not over.
    not_over: String,
    may_take_back: bool,
    may_acknowledge: bool,
}

/// The parts of an account.
pub fn shown(opened: &Opened) -> Shown {
    let account = &opened.account;
    let sent = account.sent_on.is_some();
    let (state, colour) = state(&opened.asked, opened.row.as_ref(), sent.then_some(account));
    Shown {
        title: account_words::title(account.period),
        address: opened.address(),
        state,
        colour,
        draft: !sent,
        facts: facts(account, opened.received().as_deref()),
        spending: views(spending(account)),
        corrections: views(corrections(account)),
        foreseen: views(foreseen(account)),
        consumption: views(consumption(account)),
        progress: pieces(&account.text.progress),
        orders: pieces(&account.text.orders),
        outlook: pieces(&account.text.consumption),
    }
}

/// The frame of a page of an account.
pub fn frame(visitor: &Visitor, opened: &Opened, title: &str) -> Page {
    let written = &opened.filed.agreement.written;
    let (_, head, _) = head(visitor, &opened.filed, opened.today, "/comptes");
    let base = address(&written.reference);
    let page = Page::of_service(visitor, &SHEET, title)
        .under("Conventions", "/incubateur/conventions")
        .under(&head.title, &base)
        .under("Les comptes rendus", &format!("{base}/comptes"));
    let own = account_words::title(opened.account.period);
    if own == title { page } else { page.under(&own, &opened.address()) }
}

fn account_page(
    visitor: &Visitor,
    opened: &Opened,
    (new, errors): (Typed, FormErrors),
    done: &Done,
) -> Response {
    let shown = shown(opened);
    let may = |action| visitor.grant(&SHEET, action) != Grant::No;
    let waits = !shown.draft && opened.row.as_ref().is_some_and(|row| row.acknowledged_at.is_none());
    let over = opened.asked.may_be_sent(opened.today);
    let page_of = done.announce(frame(visitor, opened, &shown.title));
    let not_over = if over { String::new() } else { socle::pages::format::date(opened.asked.until) };
    answered(
        page(&AccountPage {
            page: page_of,
            may_write: shown.draft && may("account.write"),
            may_take_back: waits && may("account.write"),
            may_acknowledge: waits && may("account.acknowledge"),
            not_over,
            shown,
            new,
            errors: errors.clone(),
        }),
        &errors,
    )
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "agreement.read", (&reference, &period)).await?;
    let text = opened.account.text.clone();
    let new = Typed {
        progress: text.progress,
        orders: text.orders,
        consumption: text.consumption,
        version: opened.row.as_ref().map_or(0, |row| row.version),
        next: String::new(),
    };
    Ok(account_page(&visitor, &opened, (new, FormErrors::default()), &done))
}

/// Saves the text; nothing is sent.
async fn save(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "account.write", (&reference, &period)).await?;
    if opened.account.sent_on.is_some() {
        return Err(refused("Ce compte rendu est envoyé\u{a0}: il ne change plus."));
    }
    let mut errors = FormErrors::default();
    if new.progress.trim().is_empty() {
        errors.add("progress", "Dites ce qui a avancé, ou écrivez que rien n’a avancé.");
    }
    for (field, text) in
        [("progress", &new.progress), ("orders", &new.orders), ("consumption", &new.consumption)]
    {
        let length = text.chars().count();
        if length > LONGEST {
            errors.add(field, format!("Ce texte a {length} signes\u{a0}: 20\u{202f}000 au plus."));
        }
    }
    if !errors.is_empty() {
        return Ok(account_page(&visitor, &opened, (new, errors), &Done::default()));
    }
    if opened.row.as_ref().map_or(0, |row| row.version) != new.version {
        return Err(refused(
            "Quelqu’un d’autre a enregistré ce compte rendu entre-temps. Revenez en arrière, copiez votre texte, puis rouvrez la page.",
        ));
    }
    let text = AccountText {
        progress: new.progress.trim().to_owned(),
        orders: new.orders.trim().to_owned(),
        consumption: new.consumption.trim().to_owned(),
    };
    let to = opened.address();
    let what = (opened.asked, opened.row);
    account::save(&incubator.database, visitor.actor(), opened.filed.id, what, text).await?;
    let end = if new.next == "relire" { "/envoyer" } else { "?fait=compte-enregistre" };
    Ok(redirect(&format!("{to}{end}")))
}
