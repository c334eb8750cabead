use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::mission_letter::intrapreneur;
use super::team_head::{address, form_page};
use super::typed;
use crate::Incubator;
use crate::model::member::Occasion;
use crate::model::named::Named as _;
use crate::store::criteria_review::{self, Answered, Review};
use crate::store::member::Known;
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/membres/{id}/criteres", get(ask).post(record))
}

/// What was sent, by the names of fields.
struct Sent(Vec<(String, String)>);

impl Sent {
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}

/// A criterion to answer.
struct Question {
    /// Names of the fields of the answer and of the note.
    name: String,
    note_name: String,
    fr: String,
    choices: Vec<Choice>,
    note: String,
    error: String,
}

#[derive(Template)]
#[template(path = "team/criteria_review.html")]
struct ReviewPage {
    page: Page,
    name: String,
    action: String,
    day: String,
    occasions: Vec<Choice>,
    questions: Vec<Question>,
    errors: FormErrors,
}

fn yes_or_no(present: &str) -> Vec<Choice> {
    [("oui", "Oui"), ("non", "Non")].iter().map(|(value, label)| Choice::new(value, label, present)).collect()
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (product, known): (&Product, &Known),
    (sent, errors): (&Sent, FormErrors),
) -> Response {
    let questions = incubator.criteria.criteria.iter().map(|one| {
        let (name, note_name) = (format!("met_{}", one.key), format!("note_{}", one.key));
        Question {
            fr: one.fr.clone(),
            choices: yes_or_no(sent.of(&name)),
            note: sent.of(&note_name).to_owned(),
            error: if !errors.is_empty() && sent.of(&name).is_empty() {
                "Répondez oui ou non.".to_owned()
            } else {
                String::new()
            },
            name,
            note_name,
        }
    });
    let shown = ReviewPage {
        page: form_page(visitor, product, "/membres", "Vérifier les sept critères"),
        name: known.name().to_owned(),
        action: format!("{}/membres/{}/criteres", address(&product.slug), known.id),
        day: sent.of("day").to_owned(),
        occasions: Occasion::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), sent.of("occasion")))
            .collect(),
        questions: questions.collect(),
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (product, known) = intrapreneur(&incubator, &visitor, (&slug, id)).await?;
    // What was answered last time, to be looked at again.
    let mut sent = vec![("day".to_owned(), incubator.today().to_string())];
    for one in known.review.iter().flat_map(|review| &review.answers) {
        sent.push((format!("met_{}", one.key), if one.met { "oui" } else { "non" }.to_owned()));
        sent.push((format!("note_{}", one.key), one.note.clone()));
    }
    let occasion = if known.review.is_none() { Occasion::Appointment } else { Occasion::Committee };
    sent.push(("occasion".to_owned(), occasion.to_string()));
    Ok(form(&incubator, &visitor, (&product, &known), (&Sent(sent), FormErrors::default())))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(sent): Filled<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let (product, known) = intrapreneur(&incubator, &visitor, (&slug, id)).await?;
    let (sent, mut errors) = (Sent(sent), FormErrors::default());
    let day = typed::past_day(&mut errors, "day", sent.of("day"), incubator.today());
    let occasion = Occasion::from_name(sent.of("occasion"));
    if occasion.is_none() {
        errors.add("occasion", "Dites à quelle occasion.");
    }
    let mut answers = Vec::new();
    for one in &incubator.criteria.criteria {
        let note: String = sent.of(&format!("note_{}", one.key)).trim().chars().take(300).collect();
        let met = match sent.of(&format!("met_{}", one.key)) {
            "oui" => true,
            "non" => false,
            _ => {
                errors.add("criteria", format!("Répondez oui ou non\u{a0}: {}.", one.fr));
                continue;
            }
        };
        answers.push(Answered { key: one.key.clone(), met, note });
    }
    let (Some(day), Some(occasion), true) = (day, occasion, errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, (&product, &known), (&sent, errors)));
    };
    let review = Review { day, occasion, answers };
    let knowledge = incubator.knowledge().await?;
    criteria_review::record(&incubator.database, &knowledge, visitor.actor(), known, review).await?;
    Ok(redirect(&format!("{}/membres/{id}?fait=criteres-verifies", address(&slug))))
}
