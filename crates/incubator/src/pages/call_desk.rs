//! The desk of those who organise an edition: where it stands, what is owed, the next step.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::Page;
use socle::web::{Asked, Filled, Name, Problem, Visitor, page, redirect};

use super::agreement::sentence;
use super::call::{CriterionLine, criteria};
use super::call_head::{address, colour, desk_page, hour, instant, not_now, organised, refusal};
use super::call_jury::jurors;
use super::committee::Next;
use super::done::Done;
use crate::model::call::{Phase, Step};
use crate::model::named::Named;
use crate::store::application::{self, Dossier, Model, Published};
use crate::store::call_award;
use crate::store::call_edition::{self, Edition, WithStep};

use crate::{Incubator, SHEET, call_letters};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/{slug}/suivi", get(show))
        .route("/incubateur/appels/{slug}/suivi/etape", post(step))
}

/// An application in the list.
struct Line {
    href: String,
    number: String,
    project: String,
    organisation: String,
    state: String,
    hearing: String,
    /// Where a laureate is given what the call promised.
    award: String,
    given: bool,
}

/// Where an application stands, in words.
pub fn state(row: &Model, step: Step) -> String {
    let told = match step {
        Step::Draft | Step::Announced => None,
        Step::Eligibility => row.eligibility().map(Named::fr),
        Step::Preselection | Step::Shortlisted => row.choice().map(Named::fr),
        Step::Hearing | Step::Deliberation | Step::Published => row.outcome().map(Named::fr),
    };
    let ended = match (row.eligibility(), row.choice()) {
        (Some(application::Eligibility::Ineligible), _) => Some("non recevable"),
        (_, Some(application::Choice::NotKept)) => Some("non retenue"),
        _ => None,
    };
    ended.or(told).unwrap_or(if step <= Step::Announced { "envoyée" } else { "à examiner" }).to_owned()
}

#[derive(Template)]
#[template(path = "call/desk.html")]
struct DeskPage {
    page: Page,
    title: String,
    base: String,
    public: String,
    phase: String,
    colour: &'static str,
    /// What one may do now, the most useful first.
    next: Vec<Next>,
    waits_for: String,
    /// The step that a button takes: its label, the step it leaves, what it does.
    step: Option<(&'static str, String, &'static str)>,
    owed: Vec<String>,
    lines: Vec<Line>,
    begun: u64,
    withdrawn: u64,
    jury: usize,
    criteria: Vec<CriterionLine>,
    eligibility: usize,
    questions: usize,
    is_draft: bool,
}

/// The label of the button that takes the next step, and what it does.
fn advance(step: Step) -> Option<(&'static str, &'static str)> {
    Some(match step {
        Step::Draft => (
            "Annoncer l’appel",
            "L’appel devient public, et s’ouvre à son jour. Ses critères et son formulaire ne changent plus.",
        ),
        Step::Announced => (
            "Examiner la recevabilité",
            "Pour chaque candidature, vous direz si elle est recevable, et pourquoi.",
        ),
        Step::Eligibility => (
            "Passer à la présélection",
            "Les candidatures recevables sont lues. Le jury vote si l’appel le prévoit.",
        ),
        Step::Preselection => (
            "Clore la présélection",
            "Les votes se ferment et se lisent. Vous choisissez qui est entendu, et à quelle heure.",
        ),
        Step::Shortlisted => {
            ("Ouvrir les auditions", "Chaque candidat retenu reçoit son heure par courriel. Le jury note.")
        }
        Step::Hearing => {
            ("Ouvrir la délibération", "Les notes se figent et se lisent. Personne ne note plus.")
        }
        Step::Deliberation => (
            "Publier les résultats",
            "Les lauréats sont publiés, et chaque candidat reçoit la décision avec ses raisons.",
        ),
        Step::Published => return None,
    })
}

fn waits_for(edition: &Edition, phase: Phase) -> String {
    let closes = edition.told.calendar.closes;
    match phase {
        Phase::ToCome => "Rien : l’appel est annoncé, il s’ouvre à son jour.".to_owned(),
        Phase::Open => format!("Rien avant la clôture, le {}.", hour(closes)),
        Phase::Preselection if edition.told.jury_preselects => {
            "Le jury lit et vote. Clôturez quand il a fini.".to_owned()
        }
        Phase::Preselection => "Lisez les candidatures recevables, puis clôturez la présélection.".to_owned(),
        Phase::Hearing => "Le jury entend les candidats et les note.".to_owned(),
        Phase::Published => "Donnez à chaque lauréat ce que l’appel promettait.".to_owned(),
        Phase::Onboarding => "Les lauréats sont accueillis.".to_owned(),
        _ => String::new(),
    }
}

