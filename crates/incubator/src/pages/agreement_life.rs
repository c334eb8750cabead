use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{Choice, Page};
use socle::rights::Grant;
use socle::web::{Asked, Filled, Name, Problem, Visitor, page, redirect};

use super::agreement_head::{Head, address, found, head, refused};
use super::done::Done;
use super::fact_form::{FORMS, unsigned};
use super::fact_words::told;
use crate::store::fact::{self, NotWithdrawn};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/vie", get(show))
        .route("/incubateur/conventions/{reference}/vie/retirer", post(withdraw))
}

struct Row {
    what: String,
    more: Vec<String>,
    /// Where it goes on: an amendment to sign, a suspension to lift.
    next: Option<(String, &'static str)>,
}

/// Something that may be recorded.
struct Way {
    href: String,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "agreement/life.html")]
struct LifePage {
    page: Page,
    head: Head,
    base: String,
    rows: Vec<Row>,
    ways: Vec<Way>,
    choices: Vec<Choice>,
    may_record: bool,
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    let (page_of, head, _) = head(&visitor, &filed, incubator.today(), "/vie");
    let facts = fact::list(&incubator.database, filed.id).await?;
    let base = address(&reference);
    let may_record = visitor.grant(&SHEET, "fact.record") != Grant::No;
    let mut rows = Vec::with_capacity(facts.len());
    let mut choices = Vec::with_capacity(facts.len());
    for kept in facts.iter().rev() {
        let (what, more) = told(&filed.agreement, &kept.fact);
        choices.push(Choice::new(&kept.id.to_string(), &what, ""));
        let next = super::fact_next::label(&kept.fact)
            .filter(|_| may_record)
            .map(|label| (format!("{base}/vie/suite/{}", kept.id), label));
        rows.push(Row { what, more, next });
    }
    let shown = LifePage {
        page: done.announce(page_of),
        head,
        rows,
        ways: FORMS
            .iter()
            .filter(|form| !form.is_before_signing() || unsigned(&filed.agreement).next().is_some())
            .map(|form| Way { href: format!("{base}/vie/{}", form.name), label: form.label })
            .collect(),
        choices,
        may_record,
        base,
    };
    Ok(page(&shown))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Withdrawal {
    fact: i64,
    reason: String,
}

/// Withdraws a fact recorded by mistake.
async fn withdraw(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(asked): Filled<Withdrawal>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "fact.record", &reference).await?;
    let reason: String = asked.reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(refused("Dites pourquoi vous retirez ce fait. Revenez en arrière, puis recommencez."));
    }
    let facts = fact::list(&incubator.database, filed.id).await?;
    let kept = facts.into_iter().find(|kept| kept.id == asked.fact).ok_or(Problem::NotFound)?;
    let knowledge = incubator.knowledge().await?;
    match fact::withdraw(&incubator.database, &knowledge, visitor.actor(), filed.id, kept, reason).await? {
        Ok(()) => Ok(redirect(&format!("{}/vie?fait=fait-retire", address(&reference)))),
        Err(NotWithdrawn::ProofOfAccount) => Err(refused(
            "C’est la preuve d’un compte rendu envoyé. Reprenez le compte rendu\u{a0}: sa preuve sera retirée avec lui.",
        )),
    }
}
