//! What may be published, for machines: the names and spellings are those of the programme's public interface
//! (spec §4.5), so that a board may read either.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};
use socle::web::Problem;

use super::day;
use super::portfolio::Filters;
use crate::Incubator;
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/donnees/startups.json", get(as_json))
        .route("/incubateur/donnees/startups.csv", get(as_csv))
}

fn attributes(product: &Product) -> Value {
    let details = &product.sheet.details;
    let phases: Vec<_> = product
        .sheet
        .history
        .0
        .iter()
        .map(|one| json!({"name": one.stage.as_str(), "start": one.from.to_string(), "end": one.to.map(|to| to.to_string())}))
        .collect();
    json!({
        "name": product.sheet.name,
        "pitch": product.sheet.mission,
        "link": details.link,
        "repository": details.repository,
        "stats_url": details.stats_url,
        "budget_url": details.budget_url,
        "impact_url": details.impact_url,
        "accessibility_status": details.accessibility,
        "analyse_risques": details.risk_analysis,
        "mon_service_securise": details.registered_on_mss,
        "sponsors": product.sheet.sponsors,
        "thematiques": details.themes,
        "usertypes": details.user_types,
        "technos": details.technologies,
        "phases": phases,
    })
}

async fn as_json(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let data: Vec<_> = portfolio
        .products
        .iter()
        .map(|one| {
            json!({
                "id": one.slug, "type": "startup", "attributes": attributes(one),
                "relationships": {"incubator": {"data": {"type": "incubator", "id": one.sheet.incubator}}},
            })
        })
        .collect();
    let included: Vec<_> = portfolio
        .incubators
        .iter()
        .map(|(slug, one)| json!({"id": slug, "type": "incubator", "attributes": {"title": one.name, "owner": one.owner}}))
        .collect();
    Ok(axum::Json(json!({"data": data, "included": included})).into_response())
}

async fn as_csv(
    State(incubator): State<Arc<Incubator>>,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let day = day(&incubator, &filters.au);
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    writer
        .write_record([
            "id",
            "name",
            "mission",
            "start",
            "status",
            "incubator",
            "stats",
            "link",
            "repository",
            "accessibility",
            "incubators",
        ])
        .map_err(failed)?;
    for one in &portfolio.products {
        let present = one.sheet.history.on(day);
        let start = one.sheet.history.0.iter().map(|episode| episode.from).min();
        writer
            .write_record([
                one.slug.as_str(),
                &one.sheet.name,
                &one.sheet.mission,
                &start.map_or_else(String::new, |start| start.to_string()),
                present.map_or("", |episode| episode.stage.as_str()),
                &one.sheet.incubator,
                &one.sheet.details.stats_url,
                &one.sheet.details.link,
                &one.sheet.details.repository,
                &one.sheet.details.accessibility,
                &one.sheet.details.co_incubators.join(","),
            ])
            .map_err(failed)?;
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"startups.csv\""),
    ];
    Ok((headers, body).into_response())
}
