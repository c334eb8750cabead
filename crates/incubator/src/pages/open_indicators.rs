//! What products change, for machines: every published indicator and its values. Licence Ouverte 2.0, as the rest of the
//! portfolio.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};
use socle::web::Problem;

use crate::Incubator;
use crate::model::figure::Figure;
use crate::model::named::Named as _;
use crate::model::point::Point;
use crate::store::indicator::{Kept, published};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/donnees/indicateurs.json", get(as_json))
        .route("/incubateur/donnees/indicateurs.csv", get(as_csv))
}

const COLUMNS: [&str; 18] = [
    "product",
    "key",
    "title",
    "definition",
    "population",
    "unit",
    "axis",
    "kind",
    "source",
    "baseline",
    "target",
    "target_day",
    "from",
    "to",
    "value",
    "numerator",
    "denominator",
    "note",
];

/// A figure as JSON writes numbers.
fn number(figure: Option<Figure>) -> Value {
    figure.map_or(Value::Null, |figure| {
        let text = figure.to_string();
        text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
    })
}

fn value(point: &Point) -> Value {
    json!({
        "from": point.from, "to": point.day, "value": number(Some(point.value)),
        "numerator": number(point.numerator), "denominator": number(point.denominator), "note": point.note,
    })
}

async fn as_json(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let indicators: Vec<_> = published(&incubator.database)
        .await?
        .into_iter()
        .map(|Kept { product, indicator: one, .. }| {
            json!({
                "product": product, "key": one.key, "title": one.title, "definition": one.definition,
                "population": one.population, "unit": one.unit, "axis": one.axis.as_str(), "kind": one.kind.as_str(),
                "source": one.source, "baseline": number(one.baseline), "target": number(one.target),
                "target_day": one.target_day, "values": one.points.iter().map(value).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(axum::Json(json!({"licence": "etalab-2.0", "indicators": indicators})).into_response())
}

async fn as_csv(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    writer.write_record(COLUMNS).map_err(failed)?;
    let figure = |figure: Option<Figure>| figure.map_or_else(String::new, |one| one.to_string());
    let day = |day: Option<Date>| day.map_or_else(String::new, |one| one.to_string());
    for Kept { product, indicator: one, .. } in published(&incubator.database).await? {
        for point in &one.points {
            writer
                .write_record([
                    product.as_str(),
                    &one.key,
                    &one.title,
                    &one.definition,
                    &one.population,
                    &one.unit,
                    one.axis.as_str(),
                    one.kind.as_str(),
                    &one.source,
                    &figure(one.baseline),
                    &figure(one.target),
                    &day(one.target_day),
                    &day(point.from),
                    &point.day.to_string(),
                    &point.value.to_string(),
                    &figure(point.numerator),
                    &figure(point.denominator),
                    &point.note,
                ])
                .map_err(failed)?;
        }
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"indicateurs.csv\""),
    ];
    Ok((headers, body).into_response())
}
