//! What a year leaves, carried over to the next.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement_head::{address, found, head};
use super::typed;
use crate::Incubator;
use crate::model::budget_year::{BudgetYear, Credits, budget_years};
use crate::model::money::Cents;
use crate::store::agreement::Filed;
use crate::store::carry_over::{self, NewCarryOver, TooMuch};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/credits/report/{year}", get(ask).post(record))
}

/// A year as the page of credits shows it.
pub(super) struct YearRow {
    pub year: i16,
    pub ae: [String; 4],
    pub cp: [String; 4],
    /// Where what lapses is carried over; empty when nothing is to be.
    pub carry_href: String,
}

/// The years of an agreement, the latest first; `may_write` opens the way to carry over.
pub(super) fn rows(filed: &Filed, today: Date, may_write: bool) -> Vec<YearRow> {
    let base = address(&filed.agreement.written.reference);
    let known = |cents: Option<Cents>| cents.map_or_else(|| "n.c.".to_owned(), Cents::fr);
    let told = |planned: Option<Cents>, credits: &Credits| {
        [known(planned), known(credits.available), credits.used.fr(), known(credits.left())]
    };
    let row = |one: BudgetYear| {
        let lapses = one.ae.lapsing() > Cents::ZERO || one.cp.lapsing() > Cents::ZERO;
        YearRow {
            year: one.year,
            ae: told(one.planned_ae, &one.ae),
            cp: told(one.planned_cp, &one.cp),
            carry_href: if may_write && lapses && one.year < today.year() {
                format!("{base}/credits/report/{}", one.year)
            } else {
                String::new()
            },
        }
    };
    budget_years(&filed.agreement, today).into_iter().rev().map(row).collect()
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    ae: String,
    cp: String,
    day: String,
    document: String,
}

#[derive(Template)]
#[template(path = "agreement/carry_over.html")]
struct CarryPage {
    page: Page,
    action: String,
    year: i16,
    ae_left: String,
    cp_left: String,
    new: Typed,
    errors: FormErrors,
}

/// A year that is over, for whoever writes the ledger.
async fn past(
    incubator: &Incubator,
    visitor: &Visitor,
    (reference, year): (&str, i16),
) -> Result<(Filed, BudgetYear), Problem> {
    let (filed, _) = found(incubator, visitor, "ledger.write", reference).await?;
    let today = incubator.today();
    let year = budget_years(&filed.agreement, today)
        .into_iter()
        .find(|one| one.year == year && one.year < today.year())
        .ok_or(Problem::NotFound)?;
    Ok((filed, year))
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, year): (&Filed, &BudgetYear),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let (page_of, ..) = head(visitor, filed, incubator.today(), "/credits");
    let shown = CarryPage {
        page: page_of,
        action: format!("{}/credits/report/{}", address(&filed.agreement.written.reference), year.year),
        year: year.year,
        ae_left: year.ae.lapsing().fr(),
        cp_left: year.cp.lapsing().fr(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, year)): Path<(String, i16)>,
) -> Result<Response, Problem> {
    let (filed, year) = past(&incubator, &visitor, (&reference, year)).await?;
    Ok(form(&incubator, &visitor, (&filed, &year), Default::default()))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, year)): Path<(String, i16)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, year) = past(&incubator, &visitor, (&reference, year)).await?;
    let mut errors = FormErrors::default();
    let ae = typed::maybe_amount(&mut errors, "ae", &new.ae);
    let cp = typed::maybe_amount(&mut errors, "cp", &new.cp);
    if ae.is_none() && cp.is_none() && errors.is_empty() {
        errors.add("ae", "Indiquez des AE, des CP, ou les deux.");
    }
    let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
    if day.is_some_and(|day| day.year() != year.year + 1) {
        errors.add("day", format!("Un report de {} se décide en {}.", year.year, year.year + 1));
    }
    let document =
        typed::text(&mut errors, "document", &new.document, "Indiquez l’arrêté qui porte le report.", 200);
    let (Some(day), true) = (day, errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, (&filed, &year), (new, errors)));
    };
    let new_line = NewCarryOver { from_year: year.year, day, ae, cp, document };
    let knowledge = incubator.knowledge().await?;
    let done =
        carry_over::record(&incubator.database, &knowledge, visitor.actor(), filed.id, new_line).await?;
    for one in done.err().into_iter().flatten() {
        let (field, left) = match one {
            TooMuch::Ae { left } => ("ae", left),
            TooMuch::Cp { left } => ("cp", left),
        };
        errors.add(field, format!("L’année {} ne laisse que {}.", year.year, left.fr()));
    }
    if !errors.is_empty() {
        return Ok(form(&incubator, &visitor, (&filed, &year), (new, errors)));
    }
    Ok(redirect(&format!("{}/credits?fait=report-inscrit", address(&reference))))
}
