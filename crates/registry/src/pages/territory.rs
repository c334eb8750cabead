use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{BarChart, Choice, FormErrors, Page, format};
use socle::rights::Grant;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::place;
use super::territory_figures::{self, Comparison, Line, Period};
use super::territory_map::TerritoryMap;
use crate::model::LocalDay;
use crate::store::fact::month_of;
use crate::store::territory::{self, Territory};
use crate::store::territory_summary::{self, Axis};
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/territoires/{id}", get(show))
        .route("/registre/territoires/{id}/chiffres.csv", get(table))
        .route("/registre/territoires/{id}/bascule", post(set_turning_day))
}

/// How many communes the page lists; the file has them all.
const LISTED: usize = 30;

/// Which figures to show.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Query {
    /// A year; anything else is the last twelve months.
    periode: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct TurningDay {
    day: String,
}

/// A figure with its unit.
struct Figure {
    label: &'static str,
    value: String,
    unit: &'static str,
}

/// A commune of the list.
struct CommuneLine {
    name: String,
    journeys: String,
    kilometres: String,
}

#[derive(Template)]
#[template(path = "territory.html")]
struct TerritoryPage {
    page: Page,
    id: i64,
    name: String,
    has_perimeter: bool,
    may_manage: bool,
    periods: Vec<Choice>,
    period: String,
    csv_href: String,
    perimeter_href: String,
    figures: Vec<Figure>,
    by_month: BarChart,
    by_hour: BarChart,
    directions: Vec<Line>,
    operators: Vec<Line>,
    classes: Vec<Line>,
    bands: Vec<Line>,
    communes: Vec<CommuneLine>,
    more_communes: usize,
    map: Option<TerritoryMap>,
    comparison: Option<Comparison>,
    turning: TurningDay,
    errors: FormErrors,
}

/// The territory of this number, if the visitor may do `action` on it.
pub(super) async fn found(
    registry: &Registry,
    visitor: &Visitor,
    action: &str,
    id: i64,
) -> Result<Territory, Problem> {
    let scope = visitor.allow(&SHEET, action)?;
    territory::find(&registry.database, &scope, id).await?.ok_or(Problem::NotFound)
}

fn today(registry: &Registry) -> Date {
    place::today(registry.house.clock.now(), &format::paris())
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(query): Asked<Query>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let territory = found(&registry, &visitor, "territory.figures", id).await?;
    let turning = TurningDay {
        day: territory.turning_day.map_or_else(String::new, |day| LocalDay(day).date().to_string()),
    };
    territory_page(&registry, &visitor, &territory, &query, (turning, FormErrors::default()), &done).await
}

async fn territory_page(
    registry: &Registry,
    visitor: &Visitor,
    territory: &Territory,
    query: &Query,
    (turning, errors): (TurningDay, FormErrors),
    done: &Done,
) -> Result<Response, Problem> {
    let today = today(registry);
    let period = Period::read(&query.periode, today);
    let figures = territory_figures::read(registry, territory, period).await?;
    let places = territory::places(&registry.database, territory.id).await?;
    let reference = &registry.house.places.reference;
    let counts: BTreeMap<&str, i64> =
        figures.communes.iter().map(|(code, totals)| (code.as_str(), totals.journeys)).collect();
    let map = TerritoryMap::new(reference, &places, &counts);
    let figure = |label, value, unit| Figure { label, value: format::integer(value), unit };
    let page_ = Page::of_service(visitor, &SHEET, &territory.name);
    let page_ = if visitor.grant(&SHEET, "territory.figures") == Grant::All {
        page_.under("Territoires", "/registre/territoires")
    } else {
        page_
    };
    let shown = TerritoryPage {
        page: done.announce(page_),
        id: territory.id,
        name: territory.name.clone(),
        has_perimeter: !places.is_empty(),
        may_manage: visitor.grant(&SHEET, "territory.manage") != Grant::No,
        period: format!("Du {} au {}", format::date(period.from), format::date(period.to)),
        csv_href: format!(
            "/registre/territoires/{}/chiffres.csv?periode={}",
            territory.id,
            period.asked(today)
        ),
        perimeter_href: format!("/registre/territoires/{}/perimetre", territory.id),
        periods: period
            .choices(today, territory_summary::first_year(&registry.database, territory.id).await?),
        figures: vec![
            figure("Trajets", figures.totals.journeys, ""),
            figure("Places occupées par des passagers", figures.totals.seats, ""),
            figure("Distance partagée", (figures.totals.metres + 500) / 1_000, "km"),
        ],
        by_month: figures.by_month,
        by_hour: figures.by_hour,
        directions: figures.directions,
        operators: figures.operators,
        classes: figures.classes,
        bands: figures.bands,
        more_communes: figures.communes.len().saturating_sub(LISTED),
        communes: figures
            .communes
            .iter()
            .take(LISTED)
            .map(|(code, totals)| CommuneLine {
                name: place::full_name(reference, Some(code)),
                journeys: format::integer(totals.journeys),
                kilometres: format::integer((totals.metres + 500) / 1_000),
            })
            .collect(),
        map,
        comparison: figures.comparison,
        turning,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// The same figures, month by month, for a spreadsheet.
async fn table(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(query): Asked<Query>,
) -> Result<Response, Problem> {
    let territory = found(&registry, &visitor, "territory.figures", id).await?;
    let period = Period::read(&query.periode, today(&registry));
    let months = month_of(period.from)..=month_of(period.to);
    let found = territory_summary::read(&registry.database, id, &Axis::ALL, months).await?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    writer.write_record(["mois", "axe", "valeur", "trajets", "metres", "places"]).map_err(failed)?;
    for ((axis, value), months) in found {
        let value = match axis {
            Axis::Day => value.parse().map_or(value, |day| LocalDay(day).date().to_string()),
            _ => value,
        };
        for (month, totals) in months {
            writer
                .write_record([
                    format!("{}-{:02}", month / 100, month % 100),
                    axis.as_str().to_owned(),
                    value.clone(),
                    totals.journeys.to_string(),
                    totals.metres.to_string(),
                    totals.seats.to_string(),
                ])
                .map_err(failed)?;
        }
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let name = format!("attachment; filename=\"territoire-{}.csv\"", territory.id);
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((StatusCode::OK, headers, body).into_response())
}

async fn set_turning_day(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(turning): Filled<TurningDay>,
) -> Result<Response, Problem> {
    let territory = found(&registry, &visitor, "territory.manage", id).await?;
    let typed = turning.day.trim();
    let mut errors = FormErrors::default();
    let day = match typed.parse::<Date>() {
        _ if typed.is_empty() => None,
        Ok(day) if day.year() >= 2015 && day <= today(&registry) => Some(LocalDay::from_date(day)),
        Ok(_) => {
            errors.add("day", "Indiquez une date passée, à partir de 2015.");
            None
        }
        Err(_) => {
            errors.add("day", "Cette date n’est pas lisible. Exemple attendu : 2026-09-01.");
            None
        }
    };
    if !errors.is_empty() {
        let (query, done) = (Query::default(), Done::default());
        return territory_page(&registry, &visitor, &territory, &query, (turning, errors), &done).await;
    }
    territory::set_turning_day(&registry.database, visitor.actor(), &territory, day).await?;
    Ok(redirect(&format!("/registre/territoires/{id}?fait=bascule-choisie")))
}
