//! The same journeys, written in every way a file may hold them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::JourneyBody;

/// The journey of this number, of two people who make no other, in December 2025.
pub fn numbered(number: usize) -> JourneyBody {
    let first: Timestamp = "2025-12-01T06:00:00Z".parse().expect("an instant");
    let minutes = i64::try_from(number % 20_000).expect("a small number");
    let mut journey = JourneyBody::an_hour_before(first)
        .at(first + SignedDuration::from_mins(minutes), 30)
        .of(&format!("driver {number}"), &format!("passenger {number}"))
        .trip(&format!("trip-{number}"))
        .with("/operator_journey_id", format!("journey-{number:06}"));
    if number.is_multiple_of(3) {
        journey.0["driver"]["identity"]["lastname"] = "Hérault".into();
        journey.0["incentives"] = json!([{"index": 0, "siret": "11000101300017", "amount": 150}]);
        journey.0["passenger"]["seats"] = 2.into();
    }
    if number.is_multiple_of(4) {
        journey.0["passenger"]["identity"]["over_18"] = true.into();
        journey.0["passenger"]["identity"]["travel_pass"] = json!({"name": "navigo", "user_id": "N1"});
        journey.0["received_at"] = (first + SignedDuration::from_mins(minutes + 45)).to_string().into();
    }
    journey
}

pub fn ndjson(journeys: &[JourneyBody]) -> Vec<u8> {
    journeys.iter().flat_map(|journey| format!("{journey}\n").into_bytes()).collect()
}

pub fn flatten(path: &str, value: &Value, row: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(&if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, member, row);
            }
        }
        Value::String(text) => drop(row.insert(path.to_owned(), text.clone())),
        other => drop(row.insert(path.to_owned(), other.to_string())),
    }
}

/// The same journeys as a spreadsheet would hold them.
pub fn table(journeys: &[JourneyBody], separator: u8) -> Vec<u8> {
    let rows: Vec<BTreeMap<String, String>> = journeys
        .iter()
        .map(|journey| {
            let mut row = BTreeMap::new();
            flatten("", &journey.0, &mut row);
            row
        })
        .collect();
    let mut columns: Vec<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    columns.sort();
    columns.dedup();
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    writer.write_record(&columns).expect("a line");
    for row in &rows {
        writer
            .write_record(columns.iter().map(|column| row.get(*column).map_or("", String::as_str)))
            .expect("a line");
    }
    writer.into_inner().expect("bytes")
}
