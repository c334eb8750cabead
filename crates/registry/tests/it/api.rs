use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{JourneyBody, on_both_stores};

on_both_stores! {
    /// Spec §17.1 and .4: a journey becomes a proof.
    async fn a_journey_is_acknowledged_then_valid(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now());
        let answer = operator.send(&journey).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let body = answer.json();
        assert_eq!((&body["id"], &body["jsonrpc"]), (&json!(1), &json!("2.0")));
        assert_eq!(body["result"]["meta"], Value::Null);
        assert_eq!(body["result"]["data"]["operator_journey_id"], journey.id());
        assert_eq!(body["result"]["data"]["created_at"], house.now().to_string());

        house.settle().await;
        let status = operator.read(journey.id()).await;
        assert_eq!(status.status, 200);
        let status = status.json();
        assert_eq!(status["status"], "ok");
        assert_eq!(status["operator_journey_id"], journey.id());
        assert_eq!(status["created_at"], house.now().to_string());
        assert!(status["journey_id"].as_str().is_some_and(|number| number.parse::<i64>().is_ok()));
        for list in ["fraud_error_labels", "anomaly_error_details", "terms_violation_details"] {
            assert_eq!(status[list], json!([]), "{list}");
        }
    }
}

on_both_stores! {
    async fn an_identifier_is_used_once(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let other = house.operator("Trajets Partagés").await;
        let journey = JourneyBody::an_hour_before(house.now());
        assert_eq!(operator.send(&journey).await.status, 201);
        let again = operator.send(&journey).await;
        assert_eq!(again.status, 409);
        assert_eq!(again.json()["error"]["code"], -32509);
        assert_eq!(other.send(&journey).await.status, 201, "another operator has its own identifiers");
    }
}

on_both_stores! {
    /// Spec §17.1: two rules broken, two labels; the journey is kept, its identifier used up, the version recorded.
    async fn a_refusal_is_kept_and_explained(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let late = house.now() - SignedDuration::from_hours(25);
        let journey = JourneyBody::an_hour_before(house.now()).at(late, 30).with("/distance", 900);
        let answer = operator.send(&journey).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.json()["error"]["code"], -32422);
        assert_eq!(answer.json()["error"]["message"], "Unprocessable Request");
        assert_eq!(answer.labels(), ["expired", "distance_too_short"]);
        assert!(answer.json()["error"]["data"].get("terms_violation_error_details").is_none(), "3.3 tells labels only");

        house.settle().await;
        let status = operator.read(journey.id()).await.json();
        assert_eq!(status["status"], "terms_violation_error");
        assert_eq!(status["terms_violation_details"], json!(["expired", "distance_too_short"]));
        assert_eq!(operator.send(&journey).await.status, 409, "the identifier is used up");

        let newer = operator.speaking("v3.4");
        let short = JourneyBody::an_hour_before(house.now()).with("/distance", 900);
        let data = newer.send(&short).await.json()["error"]["data"].clone();
        assert_eq!(data["terms_violation_labels"], json!(["distance_too_short"]));
        assert_eq!(data["terms_violation_error_details"], json!([{"label": "distance_too_short"}]));
        assert_eq!(data["terms_version"], "2025-11");
    }
}

