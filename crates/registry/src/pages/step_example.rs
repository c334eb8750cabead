//! What to type at each step, with the operator's own values: only the secret is left to fill in. Each example stands
//! alone, and works again however often it is copied.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::example::{Couple, journey};
use crate::model::checklist::Step;

/// Commands to copy for a step; empty where nothing is typed.
pub fn of(step: Step, connection: &Connection, base_url: &str, now: Timestamp) -> String {
    let sandbox = format!("{base_url}/bac-a-sable/v3.4");
    let key = connection.sandbox_key.as_deref().unwrap_or("VOTRE_CLE");
    // A page opened later names other journeys, of other people: no rule meets those of before.
    let minute = now.as_second() / 60;
    let couple = Couple::number(minute * 10 + i64::try_from(step.number()).unwrap_or_default());
    let (first, second) =
        (format!("essai-{minute}-{}a", step.number()), format!("essai-{minute}-{}b", step.number()));
    let (lately, before) = (now - SignedDuration::from_hours(2), now - SignedDuration::from_hours(6));
    match step {
        Step::SandboxJourney => {
            [token(&sandbox, key), post(&sandbox, &quoted(&journey(&first, couple, lately)))].join("\n")
        }
        Step::SandboxRefusal => {
            let twice = post(&sandbox, &quoted(&journey(&first, couple, lately)));
            [
                token(&sandbox, key),
                format!("# Un trajet : 201\n{twice}"),
                format!("# Le même une seconde fois : 409\n{twice}"),
                format!("# Un autre : 201\n{}", post(&sandbox, &quoted(&journey(&second, couple, before)))),
            ]
            .join("\n")
        }
        Step::SandboxChanges => {
            let sent = journey(&first, couple, lately);
            let mut correction = sent.clone();
            if let Some(fields) = correction.as_object_mut() {
                let kept = ["operator_class", "start", "end", "incentives"];
                fields.retain(|name, _| kept.contains(&name.as_str()));
                fields.insert("distance".to_owned(), 61_500.into());
            }
            let path = format!("{sandbox}/journeys/{first}");
            [
                token(&sandbox, key),
                format!("# Envoyer : 201\n{}", post(&sandbox, &quoted(&sent))),
                format!("# Corriger la distance : 200\n{}", call("PATCH", &path, &quoted(&correction))),
                format!(
                    "# Annuler : 200\n{}",
                    call("POST", &format!("{path}/cancel"), "'{\"code\":\"essai\"}'")
                ),
            ]
            .join("\n")
        }
        Step::RealJourney => {
            let real = format!("{base_url}/v3.4");
            [token(&real, "VOTRE_CLE"), post(&real, "@trajet.json")].join("\n")
        }
        _ => String::new(),
    }
}

/// Exchanges a key for a token, kept in a variable of the shell.
fn token(base: &str, key: &str) -> String {
    let body = json!({"access_key": key, "secret_key": "VOTRE_SECRET"});
    format!(
        "JETON=$(curl -s -X POST {base}/auth/access_token \\\n  -H 'content-type: application/json' \\\n  -d '{body}' | sed 's/.*:\"//; s/\".*//')"
    )
}

fn post(base: &str, body: &str) -> String {
    call("POST", &format!("{base}/journeys"), body)
}

fn call(method: &str, address: &str, body: &str) -> String {
    format!(
        "curl -i -X {method} {address} \\\n  -H \"authorization: Bearer $JETON\" -H 'content-type: application/json' \\\n  -d {body}"
    )
}

fn quoted(body: &Value) -> String {
    format!("'{body}'")
}
