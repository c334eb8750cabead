//! An operator's history enters the registry by command, whole, once, whatever happens on the way.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use registry::store::{import, journey, participant};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value, json};
use testkit::StoreKind;

mod files;
mod house;

use files::{ndjson, numbered, table};
use house::{House, Operator, complaint, report};

/// Runs a story on both stores.
macro_rules! on_both_stores {
    ($(async fn $name:ident($house:ident: House) $body:block)*) => {$(
        async fn $name($house: House) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(super::House::on(super::StoreKind::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(store) = super::StoreKind::postgres() {
                    super::$name(super::House::on(store)).await;
                }
            }
        }
    )*};
}

/// What must be the same however journeys came in: all but numbers, seals and the present.
fn essence(journeys: Vec<journey::Model>) -> Vec<journey::Model> {
    journeys
        .into_iter()
        .map(|journey| journey::Model {
            id: 0,
            operator_id: 0,
            change: 0,
            payload: Vec::new(),
            updated_at: journey.received_at,
            ..journey
        })
        .collect()
}

/// The pseudonyms of an operator's people, in the order of its identifiers.
async fn people(house: &House, operator: &Operator) -> Vec<[Option<Vec<u8>>; 5]> {
    let database = house.database().await;
    let mut people = Vec::new();
    for journey in house.journeys(operator).await {
        let rows = participant::Entity::find()
            .filter(participant::Column::Id.between(2 * journey.id, 2 * journey.id + 1))
            .order_by_asc(participant::Column::Id)
            .all(database.read())
            .await
            .expect("two people");
        assert_eq!(rows.len(), 2);
        people.extend(rows.into_iter().map(|row| {
            [Some(row.person), row.phone, Some(row.phone_truncated), row.travel_pass, row.name_sound]
        }));
    }
    people
}

