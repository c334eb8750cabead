//! One line, read as the API reads a body.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize as _;

use super::refusal::{self, Wrong};
use crate::Registry;
use crate::model::submission::{Datetime, Numbers};
use crate::model::{Numbering, Submission};
use crate::store::erasure;

/// A journey read from a line.
pub struct Journey<'a> {
    pub submission: Submission,
    pub numbers: Numbers,
    pub received: Timestamp,
    /// The body, as the API would have received it.
    pub body: std::borrow::Cow<'a, [u8]>,
}

/// When a journey was received, if its line does not say it.
const AFTER_DEPARTURE: SignedDuration = SignedDuration::from_hours(1);

/// How long journeys are kept: an older one would be counted, then erased, and counted again by another import.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    months: u32,
    /// Departures before this instant are erased.
    from: Timestamp,
}

impl Kept {
    /// The rule of this house, now.
    pub fn of(registry: &Registry, now: Timestamp) -> Self {
        let months = registry.house.config.retention.journeys_months;
        Self { months, from: erasure::limit(now, months) }
    }
}

/// Reads a line: a body of the API, and perhaps `received_at`.
pub fn read(line: &[u8], now: Timestamp, kept: Kept) -> Result<Journey<'_>, Wrong> {
    utf8(line)?;
    let (body, received) = match without_received_at(line) {
        Some((body, value)) => (body.into(), Some(value)),
        None => (line.into(), None),
    };
    let body: std::borrow::Cow<'_, [u8]> = body;
    let mut reader = serde_json::Deserializer::from_slice(&body);
    let submission: Submission =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| refusal::of_reading(&body, error))?;
    reader.end().map_err(|cause| {
        Wrong::new(format!("column {}", cause.column()), "something after the object", "one object on a line")
    })?;
    let numbers = submission.check(now, Numbering::Assigned).map_err(|fault| refusal::of_fault(&fault))?;
    let (start, end) = (submission.start.datetime.0, submission.end.datetime.0);
    if start < kept.from {
        let expected = format!("not before {}: journeys are kept {} months", kept.from, kept.months);
        return Err(Wrong::new("start.datetime", start.to_string(), expected));
    }
    let received = match received {
        // Received once it was over, and not tomorrow.
        None => std::cmp::max(end, std::cmp::min(start + AFTER_DEPARTURE, now)),
        Some(value) => {
            let mut reader = serde_json::Deserializer::from_slice(value);
            let Datetime(at) = Datetime::deserialize(&mut reader).map_err(|_| {
                let seen = serde_json::from_slice(value)
                    .map_or_else(|_| String::new(), |seen| refusal::shown(&seen));
                Wrong::new(
                    "received_at",
                    seen,
                    "a date and time with its offset (for instance 2026-11-25T08:00:00Z)",
                )
            })?;
            if !(end..=now).contains(&at) {
                let expected = format!("between the end of the journey ({end}) and now ({now})");
                return Err(Wrong::new("received_at", at.to_string(), expected));
            }
            at
        }
    };
    Ok(Journey { submission, numbers, received, body })
}

/// A line must be text.
pub fn utf8(line: &[u8]) -> Result<(), Wrong> {
    match std::str::from_utf8(line) {
        Ok(_) => Ok(()),
        Err(error) => {
            let at = error.valid_up_to();
            let byte = line.get(at).copied().unwrap_or_default();
            Err(Wrong::new(format!("byte {}", at + 1), format!("the byte 0x{byte:02X}"), "UTF-8"))
        }
    }
}

/// The identifier of a line that is broken, if it can be read.
pub fn identifier(line: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    value["operator_journey_id"].as_str().filter(|text| text.chars().count() <= 256).map(str::to_owned)
}

