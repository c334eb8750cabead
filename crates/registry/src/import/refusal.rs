//! A line that did not go in: where, what was seen, what is expected. No name nor telephone number is copied.

use serde::Serialize;
use serde_json::Value;

use crate::model::identity::PhonesRefused;
use crate::model::{Fault, Verdict, Violation};
use crate::store::import::RefusedLine;

/// What is wrong in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// A field by its dotted path, or a part of the line.
    #[serde(rename = "where")]
    pub place: String,
    pub seen: String,
    pub expected: String,
}

impl Wrong {
    pub fn new(place: impl Into<String>, seen: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { place: place.into(), seen: seen.into(), expected: expected.into() }
    }
}

/// Why a line did not go in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is not a journey: nothing was kept.
    Broken,
    /// The terms refuse it: the journey is kept with its refusal, its identifier is used.
    Terms,
    /// Its identifier came before, since the import began.
    Repeated,
}

/// A line of the file of refusals.
#[derive(Debug, Serialize)]
pub struct Refusal<'a> {
    pub line: u64,
    pub operator_journey_id: Option<&'a str>,
    pub reason: Reason,
    pub faults: Vec<Wrong>,
}

impl Refusal<'_> {
    pub fn written(&self) -> Result<RefusedLine, serde_json::Error> {
        Ok(RefusedLine {
            line: i64::try_from(self.line).unwrap_or(i64::MAX),
            json: serde_json::to_string(self)?,
        })
    }
}

/// What a journey's times or numbers have wrong.
pub fn of_fault(fault: &Fault) -> Wrong {
    let phones = |who: &str, refused: &PhonesRefused| match refused {
        PhonesRefused::Phone(_) => Wrong::new(
            format!("{who}.identity.phone"),
            "another text",
            "a telephone number that exists, in E.164 form",
        ),
        PhonesRefused::Truncated(_) => Wrong::new(
            format!("{who}.identity.phone_trunc"),
            "another text",
            "a telephone number in E.164 form without its last two digits",
        ),
        PhonesRefused::None => {
            Wrong::new(format!("{who}.identity"), "no number", "phone or phone_trunc (or both)")
        }
    };
    match fault {
        Fault::DriverPhones(refused) => phones("driver", refused),
        Fault::PassengerPhones(refused) => phones("passenger", refused),
        Fault::EndsBeforeStart { start, end } => {
            Wrong::new("end.datetime", end.to_string(), format!("after the start ({start})"))
        }
        Fault::InTheFuture { end, now } => {
            Wrong::new("end.datetime", end.to_string(), format!("in the past (it is {now})"))
        }
    }
}

/// What the terms refuse of a journey.
pub fn of_verdict(verdict: &Verdict) -> Vec<Wrong> {
    let of_violation = |violation: &Violation| {
        let place = format!("terms {} {}", verdict.version, violation.label().as_str());
        match violation {
            Violation::Expired { hours_limit, seconds_seen } => Wrong::new(
                place,
                format!("received {seconds_seen} s after the departure"),
                format!("at most {hours_limit} h after the departure"),
            ),
            Violation::DistanceTooShort { metres_limit, metres_seen } => {
                Wrong::new(place, format!("{metres_seen} m"), format!("at least {metres_limit} m"))
            }
            Violation::TooManyTripsByDay { limit, driver, passenger } => Wrong::new(
                place,
                format!("trips that day, this one included: driver {driver}, passenger {passenger}"),
                format!("at most {limit}"),
            ),
            Violation::TooCloseTrips { minutes_limit, other_journey, .. } => Wrong::new(
                place,
                format!("the same two people on another trip: {other_journey}"),
                format!("at least {minutes_limit} minutes between two trips"),
            ),
        }
    };
    verdict.violations.iter().map(of_violation).collect()
}

/// What a strict reading of JSON refuses.
pub fn of_reading(line: &[u8], error: serde_path_to_error::Error<serde_json::Error>) -> Wrong {
    let place = dotted(error.path());
    let cause = error.into_inner();
    let whole = cause.to_string();
    let text = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(text, _)| text);
    if !cause.is_data() {
        return Wrong::new(
            format!("column {}", cause.column()),
            format!("not JSON: {text}"),
            "a JSON object",
        );
    }
    if let Some(field) = quoted(text, "missing field `") {
        return Wrong::new(join(&place, field), "nothing", "this field: it is required");
    }
    if let Some(field) = quoted(text, "duplicate field `") {
        return Wrong::new(join(&place, field), "this field twice", "this field once");
    }
    if let Some(field) = quoted(text, "unknown field `") {
        let expected = text.rsplit_once(", expected ").map_or("", |(_, expected)| expected);
        let parent = place.strip_suffix(field).map_or(place.as_str(), |parent| parent.trim_end_matches('.'));
        return Wrong::new(join(parent, plain_name(field)), "a field that is not described", expected);
    }
    let value = serde_json::from_slice::<Value>(line).unwrap_or_default();
    let seen = value.pointer(&format!("/{}", place.replace('.', "/"))).map_or_else(String::new, shown);
    let seen = if place.is_empty() { shown(&value) } else { seen };
    Wrong::new(if place.is_empty() { "line".to_owned() } else { place }, seen, expected(text))
}

/// `driver.identity.phone`, `incentives.0.amount`; empty for the whole line.
fn dotted(path: &serde_path_to_error::Path) -> String {
    let text = path.to_string();
    if text == "." { String::new() } else { text.replace('[', ".").replace(']', "") }
}

