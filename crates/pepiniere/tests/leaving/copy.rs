//! A copy for tests tells of nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::SignedDuration;
use registry::store::journey::{self, Journey};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::Value;
use socle::audit;
use testkit::{JourneyBody, OperatorServer, TestHouse, on_both_stores};

use crate::place::{Place, files, text};

/// What may be recognised in a body.
const PERSONAL: [&str; 9] = [
    "operator_user_id",
    "identity_key",
    "phone",
    "phone_trunc",
    "firstname",
    "lastname",
    "email",
    "company",
    "driving_license",
];

/// Every journey of a house with its opened body, in order of reception.
async fn journeys(house: &TestHouse) -> Vec<(Journey, Value)> {
    let all = journey::Entity::find().order_by_asc(journey::Column::Id);
    let mut opened = Vec::new();
    for one in all.all(house.registry.database.read()).await.expect("journeys") {
        let place = journey::context(one.operator_id, &one.operator_journey_id);
        let body = house.registry.keyring.open(&place, &one.payload).await.expect("a body");
        opened.push((one, serde_json::from_slice(&body).expect("JSON")));
    }
    opened
}

/// A person with everything an operator may send.
fn talkative(body: JourneyBody, who: &str) -> JourneyBody {
    let at = |field: &str| format!("/{who}/identity/{field}");
    let phone = body.0.pointer(&at("phone")).and_then(Value::as_str).expect("a number").to_owned();
    body.with(&at("phone_trunc"), &phone[..phone.len() - 2])
        .with(&at("firstname"), format!("Prénom{}", &phone[6..]))
        .with(&at("lastname"), format!("Nom{}", &phone[6..]))
        .with(&at("email"), format!("p{}@courriel.exemple", &phone[6..]))
        .with(&at("company"), "Établissements Legrand")
        .with(&at("driving_license"), "991234567890")
        .with(&at("travel_pass"), serde_json::json!({"name": "navigo", "user_id": "7700112233"}))
}

/// Forty journeys between two communes by ten pairs of people, one refused, one cancelled and made again, two between
/// communes where nobody else goes, one from nowhere.
async fn fill(house: &TestHouse, operators: &[OperatorServer; 2]) {
    for number in 0..40 {
        let ago = SignedDuration::from_mins(61 + 7 * number);
        let people = (format!("d{}", number % 10), format!("p{}", number % 10));
        let body = JourneyBody::an_hour_before(house.now())
            .of(&people.0, &people.1)
            .at(house.now() - ago * i32::try_from(1 + number / 10).expect("a few"), 31)
            .with("/licence_plate", "AB-123-CD");
        let body = talkative(talkative(body, "driver"), "passenger");
        operators[usize::try_from(number % 2).expect("0 or 1")].send(&body).await;
    }
    let operator = &operators[0];
    let short = JourneyBody::an_hour_before(house.now()).of("s", "t").with("/distance", 999);
    assert_eq!(operator.send(&short).await.status, 422);
    let first = JourneyBody::an_hour_before(house.now()).of("c", "d");
    assert_eq!(operator.send(&first).await.status, 201);
    assert_eq!(operator.cancel(first.id()).await.status, 200);
    let again = JourneyBody::an_hour_before(house.now()).of("c", "d");
    assert_eq!(operator.send(&again).await.status, 201, "the cancelled one does not count");
    for _ in 0..2 {
        let rare = JourneyBody::an_hour_before(house.now())
            .of(&uuid::Uuid::new_v4().to_string(), "alone")
            .with("/end/lat", 43.6045)
            .with("/end/lon", 1.4440);
        assert_eq!(operator.send(&rare).await.status, 201);
    }
    let nowhere =
        JourneyBody::an_hour_before(house.now()).of("n", "m").with("/end/lat", 46.0).with("/end/lon", -20.0);
    assert_eq!(operator.send(&nowhere).await.status, 201);
    house.settle().await;
}

/// What is told of a journey whatever is anonymised: its state, its class, its communes, its rules.
fn told(journey: &Journey) -> (String, String, Option<String>, Option<String>, i16, Vec<String>) {
    let broken =
        journey.violations().expect("violations").iter().map(|one| one.label().as_str().to_owned()).collect();
    (
        journey.status.clone(),
        journey.operator_class.clone(),
        journey.start_place.clone(),
        journey.end_place.clone(),
        journey.seats,
        broken,
    )
}

