use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::indicator::{TypedPoint, found_indicator, read_value};
use super::indicator_words::{period, value};
use super::team_head::{address, form_page};
use super::typed;
use crate::Incubator;
use crate::model::figure::Figure;
use crate::model::indicator::Kind;
use crate::store::indicator::Kept;
use crate::store::indicator_point::{self, Model};
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    let path = "/incubateur/services/{slug}/equipe/indicateurs/{id}/valeurs/{point}";
    Router::new().route(path, get(show).post(correct))
}

const ACTION: &str = "indicator.write";

#[derive(Template)]
#[template(path = "team/correct.html")]
struct CorrectPage {
    page: Page,
    /// The indicator's page.
    here: String,
    action: String,
    title: String,
    period: String,
    value: String,
    is_rate: bool,
    new: TypedPoint,
    errors: FormErrors,
}

/// The value that stands under that number.
async fn standing(incubator: &Incubator, kept: &Kept, point: i64) -> Result<Model, Problem> {
    let rows = indicator_point::rows(&incubator.database, kept.id).await?;
    let found = rows.into_iter().find(|row| row.id == point && row.replaced_at.is_none());
    found.ok_or(Problem::NotFound)
}

fn form(
    visitor: &Visitor,
    (product, kept, row): (&Product, &Kept, &Model),
    (new, errors): (TypedPoint, &FormErrors),
) -> Response {
    let here = format!("{}/indicateurs/{}", address(&product.slug), kept.id);
    let point = row.point();
    let shown = CorrectPage {
        page: form_page(visitor, product, "/indicateurs", "Corriger une valeur")
            .under(&kept.indicator.title, &here),
        action: format!("{here}/valeurs/{}", row.id),
        here,
        title: kept.indicator.title.clone(),
        period: period(&point),
        value: value(point.value, &kept.indicator.unit),
        is_rate: kept.indicator.kind == Kind::Rate,
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id, point)): Path<(String, i64, i64)>,
) -> Result<Response, Problem> {
    let (product, kept) = found_indicator(&incubator, &visitor, ACTION, (&slug, id)).await?;
    let row = standing(&incubator, &kept, point).await?;
    let told = row.point();
    let new = TypedPoint {
        value: told.value.fr(),
        numerator: told.numerator.map_or_else(String::new, Figure::fr),
        denominator: told.denominator.map_or_else(String::new, Figure::fr),
        note: told.note,
        ..TypedPoint::default()
    };
    Ok(form(&visitor, (&product, &kept, &row), (new, &FormErrors::default())))
}

async fn correct(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id, point)): Path<(String, i64, i64)>,
    Filled(new): Filled<TypedPoint>,
) -> Result<Response, Problem> {
    let (product, kept) = found_indicator(&incubator, &visitor, ACTION, (&slug, id)).await?;
    let row = standing(&incubator, &kept, point).await?;
    let mut errors = FormErrors::default();
    let after = read_value(&kept.indicator, &new, row.point().day, &mut errors);
    let missing = "Dites pourquoi elle change\u{a0}: la raison reste à côté de l’ancienne valeur.";
    let reason = typed::text(&mut errors, "reason", &new.reason, missing, 300);
    let Some(after) = after.filter(|_| errors.is_empty()) else {
        return Ok(form(&visitor, (&product, &kept, &row), (new, &errors)));
    };
    indicator_point::correct(&incubator.database, visitor.actor(), row, after, reason).await?;
    Ok(redirect(&format!("{}/indicateurs/{id}?fait=valeur-corrigee", address(&slug))))
}
