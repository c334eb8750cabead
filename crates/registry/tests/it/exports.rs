//! Journeys leave as files: an operator's own, or those of a territory under pseudonyms.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::time::Duration;

use calamine::{Reader as _, Xlsx};
use jiff::SignedDuration;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use socle::audit::Actor;
use testkit::{Agent, JourneyBody, OperatorServer, TestHouse, on_both_stores};

/// The days around the tests' day.
const PERIOD: [(&str, &str); 2] = [("from", "2026-11-20"), ("to", "2026-11-30")];

/// Asks for an export and waits until it can be saved; its path.
pub async fn export(agent: &Agent, format: &str) -> String {
    let form = [PERIOD[0], PERIOD[1], ("format", format)];
    let asked = agent.submit("/registre/exports", &form).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    for _ in 0..400 {
        let page = agent.open("/registre/exports").await.text;
        if !page.contains("Annuler</button>") {
            let (_, rest) = page.split_once("href=\"/registre/exports/").expect("a finished export");
            let (id, _) = rest.split_once('/').expect("its number");
            return format!("/registre/exports/{id}/fichier");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the export is not ready after ten seconds");
}

/// The lines of a CSV file, each by column.
fn lines(file: &[u8]) -> Vec<BTreeMap<String, String>> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").expect("the mark of UTF-8");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text);
    reader.deserialize().map(|line| line.expect("a line")).collect()
}

async fn csv_of(agent: &Agent) -> Vec<BTreeMap<String, String>> {
    let path = export(agent, "csv").await;
    lines(&agent.save(&path).await.expect("the file"))
}

/// Three journeys of different people, one of them refused; and one of another operator.
async fn some_journeys(house: &TestHouse) -> (OperatorServer, OperatorServer) {
    let (own, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
    let now = house.now();
    let usual = JourneyBody::an_hour_before(now).with("/operator_journey_id", "matin");
    let short = JourneyBody::an_hour_before(now)
        .of("chloe", "denis")
        .with("/operator_journey_id", "court")
        .with("/distance", 400);
    let again = JourneyBody::an_hour_before(now)
        .at(now - SignedDuration::from_hours(5), 30)
        .with("/operator_journey_id", "nuit")
        .with("/incentives", serde_json::json!([{"index": 0, "siret": "90000000900016", "amount": 150}]));
    assert_eq!(own.send(&usual).await.status, 201);
    assert_eq!(own.send(&short).await.status, 422);
    assert_eq!(own.send(&again).await.status, 201);
    let stranger =
        JourneyBody::an_hour_before(now).of("emma", "farid").with("/operator_journey_id", "ailleurs");
    assert_eq!(other.send(&stranger).await.status, 201);
    house.settle().await;
    (own, other)
}

async fn territory_agent(house: &TestHouse, name: &str, kind: &str, code: &str) -> Agent {
    let territory = crate::territories::territory(house, name).await;
    let tenant = registry::store::territory_tenant(territory);
    let agent = house.agent_of("territory.admin", Some(tenant)).await;
    let form = [("kind", kind), ("what", code)];
    let perimeter = format!("/registre/territoires/{territory}/perimetre");
    let added = agent.submit(&perimeter, &form).await;
    assert_eq!(added.status, 303, "{}", added.text);
    let team = house.agent("registry.admin", None).await;
    assert_eq!(team.submit(&format!("{perimeter}/accord"), &[]).await.status, 303);
    agent
}

on_both_stores! {
    async fn an_operator_takes_its_journeys_away(house: TestHouse) {
        let (own, other) = some_journeys(&house).await;
        let staff = house.agent("operator.admin", Some(own.id)).await;
        let path = export(&staff, "csv").await;
        let file = staff.save(&path).await.expect("the file");
        let lines = lines(&file);
        let ids: Vec<&str> = lines.iter().map(|line| line["operator_journey_id"].as_str()).collect();
        assert_eq!(ids, ["nuit", "matin", "court"], "its own, in order of departure");
        assert_eq!(lines[0]["status"], "ok");
        assert_eq!(lines[2]["status"], "terms_violation_error");
        assert_eq!(lines[2]["refused_for"], "distance_too_short");
        assert_eq!(lines[0]["start_commune"], "Cahors");
        assert_eq!(lines[0]["end_region"], "Occitanie");
        assert_eq!(lines[0]["distance"], "60");
        assert_eq!(lines[0]["incentive_0_amount"], "1.5");
        assert_eq!(lines[1]["start_datetime"], "2026-11-25T14:00:00+01:00", "on the clocks of Cahors");
        assert_eq!(lines[1]["duration"], "00:30:00");
        assert_eq!(lines[1]["start_lat"], "44.4475", "an operator reads back what it sent");
        assert_eq!(lines[1]["operator_driver_id"], "user-alice");
        assert_eq!(lines[1]["driver_identity_key"].len(), 64);
        assert!(!lines[1].contains_key("driver_pseudonym"));

        let page = staff.open("/registre/exports").await.text;
        assert!(page.contains("3 trajets"), "{page}");
        // Whoever may not read what was sent exports the rest, and does not read the administrator's file.
        let colleague = house.agent("operator.user", Some(own.id)).await;
        assert_eq!(colleague.open(&path).await.status, 403);
        assert!(!colleague.open("/registre/exports").await.text.contains("Télécharger</a>"));
        let rest = csv_of(&colleague).await;
        assert_eq!(rest.len(), 3);
        for key in ["driver_identity_key", "operator_driver_id", "passenger_identity_key", "operator_passenger_id"] {
            assert!(!rest[1].contains_key(key), "{key}");
        }
        assert_eq!(rest[1]["start_lat"], "44.447", "about a hundred metres, in a town");
        assert_eq!(rest[1]["start_datetime"], lines[1]["start_datetime"], "as its pages tell it");

        let elsewhere = house.agent("operator.admin", Some(other.id)).await;
        assert_eq!(elsewhere.open(&path).await.status, 404, "another operator’s export is not there");
        let team = house.agent("registry.admin", None).await;
        assert_eq!(team.open(&path).await.status, 404, "nor is it the team’s");
        let log = team.open("/registre/journal").await.text;
        assert!(log.contains("Export téléchargé"), "{log}");
    }
}

on_both_stores! {
    async fn an_authority_reads_pseudonyms_that_nobody_else_has(house: TestHouse) {
        let (own, _) = some_journeys(&house).await;
        let now = house.now();
        // Toulouse to Blagnac, outside the Lot.
        let outside = JourneyBody::an_hour_before(now).of("gina", "hugo").with("/operator_journey_id", "dehors")
            .with("/start/lat", 43.6045).with("/start/lon", 1.4442).with("/end/lat", 43.6350).with("/end/lon", 1.3900);
        assert_eq!(own.send(&outside).await.status, 201);
        let odd = JourneyBody::an_hour_before(now).of("ines", "jean").with("/operator_journey_id", "impair")
            .at("2026-11-25T09:03:20Z".parse().expect("an instant"), 31);
        assert_eq!(own.send(&odd).await.status, 201);
        house.settle().await;
        let department = territory_agent(&house, "Le Lot", "department", "46").await;
        let region = territory_agent(&house, "L’Occitanie", "region", "76").await;

        let path = export(&department, "csv").await;
        let file = department.save(&path).await.expect("the file");
        let text = String::from_utf8_lossy(&file).into_owned();
        for secret in ["user-alice", "user-ines", "matin", "nuit", "impair", "ailleurs", "trip-", "+336"] {
            assert!(!text.contains(secret), "{secret} is told to an authority");
        }
        let lot = lines(&file);
        assert_eq!(lot.len(), 4, "valid journeys of all operators that touch the Lot; neither refused nor outside");
        for key in ["driver_identity_key", "operator_driver_id", "operator_journey_id", "journey_id"] {
            assert!(!lot[0].contains_key(key), "{key}");
        }
        assert!(lot.iter().all(|line| line["start_departement"] == "Lot" && line["status"] == "ok"));
        let rounded = lot.iter().find(|line| line["start_datetime"].starts_with("2026-11-25T10:10:00")).expect("10 h 03 read 10 h 10");
        assert!(rounded["end_datetime"].starts_with("2026-11-25T10:40:00"), "{}", rounded["end_datetime"]);
        assert!(lot.iter().all(|line| line["start_lat"].len() <= "44.447".len()), "{}", lot[0]["start_lat"]);
        assert!(lot.iter().any(|line| line["operator"] == "Trajets Partagés"));

        let drivers = |lines: &[BTreeMap<String, String>]| {
            lines.iter().map(|line| line["driver_pseudonym"].clone()).collect::<BTreeSet<_>>()
        };
        let occitanie = csv_of(&region).await;
        assert_eq!(occitanie.len(), 5);
        assert!(drivers(&lot).is_disjoint(&drivers(&occitanie)), "two authorities cannot join their files");
        let journeys = |lines: &[BTreeMap<String, String>]| {
            lines.iter().flat_map(|line| [line["journey_pseudonym"].clone(), line["trip_pseudonym"].clone()]).collect::<BTreeSet<_>>()
        };
        assert!(journeys(&lot).is_disjoint(&journeys(&occitanie)), "not by the journeys either");
        assert_eq!(drivers(&lot), drivers(&csv_of(&department).await), "one authority follows its own");
        assert_eq!(drivers(&lot).len(), 3, "Alice drove twice: one pseudonym");
    }
}

on_both_stores! {
    async fn the_same_journeys_in_a_spreadsheet_and_in_parquet(house: TestHouse) {
        let (own, _) = some_journeys(&house).await;
        let staff = house.agent("operator.admin", Some(own.id)).await;
        let path = export(&staff, "xlsx").await;
        let file = staff.save(&path).await.expect("the file");
        let mut book = Xlsx::new(Cursor::new(file)).expect("a workbook");
        let sheet = book.worksheet_range("Trajets 1").expect("the sheet");
        assert_eq!(sheet.height(), 4, "a header and three journeys");
        let header: Vec<String> = sheet.rows().next().expect("a header").iter().map(ToString::to_string).collect();
        let column = |name: &str| header.iter().position(|known| known == name).expect("the column");
        let row: Vec<_> = sheet.rows().nth(1).expect("a journey").to_vec();
        assert_eq!(row[column("operator_journey_id")].to_string(), "nuit");
        assert_eq!(row[column("driver_revenue")].to_string(), "2.5", "a number, in euros");

        let path = export(&staff, "parquet").await;
        let file = staff.save(&path).await.expect("the file");
        let reader = SerializedFileReader::new(axum::body::Bytes::from(file)).expect("a Parquet file");
        assert_eq!(reader.metadata().file_metadata().num_rows(), 3);
        let rows: Vec<String> = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_string()).collect();
        assert!(rows[0].contains("operator_journey_id: \"nuit\""), "{}", rows[0]);
        assert!(rows[1].contains("start_datetime: 2026-11-25 13:00:00"), "in UTC: {}", rows[1]);
    }
}

on_both_stores! {
    async fn an_export_can_be_refused_cancelled_and_is_gone_after_a_week(house: TestHouse) {
        let (own, _) = some_journeys(&house).await;
        let staff = house.agent("operator.user", Some(own.id)).await;
        let backwards = [("from", "2026-11-25"), ("to", "2026-11-01"), ("format", "csv")];
        let refused = staff.submit("/registre/exports", &backwards).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("La période finit avant de commencer"), "{}", refused.text);
        let shapeless = [PERIOD[0], PERIOD[1], ("format", "docx")];
        assert_eq!(staff.submit("/registre/exports", &shapeless).await.status, 422);

        let path = export(&staff, "csv").await;
        let folder = house.config().store.folder.join("documents").join("registry");
        let document = std::fs::read_dir(&folder).expect("documents").next().expect("one").expect("a file").path();
        let sealed = std::fs::read(&document).expect("a document");
        let clear = sealed.windows(5).any(|five| five == b"matin");
        assert!(!clear, "nothing can be read on disk");

        // One byte changed, or the end cut: the file does not come.
        let mut altered = sealed.clone();
        altered[60] ^= 1;
        std::fs::write(&document, altered).expect("a change");
        assert_eq!(staff.save(&path).await, None);
        std::fs::write(&document, &sealed[..sealed.len() - 1]).expect("a cut");
        assert_eq!(staff.save(&path).await, None);
        std::fs::write(&document, &sealed).expect("as it was");
        assert!(staff.save(&path).await.is_some());

        house.wait(SignedDuration::from_hours(8 * 24));
        registry::export::forget(&house.registry).await.expect("a run");
        let staff = house.agent("operator.user", Some(own.id)).await;
        assert!(staff.open("/registre/exports").await.text.contains("Retiré"));
        assert_eq!(staff.open(&path).await.status, 303, "back to the list");
        assert_eq!(std::fs::read_dir(&folder).expect("documents").count(), 0);
    }
}

