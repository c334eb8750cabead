//! Asking for credits, and noting what came of it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement_head::{address, found, head};
use super::typed;
use crate::Incubator;
use crate::model::budget_year::ae_of_year;
use crate::model::money::Cents;
use crate::store::agreement::Filed;
use crate::store::credit_request::{self, Answer, NewRequest};
use crate::store::{day, order};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/credits/demande", get(ask).post(record))
        .route("/incubateur/conventions/{reference}/credits/demande/{id}", get(ask_answer).post(answer))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    year: String,
    ae: String,
    cp: String,
    day: String,
    document: String,
}

#[derive(Template)]
#[template(path = "agreement/credit_request.html")]
struct RequestPage {
    page: Page,
    action: String,
    /// What the proposed amount comes from.
    proposed: String,
    new: Typed,
    errors: FormErrors,
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    filed: &Filed,
    proposed: String,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let (page_of, ..) = head(visitor, filed, incubator.today(), "/credits");
    let shown = RequestPage {
        page: page_of,
        action: format!("{}/credits/demande", address(&filed.agreement.written.reference)),
        proposed,
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

/// The AE that foreseen orders need beyond what is left this year.
async fn needed(incubator: &Incubator, filed: &Filed) -> Result<Option<(Cents, Cents, Cents)>, Problem> {
    let today = incubator.today();
    let orders = order::list(&incubator.database, filed.id).await?;
    let foreseen: Cents = orders.iter().filter(|one| one.is_foreseen()).map(order::Placed::total).sum();
    let left = ae_of_year(&filed.agreement, today.year(), today).left().unwrap_or(Cents::ZERO);
    let missing = (foreseen - left).at_least_zero();
    Ok((missing > Cents::ZERO).then_some((missing, foreseen, left)))
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "ledger.write", &reference).await?;
    let today = incubator.today();
    let (proposed, ae) = match needed(&incubator, &filed).await? {
        Some((missing, foreseen, left)) => (
            format!(
                "Les commandes prévues demandent {}, et il reste {} d’AE cette année.",
                foreseen.fr(),
                left.fr()
            ),
            missing.fr(),
        ),
        None => (
            "Les commandes prévues tiennent dans ce qui est mis à disposition cette année.".to_owned(),
            String::new(),
        ),
    };
    let new = Typed { year: today.year().to_string(), ae, day: today.to_string(), ..Typed::default() };
    Ok(form(&incubator, &visitor, &filed, proposed, (new, FormErrors::default())))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "ledger.write", &reference).await?;
    let mut errors = FormErrors::default();
    let this_year = incubator.today().year();
    let year = new.year.trim().parse().ok().filter(|year| (this_year - 1..=this_year + 1).contains(year));
    if year.is_none() {
        errors.add("year", format!("Indiquez {}, {this_year} ou {}.", this_year - 1, this_year + 1));
    }
    let ae = typed::maybe_amount(&mut errors, "ae", &new.ae);
    let cp = typed::maybe_amount(&mut errors, "cp", &new.cp);
    if ae.is_none() && cp.is_none() && errors.is_empty() {
        errors.add("ae", "Indiquez des AE, des CP, ou les deux.");
    }
    let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
    let document = typed::text(
        &mut errors,
        "document",
        &new.document,
        "Indiquez le courrier ou le message envoyé.",
        200,
    );
    let (Some(year), Some(requested_on), true) = (year, day, errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, &filed, String::new(), (new, errors)));
    };
    let request = NewRequest { year, ae, cp, requested_on, document };
    credit_request::ask(&incubator.database, visitor.actor(), filed.id, request).await?;
    Ok(redirect(&format!("{}/credits?fait=demande-inscrite", address(&reference))))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct TypedAnswer {
    outcome: String,
    ae: String,
    cp: String,
    day: String,
    document: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "agreement/credit_answer.html")]
struct AnswerPage {
    page: Page,
    asked: String,
    action: String,
    outcomes: Vec<Choice>,
    new: TypedAnswer,
    errors: FormErrors,
}

/// What was asked, in words.
pub(super) fn asked_words(request: &credit_request::Model) -> String {
    let kinds = [(request.ae, "AE"), (request.cp, "CP")];
    let sums: Vec<String> = kinds
        .iter()
        .filter_map(|(cents, kind)| Some(format!("{} d’{kind}", Cents::new((*cents)?).fr())))
        .collect();
    format!(
        "{} pour {}, demandés le {}",
        sums.join(" et ").replace("d’CP", "de CP"),
        request.year,
        format::date(day::date(request.requested_day))
    )
}

fn answer_form(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, request): (&Filed, &credit_request::Model),
    (new, errors): (TypedAnswer, FormErrors),
) -> Response {
    let (page_of, ..) = head(visitor, filed, incubator.today(), "/credits");
    let outcomes = [("recus", "Des crédits sont mis à disposition"), ("refuses", "C’est refusé, ou repris")];
    let shown = AnswerPage {
        page: page_of,
        asked: asked_words(request),
        action: format!("{}/credits/demande/{}", address(&filed.agreement.written.reference), request.id),
        outcomes: outcomes.iter().map(|(value, label)| Choice::new(value, label, &new.outcome)).collect(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn ask_answer(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "ledger.write", &reference).await?;
    let request = credit_request::open(&incubator.database, filed.id, id).await?.ok_or(Problem::NotFound)?;
    let sum = |cents: Option<i64>| cents.map(|cents| Cents::new(cents).fr()).unwrap_or_default();
    let new = TypedAnswer {
        outcome: "recus".to_owned(),
        ae: sum(request.ae),
        cp: sum(request.cp),
        day: incubator.today().to_string(),
        ..TypedAnswer::default()
    };
    Ok(answer_form(&incubator, &visitor, (&filed, &request), (new, FormErrors::default())))
}

async fn answer(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id)): Path<(String, i64)>,
    Filled(new): Filled<TypedAnswer>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "ledger.write", &reference).await?;
    let request = credit_request::open(&incubator.database, filed.id, id).await?.ok_or(Problem::NotFound)?;
    let mut errors = FormErrors::default();
    let (told, done) = match new.outcome.as_str() {
        "recus" => {
            let ae = typed::maybe_amount(&mut errors, "ae", &new.ae);
            let cp = typed::maybe_amount(&mut errors, "cp", &new.cp);
            if ae.is_none() && cp.is_none() && errors.is_empty() {
                errors.add("ae", "Indiquez ce qui est mis à disposition\u{a0}: des AE, des CP, ou les deux.");
            }
            let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
            let missing = "Indiquez la pièce\u{a0}: numéro, arrêté, courrier.";
            let document = typed::text(&mut errors, "document", &new.document, missing, 200);
            (day.map(|day| Answer::Received { day, ae, cp, document }), "reponse-inscrite")
        }
        "refuses" => {
            let missing = "Dites pourquoi\u{a0}: qui a refusé, ou ce qui a changé.";
            let reason = typed::text(&mut errors, "reason", &new.reason, missing, 300);
            (Some(Answer::Refused { reason }), "demande-close")
        }
        _ => {
            errors.add("outcome", "Dites ce qui est arrivé.");
            (None, "")
        }
    };
    let Some(told) = told.filter(|_| errors.is_empty()) else {
        return Ok(answer_form(&incubator, &visitor, (&filed, &request), (new, errors)));
    };
    let knowledge = incubator.knowledge().await?;
    credit_request::answer(&incubator.database, &knowledge, visitor.actor(), request, told).await?;
    Ok(redirect(&format!("{}/credits?fait={done}", address(&reference))))
}
