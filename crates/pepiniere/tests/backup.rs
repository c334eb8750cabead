//! A house is backed up while it serves and put back elsewhere, through the command line.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use socle::config::Config;
use testkit::{JourneyBody, TestHouse, on_both_stores};

/// How many send at once.
const SENDERS: usize = 4;

/// Where a house keeps its data, as its configuration says it.
#[derive(Clone)]
struct Place(Config);

impl Place {
    fn of(house: &TestHouse) -> Self {
        Self(house.config().clone())
    }

    /// An empty place for a house of the same kind.
    fn beside(&self, folder: &Path) -> Self {
        let mut config = self.0.clone();
        folder.clone_into(&mut config.store.folder);
        config.store.schema_prefix = format!("t{}_", uuid::Uuid::new_v4().simple());
        Self(config)
    }

    fn folder(&self) -> &Path {
        &self.0.store.folder
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pepiniere"));
        command.args(arguments).args(["--format", "json"]).env("PEPINIERE_STORE__FOLDER", self.folder());
        if let Some(url) = &self.0.store.postgres {
            command.env("PEPINIERE_STORE__POSTGRES", url);
            command.env("PEPINIERE_STORE__SCHEMA_PREFIX", &self.0.store.schema_prefix);
        }
        command.output().expect("the program")
    }

    fn done(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.trim_end().lines().count(), 1, "one line on standard output: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Runs what must be refused with exit 1; returns what it says.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
        stderr(&output)
    }

