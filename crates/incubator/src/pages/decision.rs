use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::refused;
use super::committee_head::{Found, address, found, frame};
use super::decision_form::{Typed, read};
use crate::Incubator;
use crate::model::checks;
use crate::model::decision::{Misfit, Outcome};
use crate::model::named::Named as _;
use crate::model::portfolio::{Episode, Stage};
use crate::store::agreement::Filed;
use crate::store::day;
use crate::store::decision::{self, NewDecision, Taken};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/comites/{id}/decision/{product}", get(show).post(record))
}

#[derive(Template)]
#[template(path = "committee/decision.html")]
struct DecisionPage {
    page: Page,
    product: String,
    /// The phase on the day of the committee, in words.
    present: &'static str,
    /// What the agreement still lets commit; empty when nobody knows.
    left: String,
    action: String,
    outcomes: Vec<Choice>,
    /// What was closed since, which stays.
    kept: Vec<String>,
    new: Typed,
    errors: FormErrors,
}

/// A committee that was held, one of its products, and what was decided for it already.
struct Subject {
    found: Found,
    slug: String,
    name: String,
    before: Option<Taken>,
    /// The phase on the day of the committee, without what this committee itself decided.
    stage: Option<Stage>,
}

async fn of(incubator: &Incubator, visitor: &Visitor, (id, slug): (i64, String)) -> Result<Subject, Problem> {
    let found = found(incubator, visitor, "committee.decide", id).await?;
    let name = found.product(&slug).ok_or(Problem::NotFound)?.to_owned();
    if !found.committee.row.held {
        return Err(refused("Ce comité n’a pas encore été tenu\u{a0}: notez d’abord son jour."));
    }
    let taken = decision::of_committees(incubator.database.read(), &[id]).await?.remove(&id);
    let before = taken.unwrap_or_default().into_iter().find(|one| one.row.product == slug);
    let held_on = day::date(found.committee.row.day);
    let own = before.as_ref().and_then(Taken::stage);
    let mut history = match incubator.portfolio().await? {
        portfolio if portfolio.product(&slug).is_some() => {
            portfolio.product(&slug).map(|one| one.sheet.history.clone()).unwrap_or_default()
        }
        portfolio => {
            crate::model::portfolio::History(portfolio.decided.get(&slug).cloned().unwrap_or_default())
        }
    };
    history.0.retain(|episode: &Episode| Some((episode.stage, episode.from)) != own);
    let stage = history.on(held_on).map(|episode| episode.stage);
    Ok(Subject { found, slug, name, before, stage })
}

/// What the agreement still lets commit.
fn left(filed: Option<&Filed>, today: Date) -> String {
    let ceiling = filed.and_then(|filed| Some((filed, checks::ceiling(&filed.agreement, today).amount()?)));
    ceiling.map_or_else(String::new, |(filed, ceiling)| {
        (ceiling - checks::committed(&filed.agreement, today)).fr()
    })
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    subject: &Subject,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = DecisionPage {
        page: frame(visitor, &subject.found, "Inscrire la décision"),
        product: subject.name.clone(),
        present: subject.stage.map_or("aucune phase connue", Stage::title),
        left: left(subject.found.filed.as_ref(), incubator.today()),
        action: format!("{}/decision/{}", address(subject.found.committee.row.id), subject.slug),
        outcomes: Outcome::ALL
            .iter()
            .filter(|one| one.opens(subject.stage).is_ok())
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.outcome))
            .collect(),
        kept: subject.before.as_ref().map_or_else(Vec::new, Taken::closed),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(address): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let subject = of(&incubator, &visitor, address).await?;
    let held_on = day::date(subject.found.committee.row.day);
    let new = subject.before.as_ref().map_or_else(
        || Typed { stage_from: held_on.to_string(), ..Typed::default() },
        |before| Typed::of(before, held_on),
    );
    Ok(form(&incubator, &visitor, &subject, (new, FormErrors::default())))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(to): Path<(i64, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let subject = of(&incubator, &visitor, to).await?;
    let held_on = day::date(subject.found.committee.row.day);
    let mut errors = FormErrors::default();
    let stage = opened(&mut errors, &new, subject.stage, held_on);
    let decided = read(&mut errors, &new, held_on);
    let (Some((outcome, stage)), true) = (stage, errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, &subject, (new, errors)));
    };
    let decided = NewDecision { outcome, stage, ..decided };
    let knowledge = incubator.knowledge().await?;
    let id = subject.found.committee.row.id;
    let place = (id, subject.slug);
    decision::record(&incubator.database, &knowledge, visitor.actor(), place, subject.before, decided)
        .await?;
    Ok(redirect(&format!("{}?fait=decision-inscrite", address(id))))
}

/// The decision, and the phase it opens from a day on.
fn opened(
    errors: &mut FormErrors,
    new: &Typed,
    present: Option<Stage>,
    held_on: Date,
) -> Option<(Outcome, Option<(Stage, Date)>)> {
    let Some(outcome) = Outcome::from_name(&new.outcome) else {
        errors.add("outcome", "Choisissez la décision.");
        return None;
    };
    let stage = match outcome.opens(present) {
        Ok(stage) => stage,
        Err(Misfit::Already(stage)) => {
            errors.add("outcome", format!("Le service est déjà en phase «\u{a0}{}\u{a0}».", stage.title()));
            return None;
        }
        Err(Misfit::Over(stage)) => {
            errors.add(
                "outcome",
                format!("Le service a quitté le programme\u{a0}: «\u{a0}{}\u{a0}».", stage.title()),
            );
            return None;
        }
    };
    let Some(stage) = stage else { return Some((outcome, None)) };
    let from = if new.stage_from.trim().is_empty() {
        held_on
    } else {
        super::typed::day(errors, "stage_from", &new.stage_from)?
    };
    if from < held_on {
        errors.add("stage_from", "La phase ne peut pas commencer avant le comité qui la décide.");
        return None;
    }
    Some((outcome, Some((stage, from))))
}
