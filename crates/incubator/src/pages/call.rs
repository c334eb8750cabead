use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Name, Problem, Visitor, page};

use super::agreement::sentence;
use super::call_head::{address, colour, hour, paragraphs, public, steps};
use crate::model::call::{Criterion, Phase, grouped};
use crate::model::named::Named as _;
use crate::store::application::{self, Published};
use crate::store::call_edition::Edition;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/{slug}", get(show))
}

/// What the jury marks, in words.
pub struct CriterionLine {
    pub label: String,
    pub scale: &'static str,
    pub stage: &'static str,
    pub weight: u8,
}

pub fn criteria(criteria: &[Criterion]) -> Vec<CriterionLine> {
    criteria
        .iter()
        .map(|one| CriterionLine {
            label: one.label.clone(),
            scale: one.scale.fr(),
            stage: one.stage.fr(),
            weight: one.weight,
        })
        .collect()
}

/// What is published once the jury decided.
struct Results {
    on: String,
    sent: usize,
    heard: usize,
    laureates: Vec<Published>,
    /// Department or kind of organisation, and how many applications came from it.
    departments: Vec<(String, usize)>,
    kinds: Vec<(String, usize)>,
}

#[derive(Template)]
#[template(path = "call/show.html")]
struct CallPage {
    page: Page,
    title: String,
    tagline: String,
    kind: String,
    phase: String,
    colour: &'static str,
    step: (usize, &'static str, &'static str),
    /// Address of the form while the call is open.
    apply: String,
    /// What one may do when it is not.
    instead: String,
    presentation: Vec<String>,
    who: Vec<String>,
    organiser: String,
    calendar: Vec<(&'static str, String)>,
    money: Vec<(&'static str, String)>,
    criteria: Vec<CriterionLine>,
    eligibility: Vec<(String, String)>,
    questions: Vec<(String, String)>,
    results: Option<Results>,
    months: i32,
}

fn calendar(edition: &Edition) -> Vec<(&'static str, String)> {
    let calendar = &edition.told.calendar;
    let mut lines = vec![
        ("Ouverture", format::date(calendar.opens)),
        ("Clôture", format!("{}, heure de Paris", hour(calendar.closes))),
    ];
    lines.extend(calendar.hearings.map(|day| ("Auditions", format::date(day))));
    lines.extend(calendar.results.map(|day| ("Résultats", format::date(day))));
    lines
}

fn money(edition: &Edition) -> Vec<(&'static str, String)> {
    let told = &edition.told;
    let mut lines = Vec::new();
    lines.extend(told.envelope.map(|amount| ("Enveloppe de l’appel", amount.fr())));
    lines.extend(told.max_grant.map(|amount| ("Montant maximal par lauréat", amount.fr())));
    lines.extend(told.co_funding_percent.map(|percent| {
        ("Cofinancement demandé", format!("{percent}\u{a0}% apportés par votre administration"))
    }));
    lines.push(("Durée de l’accompagnement", format!("{} semaines", told.weeks)));
    lines
}

async fn results(incubator: &Incubator, edition: &Edition) -> Result<Option<Results>, Problem> {
    let Some(published) = edition.row.published_at else { return Ok(None) };
    let sent = application::sent(incubator.database.read(), edition.row.id).await?;
    let smallest = incubator.calls.smallest_group;
    let reference = &incubator.house.places.reference;
    let name = |code: &str| {
        let known = reference.departments().iter().find(|one| one.code.to_string() == code);
        known.map_or_else(|| code.to_owned(), |one| one.name.clone())
    };
    let told = |groups: Vec<(Option<String>, usize)>, other: &str| {
        let words =
            |(value, count): (Option<String>, usize)| (value.unwrap_or_else(|| other.to_owned()), count);
        groups.into_iter().map(words).collect()
    };
    let departments = grouped(sent.iter().map(|one| name(&one.department)), smallest);
    let kinds = grouped(sent.iter().map(|one| sentence(one.kind().fr())), smallest);
    let laureates = sent.iter().filter(|one| one.is_laureate());
    let laureates: Result<Vec<Published>, _> =
        laureates.map(|one| serde_json::from_str(&one.published)).collect();
    Ok(Some(Results {
        on: format::date(format::paris().to_datetime(published.timestamp()).date()),
        sent: sent.len(),
        heard: sent.iter().filter(|one| one.is_kept()).count(),
        laureates: laureates.map_err(|cause| Problem::internal(&cause))?,
        departments: told(departments, "Autres départements"),
        kinds: told(kinds, "Autres organismes"),
    }))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let edition = public(&incubator, &slug).await?;
    let phase = edition.phase(incubator.hour());
    let told = &edition.told;
    let shown = CallPage {
        page: Page::of_service(&visitor, &SHEET, &told.title).under("Appels", "/incubateur/appels"),
        title: told.title.clone(),
        tagline: told.tagline.clone(),
        kind: sentence(told.kind.fr()),
        phase: phase.fr().to_owned(),
        colour: colour(phase),
        step: steps(phase),
        apply: if phase == Phase::Open { format!("{}/candidater", address(&slug)) } else { String::new() },
        instead: match phase {
            Phase::ToCome => format!(
                "Les candidatures ouvrent le {}. Préparez vos réponses : les questions sont plus bas.",
                format::date(told.calendar.opens)
            ),
            Phase::Published | Phase::Onboarding => "Les résultats sont plus bas.".to_owned(),
            _ => format!(
                "Les candidatures sont closes depuis le {}. Vous avez candidaté ? Le lien reçu par courriel montre où en est votre dossier.",
                hour(told.calendar.closes)
            ),
        },
        presentation: paragraphs(&told.presentation),
        who: paragraphs(&told.who),
        organiser: told.organiser.clone(),
        calendar: calendar(&edition),
        money: money(&edition),
        criteria: criteria(&told.criteria),
        eligibility: told.eligibility.iter().map(|one| (one.text.clone(), one.why.clone())).collect(),
        questions: told.questions.iter().map(|one| (one.label.clone(), one.help.clone())).collect(),
        results: results(&incubator, &edition).await?,
        months: incubator.calls.retention.rejected_months,
    };
    Ok(page(&shown))
}
