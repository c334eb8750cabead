use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::audit;
use socle::handover::Actors;
use socle::pages::{Choice, FormErrors, Page};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page};

use super::log_words;
use crate::store::operator;
use crate::{Registry, SHEET};
use socle::web::Asked;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/journal", get(show))
}

/// How many entries a page shows.
const A_PAGE: usize = 50;
/// Choice of the list that excludes nothing.
const EVERY: &str = "all";

/// What was asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Filters {
    subject_kind: String,
    subject: String,
    /// Where the page starts: in this group…
    group: String,
    /// …after so many of its entries.
    skip: String,
}

impl Filters {
    fn kind(&self) -> Option<&str> {
        Some(self.subject_kind.as_str()).filter(|kind| !kind.is_empty() && *kind != EVERY)
    }

    fn place(&self) -> audit::Place {
        audit::Place { group: self.group.parse().ok(), skip: self.skip.parse().unwrap_or(0) }
    }

    /// The address of the page that begins there.
    fn address(&self, place: audit::Place) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = self.kind() {
            query.append_pair("subject_kind", kind).append_pair("subject", self.subject.trim());
        }
        if let Some(group) = place.group {
            query.append_pair("group", &group.to_string()).append_pair("skip", &place.skip.to_string());
        }
        format!("/registre/journal?{}", query.finish())
    }
}

/// An entry as the page tells it.
struct Line {
    when: String,
    who: String,
    what: String,
    subject: String,
    href: String,
    facts: Vec<String>,
}

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    page: Page,
    filters: Filters,
    kinds: Vec<Choice>,
    errors: FormErrors,
    lines: Vec<Line>,
    /// Whether the page starts with the latest entry.
    latest: bool,
    older: Option<String>,
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(filters): Asked<Filters>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, audit::READ)?;
    let mut errors = FormErrors::default();
    let only = match (filters.kind(), filters.subject.trim()) {
        (None, "") => audit::everything(),
        (None, _) => {
            errors.add("subject_kind", "Dites aussi de quoi c’est le numéro ou l’identifiant.");
            audit::everything()
        }
        (Some(_), "") => {
            errors.add("subject", "Indiquez le numéro ou l’identifiant à chercher.");
            audit::everything()
        }
        (Some(kind), subject) => audit::about(kind, subject),
    };
    let (mut lines, mut older) = (Vec::new(), None);
    if errors.is_empty() {
        let (rows, next) = audit::leaf(&registry.database, only, filters.place(), A_PAGE).await?;
        lines = tell(&registry, &visitor, &rows).await?;
        older = next.map(|place| filters.address(place));
    }
    let choice = |value, label| Choice::new(value, label, &filters.subject_kind);
    let kinds = std::iter::once(choice(EVERY, "Tout"))
        .chain(log_words::KINDS.iter().map(|(value, label)| choice(value, label)));
    let shown = LogPage {
        page: Page::of_service(&visitor, &SHEET, "Journal"),
        kinds: kinds.collect(),
        latest: filters.group.is_empty(),
        filters,
        lines,
        older,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn tell(registry: &Registry, visitor: &Visitor, rows: &[audit::Row]) -> Result<Vec<Line>, Problem> {
    let operators: HashMap<i64, String> = operator::list(&registry.database, &Scope::All)
        .await?
        .into_iter()
        .map(|operator| (operator.id, operator.name))
        .collect();
    let agents: HashMap<String, String> = registry
        .house
        .people
        .agents()
        .await?
        .into_iter()
        .map(|agent| (format!("agent:{}", agent.id), agent.name))
        .collect();
    // Entries written in another house, before the registry was received in this one.
    let actors = Actors::of(&registry.database).await?;
    let named = |id: i64| operators.get(&id).cloned();
    let subject = |row: &audit::Row| match row.subject.parse().ok().and_then(named) {
        Some(name) if row.subject_kind == "operator" => name,
        _ => log_words::subject(&row.subject_kind, &row.subject),
    };
    Ok(rows
        .iter()
        .map(|row| (row, actors.here(row)))
        .map(|(row, actor)| Line {
            when: log_words::when(row.at),
            who: agents.get(&actor).cloned().unwrap_or_else(|| log_words::actor(&actor)),
            what: log_words::action(&row.action).to_owned(),
            subject: subject(row),
            href: log_words::page_of(&row.subject_kind, &row.subject, |action| {
                visitor.grant(&SHEET, action) != Grant::No
            }),
            facts: log_words::facts(&row.facts, named),
        })
        .collect())
}
