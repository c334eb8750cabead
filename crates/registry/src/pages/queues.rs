use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use socle::jobs::{self, JobState};
use socle::outbox;
use socle::pages::{Page, format};
use socle::web::{Problem, Visitor, page};

use super::place;
use crate::store::verification;
use crate::{Registry, SHEET};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/files", get(show))
}

/// How long a job may stay silent beyond its own pace before we say so.
const SILENCE: SignedDuration = SignedDuration::from_mins(10);

/// A thing the program does by itself, as the page tells it.
struct Work {
    title: String,
    /// Of the registry, or shared by all services.
    whose: &'static str,
    state: &'static str,
    colour: &'static str,
    last: String,
    done: String,
    /// What the last failure said; empty when there is none.
    error: String,
}

impl Work {
    fn new(
        state: &JobState,
        title: String,
        whose: &'static str,
        pace: SignedDuration,
        now: Timestamp,
    ) -> Self {
        let running = state.leased_until.is_some_and(|until| until.timestamp() > now);
        let silent =
            state.last_started_at.is_none_or(|at| now.duration_since(at.timestamp()) > pace + SILENCE);
        let (word, colour) = match (state.failures, running, silent) {
            (1.., _, _) => ("En échec", "error"),
            (_, true, _) => ("En cours", "info"),
            (_, _, true) => ("Ne tourne plus", "warning"),
            _ => ("À jour", "success"),
        };
        Self {
            title,
            whose,
            state: word,
            colour,
            last: state.last_finished_at.map_or_else(|| "jamais".to_owned(), place::moment),
            done: format::integer(state.done),
            error: state.last_error.clone().filter(|_| state.failures > 0).unwrap_or_default(),
        }
    }
}

/// Something that waits, with its number.
struct Waiting {
    label: &'static str,
    value: String,
    unit: &'static str,
    source: &'static str,
}

#[derive(Template)]
#[template(path = "queues.html")]
struct QueuesPage {
    page: Page,
    /// Whether everything advances.
    well: bool,
    now: String,
    waiting: Vec<Waiting>,
    works: Vec<Work>,
    given_up: bool,
}

async fn show(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "queues.read")?;
    let people = registry.house.people.database();
    let now = registry.house.clock.now();
    let mut works = works_of(&registry, "Registre", now).await?;
    if let Some(sandbox) = registry.sandbox() {
        works.extend(works_of(sandbox, "Registre, bac à sable", now).await?);
    }
    for state in jobs::states(people).await? {
        let (title, pace) = shared(&state.kind);
        works.push(Work::new(&state, title, "Commun à tous les services", pace, now));
    }
    let pending = verification::waiting(&registry.database).await?;
    let (own, own_given_up) = outbox::waiting(&registry.database).await?;
    let (common, common_given_up) = outbox::waiting(people).await?;
    let given_up = own_given_up + common_given_up;
    let messages = ("message", "messages");
    let one = |label, value: u64, (single, many), source| Waiting {
        label,
        value: format::integer(i64::try_from(value).unwrap_or(i64::MAX)),
        // French counts nothing in the singular.
        unit: if value > 1 { many } else { single },
        source,
    };
    Ok(page(&QueuesPage {
        page: Page::of_service(&visitor, &SHEET, "Files de travail"),
        well: given_up == 0 && works.iter().all(|work| matches!(work.state, "À jour" | "En cours")),
        now: place::moment(now),
        waiting: vec![
            one(
                "En attente d’examen",
                pending,
                ("trajet", "trajets"),
                "Trajets reçus dont l’état n’est pas encore décidé",
            ),
            one("Messages à envoyer", own + common, messages, "Courriels et notifications"),
            one("Messages abandonnés", given_up, messages, "Après vingt essais sans succès"),
        ],
        works,
        given_up: given_up > 0,
    }))
}

async fn works_of(
    registry: &Arc<Registry>,
    whose: &'static str,
    now: Timestamp,
) -> Result<Vec<Work>, Problem> {
    let known = crate::jobs::jobs(registry);
    let work = |state: &JobState| {
        let job = known.iter().find(|job| job.kind == state.kind);
        let title = job.map_or_else(|| state.kind.clone(), |job| job.title.to_owned());
        let pace = job.and_then(|job| SignedDuration::try_from(job.every).ok()).unwrap_or_default();
        Work::new(state, title, whose, pace, now)
    };
    Ok(jobs::states(&registry.database).await?.iter().map(work).collect())
}

/// What a job of the socle is called, and its pace.
fn shared(kind: &str) -> (String, SignedDuration) {
    match kind {
        "outbox" => ("Envoi des messages".to_owned(), SignedDuration::from_secs(2)),
        "sessions" => ("Oubli des connexions terminées".to_owned(), SignedDuration::from_mins(10)),
        other => (other.to_owned(), SignedDuration::from_hours(24)),
    }
}
