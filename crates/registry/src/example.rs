//! A journey that nobody made, as the sandbox takes it: for those who copy an example, and for demonstrations.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Two people who do not exist, by their numbers.
#[derive(Clone, Copy)]
pub struct Couple(i64);

impl Couple {
    /// One of the five thousand couples that the reserved numbers make.
    pub fn number(number: i64) -> Self {
        Self(number.rem_euclid(5_000) * 2)
    }
}

/// A journey from Cahors to Figeac.
pub fn journey(id: &str, couple: Couple, start: Timestamp) -> Value {
    let second = |at: Timestamp| at.round(jiff::Unit::Second).unwrap_or(at).to_string();
    let person = |digits: i64, name: &str| {
        let phone = format!("+3363998{digits:04}");
        json!({
            "operator_user_id": name.to_lowercase(),
            "identity_key": hex::encode(Sha256::digest(format!("{phone}-{name}"))),
            "phone": phone,
        })
    };
    json!({
        "operator_journey_id": id,
        "operator_trip_id": format!("voyage-{id}"),
        "operator_class": "C",
        "start": {"datetime": second(start), "lat": 44.4475, "lon": 1.4419},
        "end": {"datetime": second(start + SignedDuration::from_mins(50)), "lat": 44.6086, "lon": 2.0319},
        "distance": 62_000,
        "incentives": [],
        "driver": {"identity": person(couple.0, "EXEMPLE"), "revenue": 250},
        "passenger": {"identity": person(couple.0 + 1, "MODELE"), "contribution": 250},
    })
}
