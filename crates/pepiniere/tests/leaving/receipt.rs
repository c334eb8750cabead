//! From one house to another, through the command line, then through HTTP.

use std::sync::Arc;
use std::time::Duration;

use pepiniere::serving;
use sea_orm::{ConnectionTrait as _, Statement};
use socle::audit::Actor;
use socle::clock::SettableClock;
use socle::people::{Email, NewMembership};
use socle::places::Places;
use testkit::{Agent, JourneyBody, StoreKind, TestHouse, on_both_stores};

use crate::place::{Place, figures, files, sign_in, stderr, text};

/// A house without the registry in which someone of the pack has an account, and someone else the number of another.
/// Returns the number of the one they share.
async fn people_before(place: &Place, known: &str, other: &str) -> i64 {
    let clock = Arc::new(SettableClock::at(testkit::start_of_tests()));
    let places = Arc::new(Places::open(place.folder()).expect("the shipped reference"));
    let (house, _) = serving::open(place.0.clone(), clock, places, Some(Vec::new())).await.expect("a house");
    let mut numbers = Vec::new();
    for (email, name) in [("a@exemple.fr", "Quelqu’un"), (known, "Camille d’ailleurs")] {
        let role = NewMembership {
            service: "other".to_owned(),
            role: "other.user".to_owned(),
            tenant: None,
            tenant_name: "Ailleurs".to_owned(),
        };
        let email = Email::parse(email).expect("an address");
        assert_ne!(email.as_str(), other);
        let given = house.people.give_role(Actor::Program("tests"), email, name.to_owned(), role).await;
        numbers.push(given.expect("a role").agent_id);
    }
    numbers[1]
}

