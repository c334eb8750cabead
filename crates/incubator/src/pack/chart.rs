//! The last values of an indicator, as a drawing for a printed page.

use std::fmt::Write as _;

use socle::pages::format;

use crate::model::figure::Figure;
use crate::model::indicator::Indicator;
use crate::model::point::Point;

/// How many values a drawing shows.
const MOST: usize = 12;

/// The drawing's inside, in its own units; the labels are around.
const LEFT: i64 = 20;
const TOP: i64 = 30;
const WIDTH: i64 = 680;
const HEIGHT: i64 = 150;

/// The values drawn, the oldest first.
fn shown(indicator: &Indicator) -> &[Point] {
    let points = &indicator.points;
    points.get(points.len().saturating_sub(MOST)..).unwrap_or_default()
}

/// What a person who does not see the drawing is told.
pub fn told(indicator: &Indicator) -> String {
    let one = |point: &Point| format!("{} en {}", point.value.fr(), format::month(point.day));
    match shown(indicator) {
        [] => String::new(),
        [only] => format!("{}\u{a0}: {}.", indicator.title, one(only)),
        [first, .., last] => format!("{}\u{a0}: de {} à {}.", indicator.title, one(first), one(last)),
    }
}

/// Vertical bars, each with its value, and a dashed line at the target. `None` without a value.
pub fn svg(indicator: &Indicator) -> Option<String> {
    let points = shown(indicator);
    let top = points.iter().map(|point| point.value).chain(indicator.target).max()?;
    if points.is_empty() {
        return None;
    }
    let slot = WIDTH / i64::try_from(points.len()).ok()?.max(1);
    let width = (slot * 6 / 10).clamp(1, 90);
    let height = |value: Figure| scaled(value, top);
    let mut drawing = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 220" font-family="Libertinus Serif" font-size="14" fill="#222">"##,
    );
    let floor = TOP + HEIGHT;
    write!(drawing, r##"<line x1="{LEFT}" x2="{}" y1="{floor}" y2="{floor}" stroke="#777"/>"##, LEFT + WIDTH)
        .ok()?;
    if let Some(target) = indicator.target {
        let y = floor - height(target);
        write!(
            drawing,
            r##"<line x1="{LEFT}" x2="{}" y1="{y}" y2="{y}" stroke="#222" stroke-dasharray="6 4"/><text x="{}" y="{}" text-anchor="end">cible {}</text>"##,
            LEFT + WIDTH,
            LEFT + WIDTH,
            y - 6,
            target.fr(),
        )
        .ok()?;
    }
    for (point, at) in points.iter().zip(0..) {
        let (x, tall) = (LEFT + at * slot + (slot - width) / 2, height(point.value));
        let (y, middle) = (floor - tall, x + width / 2);
        write!(
            drawing,
            r##"<rect x="{x}" y="{y}" width="{width}" height="{tall}" fill="#3d4f6b"/><text x="{middle}" y="{}" text-anchor="middle" stroke="#fff" stroke-width="5" paint-order="stroke">{}</text><text x="{middle}" y="{}" text-anchor="middle">{}</text>"##,
            y - 6,
            point.value.fr(),
            floor + 20,
            format::short_month(point.day),
        )
        .ok()?;
    }
    drawing.push_str("</svg>");
    Some(drawing)
}

/// How tall a value is drawn. Below zero, nothing.
fn scaled(value: Figure, top: Figure) -> i64 {
    if top.as_i64() <= 0 || value.as_i64() <= 0 {
        return 0;
    }
    let tall = i128::from(value.as_i64()) * i128::from(HEIGHT) / i128::from(top.as_i64());
    i64::try_from(tall).unwrap_or(HEIGHT).min(HEIGHT)
}