fn join(parent: &str, field: &str) -> String {
    if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") }
}

fn quoted<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.split('`').next()
}

/// The name of a field, unless it looks like anything else.
fn plain_name(field: &str) -> &str {
    let plain = field.len() <= 40
        && field.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'0'..=b'9'))
        && field.bytes().filter(u8::is_ascii_digit).count() < 8;
    if plain { field } else { "?" }
}

/// What our own messages expect: the part of them that holds no value.
fn expected(text: &str) -> String {
    // What a message of ours expects comes last; what comes before may hold the value.
    let tail = if text.starts_with("a text ") || text.starts_with("a list ") {
        text.split_once(": ")
    } else if text.starts_with("invalid ") || text.starts_with("unknown ") {
        text.rsplit_once(", expected ")
    } else {
        text.rsplit_once(" is not ")
    };
    let tail = tail.map(|(_, tail)| tail);
    match tail {
        Some(tail) if tail.starts_with("struct ") => "an object".to_owned(),
        Some(tail) => tail.to_owned(),
        None => "what the description of the API says".to_owned(),
    }
}

/// A value, when it cannot be a name nor a telephone number; else what kind of value it is.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            if few_digits(&text) { text } else { format!("a number of {} characters", text.len()) }
        }
        Value::String(text) => shown_text(text),
        Value::Array(list) => format!("a list of {} elements", list.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// The same for a text.
pub fn shown_text(text: &str) -> String {
    let length = text.chars().count();
    let numeric = |byte: u8| {
        byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b':' | b'.' | b',' | b'T' | b'Z' | b' ')
    };
    let date = matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()));
    if length <= 1 || (length <= 35 && text.bytes().all(numeric) && (date || few_digits(text))) {
        format!("{text:?}")
    } else {
        format!("a text of {length} characters")
    }
}

/// A telephone number has at least eight, even cut.
fn few_digits(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() < 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Submission;

    const JOURNEY: &str = r#"{"operator_journey_id": "j1", "operator_trip_id": "t1", "operator_class": "C",
        "start": {"datetime": "2026-11-20T08:00:00Z", "lat": 44.4, "lon": 1.4},
        "end": {"datetime": "2026-11-20T08:30:00Z", "lat": 44.6, "lon": 2.0}, "distance": 60000, "incentives": [],
        "driver": {"identity": {"operator_user_id": "d", "identity_key": "K", "phone": "+33601020304"}, "revenue": 1},
        "passenger": {"identity": {"operator_user_id": "p", "identity_key": "K", "phone": "+33601020305"},
        "contribution": 1}}"#;

    fn wrong(from: &str, to: &str) -> (String, String, String) {
        let line = JOURNEY.replacen(from, to, 1).replace("\"K\"", &format!("\"{}\"", "a".repeat(64)));
        let mut reader = serde_json::Deserializer::from_str(&line);
        let error = serde_path_to_error::deserialize::<_, Submission>(&mut reader).expect_err("an error");
        let Wrong { place, seen, expected } = of_reading(line.as_bytes(), error);
        (place, seen, expected)
    }

    fn told(place: &str, seen: &str, expected: &str) -> (String, String, String) {
        (place.to_owned(), seen.to_owned(), expected.to_owned())
    }

    #[test]
    fn a_refusal_says_where_what_was_seen_and_what_is_expected() {
        assert_eq!(wrong("\"C\"", "\"D\""), told("operator_class", "\"D\"", "one of `A`, `B`, `C`"));
        assert_eq!(wrong("60000", "0"), told("distance", "0", "a whole number of metres from 1 to 1000000"));
        assert_eq!(
            wrong("2026-11-20T08:00:00Z", "2026-11-20 08:00"),
            told(
                "start.datetime",
                "\"2026-11-20 08:00\"",
                "a date and time with its offset (for instance 2026-11-25T08:00:00Z)"
            )
        );
        assert_eq!(
            wrong("\"lat\": 44.4", "\"lat\": 99"),
            told("start.lat", "99", "between -90 and 90 degrees")
        );
        assert_eq!(
            wrong("\"distance\": 60000,", ""),
            told("distance", "nothing", "this field: it is required")
        );
        assert_eq!(wrong("\"incentives\": []", "\"incentives\": 3"), told("incentives", "3", "a sequence"));
        let (place, seen, _) = wrong("\"revenue\"", "\"colour\": 3, \"revenue\"");
        assert_eq!((place.as_str(), seen.as_str()), ("driver.colour", "a field that is not described"));
        let (place, seen, _) = wrong("60000", "60000]");
        assert!(place.starts_with("column ") && seen.starts_with("not JSON"), "{place} {seen}");
    }

    #[test]
    fn no_name_nor_number_is_copied() {
        for (from, to) in [
            ("\"+33601020304\"", "33601020304"),
            ("\"d\"", "12.5, \"lastname\": \"Martin\""),
            ("\"K\"", "\"Martin-0601020304\""),
            ("60000", "\"0601020304\""),
            ("60000", "601020304"),
            ("\"2026-11-20T08:00:00Z\"", "\"Martin is not 0601020304, expected Martin\""),
            ("\"C\"", "\"Martin\""),
            ("\"revenue\"", "\"Martin 0601020304\": 1, \"revenue\""),
        ] {
            let (place, seen, expected) = wrong(from, to);
            let all = format!("{place} {seen} {expected}");
            assert!(!all.contains("Martin") && !all.contains("6010203"), "{all}");
        }
    }
}