on_both_stores! {
    async fn a_bad_body_is_refused_with_its_place_and_leaves_nothing(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let good = || JourneyBody::an_hour_before(house.now());
        let future = house.now() + SignedDuration::from_hours(1);
        let cases: Vec<(&str, JourneyBody, u16, i64, &str)> = vec![
            ("unknown field", good().with("/colour", "red"), 400, -32602, "colour"),
            ("unknown field, deep", good().with("/driver/identity/colour", "red"), 400, -32602, "driver/identity"),
            ("text for a number", good().with("/distance", "12"), 400, -32602, "distance"),
            ("number for a text", good().with("/operator_trip_id", 12), 400, -32602, "operator_trip_id"),
            ("fraction", good().with("/distance", 12.5), 400, -32602, "12.5"),
            ("negative", good().with("/passenger/contribution", -1), 400, -32602, "passenger/contribution"),
            ("absurd number", good().with("/distance", 1_000_001), 400, -32602, "distance"),
            ("huge number", good().with("/distance", 1e300), 400, -32602, "distance"),
            ("no metre", good().with("/distance", 0), 400, -32602, "distance"),
            ("unknown class", good().with("/operator_class", "D"), 400, -32602, "operator_class"),
            ("latitude", good().with("/start/lat", 91), 400, -32602, "start/lat"),
            ("longitude", good().with("/end/lon", -180.5), 400, -32602, "end/lon"),
            ("date without offset", good().with("/start/datetime", "2026-11-25T07:00:00"), 400, -32602, "start/datetime"),
            ("no date", good().with("/start/datetime", "tomorrow"), 400, -32602, "start/datetime"),
            ("far date", good().with("/end/datetime", "+12026-11-25T07:00:00Z"), 400, -32602, "end/datetime"),
            ("empty identifier", good().with("/operator_journey_id", ""), 400, -32602, "operator_journey_id"),
            ("long identifier", good().with("/operator_journey_id", "a".repeat(257)), 400, -32602, "operator_journey_id"),
            ("NUL", good().with("/operator_trip_id", "a\u{0}b"), 400, -32602, "operator_trip_id"),
            ("upper-case key", good().with("/driver/identity/identity_key", "A".repeat(64)), 400, -32602, "identity_key"),
            ("phone", good().with("/driver/identity/phone", "12"), 400, -32602, "driver/identity/phone"),
            ("no phone", good().without("/driver/identity/phone"), 400, -32600, "phone"),
            ("seats", good().with("/passenger/seats", 9), 400, -32602, "passenger/seats"),
            ("siret", good().with("/incentives", json!([{"index": 0, "siret": "1", "amount": 1}])), 400, -32602, "SIRET"),
            ("incentives", good().with("/incentives", json!({})), 400, -32602, "incentives"),
            ("missing field", good().without("/incentives"), 400, -32602, "incentives"),
            ("pass", good().with("/passenger/identity/travel_pass", json!({"name": "tcl", "user_id": "1"})), 400, -32602, "travel_pass"),
            ("ends before it starts", good().at(house.now() - SignedDuration::from_hours(2), -30), 422, -32700, "start"),
            ("in the future", good().at(future, 30), 422, -32700, "Journeys cannot happen in the future"),
        ];
        for (case, journey, status, code, words) in cases {
            let answer = operator.send(&journey).await;
            assert_eq!(answer.status, status, "{case}: {}", answer.text);
            let error = &answer.json()["error"];
            assert_eq!(error["code"], code, "{case}: {}", answer.text);
            let data = error["data"].as_str().unwrap_or_default();
            assert!(data.contains(words), "{case}: {data}");
            if (1..=256).contains(&journey.id().len()) {
                assert_eq!(operator.read(journey.id()).await.status, 404, "{case} left something behind");
            }
        }
        for (case, body) in [("empty", ""), ("cut", "{\"operator_journey_id\": "), ("two bodies", "{} {}"), ("not UTF-8", "\u{fffd}{")] {
            let answer = operator.ask(Method::POST, "/journeys", Some(body.to_owned())).await;
            assert_eq!(answer.status, 400, "{case}: {}", answer.text);
        }
        let large = format!("{{\"operator_journey_id\": \"{}\"}}", "a".repeat(3 * 1024 * 1024));
        assert_eq!(operator.ask(Method::POST, "/journeys", Some(large)).await.status, 413);
    }
}

