//! Reading what a product publishes at `/stats.json` (docs/stats-format.md): our format, and what resembles it. What is not
//! understood is left aside; nothing is invented.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::figure::Figure;
use super::point::Point;

/// How many entries, and values of one, are taken.
const MOST_ENTRIES: usize = 300;
const MOST_POINTS: usize = 400;

/// An indicator that a document tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Stable name within the document: `registry/journeys`, and `registry/journeys:period` for its values by period.
    pub key: String,
    pub title: String,
    pub definition: String,
    pub unit: String,
    /// The agreement that asks for it; empty when none is named.
    pub agreement: String,
    /// The oldest first. None: it is not measured yet.
    pub points: Vec<Point>,
}

/// Why a document tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("ce n’est pas du JSON")]
    NotJson,
    #[error("sa version du format n’est pas connue ici")]
    OtherVersion,
    #[error("on n’y trouve pas de liste « indicators »")]
    NoList,
    #[error("aucun indicateur de sa liste n’a de nom")]
    NothingNamed,
}

/// What a document tells, as of `today`: values of later days are left aside.
pub fn read(body: &[u8], today: Date) -> Result<Vec<Told>, Unreadable> {
    let document: Value = serde_json::from_slice(body).map_err(|_| Unreadable::NotJson)?;
    let format = document.get("format").and_then(Value::as_str).unwrap_or_default();
    if format.starts_with("pepiniere-stats/") && format != "pepiniere-stats/1" {
        return Err(Unreadable::OtherVersion);
    }
    let list = match &document {
        Value::Array(list) => list,
        other => other.get("indicators").and_then(Value::as_array).ok_or(Unreadable::NoList)?,
    };
    let as_of = first_text(&document, &["generated_at", "as_of", "date", "updated_at"])
        .and_then(|text| period(&text, today))
        .map_or(today, |(_, day)| day);
    let mut told: Vec<Told> = Vec::new();
    for entry in list.iter().filter_map(Value::as_object) {
        let Some(one) = read_entry(entry, as_of, today) else { continue };
        let full = told.len() >= MOST_ENTRIES;
        match told.iter_mut().find(|known| known.key == one.key) {
            Some(known) => known.points.extend(one.points),
            None if full => {}
            None => told.push(one),
        }
    }
    if told.is_empty() && !list.is_empty() {
        return Err(Unreadable::NothingNamed);
    }
    for one in &mut told {
        one.points.sort_by_key(|point| (point.day, point.from));
        one.points.dedup_by(|later, kept| {
            let same = kept.same_period(later.from, later.day);
            if same {
                // Of two values of one period, the later one holds.
                std::mem::swap(later, kept);
            }
            same
        });
        let old = one.points.len().saturating_sub(MOST_POINTS);
        one.points.drain(..old);
    }
    Ok(told)
}

fn read_entry(entry: &Map<String, Value>, as_of: Date, today: Date) -> Option<Told> {
    let entry_value = Value::Object(entry.clone());
    let text = |names: &[&str], most: usize| {
        first_text(&entry_value, names).unwrap_or_default().trim().chars().take(most).collect::<String>()
    };
    let name = text(&["key", "id", "name"], 120);
    let title = text(&["title", "label", "name", "key", "id"], 200);
    let name = if name.is_empty() { title.clone() } else { name };
    if name.is_empty() {
        return None;
    }
    let product = text(&["product"], 80);
    let mut key = if product.is_empty() { name } else { format!("{product}/{name}") };
    let points = points(entry, as_of, today);
    if points.iter().any(|point| point.from.is_some()) || bounded(entry) {
        key.push_str(":period");
    }
    Some(Told {
        key,
        title,
        definition: text(&["definition", "description"], 1_000),
        unit: text(&["unit"], 60),
        agreement: text(&["agreement"], 200),
        points,
    })
}

/// Whether it is about a period that has a first day, measured or not.
fn bounded(entry: &Map<String, Value>) -> bool {
    entry.get("period").and_then(|period| period.get("from")).is_some_and(|from| !from.is_null())
}

/// The values of an entry: its own, or those of its series.
fn points(entry: &Map<String, Value>, as_of: Date, today: Date) -> Vec<Point> {
    if let Some(series) = ["series", "values", "points"].iter().find_map(|name| entry.get(*name)?.as_array())
    {
        return series
            .iter()
            .filter_map(|one| one_of_series(one, today))
            .filter(|one| one.day <= today)
            .collect();
    }
    let Some(value) = entry.get("value").and_then(number) else { return Vec::new() };
    let dated = entry.get("period").map_or_else(
        || dates(entry),
        |period| match period {
            Value::Object(period) => dates(period),
            other => other.as_str().map(|text| (None, Some(text.to_owned()))).unwrap_or_default(),
        },
    );
    let point = placed(dated, value, as_of, today);
    point.filter(|one| one.day <= today).into_iter().collect()
}

/// `{"date": …, "value": …}`, or `["2026-10", 12]`.
fn one_of_series(one: &Value, today: Date) -> Option<Point> {
    match one {
        Value::Object(fields) => {
            let value = fields.get("value").and_then(number)?;
            let dated = fields.get("period").and_then(Value::as_object).map_or_else(|| dates(fields), dates);
            // A value of a series without a day is nobody's.
            dated.1.as_ref()?;
            placed(dated, value, today, today)
        }
        Value::Array(pair) => {
            let day = pair.first()?.as_str()?.to_owned();
            placed((None, Some(day)), pair.get(1).and_then(number)?, today, today)
        }
        _ => None,
    }
}

