//! What to type at each step, with the operator's own values: only the secret is left to fill in.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::connection::Connection;
use crate::model::checklist::Step;

/// The identifiers of the journeys in the examples.
const FIRST: &str = "essai-1";
const SECOND: &str = "essai-2";

/// Commands to copy for a step; empty where nothing is typed.
pub fn of(step: Step, connection: &Connection, base_url: &str, now: Timestamp) -> String {
    let sandbox = format!("{base_url}/bac-a-sable/v3.4");
    let key = connection.sandbox_key.as_deref().unwrap_or("VOTRE_CLE");
    let token = |base: &str, key: &str| {
        let body = json!({"access_key": key, "secret_key": "VOTRE_SECRET"});
        format!(
            "JETON=$(curl -s -X POST {base}/auth/access_token \\\n  -H 'content-type: application/json' \\\n  -d '{body}' | sed 's/.*:\"//; s/\".*//')"
        )
    };
    let post = |base: &str, body: &str| {
        format!(
            "curl -i -X POST {base}/journeys \\\n  -H \"authorization: Bearer $JETON\" -H 'content-type: application/json' \\\n  -d {body}"
        )
    };
    let quoted = |journey: &Value| format!("'{journey}'");
    // Two people, two trips, hours apart: no rule refuses the second.
    let (first, second) = (now - SignedDuration::from_hours(2), now - SignedDuration::from_hours(6));
    match step {
        Step::SandboxJourney => {
            let journey = journey(FIRST, first);
            format!("{}\n{}", token(&sandbox, key), post(&sandbox, &quoted(&journey)))
        }
        Step::SandboxRefusal => format!(
            "# Le même trajet une seconde fois : 409\n{}\n# Un autre trajet : 201\n{}",
            post(&sandbox, &quoted(&journey(FIRST, first))),
            post(&sandbox, &quoted(&journey(SECOND, second)))
        ),
        Step::SandboxChanges => {
            let mut correction = journey(FIRST, first);
            if let Some(fields) = correction.as_object_mut() {
                fields.retain(|name, _| {
                    ["operator_class", "start", "end", "incentives"].contains(&name.as_str())
                });
                fields.insert("distance".to_owned(), 61_500.into());
            }
            format!(
                "curl -i -X PATCH {sandbox}/journeys/{FIRST} \\\n  -H \"authorization: Bearer $JETON\" -H 'content-type: application/json' \\\n  -d '{correction}'\ncurl -i -X POST {sandbox}/journeys/{SECOND}/cancel \\\n  -H \"authorization: Bearer $JETON\" -H 'content-type: application/json' \\\n  -d '{{\"code\":\"essai\"}}'"
            )
        }
        Step::RealJourney => {
            let real = format!("{base_url}/v3.4");
            format!("{}\n{}", token(&real, "VOTRE_CLE"), post(&real, "@trajet.json"))
        }
        _ => String::new(),
    }
}

/// A journey of nobody, from Cahors to Figeac.
fn journey(id: &str, start: Timestamp) -> Value {
    let second = |at: Timestamp| at.round(jiff::Unit::Second).unwrap_or(at).to_string();
    let person = |phone: &str, name: &str| {
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
        "driver": {"identity": person("+33639980001", "EXEMPLE"), "revenue": 250},
        "passenger": {"identity": person("+33639980002", "MODELE"), "contribution": 250},
    })
}