on_both_stores! {
    async fn what_existing_clients_send_is_accepted(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now())
            .with("/distance", 60_000.0)
            .with("/licence_plate", "AA-123-BB")
            .with("/incentive_counterparts", json!([{"target": "driver", "amount": 1}]))
            .with("/incentives", json!([{"index": 0, "siret": "11000101300017", "amount": 150}]))
            .with("/passenger/payments", json!([{"index": 0, "siret": "11000101300017", "type": "titre", "amount": 100}]))
            .with("/passenger/seats", 2)
            .with("/passenger/identity/over_18", Value::Null)
            .with("/passenger/identity/firstname", "Béatrice")
            .with("/passenger/identity/lastname", "d’Hérouville")
            .with("/passenger/identity/email", "beatrice@exemple.fr")
            .with("/passenger/identity/company", "Exemple")
            .with("/passenger/identity/travel_pass", json!({"name": "navigo", "user_id": "00-MFR-6782929"}))
            .with("/operator_journey_id", "Trajet <1> & suite");
        assert_eq!(operator.send(&journey).await.status, 201, "{}", operator.send(&journey).await.text);
        house.settle().await;
        let read = operator.read("Trajet%20%3C1%3E%20%26%20suite").await.json();
        assert_eq!(read["status"], "ok");
        assert_eq!(read["operator_journey_id"], "Trajet <1> & suite", "identifiers are kept as sent");

        let kept = registry::store::journey::find(house.registry.database.read(), operator.id, journey.id())
            .await
            .expect("a store")
            .expect("a journey");
        assert_eq!(kept.passenger_over_18, None, "not known stays not known");
        assert_eq!((kept.start_place.as_deref(), kept.end_place.as_deref()), (Some("46042"), Some("46102")));
        let context = registry::store::journey::context(operator.id, journey.id());
        let body = house.registry.keyring.open(&context, &kept.payload).await.expect("the sealed body");
        assert_eq!(serde_json::from_slice::<Value>(&body).expect("JSON"), journey.0, "every raw field is kept");
        assert!(!kept.payload.windows(6).any(|window| window == b"atrice"), "and sealed");
    }
}

on_both_stores! {
    /// Spec §17.4.
    async fn a_correction_is_judged_and_a_cancellation_is_final(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now());
        assert_eq!(operator.correct("unknown", &journey).await.status, 404);
        assert_eq!(operator.cancel("unknown").await.status, 404);
        operator.send(&journey).await;
        house.settle().await;

        let corrected = operator.correct(journey.id(), &journey.clone().with("/distance", 58_000)).await;
        assert_eq!((corrected.status, corrected.text.as_str()), (200, ""));
        house.settle().await;
        assert_eq!(operator.status(journey.id()).await, "ok");

        let too_short = operator.correct(journey.id(), &journey.clone().with("/distance", 900)).await;
        assert_eq!(too_short.status, 422);
        assert_eq!(too_short.labels(), ["distance_too_short"]);
        assert_eq!(operator.status(journey.id()).await, "ok", "a refused correction changes nothing");

        let cancelled = operator.cancel(journey.id()).await;
        assert_eq!((cancelled.status, cancelled.text.as_str()), (200, ""));
        assert_eq!(operator.status(journey.id()).await, "canceled");
        assert_eq!(operator.cancel(journey.id()).await.status, 200, "asking twice changes nothing");
        assert_eq!(operator.correct(journey.id(), &journey).await.status, 200);
        house.settle().await;
        registry::store::verification::run(&house.registry.database).await.expect("a run");
        assert_eq!(operator.status(journey.id()).await, "canceled", "no later step brings it back");
    }
}

on_both_stores! {
    async fn a_refused_journey_can_be_mended(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let short = JourneyBody::an_hour_before(house.now()).with("/distance", 900);
        assert_eq!(operator.send(&short).await.status, 422);
        assert_eq!(operator.correct(short.id(), &short.clone().with("/distance", 60_000)).await.status, 200);
        house.settle().await;
        assert_eq!(operator.status(short.id()).await, "ok");
    }
}

on_both_stores! {
    async fn after_a_day_a_correction_is_too_late(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now());
        operator.send(&journey).await;
        house.wait(SignedDuration::from_hours(24));
        operator.renew_token().await;
        let late = operator.correct(journey.id(), &journey).await;
        assert_eq!(late.status, 409, "{}", late.text);
        assert_eq!(operator.cancel(journey.id()).await.status, 200, "a cancellation is possible at any time");
    }
}