    fn files(&self) -> Vec<String> {
        names_in(self.folder())
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn rows(manifest: &Value, database: &str, table: &str) -> u64 {
    let find = |list: &Value, name: &str| {
        list.as_array().and_then(|all| all.iter().find(|one| one["name"] == name)).cloned().expect(name)
    };
    find(&find(&manifest["databases"], database)["tables"], table)["rows"].as_u64().expect("a count")
}

on_both_stores! {
    /// A house takes journeys while it is backed up; elsewhere the same journeys are there, and the house is healthy.
    async fn a_serving_house_is_backed_up_and_put_back_elsewhere(house: TestHouse) {
        let operator = Arc::new(house.operator("Covoit").await);
        let now = house.now();
        // Acknowledged before the backup begins: all of these must come back.
        let mut before = Vec::new();
        for number in 0..20 {
            let body = JourneyBody::an_hour_before(now).of(&format!("d{number}"), &format!("p{number}"));
            assert_eq!(operator.send(&body).await.status, 201);
            before.push(body);
        }
        let admin = house.agent("operator.admin", Some(operator.id)).await;
        let tried = house.sandbox_server(&admin, operator.id).await;
        assert_eq!(tried.send(&JourneyBody::fictional(now)).await.status, 201);
        let (ended, during) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (operator, ended, during) = (Arc::clone(&operator), Arc::clone(&ended), Arc::clone(&during));
                tokio::spawn(async move {
                    for number in 0.. {
                        if ended.load(Ordering::Relaxed) {
                            break;
                        }
                        let body = JourneyBody::an_hour_before(now)
                            .of(&format!("d{sender}-{number}"), &format!("p{sender}-{number}"));
                        assert_eq!(operator.send(&body).await.status, 201);
                        during.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        while during.load(Ordering::Relaxed) < SENDERS {
            tokio::task::yield_now().await;
        }
        let scratch = tempfile::tempdir().expect("a folder");
        let archive = scratch.path().join("house.tar.zst").to_str().expect("a path").to_owned();
        let place = Place::of(&house);
        let first = during.load(Ordering::Relaxed);
        let taken = {
            let (place, archive) = (place.clone(), archive.clone());
            tokio::task::spawn_blocking(move || place.done(&["backup", &archive])).await.expect("a backup")
        };
        let last = during.load(Ordering::Relaxed);
        ended.store(true, Ordering::Relaxed);
        for sender in senders {
            sender.await.expect("a sender");
        }
        assert_eq!(taken["master_key_included"], false);
        assert_eq!(names_in(scratch.path()), ["house.tar.zst"], "nothing else stays");
        assert_eq!(rows(&taken["manifest"], "registry_sandbox", "journeys"), 1, "the sandbox comes along");
        let copied = usize::try_from(rows(&taken["manifest"], "registry", "journeys")).expect("a count");
        // A journey that is stored may not be acknowledged yet: one a sender at most.
        let (least, most) = (before.len() + first, before.len() + last + SENDERS);
        assert!((least..=most).contains(&copied), "{copied} journeys, between {least} and {most} are expected");

        let folder = tempfile::tempdir().expect("a folder");
        let other = place.beside(folder.path());
        let restored = other.done(&["restore", &archive]);
        assert_eq!((&restored["healthy"], &restored["master_key"]), (&json!(true), &json!("missing")));
        assert_eq!(restored["manifest"], taken["manifest"]);
        let keyless = other.run(&["doctor"]);
        assert_eq!(keyless.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&keyless.stdout).contains("master.key is missing"));
        std::fs::copy(place.folder().join("master.key"), other.folder().join("master.key"))
            .expect("the key that was kept apart");
        assert_eq!(other.done(&["doctor"])["healthy"], true);

        // A backup of the copy counts the same rows, then the copy serves: each journey is there, and opens.
        let again = scratch.path().join("again.tar.zst");
        let again = other.done(&["backup", again.to_str().expect("a path")]);
        for table in ["journeys", "participants", "operators", "access_keys"] {
            let counts = [&again, &taken].map(|one| rows(&one["manifest"], "registry", table));
            assert_eq!(counts[0], counts[1], "{table}");
        }
        assert_eq!(again["manifest"]["master_keys"], taken["manifest"]["master_keys"]);
        let copy = TestHouse::start_on(other.0, folder, Arc::clone(&house.clock)).await.expect("a restored house");
        let operator = operator.at(&copy.base_url);
        operator.renew_token().await;
        for journey in &before {
            assert_eq!(operator.send(journey).await.status, 409, "{} is missing", journey.id());
            assert_eq!(operator.read(journey.id()).await.status, 200);
        }
    }
}

on_both_stores! {
    /// One changed byte, wherever it is, is seen before anything is written.
    async fn a_damaged_archive_is_refused_and_leaves_nothing(house: TestHouse) {
        house.operator("Covoit").await;
        let place = Place::of(&house);
        let scratch = tempfile::tempdir().expect("a folder");
        let archive = scratch.path().join("house.tar.zst");
        place.done(&["backup", archive.to_str().expect("a path")]);
        let whole = std::fs::read(&archive).expect("an archive");
        let damaged = scratch.path().join("damaged.tar.zst");
        let other = place.beside(&scratch.path().join("other"));
        let tries = 12;
        // The first byte, the last, and others between; then the byte that decompression does not look at.
        let positions = (0..=tries).map(|part| part * (whole.len() - 1) / tries).chain([4]);
        for position in positions {
            let mut bytes = whole.clone();
            bytes[position] ^= 0b0001_0000;
            std::fs::write(&damaged, &bytes).expect("a file");
            let said = other.refused(&["restore", damaged.to_str().expect("a path")]);
            assert!(said.contains(", member ") && said.contains("damaged"), "byte {position}: {said}");
            assert!(!other.folder().exists(), "byte {position}: a folder was made");
        }
        std::fs::write(&damaged, &whole[..whole.len() / 2]).expect("a file");
        assert!(other.refused(&["restore", damaged.to_str().expect("a path")]).contains(", member "));
        // Nothing is left in the schemas either: the whole archive still goes there.
        assert_eq!(other.done(&["restore", archive.to_str().expect("a path")])["healthy"], true);
    }
}

on_both_stores! {
    /// What exists is never written over, neither by a backup nor by a restore.
    async fn what_is_there_is_left_alone(house: TestHouse) {
        let place = Place::of(&house);
        let scratch = tempfile::tempdir().expect("a folder");
        let archive = scratch.path().join("house.tar.zst").to_str().expect("a path").to_owned();
        place.done(&["backup", &archive]);
        let bytes = std::fs::read(&archive).expect("an archive");
        assert!(place.refused(&["backup", &archive]).contains("exists"));
        assert_eq!(std::fs::read(&archive).expect("an archive"), bytes);

        let before = place.files();
        assert!(place.refused(&["restore", &archive]).contains("not empty"));
        assert_eq!(place.files(), before, "nothing was touched");
        assert_eq!(place.done(&["doctor"])["healthy"], true);

        // The other kind of store is told clearly.
        let mut foreign = place.beside(&scratch.path().join("foreign"));
        foreign.0.store.postgres = match &place.0.store.postgres {
            Some(_) => None,
            None => Some("postgres://nobody@127.0.0.1:1/nothing".to_owned()),
        };
        assert!(foreign.refused(&["restore", &archive]).contains("of the same kind"));
        assert!(!foreign.folder().exists());

        // No house, no archive.
        let nowhere = place.beside(&scratch.path().join("nowhere"));
        let missing = nowhere.run(&["backup", scratch.path().join("none.tar.zst").to_str().expect("a path")]);
        assert_eq!(missing.status.code(), Some(3), "{}", stderr(&missing));
        assert!(!nowhere.folder().exists());
        assert_eq!(names_in(scratch.path()), ["house.tar.zst"]);
    }
}