/// First and last day, as they are written.
type Dated = (Option<String>, Option<String>);

fn dates(fields: &Map<String, Value>) -> Dated {
    let text = |names: &[&str]| names.iter().find_map(|name| fields.get(*name)?.as_str()).map(str::to_owned);
    (text(&["from", "start"]), text(&["to", "end", "date", "as_of", "day", "month"]))
}

fn placed((from, to): Dated, value: Figure, as_of: Date, today: Date) -> Option<Point> {
    let (whole, day) = match to {
        Some(text) => period(&text, today)?,
        None => (None, as_of),
    };
    let from = match from {
        Some(text) => Some(period(&text, today)?).map(|(first, day)| first.unwrap_or(day)),
        None => whole,
    };
    Some(Point { from: from.filter(|from| *from <= day), ..Point::on(day, value) })
}

/// A day as it is written: `2026-11-25`, an instant, or a month or a year, which have a first day; the last day of those
/// under way is today.
fn period(text: &str, today: Date) -> Option<(Option<Date>, Date)> {
    let text = text.trim();
    let day = |text: &str| text.parse::<Date>().ok();
    match (text.len(), text.get(..10)) {
        (4, _) => {
            let first = day(&format!("{text}-01-01"))?;
            Some((Some(first), until(first.last_of_year(), first, today)))
        }
        (7, _) => {
            let first = day(&format!("{text}-01"))?;
            Some((Some(first), until(first.last_of_month(), first, today)))
        }
        (_, Some(beginning)) => Some((None, day(beginning)?)),
        _ => None,
    }
}

fn until(last: Date, first: Date, today: Date) -> Date {
    if first <= today { std::cmp::min(last, today) } else { last }
}

/// A number, or a text that reads as one.
fn number(value: &Value) -> Option<Figure> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.to_string().parse().ok(),
            None => number.as_f64().and_then(Figure::measured),
        },
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn first_text(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match value.get(*name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 25);

    fn told(text: &str) -> Vec<Told> {
        read(text.as_bytes(), TODAY).expect("a document")
    }

    #[test]
    fn our_own_format_is_read_with_its_periods_apart() {
        let text = r#"{"format":"pepiniere-stats/1","generated_at":"2026-11-25T13:27:18Z","indicators":[
            {"product":"registry","name":"journeys","title":"Trajets","unit":"journeys","period":{"from":null,"to":"2026-11-25"},"state":"measured","value":12.0},
            {"product":"registry","name":"journeys","title":"Trajets","unit":"journeys","period":{"from":"2026-10-01","to":"2026-10-31"},"state":"measured","value":7.0},
            {"product":"registry","name":"journeys","title":"Trajets","unit":"journeys","period":{"from":"2026-11-01","to":"2026-11-25"},"state":"measured","value":5.0},
            {"product":"registry","name":"certificates_issued","title":"Attestations","period":{"from":null,"to":"2026-11-25"},"state":"not_measured_yet"}]}"#;
        let told = told(text);
        let keys: Vec<_> = told.iter().map(|one| (one.key.as_str(), one.points.len())).collect();
        assert_eq!(
            keys,
            [("registry/journeys", 1), ("registry/journeys:period", 2), ("registry/certificates_issued", 0)]
        );
        assert_eq!(
            told[1].points[0],
            Point { from: Some(date(2026, 10, 1)), ..Point::on(date(2026, 10, 31), Figure::whole(7)) }
        );
    }

    #[test]
    fn what_resembles_it_is_read_too() {
        let text = r#"{"date":"2026-11-20","indicators":[
            {"id":"structures","title":"Structures","value":"1 250","unit":"structures"},
            {"key":"satisfaction","title":"Satisfaction","series":[{"date":"2026-10","value":81.25},{"date":"2026-11","value":82},{"date":"2027-01","value":99},{"value":4},["2026-09",80]]},
            {"title":"Sans valeur","value":null},
            {"value":3}, 12]}"#;
        let told = told(text);
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0].points, [Point::on(date(2026, 11, 20), Figure::whole(1_250))]);
        let days: Vec<_> = told[1].points.iter().map(|one| (one.from, one.day, one.value.fr())).collect();
        let month = |month: i8, last: i8, value: &str| {
            (Some(date(2026, month, 1)), date(2026, month, last), value.to_owned())
        };
        assert_eq!(days, [month(9, 30, "80"), month(10, 31, "81,25"), month(11, 25, "82")]);
        assert!(told[2].points.is_empty());
    }

    #[test]
    fn what_is_no_document_says_why() {
        for (text, why) in [
            ("<html>", Unreadable::NotJson),
            ("{}", Unreadable::NoList),
            (r#"{"indicators":{}}"#, Unreadable::NoList),
            (r#"{"format":"pepiniere-stats/2","indicators":[]}"#, Unreadable::OtherVersion),
            (r#"{"indicators":[{"value":1}]}"#, Unreadable::NothingNamed),
        ] {
            assert_eq!(read(text.as_bytes(), TODAY), Err(why), "{text}");
        }
        assert_eq!(read(br#"{"indicators":[]}"#, TODAY), Ok(Vec::new()));
    }
}
