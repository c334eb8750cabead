use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Number, Problem, Visitor, answered, page, redirect};

use super::agreement_head::refused;
use super::committee_head::{Found, address, found, frame};
use super::typed;
use crate::Incubator;
use crate::store::decision::{self, Taken};
use crate::store::{committee, day};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/comites/{id}/tenu", get(show_held).post(hold))
        .route("/incubateur/comites/{id}/annuler", get(show_cancel).post(cancel))
        .route("/incubateur/comites/{id}/dossier-envoye", get(show_sent).post(sent))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    day: String,
    text: String,
}

/// What a form asks for, besides the day.
struct Question {
    title: &'static str,
    lead: &'static str,
    end: &'static str,
    /// Label of the day; empty when none is asked.
    day: &'static str,
    /// Label of the text; empty when none is asked.
    text: &'static str,
    hint: &'static str,
    optional: bool,
    submit: &'static str,
}

const HELD: Question = Question {
    title: "Le comité a été tenu",
    lead: "Son jour et son relevé. L’échéance de la convention est alors faite\u{a0}; les décisions s’inscrivent ensuite, service par service.",
    end: "tenu",
    day: "Quel jour a-t-il été tenu ?",
    text: "Relevé de ce qui s’est dit",
    hint: "Quelques lignes suffisent",
    optional: true,
    submit: "Enregistrer",
};

const CANCEL: Question = Question {
    title: "Annuler le comité",
    lead: "Il reste dans l’historique, avec la raison. Un autre pourra être prévu.",
    end: "annuler",
    day: "",
    text: "Pourquoi n’aura-t-il pas lieu ?",
    hint: "",
    optional: false,
    submit: "Annuler le comité",
};

const SENT: Question = Question {
    title: "Le dossier est envoyé",
    lead: "Notez le jour où le dossier est parti aux membres du comité.",
    end: "dossier-envoye",
    day: "Quel jour ?",
    text: "",
    hint: "",
    optional: true,
    submit: "Enregistrer",
};

#[derive(Template)]
#[template(path = "committee/held.html")]
struct QuestionPage {
    page: Page,
    question: &'static Question,
    action: String,
    new: Typed,
    errors: FormErrors,
}

async fn of(incubator: &Incubator, visitor: &Visitor, id: i64, again: bool) -> Result<Found, Problem> {
    let found = found(incubator, visitor, "committee.prepare", id).await?;
    if found.committee.is_ahead() || again && found.committee.row.held {
        return Ok(found);
    }
    Err(refused("Ce comité a été tenu ou annulé."))
}

fn form(
    visitor: &Visitor,
    found: &Found,
    question: &'static Question,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let shown = QuestionPage {
        page: frame(visitor, found, question.title),
        question,
        action: format!("{}/{}", address(found.committee.row.id), question.end),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show_held(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let found = of(&incubator, &visitor, id, true).await?;
    let row = &found.committee.row;
    let day = std::cmp::min(day::date(row.day), incubator.today());
    let new = Typed { day: day.to_string(), text: row.minutes.clone() };
    Ok(form(&visitor, &found, &HELD, (new, FormErrors::default())))
}

async fn hold(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let found = of(&incubator, &visitor, id, true).await?;
    let mut errors = FormErrors::default();
    let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
    let taken = decision::of_committees(incubator.database.read(), &[id]).await?.remove(&id);
    let opened = taken.iter().flatten().filter_map(Taken::stage).map(|(_, from)| from).min();
    if day.zip(opened).is_some_and(|(day, opened)| day > opened) {
        errors.add(
            "day",
            "Une phase décidée à ce comité commence avant ce jour\u{a0}: corrigez d’abord la décision.",
        );
    }
    let Some(day) = day.filter(|_| errors.is_empty()) else {
        return Ok(form(&visitor, &found, &HELD, (new, errors)));
    };
    let minutes = new.text.trim().chars().take(20_000).collect();
    let knowledge = incubator.knowledge().await?;
    committee::hold(&incubator.database, &knowledge, visitor.actor(), &found.committee, day, minutes).await?;
    Ok(redirect(&format!("{}?fait=comite-tenu", address(id))))
}

async fn show_cancel(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let found = of(&incubator, &visitor, id, false).await?;
    Ok(form(&visitor, &found, &CANCEL, Default::default()))
}

async fn cancel(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let found = of(&incubator, &visitor, id, false).await?;
    let mut errors = FormErrors::default();
    let reason = typed::text(&mut errors, "text", &new.text, "Dites pourquoi, en quelques mots.", 500);
    if !errors.is_empty() {
        return Ok(form(&visitor, &found, &CANCEL, (new, errors)));
    }
    committee::cancel(&incubator.database, visitor.actor(), &found.committee, reason).await?;
    Ok(redirect(&format!("{}?fait=comite-annule", address(id))))
}

async fn show_sent(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let found = of(&incubator, &visitor, id, false).await?;
    let new = Typed { day: incubator.today().to_string(), ..Typed::default() };
    Ok(form(&visitor, &found, &SENT, (new, FormErrors::default())))
}

async fn sent(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let found = of(&incubator, &visitor, id, false).await?;
    let mut errors = FormErrors::default();
    let Some(day) = typed::past_day(&mut errors, "day", &new.day, incubator.today()) else {
        return Ok(form(&visitor, &found, &SENT, (new, errors)));
    };
    committee::pack_sent(&incubator.database, visitor.actor(), &found.committee, day).await?;
    Ok(redirect(&format!("{}?fait=dossier-envoye", address(id))))
}