on_both_stores! {
    /// The copy has the same journeys for rules and figures, and nothing of anyone.
    async fn an_anonymised_copy_counts_the_same_and_tells_of_nobody(house: TestHouse) {
        let operators = [house.operator("Covoit’Secret").await, house.operator("Trajets Discrets").await];
        house.agent("registry.admin", None).await;
        fill(&house, &operators).await;
        let real = journeys(&house).await;
        let scratch = tempfile::tempdir().expect("a folder");
        let folder = scratch.path().join("copy");
        let place = Place::of(&house);
        let anonymise = ["anonymise", "--service", "registry", "--output", text(&folder)];
        let said = place.done(&anonymise);
        assert!(place.refused(&anonymise).contains("not empty"));
        let about = || audit::Page { before: None, only: audit::about("service", "registry"), limit: 9 };
        for database in [&house.registry.database, house.registry.house.people.database()] {
            let log = audit::latest(database, &about()).await.expect("a log");
            assert!(log.iter().any(|row| row.action == "service.anonymised"), "somebody took a copy: {log:?}");
        }

        // Nothing of the source is in the files, whatever is sealed in them.
        let mut secrets: BTreeSet<String> = [
            "Secret", "Discrets", "AB-123-CD", "7700112233", "991234567890", "Legrand", "44.4475", "1.4419", "44.6086", "2.0319",
        ].map(str::to_owned).into();
        for (journey, body) in &real {
            secrets.extend([journey.operator_journey_id.clone(), journey.operator_trip_id.clone()]);
            for who in ["driver", "passenger"] {
                let value = |field: &str| body[who]["identity"][field].as_str().map(str::to_owned);
                secrets.extend(PERSONAL.iter().filter_map(|field| value(field)));
            }
        }
        for operator in &operators {
            secrets.extend([operator.access_key.clone(), operator.secret_key.clone()]);
        }
        let tell = |bytes: &[u8], where_: &str| {
            let text = String::from_utf8_lossy(bytes);
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{secret} is in {where_}");
            }
        };
        let before = files(&folder);
        assert!(before.iter().any(|file| file.ends_with("registry.db")));
        for file in &before {
            tell(&std::fs::read(file).expect("a file"), text(file));
        }
        let own = |folder: &std::path::Path| std::fs::read(folder.join("master.key")).expect("a key");
        assert_ne!(own(&folder), std::fs::read(place.0.master_key_file()).expect("a key"), "it has its own key");

        let moved = tempfile::tempdir().expect("a folder");
        let other = Place::empty(&folder, testkit::StoreKind::Sqlite);
        let copy = TestHouse::start_on(other.0, moved, Arc::clone(&house.clock)).await.expect("a house");
        copy.settle().await;
        let fictional = journeys(&copy).await;
        for (_, body) in &fictional {
            tell(body.to_string().as_bytes(), "a body");
        }
        assert!(copy.registry.house.people.agents().await.expect("agents").is_empty());

        // The same journeys in the same order, but those that would point at someone.
        let kept: Vec<_> = real
            .iter()
            .filter(|(journey, _)| journey.end_place.is_some() && journey.end_place == real[0].0.end_place)
            .collect();
        assert_eq!(real.len() - kept.len(), 3);
        assert_eq!(fictional.len(), kept.len());
        let altered = said["altered"][0]["count"].as_u64().expect("a count");
        let mut differ = 0;
        let mut people: HashMap<&str, &str> = HashMap::new();
        let mut trips: HashMap<&str, &str> = HashMap::new();
        for ((real, body), (copied, copied_body)) in kept.iter().zip(&fictional) {
            differ += u64::from(told(real) != told(copied));
            assert!(copied.distance_m <= real.distance_m && real.distance_m - copied.distance_m < 100);
            assert_eq!(copied.start_at.0 % 900_000_000, 0, "departures are at quarters of an hour");
            assert!((0..900_000_000).contains(&(real.start_at.0 - copied.start_at.0)));
            assert_eq!(copied.day, real.day);
            for who in ["driver", "passenger"] {
                let (was, now) = (&body[who]["identity"]["identity_key"], &copied_body[who]["identity"]["identity_key"]);
                let (was, now) = (was.as_str().expect("a key"), now.as_str().expect("a key"));
                assert_eq!(*people.entry(was).or_insert(now), now, "one person stays one person");
                assert!(copied_body[who]["identity"]["company"].is_null());
            }
            let trip = trips.entry(real.operator_trip_id.as_str()).or_insert(copied.operator_trip_id.as_str());
            assert_eq!(*trip, copied.operator_trip_id);
        }
        let distinct: BTreeSet<_> = people.values().collect();
        assert_eq!(distinct.len(), people.len(), "two people stay two people");
        assert_eq!(differ, altered, "what is judged otherwise is told");
        assert_eq!(altered, 0, "and here nothing is");
        assert!(fictional.iter().any(|(one, _)| one.status == "canceled"));
        assert!(fictional.iter().any(|(one, _)| one.status == "terms_violation_error"));

        // Counts by month and operator are those of the source, up to what was left out, which is told.
        let count = |all: &[(Journey, Value)]| {
            let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
            for (journey, _) in all {
                *counts.entry(journey.operator_id).or_default() += 1;
            }
            counts.into_values().collect::<Vec<_>>()
        };
        let groups = said["groups"].as_array().expect("groups");
        let sum = |field: &str, rank: usize| {
            let numbers: BTreeSet<_> = groups.iter().map(|one| one["organisation"].as_i64().expect("a number")).collect();
            let number = *numbers.iter().nth(rank).expect("an operator");
            groups.iter().filter(|one| one["organisation"] == number).map(|one| one[field].as_u64().expect("a count")).sum::<u64>()
        };
        for (rank, (real, copied)) in count(&real).into_iter().zip(count(&fictional)).enumerate() {
            assert_eq!((sum("kept", rank), sum("kept", rank) + sum("left_out", rank)), (copied, real));
        }
        let left_out: u64 = said["left_out"].as_array().expect("a list").iter().map(|one| one["count"].as_u64().expect("a count")).sum();
        assert_eq!((left_out, &said["kept"]), (3, &Value::from(fictional.len())));

        // Another run draws other people.
        let second = scratch.path().join("second");
        place.done(&["anonymise", "--service", "registry", "--output", text(&second)]);
        for file in files(&second) {
            let bytes = std::fs::read(&file).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            assert!(fictional.iter().all(|(one, _)| !text.contains(&one.operator_journey_id)), "{}", file.display());
        }
    }
}