fn refused(file: &Path) -> Vec<Value> {
    let path = format!("{}.refused.ndjson", file.display());
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

on_both_stores! {
    async fn the_same_journeys_give_the_same_result_however_they_are_written(house: House) {
        let mut journeys: Vec<_> = (0..60).map(numbered).collect();
        journeys[7] = numbered(7).with("/distance", 700);
        let plain = house.operator("NDJSON");
        let imported = house.import(&house.file("a.ndjson", &ndjson(&journeys)), &plain);
        let said = report(&imported);
        assert_eq!((&said["lines"], &said["accepted"], &said["refused"]), (&json!(60), &json!(59), &json!(1)));
        assert_eq!(imported.status.code(), Some(1), "a line was refused");
        let expected = essence(house.journeys(&plain).await);
        assert_eq!(expected.len(), 60);
        assert!(expected.iter().all(|journey| journey.status != "pending"), "verified to the end");
        // Without a date, received an hour after the departure; judged by the terms of then.
        assert_eq!(
            expected[1].received_at.timestamp(),
            expected[1].start_at.timestamp() + SignedDuration::from_hours(1)
        );
        assert_eq!(
            expected[4].received_at.timestamp(),
            expected[4].start_at.timestamp() + SignedDuration::from_mins(45)
        );
        let everyone = people(&house, &plain).await;

        let latin = |text: &[u8]| -> Vec<u8> {
            String::from_utf8_lossy(text).chars().map(|letter| u8::try_from(letter).expect("Latin-1")).collect()
        };
        let semicolons = table(&journeys, b';');
        let french = String::from_utf8_lossy(&semicolons).replace(";44.", ";44,").replace(";2.0319", ";2,0319");
        let tabs = table(&journeys, b'\t');
        let utf16: Vec<u8> = std::iter::once(0xFEFF)
            .chain(String::from_utf8_lossy(&tabs).encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&table(&journeys, b',')).expect("bytes");
        let windows = String::from_utf8_lossy(&semicolons).replace('\n', "\r\n");
        for (name, content) in [
            ("commas.csv", table(&journeys, b',')),
            ("french.csv", french.into_bytes()),
            ("latin.csv", latin(&semicolons)),
            ("latin.ndjson", latin(&ndjson(&journeys))),
            ("utf16.tsv", utf16),
            ("mark.csv", [b"\xEF\xBB\xBF".as_slice(), windows.as_bytes()].concat()),
            ("zipped.csv.gz", gzip.finish().expect("bytes")),
        ] {
            let operator = house.operator(name);
            let file = house.file(name, &content);
            let said = report(&house.import(&file, &operator));
            assert_eq!((&said["lines"], &said["accepted"], &said["refused"]), (&json!(60), &json!(59), &json!(1)), "{name}");
            assert_eq!(essence(house.journeys(&operator).await), expected, "{name}");
            assert_eq!(people(&house, &operator).await, everyone, "{name}");
            assert_eq!(refused(&file)[0]["operator_journey_id"], "journey-000007", "{name}");
            let expected = match name {
                "utf16.tsv" => "UTF-16LE",
                "latin.csv" | "latin.ndjson" => "windows-1252",
                _ => "UTF-8",
            };
            assert_eq!(said["encoding"], expected, "{name}");
        }
        house.is_healthy();
    }

    async fn broken_lines_are_named_and_good_ones_kept(house: House) {
        let operator = house.operator("Opérateur");
        let mut latin = numbered(10).to_string().into_bytes();
        let accent = latin.iter().position(|byte| *byte == b'd').expect("a letter");
        latin[accent] = 0xE9;
        let long = numbered(11).with("/licence_plate", "x".repeat(3 * 1024 * 1024));
        let lines: Vec<Vec<u8>> = [
            ndjson(&[numbered(0)]),
            b"\n".to_vec(),
            b"{\"operator_journey_id\": \"journey-000001\", \n".to_vec(),
            ndjson(&[numbered(2).with("/colour", "red")]),
            ndjson(&[numbered(3).without("/driver/identity/phone")]),
            ndjson(&[numbered(4).with("/driver/identity/phone", "+3360102")]),
            ndjson(&[numbered(5).with("/distance", 1_500_000)]),
            ndjson(&[numbered(6).with("/end/datetime", "2025-12-01T05:00:00Z")]),
            ndjson(&[numbered(7).with("/received_at", "2999-01-01T00:00:00Z")]),
            ndjson(&[numbered(8).with("/start/lat", 44.4), numbered(8).with("/start/lat", 44.4)]),
            ndjson(&[numbered(9).with("/passenger/identity/identity_key", "MARTIN-0601020304")]),
            [latin, b"\n".to_vec()].concat(),
            ndjson(&[long]),
            // Refused by the rule in force in October 2025: 2 km then, 1 km since.
            ndjson(&[numbered(12).at("2025-10-06T06:00:00Z".parse().expect("an instant"), 30).with("/distance", 1_500).without("/received_at")]),
            numbered(13).to_string().into_bytes(),
        ]
        .concat()
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
        let file = house.file("journeys.ndjson", &lines.concat());
        let imported = house.import(&file, &operator);
        assert_eq!(imported.status.code(), Some(1));
        let said = report(&imported);
        assert_eq!(
            (&said["accepted"], &said["refused"], &said["repeated"], &said["broken"], &said["already_there"]),
            (&json!(3), &json!(1), &json!(1), &json!(10), &json!(0)),
            "{said}"
        );
        let told: Vec<(i64, String, String)> = refused(&file)
            .iter()
            .map(|one| {
                let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
                (one["line"].as_i64().unwrap_or(0), text(&one["operator_journey_id"]), text(&one["faults"][0]["where"]))
            })
            .collect();
        let expected = [
            (3, "?", "column 42"),
            (4, "journey-000002", "colour"),
            (5, "journey-000003", "driver.identity"),
            (6, "journey-000004", "driver.identity.phone"),
            (7, "journey-000005", "distance"),
            (8, "journey-000006", "end.datetime"),
            (9, "journey-000007", "received_at"),
            (11, "journey-000008", "operator_journey_id"),
            (12, "journey-000009", "passenger.identity.identity_key"),
            (13, "?", "byte 3"),
            (14, "?", "line"),
            (15, "journey-000012", "terms 2024-09 distance_too_short"),
        ];
        let told: Vec<_> = told.iter().map(|(line, id, place)| (*line, id.as_str(), place.as_str())).collect();
        assert_eq!(told, expected);
        let written = std::fs::read_to_string(format!("{}.refused.ndjson", file.display())).expect("refusals");
        for personal in ["+336", "0601020304", "MARTIN", "Hérault"] {
            assert!(!written.contains(personal), "{personal} is copied: {written}");
        }
        let kept: Vec<_> = house.journeys(&operator).await.into_iter().map(|one| one.operator_journey_id).collect();
        assert_eq!(kept, ["journey-000000", "journey-000008", "journey-000012", "journey-000013"]);

        // Mended, the file goes in; what is there already stays as it is.
        let mended: Vec<_> = (0..12).chain([13]).map(numbered).collect();
        let file = house.file("journeys.ndjson", &ndjson(&mended));
        let imported = house.import(&file, &operator);
        let said = report(&imported);
        assert_eq!((&said["accepted"], &said["already_there"]), (&json!(10), &json!(3)), "{said}");
        assert_eq!(imported.status.code(), Some(0));
        assert_eq!(refused(&file), Vec::<Value>::new(), "refusals of the earlier file are gone");
    }

    async fn an_import_that_is_killed_begins_again_where_it_was(house: House) {
        const LINES: usize = 9_000;
        const KILLS: usize = 50;
        let operator = house.operator("Opérateur");
        let mut text = Vec::new();
        let (mut short, mut broken) = (Vec::new(), Vec::new());
        for number in 0..LINES {
            let mut journey = numbered(number);
            if number.is_multiple_of(41) {
                journey = journey.with("/distance", 700);
                short.push(number + 1);
            } else if number.is_multiple_of(53) {
                journey = journey.with("/start/lat", 144);
                broken.push(number + 1);
            }
            text.extend(ndjson(&[journey]));
        }
        // The first line once more, at the end.
        text.extend(ndjson(&[numbered(1)]));
        let file = house.file("history.ndjson", &text);
        let seed = std::env::var("PEPINIERE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from_be_bytes(socle::chance::secret_bytes()));
        eprintln!("PEPINIERE_TEST_SEED={seed}");
        let mut rng = StdRng::seed_from_u64(seed);
        let database = house.database().await;
        let position = || async {
            let imports = import::Entity::find().all(database.read()).await.expect("imports");
            imports.first().map_or(0, |import| import.position)
        };
        // Each time the program is killed once it passed a line drawn at random, a little later.
        let mut cuts: Vec<i64> = (0..KILLS).map(|_| rng.random_range(0..i64::try_from(LINES).expect("a number"))).collect();
        cuts.sort_unstable();
        for cut in cuts {
            let mut program = house.start_importing(&file, &operator);
            while position().await < cut && program.try_wait().expect("a program").is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_micros(rng.random_range(0..40_000))).await;
            program.kill().expect("SIGKILL");
            program.wait().expect("an end");
        }
        let expected = (LINES - short.len() - broken.len(), short.len(), broken.len());
        for already in [false, true] {
            let imported = house.import(&file, &operator);
            let said = report(&imported);
            assert!(!already || said["already_done"] == true, "{said}");
            assert_eq!(
                (&said["accepted"], &said["refused"], &said["broken"]),
                (&json!(expected.0), &json!(expected.1), &json!(expected.2)),
                "{said}"
            );
            assert_eq!((&said["already_there"], &said["repeated"]), (&json!(0), &json!(1)), "{said}");
            assert_eq!(imported.status.code(), Some(1));
            let mut lines: Vec<_> = [short.as_slice(), &broken, &[LINES + 1]].concat();
            lines.sort_unstable();
            let told: Vec<_> =
                refused(&file).iter().map(|one| one["line"].as_u64().and_then(|line| usize::try_from(line).ok())).collect();
            assert_eq!(told, lines.into_iter().map(Some).collect::<Vec<_>>(), "every refusal, once");
        }
        let kept: Vec<(String, String)> = journey::Entity::find()
            .select_only()
            .columns([journey::Column::OperatorJourneyId, journey::Column::Status])
            .order_by_asc(journey::Column::Id)
            .into_tuple()
            .all(database.read())
            .await
            .expect("journeys");
        let wanted: Vec<_> = (0..LINES)
            .filter(|number| !broken.contains(&(number + 1)))
            .map(|number| {
                let status = if short.contains(&(number + 1)) { "terms_violation_error" } else { "ok" };
                (format!("journey-{number:06}"), status.to_owned())
            })
            .collect();
        assert_eq!(kept, wanted, "every good line, once, in the order of the file");
        house.is_healthy();
    }
}

#[tokio::test]
async fn two_programs_on_one_file_make_no_doubles() {
    let house = House::on(StoreKind::Sqlite);
    let operator = house.operator("Opérateur");
    let file = house.file("a.ndjson", &ndjson(&(0..3_000).map(numbered).collect::<Vec<_>>()));
    let programs = [(); 2].map(|()| house.start_importing(&file, &operator));
    for mut program in programs {
        program.wait().expect("an end");
    }
    let said = report(&house.import(&file, &operator));
    assert_eq!(
        (&said["accepted"], &said["already_there"], &said["broken"]),
        (&json!(3_000), &json!(0), &json!(0))
    );
    assert_eq!(house.journeys(&operator).await.len(), 3_000);
    house.is_healthy();
}

#[test]
fn what_cannot_be_imported_is_said_in_one_line() {
    let house = House::on(StoreKind::Sqlite);
    let operator = house.operator("Opérateur");
    let good = house.file("good.ndjson", &ndjson(&[numbered(1)]));
    let nobody = Operator { number: 0, uuid: "5f7b4b0e-0000-4000-8000-000000000000".to_owned() };
    let said = complaint(&house.import(&good, &nobody));
    assert!(said.starts_with("--operator: no operator is \"5f7b4b0e-"), "{said}");
    let said = complaint(&house.import(&house.folder.path().join("nowhere.ndjson"), &operator));
    assert!(said.contains("nowhere.ndjson: file: No such file"), "{said}");
    for (content, expected) in [
        (b"[{}]".as_slice(), "line 1: a JSON list was seen"),
        (b"{\n\"distance\": 1}", "line 1: an object spread over several lines was seen"),
        (b"", "line 1: an empty line was seen"),
        (b"operator_journey_id|distance\n", "line 1: 1 cell was seen"),
        (b"operator_journey_id,km\n", "line 1, column 2: \"km\" was seen"),
        (b"operator_journey_id;distance\n", "line 1: columns are missing"),
        (b"\xFF\xFE\0\0{\0\0\0", "UTF-32 was seen"),
        (b"\x1F\x8B\x08\0", "the gzip file is cut or altered"),
    ] {
        let said = complaint(&house.import(&house.file("wrong", content), &operator));
        assert!(said.contains(expected) && said.contains("expected: "), "{expected}: {said}");
    }
    let tenant = format!("operator:{}", operator.number);
    let file = good.to_str().expect("a path");
    let output = house.run(&["registry", "import", file, "--operator", &tenant]);
    assert_eq!(
        (output.status.code(), &report(&output)["accepted"]),
        (Some(0), &json!(1)),
        "named by its tenant"
    );
}

#[test]
fn what_is_generated_can_be_imported() {
    let house = House::on(StoreKind::Sqlite);
    let operator = house.operator("Opérateur");
    let file = house.folder.path().join("generated.ndjson");
    let path = file.to_str().expect("a path");
    let generate =
        ["registry", "generate", "--journeys", "300", "--months", "2", "--seed", "7", "--to", path];
    assert_eq!(report(&house.run(&generate))["journeys"], 300);
    let said = report(&house.import(&file, &operator));
    assert_eq!(
        (&said["lines"], &said["broken"], &said["repeated"]),
        (&json!(300), &json!(0), &json!(0)),
        "{said}"
    );
}