async fn lines(incubator: &Incubator, edition: &Edition, sent: &[Model]) -> Result<Vec<Line>, Problem> {
    let given = call_award::of_edition(&incubator.database, edition.row.id).await?;
    let base = address(&edition.row.slug);
    let mut lines = Vec::with_capacity(sent.len());
    for row in sent {
        let dossier = application::open(&incubator.keyring, row).await?;
        lines.push(Line {
            href: format!("{base}/candidatures/{}", row.id),
            number: row.number.clone().unwrap_or_default(),
            project: if row.erased_at.is_some() { "dossier effacé".to_owned() } else { dossier.project },
            organisation: dossier.organisation,
            state: state(row, edition.step),
            hearing: row.hearing_at.map_or_else(String::new, |at| instant(at.timestamp())),
            award: if edition.step == Step::Published && row.is_laureate() {
                format!("{base}/laureats/{}", row.id)
            } else {
                String::new()
            },
            given: given.iter().any(|one| one.application_id == row.id),
        });
    }
    Ok(lines)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let edition = organised(&incubator, &visitor, "call.read", &slug).await?;
    let phase = edition.phase(incubator.hour());
    let jury = jurors(&incubator, &edition).await?;
    let facts = call_edition::facts(incubator.database.read(), &edition, jury.len()).await?;
    let sent = application::sent(incubator.database.read(), edition.row.id).await?;
    let (begun, withdrawn) = application::aside(&incubator.database, edition.row.id).await?;
    let base = format!("{}/suivi", address(&slug));
    let told = &edition.told;
    let may_write = visitor.allow(&SHEET, "call.write").is_ok();
    let mut next = Vec::new();
    let mut add = |label: &str, end: &str| {
        next.push(Next { label: label.to_owned(), href: format!("{base}/{end}") });
    };
    if may_write && matches!(phase, Phase::Draft | Phase::ToCome | Phase::Open) {
        add("Changer la présentation ou le calendrier", "presentation");
    }
    if edition.step < Step::Deliberation {
        add("Composer le jury", "jury");
    }
    if matches!(edition.step, Step::Shortlisted | Step::Deliberation) {
        add("Lire les notes et le classement", "classement");
    }
    if edition.step == Step::Deliberation {
        add("Écrire le procès-verbal", "proces-verbal");
    }
    let owed = edition.step.refusals(told, &facts, incubator.hour());
    let shown = DeskPage {
        page: done.announce(desk_page(&visitor, &edition, &told.title)),
        title: told.title.clone(),
        public: if phase == Phase::Draft { String::new() } else { address(&slug) },
        phase: sentence(phase.fr()),
        colour: colour(phase),
        next,
        waits_for: waits_for(&edition, phase),
        step: advance(edition.step).map(|(label, what)| (label, edition.step.to_string(), what)),
        owed: owed.iter().map(refusal).collect(),
        lines: lines(&incubator, &edition, &sent).await?,
        begun,
        withdrawn,
        jury: jury.len(),
        criteria: criteria(&told.criteria),
        eligibility: told.eligibility.len(),
        questions: told.questions.len(),
        is_draft: edition.step == Step::Draft,
        base,
    };
    Ok(page(&shown))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Taken {
    /// The step that the page showed.
    from: String,
}

/// The letters that go with a step, and what it publishes.
async fn with_step(incubator: &Incubator, edition: &Edition) -> Result<WithStep, Problem> {
    let mut with = WithStep::default();
    if !matches!(edition.step, Step::Shortlisted | Step::Deliberation) {
        return Ok(with);
    }
    for row in application::sent(incubator.database.read(), edition.row.id).await? {
        if row.erased_at.is_some() {
            continue;
        }
        let dossier: Dossier = application::open(&incubator.keyring, &row).await?;
        if edition.step == Step::Shortlisted {
            if row.is_kept() {
                let letter = call_letters::heard(incubator, edition, &row, &dossier);
                with.letters.push((format!("application {} hearing", row.id), letter));
            }
            continue;
        }
        let letter = call_letters::decided(incubator, edition, &row, &dossier);
        with.letters.push((format!("application {} result", row.id), letter));
        if row.is_laureate() {
            let Dossier { project, organisation, summary, .. } = dossier;
            let told = serde_json::to_string(&Published { project, organisation, summary });
            with.published.push((row.id, told.map_err(|cause| Problem::internal(&cause))?));
        }
    }
    Ok(with)
}

async fn step(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(taken): Filled<Taken>,
) -> Result<Response, Problem> {
    let edition = organised(&incubator, &visitor, "call.organise", &slug).await?;
    if taken.from != edition.step.as_str() {
        return Err(not_now("Cette étape est déjà passée : rechargez la page de l’appel."));
    }
    let jury = jurors(&incubator, &edition).await?.len();
    let with = with_step(&incubator, &edition).await?;
    let key = application::key(&incubator.keyring, &edition).await?;
    let done = call_edition::step(&incubator.database, key, visitor.actor(), edition, jury, with).await?;
    if let Err(owed) = done {
        let owed: Vec<String> = owed.iter().map(refusal).collect();
        return Err(not_now(format!("L’étape n’est pas passée. {}", owed.join(" "))));
    }
    Ok(redirect(&format!("{}/suivi?fait=appel-avance", address(&slug))))
}
