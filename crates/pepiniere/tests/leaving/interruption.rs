//! A reception that is cut, refused or crossed by another: nothing half-received stays, and nothing is overwritten.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use pepiniere::serving;
use sha2::{Digest as _, Sha256};
use socle::audit;
use socle::clock::SystemClock;
use socle::house::House;
use socle::places::Places;
use tempfile::TempDir;
use testkit::{JourneyBody, TestHouse, on_both_stores};

use crate::place::{Place, stderr, text};

/// A registry that was handed over, and an empty house for it.
struct Arriving {
    pack: PathBuf,
    key: PathBuf,
    place: Place,
    scratch: TempDir,
}

impl Arriving {
    async fn from(house: &TestHouse) -> Self {
        let operator = house.operator("Covoit").await;
        house.agent("registry.admin", None).await;
        assert_eq!(operator.send(&JourneyBody::an_hour_before(house.now())).await.status, 201);
        let scratch = tempfile::tempdir().expect("a folder");
        let at = |name: &str| scratch.path().join(name);
        let (pack, key, from) = (at("pack"), at("handover.key"), Place::of(house));
        from.done(&["handover", "--service", "registry", "--output", text(&pack), "--key", text(&key)]);
        let place = Place::empty(&at("house"), from.kind());
        Self { pack, key, place, scratch }
    }

    fn receive(&self) -> [&str; 4] {
        ["receive", text(&self.pack), "--key", text(&self.key)]
    }

    /// The house, without the registry.
    async fn house(&self) -> Arc<House> {
        let places = Arc::new(Places::open(self.place.folder()).expect("the shipped reference"));
        let opened =
            serving::open(self.place.0.clone(), Arc::new(SystemClock), places, Some(Vec::new())).await;
        opened.expect("a house").0
    }

    /// What the house's log says of the registry, the latest first.
    async fn told(&self) -> Vec<String> {
        let page = audit::Page { before: None, only: audit::about("service", "registry"), limit: 1_000 };
        let log = audit::latest(self.house().await.people.database(), &page).await.expect("a log");
        log.into_iter().map(|row| row.action).collect()
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.place.folder()).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.to_string_lossy().contains("/.receive-")).collect()
    }
}

/// Changes a text in a file of a pack, and the inventory with it, as a forger would.
fn forge(pack: &Path, path: &str, from: &str, to: &str) {
    let file = pack.join(path);
    let content = std::fs::read_to_string(&file).expect("a text");
    assert!(content.contains(from), "{path} has {from}");
    let digest = |content: &str| hex::encode(Sha256::digest(content));
    let forged = content.replace(from, to);
    std::fs::write(&file, &forged).expect("a file");
    let list = std::fs::read_to_string(pack.join("inventory.csv")).expect("a list");
    let was = format!("{path},{},{},", content.len(), digest(&content));
    assert!(list.contains(&was), "{list}");
    let list = list.replace(&was, &format!("{path},{},{},", forged.len(), digest(&forged)));
    std::fs::write(pack.join("inventory.csv"), &list).expect("a file");
    std::fs::write(pack.join("inventory.sha256"), format!("{}  inventory.csv\n", digest(&list)))
        .expect("a file");
}

on_both_stores! {
    /// A log that was changed on the way is refused before anybody is let in.
    async fn a_pack_whose_log_was_changed_is_refused(house: TestHouse) {
        let arriving = Arriving::from(&house).await;
        let (from, to) = ("service.handover_begun", "service.handover_bogus");
        forge(&arriving.pack, "data/audit_entries.csv", from, to);
        let said = arriving.place.refused(&arriving.receive());
        assert!(said.contains("audit group"), "{said}");
        assert!(arriving.house().await.people.agents().await.expect("agents").is_empty());
        assert!(arriving.told().await.is_empty());
        forge(&arriving.pack, "data/audit_entries.csv", to, from);
        arriving.place.done(&arriving.receive());
    }
}

on_both_stores! {
    /// Killed later and later, then run until it ends: the registry is there once, and signed for.
    async fn a_reception_that_is_cut_completes_when_run_again(house: TestHouse) {
        let arriving = Arriving::from(&house).await;
        let (mut cuts, mut delay) = (0, Duration::from_millis(20));
        loop {
            let mut command = arriving.place.command(&arriving.receive());
            let mut program = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
            std::thread::sleep(delay);
            program.kill().expect("SIGKILL");
            let ended = program.wait().expect("an end");
            // It may be killed once everything is done, and is refused then.
            if ended.success() || ended.code() == Some(1) {
                break;
            }
            cuts += 1;
            delay += Duration::from_millis(25);
            assert!(cuts < 400, "it never ends");
        }
        assert!(cuts > 0, "it was cut at least once");
        let again = arriving.place.refused(&arriving.receive());
        assert!(again.contains("already"), "{again}");
        assert!(arriving.leftovers().is_empty(), "what a killed reception left is removed");
        let told = arriving.told().await;
        assert!(told.iter().filter(|action| *action == "service.received").count() <= 1, "{told:?}");
        let agents = arriving.house().await.people.agents().await.expect("agents");
        assert_eq!(agents.len(), 1, "nobody is there twice: {agents:?}");
        assert_eq!(arriving.place.done(&["doctor"])["healthy"], true);
        let folder = arriving.scratch.path().join("other-scratch");
        std::fs::create_dir(&folder).expect("a folder");
        let moved = TempDir::new_in(&folder).expect("a folder");
        let copy = TestHouse::start_on(arriving.place.0.clone(), moved, Arc::clone(&house.clock)).await.expect("a house");
        let page = audit::Page { before: None, only: audit::about("service", "registry"), limit: 1_000 };
        let log = audit::latest(&copy.registry.database, &page).await.expect("a log");
        assert_eq!(log[0].action, "service.received", "its own log tells it, once");
        assert_eq!(log.iter().filter(|row| row.action == "service.received").count(), 1);
    }
}

on_both_stores! {
    /// What is left of a former database is never played into the new one, and two receptions never cross.
    async fn a_reception_overwrites_nothing(house: TestHouse) {
        let arriving = Arriving::from(&house).await;
        let place = &arriving.place;
        if place.0.store.postgres.is_some() {
            place.done(&["migrate"]);
            assert!(place.refused(&arriving.receive()).contains("already"));
            return;
        }
        let house = place.folder();
        std::fs::create_dir(house).expect("a folder");
        for end in ["-wal", "-shm", "-journal"] {
            let file = house.join(format!("registry.db{end}"));
            std::fs::write(&file, "of another one").expect("a file");
            let said = place.refused(&arriving.receive());
            assert!(said.contains(&format!("registry.db{end}")), "{said}");
            std::fs::remove_file(file).expect("a file");
        }
        let held = File::open(house).expect("a folder");
        held.try_lock().expect("nobody works in it");
        let said = place.refused(&arriving.receive());
        assert!(said.contains("another `receive`"), "{said}");
        drop(held);
        let output = place.run(&arriving.receive());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}
