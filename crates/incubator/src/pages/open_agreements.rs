//! Published agreements for machines: no bank details, no person, nothing of those that are not published.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use socle::web::Problem;

use super::public_agreement::address;
use super::publication::text_of;
use crate::Incubator;
use crate::model::agreement::Agreement;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::standing::standing;
use crate::store::published;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/donnees/conventions.json", get(as_json))
        .route("/incubateur/donnees/conventions.csv", get(as_csv))
}

/// An agreement. Days as `YYYY-MM-DD`; amounts in euros, as text with two decimals, over all the years of its plan; none
/// when a cell of the plan is blank.
#[derive(Serialize)]
struct Told {
    id: String,
    title: String,
    kind: &'static str,
    parties: Vec<String>,
    products: Vec<String>,
    signed_on: Option<Date>,
    effect_on: Option<Date>,
    last_day: Option<Date>,
    ae: Option<String>,
    cp: Option<String>,
    published_on: Date,
    page: String,
}

/// The sum of a column of the plan; none when a cell of it is not known, or when there is no plan.
fn total(agreement: &Agreement, day: Date, cell: impl Fn(usize) -> Option<Cents>) -> Option<String> {
    let count = agreement.plan_on(day).len();
    let cells: Option<Vec<Cents>> = (0..count).map(cell).collect();
    let cells = cells.filter(|cells| !cells.is_empty())?;
    let cents = cells.into_iter().sum::<Cents>().as_i64();
    Some(format!("{}.{:02}", cents / 100, cents % 100))
}

async fn all(incubator: &Incubator) -> Result<Vec<Told>, Problem> {
    let knowledge = incubator.knowledge().await?;
    let mut told = Vec::new();
    for one in published::list(&incubator.database, &knowledge, incubator.today()).await? {
        let text = text_of(incubator, &one.filed, one.on).await?;
        let agreement = &one.filed.agreement;
        let course = standing(agreement, one.on).course;
        let plan = agreement.plan_on(one.on);
        let at = |rank: usize| plan.get(rank);
        told.push(Told {
            kind: agreement.written.kind.as_str(),
            parties: text.parties.iter().map(|[name, ..]| name.clone()).collect(),
            products: agreement.written.products.iter().map(|product| product.key.clone()).collect(),
            signed_on: course.signed_on,
            effect_on: course.effect_on,
            last_day: course.end.map(|end| end.on),
            ae: total(agreement, one.on, |rank| at(rank).and_then(|line| line.ae).map(|ae| ae.0)),
            cp: total(agreement, one.on, |rank| at(rank).and_then(|line| line.cp).map(|cp| cp.0)),
            published_on: one.on,
            page: format!("{}{}", incubator.house.config.base_url(), address(&text.reference)),
            id: text.reference,
            title: text.title,
        });
    }
    Ok(told)
}

async fn as_json(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let agreements = all(&incubator).await?;
    Ok(axum::Json(json!({"licence": "etalab-2.0", "agreements": agreements})).into_response())
}

async fn as_csv(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    let columns = [
        "id",
        "title",
        "kind",
        "parties",
        "products",
        "signed_on",
        "effect_on",
        "last_day",
        "ae",
        "cp",
        "published_on",
        "page",
    ];
    writer.write_record(columns).map_err(failed)?;
    let day = |day: Option<Date>| day.map_or_else(String::new, |one| one.to_string());
    for one in all(&incubator).await? {
        writer
            .write_record([
                one.id,
                one.title,
                one.kind.to_owned(),
                one.parties.join(","),
                one.products.join(","),
                day(one.signed_on),
                day(one.effect_on),
                day(one.last_day),
                one.ae.unwrap_or_default(),
                one.cp.unwrap_or_default(),
                one.published_on.to_string(),
                one.page,
            ])
            .map_err(failed)?;
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"conventions.csv\""),
    ];
    Ok((headers, body).into_response())
}
