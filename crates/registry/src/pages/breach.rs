use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::rights::Scope;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::breaches::{instant, standing};
use super::place;
use crate::model::LocalDay;
use crate::store::ServiceError;
use crate::store::breach::{self, Breach, Touched};
use crate::store::operator;
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/violations/{id}", get(show).post(notify))
        .route("/registre/violations/{id}/personnes", post(people))
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Notice {
    /// `2026-11-25T14:05`, on the clocks of Paris.
    at: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "breach.html")]
struct BreachPage {
    page: Page,
    id: i64,
    standing: String,
    notified: bool,
    discovered: String,
    recorded: String,
    nature: String,
    consequences: String,
    measures: String,
    scope: String,
    delay_reason: String,
    new: Notice,
    errors: FormErrors,
}

async fn found(registry: &Registry, visitor: &Visitor, id: i64) -> Result<Breach, Problem> {
    visitor.allow(&SHEET, "privacy.breach")?;
    breach::find(&registry.database, id).await?.ok_or(Problem::NotFound)
}

async fn breach_page(
    registry: &Registry,
    visitor: &Visitor,
    breach: Breach,
    (new, errors): (Notice, FormErrors),
    done: &Done,
) -> Result<Response, Problem> {
    let of = match breach.operator_id {
        Some(id) => operator::find(&registry.database, &Scope::All, id)
            .await?
            .map_or_else(|| format!("Opérateur {id}"), |operator| operator.name),
        None => "Tous les opérateurs".to_owned(),
    };
    let date = |day: i32| format::date(LocalDay(day).date());
    let shown = BreachPage {
        page: done.announce(
            Page::of_service(visitor, &SHEET, &format!("Violation {}", breach.id))
                .under("Données personnelles", "/registre/donnees")
                .under("Violations de données", "/registre/violations"),
        ),
        id: breach.id,
        standing: standing(&breach, registry.house.clock.now()),
        notified: breach.notified_at.is_some(),
        discovered: place::moment(breach.discovered_at),
        recorded: place::moment(breach.recorded_at),
        scope: format!("{of}, départs du {} au {}", date(breach.from_day), date(breach.to_day)),
        nature: breach.nature,
        consequences: breach.consequences,
        measures: breach.measures,
        delay_reason: breach.delay_reason,
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let breach = found(&registry, &visitor, id).await?;
    let nothing = (Notice::default(), FormErrors::default());
    breach_page(&registry, &visitor, breach, nothing, &done).await
}

/// Notes that the CNIL was told.
async fn notify(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Notice>,
) -> Result<Response, Problem> {
    let breach = found(&registry, &visitor, id).await?;
    let mut errors = FormErrors::default();
    let at = instant(&new.at);
    match at {
        None => errors.add("at", "Indiquez le jour et l’heure de la notification."),
        Some(at) if at > registry.house.clock.now() => errors.add("at", "Cette date est dans l’avenir."),
        Some(at) if at < breach.discovered_at.timestamp() => {
            errors.add("at", "Cette date vient avant celle où la violation a été apprise.");
        }
        Some(at) if at > breach.deadline() && new.reason.trim().is_empty() => {
            errors.add("reason", "Plus de 72 heures ont passé : dites pourquoi. La CNIL le demande.");
        }
        Some(_) => {}
    }
    let Some(at) = at.filter(|_| errors.is_empty()) else {
        return breach_page(&registry, &visitor, breach, (new, errors), &Done::default()).await;
    };
    let reason = new.reason.trim().chars().take(2_000).collect();
    breach::notify(&registry.database, visitor.actor(), &breach, at, reason).await?;
    Ok(redirect(&format!("/registre/violations/{id}?fait=violation-notifiee")))
}

/// The people touched, as their operators know them: a file as long as it needs to be, sent as it is read.
async fn people(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let breach = found(&registry, &visitor, id).await?;
    breach::list_read(&registry.database, visitor.actor(), id).await?;
    let header = "\u{feff}operator;operator_journey_id;role;operator_user_id\r\n".to_owned();
    let operators = operator::list(&registry.database, &Scope::All).await?;
    let names: Arc<HashMap<i64, String>> =
        Arc::new(operators.into_iter().map(|operator| (operator.id, operator.name)).collect());
    let rows = futures::stream::try_unfold(Some(0), move |after| {
        let (registry, breach, names) = (Arc::clone(&registry), breach.clone(), Arc::clone(&names));
        async move {
            let Some(after) = after else { return Ok(None) };
            let (touched, last) =
                breach::people(&registry.database, &registry.keyring, &breach, after).await?;
            Ok::<_, ServiceError>(last.map(|last| (written(&touched, &names), Some(last))))
        }
    });
    let first = futures::stream::once(async move { Ok::<_, ServiceError>(header) });
    let body = Body::from_stream(futures::StreamExt::chain(first, rows));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"personnes-touchees-{id}.csv\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

fn written(touched: &[Touched], operators: &HashMap<i64, String>) -> String {
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for one in touched {
        let operator = operators.get(&one.operator).map_or("", String::as_str);
        let row = [operator, &one.operator_journey_id, one.role, &one.operator_user_id];
        // Writing to memory does not fail.
        let _ = writer.write_record(row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
