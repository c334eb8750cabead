use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The person key an operator computes from a number and a last name.
pub fn identity_key(phone: &str, last_name: &str) -> String {
    hex::encode(Sha256::digest(format!("{phone}-{last_name}")))
}

/// A journey as an operator would send it: from Cahors to Figeac by default, departed an hour before `now`.
#[derive(Clone, Debug)]
pub struct JourneyBody(pub Value);

impl fmt::Display for JourneyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn person(name: &str) -> Value {
    let digits =
        Sha256::digest(name).iter().fold(0_u32, |sum, byte| (sum * 31 + u32::from(*byte)) % 1_000_000);
    numbered(name, &format!("+33601{digits:06}"))
}

/// A person with this number.
fn numbered(name: &str, phone: &str) -> Value {
    json!({
        "operator_user_id": format!("user-{name}"),
        "identity_key": identity_key(phone, &name.to_uppercase()),
        "phone": phone,
    })
}

impl JourneyBody {
    /// A journey of Alice with Bob.
    pub fn an_hour_before(now: Timestamp) -> Self {
        let id = uuid::Uuid::new_v4().to_string();
        Self(json!({
            "operator_journey_id": id,
            "operator_trip_id": format!("trip-{id}"),
            "operator_class": "C",
            "start": {"datetime": "", "lat": 44.4475, "lon": 1.4419},
            "end": {"datetime": "", "lat": 44.6086, "lon": 2.0319},
            "distance": 60_000,
            "incentives": [],
            "driver": {"identity": person("alice"), "revenue": 250},
            "passenger": {"identity": person("bob"), "contribution": 250},
        }))
        .at(now - SignedDuration::from_hours(1), 30)
    }

    /// The same, of people whose numbers are reserved for fiction: what a sandbox takes.
    pub fn fictional(now: Timestamp) -> Self {
        Self::an_hour_before(now).of_fiction("alice", "bob")
    }

    /// With these people, whose numbers are reserved for fiction.
    #[must_use]
    pub fn of_fiction(mut self, driver: &str, passenger: &str) -> Self {
        let person = |name: &str| {
            let digits =
                Sha256::digest(name).iter().fold(0_u32, |sum, byte| (sum * 31 + u32::from(*byte)) % 10_000);
            numbered(name, &format!("+3363998{digits:04}"))
        };
        self.0["driver"]["identity"] = person(driver);
        self.0["passenger"]["identity"] = person(passenger);
        self
    }

    pub fn id(&self) -> &str {
        self.0["operator_journey_id"].as_str().unwrap_or_default()
    }

    /// Departs at `start` and lasts `minutes`.
    #[must_use]
    pub fn at(mut self, start: Timestamp, minutes: i64) -> Self {
        self.0["start"]["datetime"] = start.to_string().into();
        self.0["end"]["datetime"] = (start + SignedDuration::from_mins(minutes)).to_string().into();
        self
    }

    /// Sets one field, by its JSON pointer.
    ///
    /// # Panics
    /// When the journey has no such field.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        let parent = self.0.pointer_mut(parent).expect("a parent");
        parent[field] = value.into();
        self
    }

    /// Takes one field away.
    ///
    /// # Panics
    /// When the journey has no such field.
    #[must_use]
    pub fn without(mut self, pointer: &str) -> Self {
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        self.0
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("a parent")
            .remove(field)
            .expect("a field");
        self
    }

    /// With these people.
    #[must_use]
    pub fn of(mut self, driver: &str, passenger: &str) -> Self {
        self.0["driver"]["identity"] = person(driver);
        self.0["passenger"]["identity"] = person(passenger);
        self
    }

    /// In this vehicle run.
    #[must_use]
    pub fn trip(self, trip: &str) -> Self {
        self.with("/operator_trip_id", trip)
    }

    /// What a correction may carry.
    pub fn correction(&self) -> Value {
        let mut correction = serde_json::Map::new();
        for field in ["operator_trip_id", "operator_class", "incentives", "start", "end", "distance"] {
            correction.insert(field.to_owned(), self.0[field].clone());
        }
        Value::Object(correction)
    }
}