/// The address of an export that `agent` asked for, once it is ready.
async fn export(agent: &Agent) -> String {
    let form = [("from", "2026-11-20"), ("to", "2026-11-30"), ("format", "csv")];
    assert_eq!(agent.submit("/registre/exports", &form).await.status, 303);
    for _ in 0..400 {
        let page = agent.open("/registre/exports").await.text;
        if let Some((_, rest)) = page.split_once("href=\"/registre/exports/") {
            return format!("/registre/exports/{}/fichier", rest.split('/').next().expect("a number"));
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the export is not ready after ten seconds");
}

/// Who asked for the one export of a house.
async fn asked_by(house: &TestHouse) -> i64 {
    let connection = house.registry.database.read();
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT agent_id FROM exports");
    let row = connection.query_one_raw(statement).await.expect("an answer").expect("an export");
    row.try_get_by_index(0).expect("a number")
}

/// A registry leaves `house` while it serves; a house on `kind` receives it and goes on.
async fn moves(house: TestHouse, kind: StoreKind) {
    let operator = house.operator("Covoit").await;
    let agent = house.agent("operator.admin", Some(operator.id)).await;
    let admin = house.agent("registry.admin", None).await;
    let mut sent = Vec::new();
    for number in 0..12 {
        let body = JourneyBody::an_hour_before(house.now())
            .of(&format!("d{number}"), &format!("p{number}"))
            .with("/passenger/identity/lastname", "L’Hérault, \"dit\"\r\nLe Bihan \\N");
        assert_eq!(operator.send(&body).await.status, 201);
        sent.push(body);
    }
    let short = JourneyBody::an_hour_before(house.now()).with("/distance", 900);
    assert_eq!(operator.send(&short).await.status, 422, "a refused journey leaves too");
    house.settle().await;
    operator.cancel(sent[0].id()).await;
    let number = operator.read(sent[1].id()).await.json()["journey_id"].to_string().replace('"', "");
    assert_eq!(agent.submit(&format!("/registre/trajets/{number}/envoi"), &[]).await.status, 200);
    let exported = export(&agent).await;
    let saved = agent.save(&exported).await.expect("a file");
    let scratch = tempfile::tempdir().expect("a folder");
    let (pack, key) = (scratch.path().join("pack"), scratch.path().join("handover.key"));
    let place = Place::of(&house);
    let leaving = ["handover", "--service", "registry", "--output", text(&pack), "--key", text(&key)];
    let given = place.done(&leaving);
    assert_eq!((&given["pack"]["agents"], &given["pack"]["documents"]), (&2.into(), &1.into()));
    let secret = std::fs::read_to_string(&key).expect("a key");
    let digits = secret.trim().split_once(' ').expect("a name").1;
    let own = std::fs::read_to_string(place.0.master_key_file()).expect("a master key");
    let own = own.trim().split_once(' ').expect("a name").1;
    for file in files(&pack) {
        let bytes = std::fs::read(&file).expect("a file");
        let holds = |value: &str| bytes.windows(value.len()).any(|window| window == value.as_bytes());
        assert!(!holds(digits) && !holds(own) && !holds("Hérault"), "{}", file.display());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
    }
    assert!(place.refused(&leaving).contains("exists"), "a second handover overwrites nothing");
    let log = admin.open("/registre/journal").await.text;
    assert!(log.contains("service.handover_begun") || log.contains("Remise"), "the log tells that it leaves");

    let folder = tempfile::tempdir().expect("a folder");
    let other = Place::empty(folder.path(), kind);
    let kept = people_before(&other, &admin.email, &agent.email).await;
    let received = other.done(&["receive", text(&pack), "--key", text(&key)]);
    let renumbered = received["agents_renumbered"].as_object().expect("a map");
    assert_eq!(renumbered.len(), 2, "both have, or find, another number here: {received}");
    assert_eq!(other.done(&["doctor"])["healthy"], true);
    assert!(other.refused(&["receive", text(&pack), "--key", text(&key)]).contains("already"));

    let measured = figures(&house).await;
    let copy = TestHouse::start_on(other.0.clone(), folder, Arc::clone(&house.clock)).await.expect("a house");
    let there = operator.at(&copy.base_url);
    assert_eq!(there.read(sent[1].id()).await.status, 401, "a token of the old house opens nothing here");
    there.renew_token().await;
    for body in &sent {
        assert_eq!(there.status(body.id()).await, operator.status(body.id()).await);
        assert_eq!(there.send(body).await.status, 409, "a duplicate is still one");
    }
    assert_eq!(there.status(sent[0].id()).await, "canceled");
    assert_eq!(figures(&copy).await, measured);
    let people = copy.registry.house.people.agents().await.expect("agents");
    assert_eq!(people.len(), 3, "nobody is there twice");
    let known = people.iter().find(|one| one.email == admin.email).expect("an account");
    assert_eq!((known.id, known.name.as_str()), (kept, "Camille d’ailleurs"), "an account is kept as it is");
    let browser = sign_in(&copy, &agent.email, "operator.admin").await;
    assert_eq!(browser.save(&exported).await.expect("the same file"), saved, "sealed documents came too");
    let own = people.iter().find(|one| one.email == agent.email).expect("an account");
    assert_eq!(asked_by(&copy).await, own.id, "tables name agents by their number here");
    let opened = browser.submit(&format!("/registre/trajets/{number}/envoi"), &[]).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    assert!(opened.text.contains("Le Bihan"), "the sealed body opens");
    let team = sign_in(&copy, &admin.email, "registry.admin").await;
    let log = team.open("/registre/journal").await.text;
    assert!(log.contains("Camille Test"), "who read what was sent is named, under another number: {log}");
    assert!(!log.contains("Quelqu"), "and not who has that number here");
    let next = JourneyBody::an_hour_before(copy.now()).of("new", "people");
    assert_eq!(there.send(&next).await.status, 201, "the registry goes on");
}

on_both_stores! {
    /// A registry is handed over while it serves and received on a store of the same kind.
    async fn a_service_leaves_and_is_received_elsewhere(house: TestHouse) {
        let kind = Place::of(&house).kind();
        Box::pin(moves(house, kind)).await;
    }
}

on_both_stores! {
    /// From `SQLite` to `PostgreSQL`, and back.
    async fn a_service_changes_the_kind_of_its_store(house: TestHouse) {
        let other = match Place::of(&house).kind() {
            StoreKind::Postgres { .. } => Some(StoreKind::Sqlite),
            StoreKind::Sqlite => StoreKind::postgres(),
        };
        if let Some(other) = other {
            Box::pin(moves(house, other)).await;
        }
    }
}

on_both_stores! {
    /// A changed byte, a file too many or too few, another key: each is told, and nothing is written.
    async fn a_pack_that_is_not_whole_is_refused(house: TestHouse) {
        house.operator("Covoit").await;
        let place = Place::of(&house);
        let scratch = tempfile::tempdir().expect("a folder");
        let (pack, key) = (scratch.path().join("pack"), scratch.path().join("handover.key"));
        place.done(&["handover", "--service", "registry", "--output", text(&pack), "--key", text(&key)]);
        let target = scratch.path().join("other");
        let other = Place::empty(&target, place.kind());
        let receive = ["receive", text(&pack), "--key", text(&key)];
        for file in files(&pack) {
            let whole = std::fs::read(&file).expect("a file");
            if whole.is_empty() {
                continue;
            }
            for at in [0, whole.len() / 2, whole.len() - 1] {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                std::fs::write(&file, changed).expect("a file");
                let said = other.refused(&receive);
                assert!(said.contains("changed") || said.contains("missing") || said.contains("inventory"), "{said}");
            }
            std::fs::write(&file, &whole).expect("a file");
        }
        let table = pack.join("data/operators.csv");
        let aside = scratch.path().join("operators.csv");
        std::fs::rename(&table, &aside).expect("a file");
        assert!(other.refused(&receive).contains("missing"));
        std::fs::rename(&aside, &table).expect("a file");
        std::fs::write(pack.join("data/more.csv"), "a\r\n").expect("a file");
        assert!(other.refused(&receive).contains("added"));
        std::fs::remove_file(pack.join("data/more.csv")).expect("a file");
        let wrong = place.0.master_key_file();
        assert!(other.refused(&["receive", text(&pack), "--key", text(&wrong)]).contains("fingerprint"));
        let forged = scratch.path().join("forged.key");
        let name = std::fs::read_to_string(&key).expect("a key").split(' ').next().expect("a name").to_owned();
        std::fs::write(&forged, format!("{name} {}\n", "5a".repeat(32))).expect("a file");
        assert!(other.refused(&["receive", text(&pack), "--key", text(&forged)]).contains("fingerprint"));
        assert!(!target.exists(), "no house was made");
        let output = other.run(&receive);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}
