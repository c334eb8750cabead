//! Calls and their counts, for machines. Nothing tells who applied. Licence Ouverte 2.0, as the rest of the portfolio.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};
use socle::web::Problem;

use crate::Incubator;
use crate::model::call::{Phase, grouped};
use crate::model::named::Named as _;
use crate::store::application::{self, Model};
use crate::store::call_edition::{self, Edition};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/donnees/appels.json", get(as_json))
        .route("/incubateur/donnees/appels.csv", get(as_csv))
}

/// The editions that the public knows of, and the applications of those whose results are published.
async fn published(incubator: &Incubator) -> Result<Vec<(Edition, Option<Vec<Model>>)>, Problem> {
    let mut told = Vec::new();
    for edition in call_edition::list(&incubator.database).await? {
        if edition.phase(incubator.hour()) == Phase::Draft {
            continue;
        }
        let sent = match edition.row.published_at {
            Some(_) => Some(application::sent(incubator.database.read(), edition.row.id).await?),
            None => None,
        };
        told.push((edition, sent));
    }
    Ok(told)
}

fn groups(values: impl Iterator<Item = String>, smallest: usize) -> Value {
    let told = grouped(values, smallest).into_iter();
    told.map(|(value, count)| json!({"value": value, "applications": count})).collect()
}

async fn as_json(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let smallest = incubator.calls.smallest_group;
    let calls: Vec<Value> = published(&incubator)
        .await?
        .into_iter()
        .map(|(edition, sent)| {
            let told = &edition.told;
            let counts = sent.map(|sent| {
                json!({
                    "applications": sent.len(),
                    "heard": sent.iter().filter(|one| one.is_kept()).count(),
                    "laureates": sent.iter().filter(|one| one.is_laureate()).count(),
                    "by_department": groups(sent.iter().map(|one| one.department.clone()), smallest),
                    "by_organisation_kind": groups(sent.iter().map(|one| one.organisation_kind.clone()), smallest),
                })
            });
            json!({
                "id": edition.row.slug, "kind": told.kind, "title": told.title, "opens": told.calendar.opens,
                "closes": told.calendar.closes, "state": edition.phase(incubator.hour()), "counts": counts,
            })
        })
        .collect();
    Ok(axum::Json(json!({"licence": "etalab-2.0", "smallest_group": smallest, "calls": calls}))
        .into_response())
}

async fn as_csv(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    writer
        .write_record([
            "id",
            "kind",
            "title",
            "opens",
            "closes",
            "state",
            "applications",
            "heard",
            "laureates",
        ])
        .map_err(failed)?;
    for (edition, sent) in published(&incubator).await? {
        let told = &edition.told;
        let count = |of: fn(&Model) -> bool| {
            sent.as_ref()
                .map_or_else(String::new, |sent| sent.iter().filter(|one| of(one)).count().to_string())
        };
        writer
            .write_record([
                edition.row.slug.as_str(),
                told.kind.as_str(),
                &told.title,
                &told.calendar.opens.to_string(),
                &told.calendar.closes.to_string(),
                edition.phase(incubator.hour()).as_str(),
                &count(|_| true),
                &count(Model::is_kept),
                &count(Model::is_laureate),
            ])
            .map_err(failed)?;
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"appels.csv\""),
    ];
    Ok((headers, body).into_response())
}
