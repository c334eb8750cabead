//! What organisers decide about an application at each step of the call.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::{DateTime, Time};
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::call_file::decision;
use super::call_head::{address, desk_page, not_now, organised, sent};
use super::typed;
use crate::Incubator;
use crate::model::call::Step;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::store::application::{self, Choice as Chosen, Eligibility, Model, NotNow, Outcome};
use crate::store::application_decision::{self, Decision};
use crate::store::call_edition::Edition;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/{slug}/candidatures/{id}/decider", get(ask).post(decide))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    verdict: String,
    reason: String,
    hearing_day: String,
    hearing_hour: String,
    granted: String,
    conditions: String,
}

/// What the form of a step asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Eligibility,
    Choice,
    Outcome,
}

impl Question {
    fn of(step: Step) -> Option<Self> {
        Some(match step {
            Step::Eligibility => Self::Eligibility,
            Step::Shortlisted => Self::Choice,
            Step::Deliberation => Self::Outcome,
            _ => return None,
        })
    }

    fn choices(self, present: &str) -> Vec<Choice> {
        fn of<T: crate::model::named::Named>(present: &str) -> Vec<Choice> {
            T::ALL.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present)).collect()
        }
        match self {
            Self::Eligibility => of::<Eligibility>(present),
            Self::Choice => of::<Chosen>(present),
            Self::Outcome => of::<Outcome>(present),
        }
    }
}

#[derive(Template)]
#[template(path = "call/decide.html")]
struct DecidePage {
    page: Page,
    title: &'static str,
    project: String,
    base: String,
    asks_hearing: bool,
    asks_award: bool,
    max_grant: String,
    choices: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

/// An application that the present step decides about.
async fn decidable(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, id): (&str, i64),
) -> Result<(Edition, Model, Question), Problem> {
    let edition = organised(incubator, visitor, "call.organise", slug).await?;
    let row = sent(incubator, &edition, id).await?;
    let question = Question::of(edition.step).filter(|_| !decision(&edition, &row).is_empty());
    let question = question.ok_or_else(|| {
        not_now(format!("À l’étape « {} », rien n’est à décider pour cette candidature.", edition.step.fr()))
    })?;
    Ok((edition, row, question))
}

fn present(row: &Model, question: Question, edition: &Edition) -> Typed {
    let local = row.hearing_at.map(|at| format::paris().to_datetime(at.timestamp()));
    let mut shown = Typed {
        hearing_day: local
            .map(DateTime::date)
            .or(edition.told.calendar.hearings)
            .map_or_else(String::new, |day| day.to_string()),
        hearing_hour: local.map_or_else(String::new, |at| at.strftime("%H:%M").to_string()),
        granted: row
            .granted
            .map_or_else(String::new, |cents| Cents::new(cents).to_string().replace(" €", "")),
        conditions: row.conditions.clone(),
        ..Typed::default()
    };
    (shown.verdict, shown.reason) = match question {
        Question::Eligibility => (row.eligibility.clone(), row.eligibility_reason.clone()),
        Question::Choice => (row.choice.clone(), row.choice_reason.clone()),
        Question::Outcome => (row.outcome.clone(), row.outcome_reason.clone()),
    };
    shown
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (edition, row, question): (&Edition, &Model, Question),
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let dossier = application::open(&incubator.keyring, row).await?;
    let title = decision(edition, row);
    let shown = DecidePage {
        page: desk_page(visitor, edition, title),
        title,
        project: dossier.project,
        base: format!("{}/candidatures/{}", address(&edition.row.slug), row.id),
        asks_hearing: question == Question::Choice,
        asks_award: question == Question::Outcome,
        max_grant: edition
            .told
            .max_grant
            .map_or_else(String::new, |amount| format!("Au plus {}", amount.fr())),
        choices: question.choices(&new.verdict),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (edition, row, question) = decidable(&incubator, &visitor, (&slug, id)).await?;
    let new = present(&row, question, &edition);
    form(&incubator, &visitor, (&edition, &row, question), (new, FormErrors::default())).await
}

/// When it is heard; an error beside the field otherwise.
fn hearing(errors: &mut FormErrors, new: &Typed, edition: &Edition) -> Option<jiff::Timestamp> {
    let day = typed::day(errors, "hearing_day", &new.hearing_day);
    let hour = Time::strptime("%H:%M", new.hearing_hour.trim()).ok();
    if hour.is_none() {
        errors.add("hearing_hour", "Indiquez une heure, par exemple 14:30.");
    }
    let at = DateTime::from_parts(day?, hour?);
    if at < edition.told.calendar.closes {
        errors.add("hearing_day", "L’audition vient après la clôture de l’appel.");
        return None;
    }
    format::paris().to_timestamp(at).ok()
}

fn read(errors: &mut FormErrors, new: &Typed, question: Question, edition: &Edition) -> Option<Decision> {
    let mut reason = |needed: bool| {
        let told: String = new.reason.trim().chars().take(2_000).collect();
        if needed && told.is_empty() {
            errors.add("reason", "Dites pourquoi : le candidat le lira avec les résultats.");
        }
        told
    };
    match question {
        Question::Eligibility => {
            let verdict = Eligibility::from_name(&new.verdict);
            let reason = reason(verdict == Some(Eligibility::Ineligible));
            Some(Decision::Eligibility { verdict: verdict?, reason })
        }
        Question::Choice => {
            let choice = Chosen::from_name(&new.verdict);
            let reason = reason(choice == Some(Chosen::NotKept));
            let hearing = if choice == Some(Chosen::Kept) { hearing(errors, new, edition) } else { None };
            Some(Decision::Choice { choice: choice?, reason, hearing })
        }
        Question::Outcome => {
            let outcome = Outcome::from_name(&new.verdict);
            // Reasons are stored for every decision of the jury.
            let reason = reason(true);
            let granted = typed::maybe_amount(errors, "granted", &new.granted);
            if granted.zip(edition.told.max_grant).is_some_and(|(granted, most)| granted > most) {
                let most = edition.told.max_grant.map_or_else(String::new, Cents::fr);
                errors.add("granted", format!("L’appel accorde au plus {most}."));
            }
            let conditions: Vec<String> = new
                .conditions
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(|line| line.chars().take(300).collect())
                .collect();
            if conditions.len() > 9 {
                errors.add("conditions", "Neuf conditions au plus.");
            }
            let outcome = outcome?;
            let laureate = outcome == Outcome::Laureate;
            Some(Decision::Outcome {
                outcome,
                reason,
                granted: granted.filter(|_| laureate),
                conditions: if laureate { conditions } else { Vec::new() },
            })
        }
    }
}

async fn decide(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (edition, row, question) = decidable(&incubator, &visitor, (&slug, id)).await?;
    let mut errors = FormErrors::default();
    let decision = read(&mut errors, &new, question, &edition);
    if decision.is_none() && errors.of("verdict").is_empty() {
        errors.0.insert(
            0,
            socle::pages::FieldError { field: "verdict", text: "Choisissez une réponse.".to_owned() },
        );
    }
    let Some(decision) = decision.filter(|_| errors.is_empty()) else {
        return form(&incubator, &visitor, (&edition, &row, question), (new, errors)).await;
    };
    if application_decision::decide(&incubator.database, visitor.actor(), row, decision).await? == Err(NotNow)
    {
        return Err(not_now("L’appel a changé d’étape pendant que vous lisiez : rechargez la page."));
    }
    Ok(redirect(&format!("{}/suivi?fait=candidature-decidee", address(&slug))))
}
