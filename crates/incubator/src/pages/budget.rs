//! What products cost: on their public page, and for machines. Licence Ouverte 2.0, as the rest of the portfolio.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::json;
use socle::web::Problem;

use super::agreement::sentence;
use crate::Incubator;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::public_budget::{Part, Spent, cost_per_use};
use crate::store::budget_cell;
use crate::store::indicator::Kept;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/donnees/budgets.json", get(as_json))
        .route("/incubateur/donnees/budgets.csv", get(as_csv))
}

/// A year of a product's budget.
pub(super) struct Year {
    pub year: i16,
    pub ae: String,
    pub cp: String,
    pub planned: String,
    pub rows: Vec<Row>,
}

/// An activity and a resource.
pub(super) struct Row {
    pub activity: String,
    pub resource: String,
    pub ae: String,
    pub cp: String,
    pub planned: String,
}

/// The years of a budget, the latest first.
pub(super) fn years(budget: &BTreeMap<Part, Spent>) -> Vec<Year> {
    let mut by_year: BTreeMap<i16, Vec<(&Part, &Spent)>> = BTreeMap::new();
    for (part, spent) in budget {
        by_year.entry(part.year).or_default().push((part, spent));
    }
    let total = |parts: &[(&Part, &Spent)], of: fn(&Spent) -> Cents| {
        parts.iter().map(|(_, spent)| of(spent)).sum::<Cents>().fr()
    };
    let row = |(part, spent): &(&Part, &Spent)| Row {
        activity: sentence(part.activity.fr()),
        resource: sentence(part.resource.fr()),
        ae: spent.ae.fr(),
        cp: spent.cp.fr(),
        planned: spent.planned.fr(),
    };
    let told = |(year, parts): (i16, Vec<(&Part, &Spent)>)| Year {
        year,
        ae: total(&parts, |spent| spent.ae),
        cp: total(&parts, |spent| spent.cp),
        planned: total(&parts, |spent| spent.planned),
        rows: parts.iter().map(row).collect(),
    };
    by_year.into_iter().rev().map(told).collect()
}

/// What a use costs, or why nobody can tell: what was paid over a year, and the latest count of monthly active users.
pub(super) fn per_use(budget: &BTreeMap<Part, Spent>, indicators: &[Kept], today: Date) -> Option<String> {
    // Nothing is paid here: the product costs nothing that this house knows of.
    if budget.is_empty() {
        return None;
    }
    let users = indicators.iter().find(|kept| kept.indicator.published && kept.indicator.key == USERS);
    let Some((kept, latest)) = users.and_then(|kept| Some((kept, kept.indicator.latest(today)?))) else {
        return Some(format!(
            "Le coût par usage n’est pas calculé\u{a0}: l’équipe ne publie pas d’indicateur nommé «\u{a0}{USERS}\u{a0}»."
        ));
    };
    let year = latest.day.year();
    let paid: Cents = budget.iter().filter(|(part, _)| part.year == year).map(|(_, spent)| spent.cp).sum();
    let users = latest.value.rounded();
    Some(match cost_per_use(paid, users) {
        Some(cost) if paid > Cents::ZERO => format!(
            "Coût par usage\u{a0}: {} en {year}, soit {} payés pour {} ({}).",
            cost.fr(),
            paid.fr(),
            socle::pages::format::integer(users),
            kept.indicator.title.to_lowercase(),
        ),
        Some(_) => format!("Le coût par usage n’est pas calculé\u{a0}: rien n’est encore payé en {year}."),
        None => "Le coût par usage n’est pas calculé\u{a0}: aucun usager n’est compté.".to_owned(),
    })
}

/// The key of the indicator that counts monthly active users.
const USERS: &str = "usagers-actifs-par-mois";

/// Cents as euros, with a point.
fn euros(cents: Cents) -> String {
    let (sign, cents) = if cents < Cents::ZERO { ("-", Cents::ZERO - cents) } else { ("", cents) };
    format!("{sign}{}.{:02}", cents.as_i64() / 100, cents.as_i64() % 100)
}

async fn as_json(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let rows: Vec<_> = budget_cell::all(&incubator.database)
        .await?
        .into_iter()
        .map(|(part, spent)| {
            json!({
                "product": part.product, "year": part.year, "activity": part.activity, "resource": part.resource,
                "ae": euros(spent.ae), "cp": euros(spent.cp), "planned": euros(spent.planned),
            })
        })
        .collect();
    Ok(axum::Json(json!({"licence": "etalab-2.0", "unit": "euros", "budgets": rows})).into_response())
}

async fn as_csv(State(incubator): State<Arc<Incubator>>) -> Result<Response, Problem> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    writer
        .write_record(["product", "year", "activity", "resource", "ae", "cp", "planned"])
        .map_err(failed)?;
    for (part, spent) in budget_cell::all(&incubator.database).await? {
        let year = part.year.to_string();
        let (ae, cp, planned) = (euros(spent.ae), euros(spent.cp), euros(spent.planned));
        let (activity, resource) = (part.activity.as_str(), part.resource.as_str());
        writer
            .write_record([part.product.as_str(), &year, activity, resource, &ae, &cp, &planned])
            .map_err(failed)?;
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"budgets.csv\""),
    ];
    Ok((headers, body).into_response())
}
