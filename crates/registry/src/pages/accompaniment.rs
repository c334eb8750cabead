use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use socle::pages::{Choice, Page, format};
use socle::rights::Scope;
use socle::web::{Problem, Visitor, page};

use super::{log_words, place, step_words};
use crate::connection::{self, Connection};
use crate::model::checklist::{Gate, Step};
use crate::store::join_request;
use crate::{Registry, SHEET};
use socle::web::Asked;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/accompagnement", get(list))
}

/// A connected operator without a valid journey for so long is asked whether all is well.
const SILENCE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Where an operator is stuck.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stuck {
    At(Step),
    /// Everything is done; the team must agree.
    AwaitingTeam,
    Closed,
    /// Connected once, and silent since.
    Silent,
}

impl Stuck {
    /// Where `connection` is stuck, and since when; `None` when all goes well.
    pub fn of(connection: &Connection, now: Timestamp) -> Option<(Self, Timestamp)> {
        let checklist = &connection.checklist;
        if let Some(closed) = connection.onboarding.as_ref().and_then(|one| one.closed_at) {
            return Some((Self::Closed, closed.timestamp()));
        }
        let Some(step) = checklist.current() else {
            let last = match connection.last_valid_day {
                Some(day) => day.date().to_zoned_datetime(format::paris()).ok()?.timestamp(),
                // Everything since was cancelled, refused or not located.
                None => checklist.last_progress()?,
            };
            return (now.duration_since(last) > SILENCE).then_some((Self::Silent, last));
        };
        let since = checklist.last_progress().unwrap_or(now);
        let awaiting = step == Step::RealKey && checklist.gate() == Gate::Approval;
        Some((if awaiting { Self::AwaitingTeam } else { Self::At(step) }, since))
    }

    fn slug(self) -> &'static str {
        match self {
            Self::At(step) => step_words::slug(step),
            Self::AwaitingTeam => "accord",
            Self::Closed => "close",
            Self::Silent => "silence",
        }
    }

    pub fn words(self) -> String {
        match self {
            Self::At(step) => format!("{}. {}", step.number(), step_words::title(step)),
            Self::AwaitingTeam => "Attend l’accord de l’équipe".to_owned(),
            Self::Closed => "Demande close".to_owned(),
            Self::Silent => "Connecté, mais aucun trajet valide depuis 30 jours".to_owned(),
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Step::ALL.into_iter().map(Self::At).chain([Self::AwaitingTeam, Self::Silent, Self::Closed])
    }
}

/// « depuis 12 jours »
pub fn days(since: Timestamp, now: Timestamp) -> String {
    match now.duration_since(since).as_hours() / 24 {
        ..=0 => "aujourd’hui".to_owned(),
        1 => "depuis un jour".to_owned(),
        days => format!("depuis {} jours", format::integer(days)),
    }
}

/// What was last refused, and why.
pub fn refusal(connection: &Connection) -> String {
    connection.last_refusal.as_ref().map_or_else(
        || "aucun".to_owned(),
        |(at, rule)| format!("{}, le {}", log_words::refusal(rule), place::moment(*at)),
    )
}

pub fn last_call(connection: &Connection) -> String {
    connection.last_call.map_or_else(|| "aucun".to_owned(), place::moment)
}

/// A line of the list.
struct Row {
    id: i64,
    name: String,
    stuck: String,
    since: String,
    days: String,
    call: String,
    refusal: String,
    email: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filter {
    etape: String,
}

#[derive(Template)]
#[template(path = "accompaniment.html")]
struct AccompanimentPage {
    page: Page,
    rows: Vec<Row>,
    steps: Vec<Choice>,
    filtered: bool,
    /// Requests whose address nobody confirmed.
    unconfirmed: String,
    approval: bool,
}

async fn list(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "onboarding.accompany")?;
    let now = registry.house.clock.now();
    let mut stuck: Vec<_> = connection::list(&registry, &Scope::All)
        .await?
        .into_iter()
        .filter_map(|one| Stuck::of(&one, now).map(|(at, since)| (one, at, since)))
        .filter(
            |(_, at, _)| {
                if filter.etape.is_empty() { *at != Stuck::Closed } else { at.slug() == filter.etape }
            },
        )
        .collect();
    // Whoever waits the longest comes first.
    stuck.sort_by_key(|(_, _, since)| *since);
    let rows = stuck
        .into_iter()
        .map(|(one, at, since)| Row {
            id: one.operator.id,
            stuck: at.words(),
            since: place::day(since),
            days: days(since, now),
            call: last_call(&one),
            refusal: refusal(&one),
            name: one.operator.name,
            email: one.operator.contact_email,
        })
        .collect();
    let unconfirmed = join_request::waiting(&registry.database).await?;
    let every = Choice::new("", "Toutes les étapes", &filter.etape);
    let choices = Stuck::all().map(|at| Choice::new(at.slug(), &at.words(), &filter.etape));
    Ok(page(&AccompanimentPage {
        page: Page::of_service(&visitor, &SHEET, "Accompagnement"),
        rows,
        steps: std::iter::once(every).chain(choices).collect(),
        filtered: !filter.etape.is_empty(),
        unconfirmed: match unconfirmed {
            0 => "Aucune demande n’attend que son adresse soit confirmée.".to_owned(),
            1 => "Une demande attend que son adresse soit confirmée. Elle s’efface seule au bout de sept jours.".to_owned(),
            many => format!("{} demandes attendent que leur adresse soit confirmée. Elles s’effacent seules au bout de sept jours.", format::integer(i64::try_from(many).unwrap_or(i64::MAX))),
        },
        approval: registry.house.config.onboarding.approval,
    }))
}