on_both_stores! {
    async fn a_correction_does_not_move_its_own_deadline(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now());
        operator.send(&journey).await;
        house.wait(SignedDuration::from_hours(2));
        operator.renew_token().await;
        let moved = journey.clone().at(house.now() - SignedDuration::from_hours(1), 30);
        let refused = operator.correct(journey.id(), &moved).await;
        assert_eq!(refused.status, 422, "it would end after it was first received: {}", refused.text);
        let earlier = journey.clone().at(house.now() - SignedDuration::from_hours(4), 30);
        assert_eq!(operator.correct(journey.id(), &earlier).await.status, 200);
        house.wait(SignedDuration::from_hours(21));
        operator.renew_token().await;
        assert_eq!(operator.correct(journey.id(), &earlier).await.status, 200, "23 hours after the first departure");
        let kept = registry::store::journey::find(house.registry.database.read(), operator.id, journey.id()).await;
        let kept = kept.expect("a store").expect("a journey");
        let requests = registry::store::request::about(&house.registry.database, kept.id).await.expect("requests");
        let kinds: Vec<_> = requests.iter().map(|request| request.kind.as_str()).collect();
        assert_eq!(kinds, ["superseded", "correction", "superseded", "correction"]);
        let context = registry::store::journey::context(operator.id, journey.id());
        let first = house.registry.keyring.open(&context, &requests[0].payload).await.expect("the first body");
        assert_eq!(serde_json::from_slice::<Value>(&first).expect("JSON"), journey.0, "what was first sent is kept");
    }
}

on_both_stores! {
    async fn a_point_nowhere_is_told(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let lost = JourneyBody::an_hour_before(house.now()).with("/start/lat", 45.0).with("/start/lon", -30.0);
        assert_eq!(operator.send(&lost).await.status, 201);
        house.settle().await;
        assert_eq!(operator.status(lost.id()).await, "acquisition_error");
        let abroad = JourneyBody::an_hour_before(house.now()).with("/end/lat", 46.2044).with("/end/lon", 6.1432).of("carl", "dora");
        operator.send(&abroad).await;
        house.settle().await;
        assert_eq!(operator.status(abroad.id()).await, "ok", "Geneva is a place");
    }
}

on_both_stores! {
    /// Spec §17.6.
    async fn four_versions_are_spoken_and_no_other(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        for version in ["v3", "v3.2", "v3.3", "v3.4", "3", "3.3"] {
            let answer = operator.speaking(version).read("unknown").await;
            assert_eq!((answer.status, answer.json()), (404, json!({"code": 404, "error": "Not found"})), "{version}");
        }
        for version in ["v3.1", "v3.5", "v4", "v2", "v9"] {
            let answer = operator.speaking(version).read("unknown").await;
            assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{version}");
        }
        for path in ["/policies/cee", "/geo/route", "/exports", "/nothing"] {
            assert_eq!(operator.ask(Method::GET, path, None).await.status, 404, "{path}");
        }
        assert_eq!(operator.ask(Method::PUT, "/journeys", None).await.status, 405);
        assert_eq!(operator.ask(Method::DELETE, "/journeys/x", None).await.status, 405);
    }
}

on_both_stores! {
    /// Spec §17.5.
    async fn lists_are_anti_chronological_and_their_pages_stable(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let mut expected = Vec::new();
        for hours in 1..=7 {
            let start = house.now() - SignedDuration::from_hours(hours);
            let journey = JourneyBody::an_hour_before(house.now()).at(start, 20).of(&format!("d{hours}"), &format!("p{hours}"));
            assert_eq!(operator.send(&journey).await.status, 201);
            expected.push(journey.id().to_owned());
        }
        house.settle().await;
        let ids = |answer: &testkit::Answer| -> Vec<String> {
            let list = answer.json();
            list.as_array().expect("a list").iter().map(|one| one["operator_journey_id"].as_str().expect("an id").to_owned()).collect()
        };
        assert_eq!(ids(&operator.list("status=ok").await), expected);
        let mut paged = ids(&operator.list("status=ok&limit=3").await);
        paged.extend(ids(&operator.list("status=ok&limit=3&offset=3").await));
        paged.extend(ids(&operator.list("status=ok&limit=3&offset=6").await));
        assert_eq!(paged, expected);
        for status in ["pending", "canceled", "terms_violation_error", "fraud_error", "anomaly_error", "acquisition_error",
            "validation_error", "normalization_error", "unknown"] {
            let answer = operator.list(&format!("status={status}")).await;
            assert_eq!((answer.status, answer.json()), (200, json!([])), "{status}");
        }
        assert_eq!(ids(&operator.list("status=ok&limit=0").await), Vec::<String>::new());
        for (wrong, words) in [
            ("", "status"), ("status=OK", "OK"), ("status=ok&limit=-1", "limit"), ("status=ok&limit=99999", "limit"),
            ("status=ok&start=2020-01-01T00:00:00Z", "start"), ("status=ok&start=hier", "start"),
            ("status=ok&end=2030-01-01T00:00:00Z", "end"),
        ] {
            let answer = operator.list(wrong).await;
            assert_eq!(answer.status, 400, "{wrong}: {}", answer.text);
            assert!(answer.text.contains(words), "{wrong}: {}", answer.text);
        }
    }
}

