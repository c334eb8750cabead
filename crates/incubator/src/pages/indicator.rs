use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::web::{Asked, Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::done::Done;
use super::indicator_words::{chart, period, progress, target, value};
use super::team_head::{address, form_page, found, may};
use super::typed;
use crate::Incubator;
use crate::model::figure::Figure;
use crate::model::indicator::{Indicator, Kind};
use crate::model::named::Named as _;
use crate::model::point::Point;
use crate::store::indicator::Kept;
use crate::store::portfolio::Product;
use crate::store::{indicator, indicator_point};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/indicateurs/{id}", get(show).post(record))
}

/// A value as it is typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedPoint {
    pub day: String,
    pub value: String,
    pub numerator: String,
    pub denominator: String,
    pub note: String,
    pub reason: String,
}

/// A value of the table.
struct Row {
    period: String,
    value: String,
    note: String,
    /// Where it comes from, when it was recorded.
    trace: String,
    /// Why another one replaced it; empty when it stands.
    replaced: String,
    /// Where it is corrected; empty when it was replaced.
    correct: String,
}

#[derive(Template)]
#[template(path = "team/indicator.html")]
struct IndicatorPage {
    page: Page,
    base: String,
    here: String,
    title: String,
    definition: String,
    population: String,
    axis: String,
    kind: String,
    source: String,
    baseline: String,
    target: String,
    progress: String,
    published: bool,
    is_rate: bool,
    chart: String,
    rows: Vec<Row>,
    may_write: bool,
    new: TypedPoint,
    errors: FormErrors,
}

fn row(here: &str, unit: &str, row: &indicator_point::Model) -> Row {
    let point = row.point();
    let at = format::date(format::paris().to_datetime(row.recorded_at.timestamp()).date());
    let shares = match (point.numerator, point.denominator) {
        (Some(part), Some(all)) => format!("{} sur {}", part.fr(), all.fr()),
        _ => String::new(),
    };
    let note = [shares, point.note.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    Row {
        period: sentence(&period(&point)),
        value: value(point.value, unit),
        note: note.join(". "),
        trace: if row.by_hand { format!("saisie le {at}") } else { format!("lue sur la page, le {at}") },
        replaced: row.replaced_at.map_or_else(String::new, |_| row.replaced_reason.clone()),
        correct: match row.replaced_at {
            Some(_) => String::new(),
            None => format!("{here}/valeurs/{}", row.id),
        },
    }
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (product, kept): (&Product, &Kept),
    done: &Done,
    (new, errors): (TypedPoint, FormErrors),
) -> Result<Response, Problem> {
    let one = &kept.indicator;
    let base = address(&product.slug);
    let here = format!("{base}/indicateurs/{}", kept.id);
    let rows = indicator_point::rows(&incubator.database, kept.id).await?;
    let shown = IndicatorPage {
        page: done.announce(form_page(visitor, product, "/indicateurs", &one.title)),
        title: one.title.clone(),
        definition: one.definition.clone(),
        population: one.population.clone(),
        axis: sentence(one.axis.fr()),
        kind: sentence(one.kind.fr()),
        source: one.source.clone(),
        baseline: one.baseline.map_or_else(String::new, |figure| value(figure, &one.unit)),
        target: target(one),
        progress: sentence(&progress(one, incubator.today())),
        published: one.published,
        is_rate: one.kind == Kind::Rate,
        chart: chart("valeurs", one)?,
        rows: rows.iter().map(|one_row| row(&here, &one.unit, one_row)).collect(),
        may_write: may(incubator, visitor, "indicator.write", &product.slug).await?,
        base,
        here,
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// The indicator, for whoever may do `action` there.
pub(super) async fn found_indicator(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    (slug, id): (&str, i64),
) -> Result<(Product, Kept), Problem> {
    let (product, _) = found(incubator, visitor, action, slug).await?;
    let kept = indicator::find(&incubator.database, slug, id).await?;
    Ok((product, kept.ok_or(Problem::NotFound)?))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (product, kept) = found_indicator(&incubator, &visitor, "product.read", (&slug, id)).await?;
    form(&incubator, &visitor, (&product, &kept), &done, Default::default()).await
}

/// A number that may be left out.
pub(super) fn maybe_figure(errors: &mut FormErrors, field: &'static str, typed: &str) -> Option<Figure> {
    if typed.trim().is_empty() {
        return None;
    }
    let read = typed.trim().trim_end_matches('%').parse().ok();
    if read.is_none() {
        let seen: String = typed.trim().chars().take(40).collect();
        errors.add(
            field,
            format!("«\u{a0}{seen}\u{a0}» n’est pas un nombre. Écrivez par exemple 1 250 ou 12,5."),
        );
    }
    read
}

/// The value that was typed for a period that ends on `day`, if it can be kept.
pub(super) fn read_value(
    indicator: &Indicator,
    new: &TypedPoint,
    day: jiff::civil::Date,
    errors: &mut FormErrors,
) -> Option<Point> {
    let numerator = maybe_figure(errors, "numerator", &new.numerator);
    let denominator = maybe_figure(errors, "denominator", &new.denominator);
    let typed = maybe_figure(errors, "value", &new.value);
    if !errors.is_empty() {
        return None;
    }
    if numerator.is_some() != denominator.is_some() {
        errors.add("denominator", "Donnez les deux nombres du taux, ou aucun.");
        return None;
    }
    let share = numerator.zip(denominator).map(|(part, all)| Figure::percent(part, all));
    let value = match (typed, share) {
        (_, Some(None)) => {
            errors.add("denominator", "Indiquez un nombre au-dessus de zéro.");
            return None;
        }
        (None, Some(Some(share))) => share,
        (Some(typed), Some(Some(share))) if indicator.unit == "%" && far(typed, share) => {
            errors.add(
                "value",
                format!(
                    "{} ne correspond pas à ces deux nombres, qui font {}\u{a0}%.",
                    typed.fr(),
                    share.fr()
                ),
            );
            return None;
        }
        (Some(typed), _) => typed,
        (None, None) => {
            errors.add("value", "Saisissez la valeur, par exemple 1 250 ou 12,5.");
            return None;
        }
    };
    let note = new.note.trim().chars().take(500).collect();
    Some(Point { from: None, day, value, numerator, denominator, note })
}

/// More than a tenth of a point apart.
fn far(one: Figure, other: Figure) -> bool {
    one.as_i64().saturating_sub(other.as_i64()).saturating_abs() > 1_000
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<TypedPoint>,
) -> Result<Response, Problem> {
    let (product, kept) = found_indicator(&incubator, &visitor, "indicator.write", (&slug, id)).await?;
    let mut errors = FormErrors::default();
    let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
    let point = day.and_then(|day| read_value(&kept.indicator, &new, day, &mut errors));
    if let Some(point) = point {
        if indicator_point::record(&incubator.database, visitor.actor(), kept.id, point).await? {
            return Ok(redirect(&format!("{}/indicateurs/{id}?fait=valeur-saisie", address(&slug))));
        }
        errors.add("day", "Ce jour a déjà une valeur. Corrigez-la dans le tableau.");
    }
    form(&incubator, &visitor, (&product, &kept), &Done::default(), (new, errors)).await
}
