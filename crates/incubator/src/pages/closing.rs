use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::committee_head::{Found, address, found, frame};
use super::typed;
use crate::Incubator;
use crate::model::condition::ConditionResult;
use crate::model::hypothesis::Verdict;
use crate::model::named::Named as _;
use crate::store::{condition, day, decision, hypothesis};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/comites/{id}/hypothese/{one}", get(show_hypothesis).post(close_hypothesis))
        .route("/incubateur/comites/{id}/condition/{one}", get(show_condition).post(close_condition))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    result: String,
    day: String,
    note: String,
}

#[derive(Template)]
#[template(path = "committee/closing.html")]
struct ClosingPage {
    page: Page,
    title: &'static str,
    text: String,
    lead: &'static str,
    action: String,
    label: &'static str,
    hint: &'static str,
    results: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

/// What is to be closed, and how it is asked.
struct Subject<T> {
    found: Found,
    one: T,
}

/// Whether that decision is of that committee.
async fn belongs(
    incubator: &Incubator,
    found: &Found,
    decision: i64,
    product: &str,
) -> Result<bool, Problem> {
    let id = found.committee.row.id;
    let taken = decision::of_committees(incubator.database.read(), &[id]).await?.remove(&id);
    let here = taken.unwrap_or_default().iter().any(|one| one.row.id == decision);
    Ok(here && found.product(product).is_some())
}

async fn of_hypothesis(
    incubator: &Incubator,
    visitor: &Visitor,
    (id, one): (i64, i64),
) -> Result<Subject<hypothesis::Model>, Problem> {
    let found = found(incubator, visitor, "hypothesis.close", id).await?;
    let row = hypothesis::find(&incubator.database, one).await?.ok_or(Problem::NotFound)?;
    let open = row.verdict() == Verdict::Open;
    if !open || !belongs(incubator, &found, row.decision_id, &row.product).await? {
        return Err(Problem::NotFound);
    }
    Ok(Subject { found, one: row })
}

async fn of_condition(
    incubator: &Incubator,
    visitor: &Visitor,
    (id, one): (i64, i64),
) -> Result<Subject<condition::Model>, Problem> {
    let found = found(incubator, visitor, "committee.decide", id).await?;
    let row = condition::find(&incubator.database, one).await?.ok_or(Problem::NotFound)?;
    let open = row.result() == ConditionResult::Open;
    if !open || !belongs(incubator, &found, row.decision_id, &row.product).await? {
        return Err(Problem::NotFound);
    }
    Ok(Subject { found, one: row })
}

fn choices<T: crate::model::named::Named>(present: &str) -> Vec<Choice> {
    let closing = T::ALL.iter().filter(|one| one.as_str() != "open");
    closing.map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present)).collect()
}

fn hypothesis_form(
    visitor: &Visitor,
    subject: &Subject<hypothesis::Model>,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = ClosingPage {
        page: frame(visitor, &subject.found, "Conclure sur l’hypothèse"),
        title: "Conclure sur l’hypothèse",
        text: subject.one.text.clone(),
        lead: "Une hypothèse réfutée est un bon résultat\u{a0}: on arrête de construire ce qui n’aide pas.",
        action: format!("{}/hypothese/{}", address(subject.found.committee.row.id), subject.one.id),
        label: "Qu’a montré le terrain ?",
        hint: "Ce que vous avez vu ou mesuré, et où. Par exemple : 12 communes sur 14 ont rouvert leur dossier dans le mois",
        results: choices::<Verdict>(&new.result),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

fn condition_form(
    visitor: &Visitor,
    subject: &Subject<condition::Model>,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = ClosingPage {
        page: frame(visitor, &subject.found, "Vérifier la condition"),
        title: "Vérifier la condition",
        text: subject.one.text.clone(),
        lead: "L’échéance qu’elle a ouverte se termine avec elle.",
        action: format!("{}/condition/{}", address(subject.found.committee.row.id), subject.one.id),
        label: "Sur quoi vous appuyez-vous ?",
        hint: "Une mesure, un document, l’avis d’un comité",
        results: choices::<ConditionResult>(&new.result),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

/// The day and the note, when nothing is missing.
fn read(
    incubator: &Incubator,
    found: &Found,
    new: &Typed,
    (errors, known): (&mut FormErrors, bool),
) -> Option<(jiff::civil::Date, String)> {
    if !known {
        errors.add("result", "Choisissez comment elle s’est terminée.");
    }
    let day = typed::past_day(errors, "day", &new.day, incubator.today());
    if day.is_some_and(|day| day < day::date(found.committee.row.day)) {
        errors.add("day", "Ce jour vient avant le comité.");
    }
    let note = typed::text(errors, "note", &new.note, "Dites sur quoi vous vous appuyez.", 2_000);
    day.filter(|_| errors.is_empty()).map(|day| (day, note))
}

async fn show_hypothesis(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(to): Path<(i64, i64)>,
) -> Result<Response, Problem> {
    let subject = of_hypothesis(&incubator, &visitor, to).await?;
    let new = Typed { day: incubator.today().to_string(), ..Typed::default() };
    Ok(hypothesis_form(&visitor, &subject, (new, FormErrors::default())))
}

async fn close_hypothesis(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(to): Path<(i64, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let subject = of_hypothesis(&incubator, &visitor, to).await?;
    let mut errors = FormErrors::default();
    let verdict = Verdict::from_name(&new.result).filter(|one| *one != Verdict::Open);
    let told = read(&incubator, &subject.found, &new, (&mut errors, verdict.is_some()));
    let (Some(verdict), Some((day, note))) = (verdict, told) else {
        return Ok(hypothesis_form(&visitor, &subject, (new, errors)));
    };
    hypothesis::close(&incubator.database, visitor.actor(), &subject.one, (verdict, day, note)).await?;
    Ok(redirect(&format!("{}?fait=hypothese-conclue", address(to.0))))
}

async fn show_condition(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(to): Path<(i64, i64)>,
) -> Result<Response, Problem> {
    let subject = of_condition(&incubator, &visitor, to).await?;
    let new = Typed { day: incubator.today().to_string(), ..Typed::default() };
    Ok(condition_form(&visitor, &subject, (new, FormErrors::default())))
}

async fn close_condition(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(to): Path<(i64, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let subject = of_condition(&incubator, &visitor, to).await?;
    let mut errors = FormErrors::default();
    let result = ConditionResult::from_name(&new.result).filter(|one| *one != ConditionResult::Open);
    let told = read(&incubator, &subject.found, &new, (&mut errors, result.is_some()));
    let (Some(result), Some((day, note))) = (result, told) else {
        return Ok(condition_form(&visitor, &subject, (new, errors)));
    };
    let knowledge = incubator.knowledge().await?;
    let agreement = subject.found.committee.row.agreement_id;
    let closed = (&subject.one, agreement);
    condition::close(&incubator.database, &knowledge, visitor.actor(), closed, (result, day, note)).await?;
    Ok(redirect(&format!("{}?fait=condition-verifiee", address(to.0))))
}