on_both_stores! {
    async fn an_export_that_was_interrupted_is_written_again(house: TestHouse) {
        let (own, _) = some_journeys(&house).await;
        let staff = house.agent("operator.user", Some(own.id)).await;
        // A process took it and died: nobody says how far it is.
        let database = &house.registry.database;
        let wanted = registry::store::export::Wanted {
            agent: 1,
            format: registry::model::ExportFormat::Csv,
            operator: None,
            status: None,
            from: house.now() - SignedDuration::from_hours(240),
            to: house.now(),
            tells_sent: false,
        };
        let admin = house.agent("registry.admin", None).await;
        let switch = "/interrupteurs/registry/exports";
        assert_eq!(admin.submit(switch, &[("geste", "couper"), ("raison", "essai")]).await.status, 303);
        let scope = socle::rights::Scope::Tenant(registry::store::tenant(own.id));
        let asked = registry::store::export::ask(database, Actor::Program("tests"), &scope, wanted).await;
        assert!(matches!(asked.expect("a store"), registry::store::export::Asked::Accepted(_)));
        let taken = registry::store::export_attempt::take(database).await.expect("a store").expect("nobody else writes");
        assert!(!registry::store::export_attempt::beat(database, &registry::store::export::Export { attempt: 7, ..taken.clone() }, 1, house.now()).await.expect("a store"));
        assert!(registry::store::export_attempt::take(database).await.expect("a store").is_none(), "somebody writes it");
        house.wait(SignedDuration::from_mins(3));
        let again = registry::store::export_attempt::take(database).await.expect("a store").expect("taken over");
        assert_eq!((again.attempt, again.failures), (2, 1));
        assert!(!registry::store::export_attempt::beat(database, &taken, 1, house.now()).await.expect("a store"), "the first no longer counts");
        assert!(registry::store::export_attempt::still_written(database, &again).await.expect("a store"));
        registry::store::export_attempt::give_back(database, &again).await.expect("a store");
        // Asking for another wakes the job: both are written.
        assert_eq!(admin.submit(switch, &[("geste", "remettre")]).await.status, 303);
        let path = export(&staff, "csv").await;
        // A process that died left a file that no row knows: it goes, those one can save stay.
        let documents = registry::export::documents(&house.registry);
        let stray = documents.folder().join("nobody-1");
        std::fs::write(&stray, b"sealed").expect("a file");
        let live = registry::store::export_removal::live_documents(database).await.expect("a store");
        assert_eq!(documents.sweep(&live, Duration::from_hours(1)).await.expect("a sweep"), 0, "it may be in use");
        assert_eq!(documents.sweep(&live, Duration::ZERO).await.expect("a sweep"), 1);
        assert!(!stray.exists() && staff.save(&path).await.is_some());
        assert_eq!(staff.open("/registre/exports").await.text.matches("Télécharger</a>").count(), 2);
    }
}

