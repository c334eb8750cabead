use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::rights::Grant;
use socle::web::{Asked, Name, Problem, Visitor, page};

use super::account_head::{reads_accounts, state};
use super::agreement_head::{Head, address, found, head};
use super::done::Done;
use crate::account_words;
use crate::model::account::{accounts, asks_for_accounts};
use crate::store::account::{self, Model};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/comptes", get(show))
}

struct Row {
    title: String,
    href: String,
    due: String,
    state: String,
    colour: &'static str,
    because: String,
}

#[derive(Template)]
#[template(path = "agreement/accounts.html")]
struct AccountsPage {
    page: Page,
    head: Head,
    /// Whether the agreement asks for any.
    asks: bool,
    rows: Vec<Row>,
    /// What to do now: a sentence, an address and its label when there is one.
    now: String,
    href: String,
    label: String,
    /// Whether this reader may open them.
    readable: bool,
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    let today = incubator.today();
    let (page_of, head, _) = head(&visitor, &filed, today, "/comptes");
    let base = address(&reference);
    let kept = account::list(incubator.database.read(), filed.id).await?;
    let mut rows = Vec::new();
    let (mut to_prepare, mut to_receive) = (None, None);
    for asked in accounts(&filed.agreement, &incubator.library, today) {
        let row = kept.iter().find(|row| row.is_of(&asked));
        let sent = row.map(Model::sent).transpose()?.flatten();
        let (state, colour) = state(&asked, row, sent.as_ref());
        let shown = Row {
            title: account_words::title(asked.period),
            href: format!("{base}/comptes/{}", asked.period),
            due: account_words::due(asked.period, asked.due),
            state,
            colour,
            because: format!("Article {}\u{a0}: {}", asked.article, asked.quote),
        };
        let link = || (shown.title.clone(), shown.href.clone());
        if sent.is_none() && asked.status.is_open() && asked.may_be_sent(today) && to_prepare.is_none() {
            to_prepare = Some(link());
        }
        if sent.is_some() && row.is_some_and(|row| row.acknowledged_at.is_none()) && to_receive.is_none() {
            to_receive = Some(link());
        }
        rows.push(shown);
    }
    rows.reverse();
    let may = |action| visitor.grant(&SHEET, action) != Grant::No;
    let (now, next) = now((may("account.write"), may("account.acknowledge")), to_prepare, to_receive);
    let readable = reads_accounts(&scope, &filed.agreement);
    let (label, href) = next.filter(|_| readable).unwrap_or_default();
    Ok(page(&AccountsPage {
        page: done.announce(page_of),
        head,
        asks: asks_for_accounts(&filed.agreement),
        rows,
        now,
        href,
        label,
        readable,
    }))
}

/// A title and an address.
type Link = (String, String);

fn now(
    (writes, receives): (bool, bool),
    to_prepare: Option<Link>,
    to_receive: Option<Link>,
) -> (String, Option<Link>) {
    match (to_prepare, to_receive) {
        (_, Some((title, href))) if receives => {
            ("Un compte rendu attend votre accusé de réception.".to_owned(), Some((title, href)))
        }
        (Some((title, href)), _) if writes => (
            "Le plus ancien compte rendu qui reste à envoyer est à relire, à compléter et à envoyer."
                .to_owned(),
            Some((format!("Préparer\u{a0}: {}", lower(&title)), href)),
        ),
        (Some((title, _)), _) => {
            (format!("{title}\u{a0}: la gestion budgétaire doit le préparer et l’envoyer."), None)
        }
        (None, Some((title, href))) => {
            (format!("{title}\u{a0}: envoyé, son accusé de réception est attendu."), Some((title, href)))
        }
        (None, None) => ("Rien à faire pour l’instant\u{a0}: aucun compte rendu n’attend.".to_owned(), None),
    }
}

fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