on_both_stores! {
    async fn a_dry_run_judges_and_keeps_nothing(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now()).with("/distance", 900);
        let answer = operator.ask(Method::POST, "/judgements", Some(journey.to_string())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let judgement = answer.json();
        assert_eq!(judgement["accepted"], false);
        assert_eq!(judgement["violations"][0]["label"], "distance_too_short");
        assert!(judgement["violations"][0]["limit"].as_str().is_some_and(|limit| limit.contains("1\u{a0}km")));
        assert_eq!(judgement["start_place"], "46042");
        assert_eq!(operator.read(journey.id()).await.status, 404, "nothing is kept");
        assert_eq!(operator.send(&journey.clone().with("/distance", 60_000)).await.status, 201);
        let again = operator.ask(Method::POST, "/judgements", Some(journey.to_string())).await.json();
        assert_eq!(again["already_used"], true);
    }
}

on_both_stores! {
    async fn a_request_sent_twice_with_its_key_is_done_once(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now());
        let send = async |key: &str, body: &JourneyBody| {
            let url = format!("{}/v3.3/journeys", house.base_url);
            let request = house.client.post(url).bearer_auth(operator.token()).header("idempotency-key", key);
            testkit::Answer::of(request.body(body.to_string()).send().await.expect("an answer")).await
        };
        let first = send("a", &journey).await;
        assert_eq!(first.status, 201);
        house.wait(SignedDuration::from_secs(5));
        let second = send("a", &journey).await;
        assert_eq!((second.status, &second.text), (201, &first.text), "the same answer again");
        assert_eq!(send("b", &journey).await.status, 409, "another key is another request");
        let other = JourneyBody::an_hour_before(house.now()).of("carl", "dora");
        assert_eq!(send("a", &other).await.status, 422, "a key belongs to its body");
        assert_eq!(operator.read(other.id()).await.status, 404);
        let refused = JourneyBody::an_hour_before(house.now()).of("eve", "finn").with("/distance", 900);
        assert_eq!(send("c", &refused).await.labels(), ["distance_too_short"]);
        assert_eq!(send("c", &refused).await.labels(), ["distance_too_short"], "a refusal too");
        let (one, two) = tokio::join!(send("d", &other), send("d", &other));
        assert_eq!((one.status, two.status), (201, 201), "at the same moment");
        assert_eq!(one.text, two.text);
        assert_eq!(send(&"k".repeat(256), &other).await.status, 400);
    }
}

on_both_stores! {
    async fn the_published_description_is_that_of_the_code(house: TestHouse) {
        let description = reqwest::get(format!("{}/openapi.json", house.base_url)).await.expect("an answer");
        let description: Value = serde_json::from_str(&description.text().await.expect("a text")).expect("JSON");
        assert_eq!(description["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
        for path in ["/auth/access_token", "/auth/credentials", "/journeys", "/journeys/{operator_journey_id}",
            "/journeys/{operator_journey_id}/cancel", "/judgements", "/changes", "/subscriptions"] {
            assert!(description["paths"].get(path).is_some(), "{path}");
        }
        let example = description["components"]["schemas"]["Journey"]["example"].clone();
        let operator = house.operator("Covoit’Vallée").await;
        let mut journey = JourneyBody(example);
        journey = journey.at(house.now() - SignedDuration::from_hours(1), 25);
        let answer = operator.send(&journey).await;
        assert_eq!(answer.status, 201, "the example is accepted: {}", answer.text);
    }
}
