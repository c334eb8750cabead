//! Objectives, and impact against its targets.

use jiff::civil::Date;
use serde::Serialize;
use socle::pages::format;

use super::chart;
use crate::model::indicator::Indicator;
use crate::model::named::Named as _;
use crate::model::objective::Node;

/// A line of the first page.
#[derive(Debug, Serialize)]
pub struct MeasureRow {
    title: String,
    latest: String,
    target: String,
    /// « 62 % du chemin », « cible atteinte ».
    way: String,
}

/// An indicator with its drawing.
#[derive(Debug, Serialize)]
pub struct Measured {
    title: String,
    definition: String,
    source: String,
    /// Name of the drawing; empty when there is no value.
    image: String,
    alt: String,
}

/// An objective, its parts after it.
#[derive(Debug, Serialize)]
pub struct ObjectiveRow {
    title: String,
    depth: usize,
    status: String,
    due: String,
    note: String,
}

pub fn row(indicator: &Indicator, today: Date) -> MeasureRow {
    let unit = |figure: String| match indicator.unit.as_str() {
        "" => figure,
        unit => format!("{figure}\u{a0}{unit}"),
    };
    let target = indicator.target.map(|target| {
        let by =
            indicator.target_day.map_or_else(String::new, |day| format!(" avant le {}", format::date(day)));
        format!("{}{by}", unit(target.fr()))
    });
    let latest = indicator
        .latest(today)
        .map(|point| format!("{} ({})", unit(point.value.fr()), format::month(point.day)));
    let way = match (indicator.reached(today), indicator.progress(today)) {
        (Some(true), _) => "cible atteinte".to_owned(),
        (_, Some(progress)) if progress.percent() < 0 => "en recul".to_owned(),
        (_, Some(progress)) => format!("{}\u{a0}% du chemin", progress.percent()),
        (Some(false), None) => "cible pas encore atteinte".to_owned(),
        (None, None) => "–".to_owned(),
    };
    MeasureRow {
        title: indicator.title.clone(),
        latest: latest.unwrap_or_else(|| "pas encore mesuré".to_owned()),
        target: target.unwrap_or_else(|| "aucune".to_owned()),
        way,
    }
}

/// An indicator, and its drawing by name.
pub fn measured(slug: &str, indicator: &Indicator, today: Date) -> (Measured, Option<(String, String)>) {
    let mut known = indicator.clone();
    known.points.retain(|point| point.day <= today);
    let name = format!("{slug}-{}.svg", indicator.key);
    let drawing = chart::svg(&known);
    let measured = Measured {
        title: indicator.title.clone(),
        definition: indicator.definition.clone(),
        source: if indicator.source.is_empty() {
            "Valeurs saisies par l’équipe.".to_owned()
        } else {
            format!("Lu sur {}.", indicator.source)
        },
        alt: chart::told(&known),
        image: if drawing.is_some() { name.clone() } else { String::new() },
    };
    (measured, drawing.map(|drawing| (name, drawing)))
}

pub fn objectives(tree: &[Node], today: Date) -> Vec<ObjectiveRow> {
    Node::walk(tree)
        .into_iter()
        .map(|(node, depth)| {
            let one = &node.objective;
            let late = if one.late(today) { ", en retard" } else { "" };
            ObjectiveRow {
                title: one.title.clone(),
                depth,
                status: format!("{}{late}", one.status.fr()),
                due: one.due.map_or_else(|| "–".to_owned(), format::date),
                note: one.note.clone(),
            }
        })
        .collect()
}
