//! Indicators and their values as people read them.

use askama::Template as _;
use jiff::civil::Date;
use socle::pages::{Bar, BarChart, format};
use socle::web::Problem;

use crate::model::figure::Figure;
use crate::model::indicator::{Indicator, Progress};
use crate::model::point::Point;

/// How many values a chart shows.
const A_CHART: usize = 12;

/// `12 500 structures`, `81,5 %`.
pub fn value(figure: Figure, unit: &str) -> String {
    if unit.is_empty() { figure.fr() } else { format!("{}\u{a0}{unit}", figure.fr()) }
}

/// The period of a value: `en octobre 2026`, `du 1er octobre 2026 au 5 octobre 2026`, `au 5 octobre 2026`.
pub fn period(point: &Point) -> String {
    match point.from {
        Some(from) if from.day() == 1 && point.day == from.last_of_month() => {
            let month = format::month(from);
            if month.starts_with(['a', 'o']) { format!("d’{month}") } else { format!("de {month}") }
        }
        Some(from) => format!("du {} au {}", format::date(from), format::date(point.day)),
        None => format!("au {}", format::date(point.day)),
    }
}

/// What is aimed at: `1 000 structures pour le 31 décembre 2026`, or nothing.
pub fn target(indicator: &Indicator) -> String {
    let Some(target) = indicator.target else { return String::new() };
    let aimed = value(target, &indicator.unit);
    indicator.target_day.map_or_else(|| aimed.clone(), |day| format!("{aimed} pour le {}", format::date(day)))
}

/// `67 % du chemin`, `objectif atteint`, or nothing.
pub fn progress(indicator: &Indicator, today: Date) -> String {
    if indicator.reached(today) == Some(true) {
        return "objectif atteint".to_owned();
    }
    match indicator.progress(today) {
        Some(Progress(..0)) => "en recul depuis le départ".to_owned(),
        Some(progress) => format!("{}\u{a0}% du chemin", progress.percent()),
        None => String::new(),
    }
}

/// The last values as a chart with its table; nothing when there is only one.
pub fn chart(id: &str, indicator: &Indicator) -> Result<String, Problem> {
    let from = indicator.points.len().saturating_sub(A_CHART);
    let points = indicator.points.get(from..).unwrap_or_default();
    if points.len() < 2 {
        return Ok(String::new());
    }
    let bars = points
        .iter()
        .map(|point| Bar {
            label: format!("{} {:02}", format::short_month(point.day), point.day.year() % 100),
            name: period(point),
            value: point.value.as_i64(),
        })
        .collect();
    let unit = if indicator.unit.is_empty() { "Valeur" } else { &indicator.unit };
    let chart =
        BarChart::written(id, &indicator.title, "Période", unit, bars, |value| Figure::new(value).fr());
    chart.render().map_err(|cause| Problem::internal(&cause))
}
