use askama::Template;

use super::format;

/// A value of a chart.
pub struct Bar {
    /// Under the bar: `nov.`.
    pub label: String,
    /// In the table: `novembre 2026`.
    pub name: String,
    pub value: i64,
}

/// Vertical bars as SVG, with the same figures in a table: the same for a page and a printed document.
#[derive(Template)]
#[template(path = "chart.html")]
pub struct BarChart {
    id: String,
    title: String,
    column: String,
    unit: String,
    bars: Vec<Placed>,
    ticks: Vec<Tick>,
}

struct Placed {
    bar: Bar,
    /// In the drawing's units.
    x: i64,
    y: i64,
    width: i64,
    height: i64,
    middle: i64,
    text: String,
}

struct Tick {
    y: i64,
    text: String,
}

/// The drawing's size, without the labels' margins.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 220;
const LEFT: i64 = 70;
const TOP: i64 = 20;

impl BarChart {
    /// `column` heads the names in the table ("Mois"); `unit` the values ("Trajets").
    pub fn new(id: &str, title: &str, column: &str, unit: &str, bars: Vec<Bar>) -> Self {
        Self::written(id, title, column, unit, bars, format::integer)
    }

    /// The same when values are not whole numbers of their unit: `text` writes them.
    pub fn written(
        id: &str,
        title: &str,
        column: &str,
        unit: &str,
        bars: Vec<Bar>,
        text: impl Fn(i64) -> String,
    ) -> Self {
        let top = nice_ceiling(bars.iter().map(|bar| bar.value).max().unwrap_or(0));
        let slot = WIDTH / i64::try_from(bars.len().max(1)).unwrap_or(1);
        let width = (slot * 7 / 10).max(1);
        let bars = bars
            .into_iter()
            .zip(0..)
            .map(|(bar, index)| {
                let height = share(bar.value.max(0), top);
                let x = LEFT + index * slot + (slot - width) / 2;
                let written = text(bar.value);
                Placed {
                    x,
                    y: TOP + HEIGHT - height,
                    width,
                    height,
                    middle: x + width / 2,
                    text: written,
                    bar,
                }
            })
            .collect();
        let ticks = (0..=4)
            .map(|step| Tick { y: TOP + HEIGHT - HEIGHT * step / 4, text: text(top / 4 * step) })
            .collect();
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            column: column.to_owned(),
            unit: unit.to_owned(),
            bars,
            ticks,
        }
    }
}

/// How high a value is drawn. Through a wider number: values may be as large as they come.
fn share(value: i64, top: i64) -> i64 {
    let height = i128::from(HEIGHT) * i128::from(value) / i128::from(top.max(1));
    i64::try_from(height).unwrap_or(HEIGHT)
}

/// The least of 4, 8, 20, 40, 80, 200… that is not below `value`: its quarters are whole and easy to read.
fn nice_ceiling(value: i64) -> i64 {
    let mut scale = 1_i64;
    loop {
        for step in [4, 8, 20] {
            let top = step * scale;
            if value <= top {
                return top;
            }
        }
        let Some(next) = scale.checked_mul(10).filter(|next| *next <= i64::MAX / 20) else { return i64::MAX };
        scale = next;
    }
}