/// Takes `received_at` out of an object: it is not part of the body. The rest stays byte for byte.
fn without_received_at(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    const NAME: &[u8] = b"received_at";
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    // Where the member and its value begin; where the last comma of the object was, and the last text.
    let (mut comma, mut text) = (None, 0);
    let mut member: Option<(Option<usize>, usize, usize)> = None;
    for (at, byte) in line.iter().copied().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => (quoted, text) = (true, at),
            b'{' | b'[' => depth += 1,
            b':' if depth == 1 && member.is_none() && line[text + 1..].starts_with(NAME) => {
                let closed = line.get(text + 1 + NAME.len()) == Some(&b'"');
                member = closed.then_some((comma, text, at + 1));
            }
            b',' | b'}' if depth == 1 => {
                if let Some((before, name, value)) = member {
                    // With the comma before it or, when it comes first, the one after.
                    let from = before.unwrap_or(name);
                    let to = if before.is_none() && byte == b',' { at + 1 } else { at };
                    return Some(([&line[..from], &line[to..]].concat(), &line[value..at]));
                }
                if byte == b'}' {
                    return None;
                }
                comma = Some(at);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(line: &str) -> Option<(String, String)> {
        let (body, value) = without_received_at(line.as_bytes())?;
        Some((String::from_utf8(body).ok()?, String::from_utf8_lossy(value).into_owned()))
    }

    #[test]
    fn the_date_of_reception_leaves_the_rest_as_it_was() {
        let told = |body: &str, value: &str| Some((body.to_owned(), value.to_owned()));
        assert_eq!(
            cut(r#"{"a": 1, "received_at": "x", "b": [2]}"#),
            told(r#"{"a": 1, "b": [2]}"#, r#" "x""#)
        );
        assert_eq!(cut(r#"{"received_at":"x","b":2}"#), told(r#"{"b":2}"#, r#""x""#));
        assert_eq!(cut(r#"{"b":2,"received_at":"x"}"#), told(r#"{"b":2}"#, r#""x""#));
        assert_eq!(cut(r#"{"received_at":{"a":1}}"#), told("{}", r#"{"a":1}"#));
        assert_eq!(cut(r#"{"a":{"received_at":"x"},"b":"\"received_at\":1,"}"#), None);
        assert_eq!(cut(r#"{"a":"received_at","b":"received_at"}"#), None);
        assert_eq!(cut(r#"[{"received_at":"x"}]"#), None);
        assert_eq!(cut(r#"{"received_at":"#), None);
    }

    #[test]
    fn a_line_is_read_as_the_api_would() {
        let now: Timestamp = "2026-11-25T14:00:00Z".parse().expect("an instant");
        let key = "a".repeat(64);
        let line = |received: &str, end: &str| {
            format!(
                r#"{{{received}"operator_journey_id":"j","operator_trip_id":"t","operator_class":"C",
                "start":{{"datetime":"2025-12-01T08:00:00Z","lat":44.4,"lon":1.4}},
                "end":{{"datetime":"{end}","lat":44.6,"lon":2.0}},"distance":60000,"incentives":[],
                "driver":{{"identity":{{"operator_user_id":"d","identity_key":"{key}","phone":"+33601020304"}},
                "revenue":1}},"passenger":{{"identity":{{"operator_user_id":"p","identity_key":"{key}",
                "phone_trunc":"+336010203"}},"contribution":1}}}}"#
            )
        };
        let received = |received: &str, end: &str| {
            let line = line(received, end);
            let journey = read(line.as_bytes(), now, Kept { months: 15, from: Timestamp::MIN })?;
            let body: Submission =
                serde_json::from_slice(&journey.body).expect("what is sealed can be read again");
            assert_eq!(body.operator_journey_id.0, "j");
            Ok::<_, Wrong>(journey.received.to_string())
        };
        let (short, long) = ("2025-12-01T08:30:00Z", "2025-12-01T10:00:00Z");
        assert_eq!(received("", short).as_deref(), Ok("2025-12-01T09:00:00Z"));
        assert_eq!(received("", long).as_deref(), Ok(long), "not received before it ends");
        let said = r#""received_at":"2025-12-01T12:00:00+01:00","#;
        assert_eq!(received(said, short).as_deref(), Ok("2025-12-01T11:00:00Z"));
        let early = received(r#""received_at":"2025-12-01T08:10:00Z","#, short).expect_err("before the end");
        assert_eq!(early.place, "received_at");
        assert_eq!(received(r#""received_at":7,"#, short).expect_err("not a date").seen, "7");
    }
}
