use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::rights::Scope;
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::team_head::{address, form_page, found};
use super::typed;
use crate::Incubator;
use crate::model::compliance::{Answer, Given};
use crate::model::named::Named as _;
use crate::model::standards::Criterion;
use crate::store::compliance_answer;
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/conformite/critere/{key}", get(show).post(give))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    answer: String,
    evidence: String,
    valid_until: String,
}

#[derive(Template)]
#[template(path = "team/compliance_answer.html")]
struct AnswerPage {
    page: Page,
    what: String,
    action: String,
    answers: Vec<Choice>,
    validity: bool,
    /// What was answered before, the latest first.
    history: Vec<String>,
    new: Typed,
    errors: FormErrors,
}

async fn of(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, key): (&str, &str),
) -> Result<(Product, Criterion, Scope), Problem> {
    let (product, scope) = found(incubator, visitor, "compliance.write", slug).await?;
    let (_, criterion) = incubator.standards.criterion(key).ok_or(Problem::NotFound)?;
    Ok((product, criterion.clone(), scope))
}

fn told(one: &Given) -> String {
    let until = one.valid_until.map_or_else(String::new, |day| format!(", jusqu’au {}", format::date(day)));
    let evidence = if one.evidence.is_empty() { String::new() } else { format!("\u{a0}: {}", one.evidence) };
    format!("{} le {}{until}{evidence}", sentence(one.answer.fr()), format::date(one.checked_on))
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (product, criterion): (&Product, &Criterion),
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let history = compliance_answer::history(&incubator.database, &product.slug, &criterion.key).await?;
    let shown = AnswerPage {
        page: form_page(visitor, product, "/conformite", &criterion.fr),
        what: criterion.fr.clone(),
        action: format!("{}/conformite/critere/{}", address(&product.slug), criterion.key),
        answers: Answer::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.answer))
            .collect(),
        validity: criterion.validity,
        history: history.iter().map(told).collect(),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (product, criterion, _) = of(&incubator, &visitor, (&slug, &key)).await?;
    let known = compliance_answer::of(&incubator.database, &slug).await?.remove(&key);
    let new = known.map_or_else(Typed::default, |one| Typed {
        answer: one.answer.to_string(),
        evidence: one.evidence,
        valid_until: one.valid_until.map_or_else(String::new, |day| day.to_string()),
    });
    form(&incubator, &visitor, (&product, &criterion), (new, FormErrors::default())).await
}

async fn give(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, key)): Path<(String, String)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, criterion, _) = of(&incubator, &visitor, (&slug, &key)).await?;
    let mut errors = FormErrors::default();
    let answer = Answer::from_name(&new.answer);
    if answer.is_none() {
        errors.add("answer", "Choisissez une réponse.");
    }
    let evidence: String = new.evidence.trim().chars().take(1_000).collect();
    if evidence.is_empty() {
        match answer {
            Some(Answer::Yes) => {
                errors.add("evidence", "Dites où cela se voit\u{a0}: une adresse, un document.");
            }
            Some(Answer::NotApplicable) => {
                errors.add("evidence", "Dites pourquoi ce critère est sans objet.");
            }
            _ => {}
        }
    }
    let valid_until = if criterion.validity {
        typed::maybe_day(&mut errors, "valid_until", &new.valid_until)
    } else {
        None
    };
    if criterion.validity && answer == Some(Answer::Yes) && new.valid_until.trim().is_empty() {
        errors.add("valid_until", "Dites jusqu’à quel jour elle est valable.");
    }
    let Some(answer) = answer.filter(|_| errors.is_empty()) else {
        return form(&incubator, &visitor, (&product, &criterion), (new, errors)).await;
    };
    let before = compliance_answer::of(&incubator.database, &slug).await?.remove(&key);
    let given = Given {
        answer,
        evidence,
        checked_on: incubator.today(),
        valid_until: valid_until.filter(|_| answer == Answer::Yes),
    };
    let place = (slug.clone(), key, incubator.standards.version.clone());
    compliance_answer::give(&incubator.database, visitor.actor(), place, before, given).await?;
    Ok(redirect(&format!("{}/conformite?fait=conformite-repondue", address(&slug))))
}
