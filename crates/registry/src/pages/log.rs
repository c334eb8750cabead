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
use socle::rights::Scope;
use socle::web::{Problem, Visitor, page};

use super::asked::Asked;
use super::{answered, log_words};
use crate::store::operator;
use crate::{Registry, SHEET};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/journal", get(show))
}

/// How many entries a page shows.
const A_PAGE: usize = 50;
/// The most entries of one change that are passed over to reach the older ones.
const MOST_SKIPPED: usize = 100_000;
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

    /// The address of the page that begins there.
    fn address(&self, group: i64, skip: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = self.kind() {
            query.append_pair("subject_kind", kind).append_pair("subject", self.subject.trim());
        }
        query.append_pair("group", &group.to_string()).append_pair("skip", &skip.to_string());
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
    visitor.allow(&SHEET, "audit.read")?;
    let mut errors = FormErrors::default();
    let subject = match (filters.kind(), filters.subject.trim()) {
        (None, "") => None,
        (None, _) => {
            errors.add("subject_kind", "Dites aussi de quoi c’est le numéro ou l’identifiant.");
            None
        }
        (Some(_), "") => {
            errors.add("subject", "Indiquez le numéro ou l’identifiant à chercher.");
            None
        }
        (Some(kind), subject) => Some((kind.to_owned(), subject.to_owned())),
    };
    let (mut lines, mut older) = (Vec::new(), None);
    if errors.is_empty() {
        let (rows, next) = read(&registry, &filters, subject).await?;
        lines = tell(&registry, &rows).await?;
        older = next.map(|(group, skip)| filters.address(group, skip));
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

/// A page of entries, and where the next one starts. One change may hold many entries, and the log is read by
/// changes: the place within a change is how many of its entries were shown already.
async fn read(
    registry: &Registry,
    filters: &Filters,
    subject: Option<(String, String)>,
) -> Result<(Vec<audit::Row>, Option<(i64, usize)>), Problem> {
    let group: Option<i64> = filters.group.parse().ok();
    let skip = filters.skip.parse::<usize>().unwrap_or(0).min(MOST_SKIPPED);
    let limit = u64::try_from(skip + A_PAGE + 1).unwrap_or(u64::MAX);
    let asked = audit::Page { before: group.map(|group| group.saturating_add(1)), subject, limit };
    let mut rows = audit::latest(&registry.database, &asked).await?;
    rows.drain(..skip.min(rows.len()));
    if rows.len() <= A_PAGE {
        return Ok((rows, None));
    }
    rows.truncate(A_PAGE);
    let next = rows.last().map(|last| {
        let shown = rows.iter().rev().take_while(|row| row.group == last.group).count();
        (last.group, if group == Some(last.group) { skip + shown } else { shown })
    });
    Ok((rows, next))
}

async fn tell(registry: &Registry, rows: &[audit::Row]) -> Result<Vec<Line>, Problem> {
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
            href: log_words::page_of(&row.subject_kind, &row.subject),
            facts: log_words::facts(&row.facts, named),
        })
        .collect())
}