on_both_stores! {
    async fn an_authority_exports_only_a_perimeter_that_the_team_agreed_to(house: TestHouse) {
        some_journeys(&house).await;
        let territory = crate::territories::territory(&house, "Cahors").await;
        let admin = house.agent_of("territory.admin", Some(registry::store::territory_tenant(territory))).await;
        let user = house.agent_of("territory.user", Some(registry::store::territory_tenant(territory))).await;
        let team = house.agent("registry.admin", None).await;
        let perimeter = format!("/registre/territoires/{territory}/perimetre");
        let form = [PERIOD[0], PERIOD[1], ("format", "csv")];
        assert!(!user.open("/registre/exports").await.text.contains(&perimeter), "no way to a page that is refused");

        // A town names itself: it reads figures at once, journeys once the team looked.
        assert_eq!(admin.submit(&perimeter, &[("kind", "commune"), ("what", "46042")]).await.status, 303);
        assert_eq!(admin.open(&format!("/registre/territoires/{territory}")).await.status, 200);
        assert!(admin.open("/registre/exports").await.text.contains("attend un accord"));
        assert_eq!(admin.submit("/registre/exports", &form).await.status, 422);
        assert_eq!(admin.submit(&format!("{perimeter}/accord"), &[]).await.status, 403, "not by itself");
        assert!(team.open("/registre/territoires").await.text.contains("Périmètre à accepter (1 commune)"));
        assert!(team.open(&perimeter).await.text.contains("attend votre accord"));
        assert_eq!(team.submit(&format!("{perimeter}/accord"), &[]).await.status, 303);
        let of_the_town = csv_of(&admin).await.len();
        assert!(of_the_town > 0);

        // It takes the region in: nothing leaves before the team looks again, even when it takes it out.
        assert_eq!(admin.submit(&perimeter, &[("kind", "region"), ("what", "76")]).await.status, 303);
        let refused = admin.submit("/registre/exports", &form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("attend un accord"), "{}", refused.text);
        let remove = format!("{perimeter}/retirer");
        let page = admin.open(&perimeter).await.text;
        assert!(page.contains(&format!("action=\"{remove}\"")), "the page's own button goes there: {page}");
        assert_eq!(admin.submit(&remove, &[("kind", "region"), ("what", "76")]).await.status, 303);
        assert_eq!(admin.submit("/registre/exports", &form).await.status, 422);
        // What the team sets it agrees to; what is made smaller stays agreed.
        assert_eq!(team.submit(&perimeter, &[("kind", "commune"), ("what", "46102")]).await.status, 303);
        assert_eq!(admin.submit(&remove, &[("kind", "commune"), ("what", "46102")]).await.status, 303);
        assert_eq!(csv_of(&admin).await.len(), of_the_town);
        let log = team.open("/registre/journal").await.text;
        assert!(log.contains("Périmètre d’une collectivité accepté"), "{log}");
    }
}
