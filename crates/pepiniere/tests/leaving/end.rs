//! A service ends: everything it had is gone, a certificate says so, and the house goes on.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pepiniere::serving;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use socle::audit;
use socle::clock::SystemClock;
use socle::places::Places;
use socle::store::StoreError;
use sqlx::Connection as _;
use tempfile::TempDir;
use testkit::StoreKind;

use crate::place::{Place, stderr, text};

/// In 2096, in microseconds: no job has anything to do with it before.
const LATER: i64 = 4_000_000_000_000_000;

/// A house with journeys, an administrator, and two archives that hold them.
struct Ending {
    place: Place,
    backups: PathBuf,
    certificate: PathBuf,
    scratch: TempDir,
}

impl Ending {
    fn on(kind: StoreKind) -> Self {
        let scratch = tempfile::tempdir().expect("a folder");
        let at = |name: &str| scratch.path().join(name);
        let (place, backups) = (Place::empty(&at("house"), kind), at("backups"));
        std::fs::create_dir(&backups).expect("a folder");
        place.done(&["migrate"]);
        for (archive, seed) in [("monday.tar.zst", "1"), ("tuesday.tar.zst", "2")] {
            place.done(&["registry", "generate", "--journeys", "40", "--months", "1", "--seed", seed]);
            place.done(&["backup", text(&backups.join(archive))]);
        }
        let invite =
            ["invite", "--service", "registry", "--role", "registry.admin", "--name", "Camille Test"];
        place.done(&[&invite[..], &["--email", "camille@exemple.fr", "--organisation", "Registre"]].concat());
        place.done(&["switch", "off", "registry", "service", "--reason", "Fin du service"]);
        // As an export leaves one.
        let documents = place.folder().join("documents/registry");
        std::fs::create_dir_all(&documents).expect("a folder");
        std::fs::write(documents.join("an-export"), "sealed").expect("a file");
        let certificate = at("certificate.md");
        Self { place, backups, certificate, scratch }
    }

    /// What lies among the archives and is none: a text, and a link to one that is elsewhere.
    fn among_archives(&self) -> PathBuf {
        let elsewhere = self.scratch.path().join("elsewhere.tar.zst");
        std::fs::write(self.backups.join("notes.txt"), "rotation: 7 days").expect("a file");
        std::fs::copy(self.backups.join("monday.tar.zst"), &elsewhere).expect("an archive");
        std::os::unix::fs::symlink(&elsewhere, self.backups.join("linked.tar.zst")).expect("a link");
        elsewhere
    }

    /// Letters to the administrator and about the service, and two that are not.
    async fn letters(&self) {
        let places = Arc::new(Places::open(self.place.folder()).expect("the shipped reference"));
        let (house, _) = serving::open(self.place.0.clone(), Arc::new(SystemClock), places, Some(Vec::new()))
            .await
            .expect("a house without the registry");
        let agent = house.people.agents().await.expect("agents")[0].id;
        let letter = |id: i64, dedup: String| {
            format!(
                "INSERT INTO outbox (id, channel, tenant, dedup, sealed, created_at, next_try_at, tries) \
                 VALUES ({id}, 'mail', 'agents', '{dedup}', '', 0, {LATER}, 0);"
            )
        };
        let challenge = |id: &str| {
            format!(
                "INSERT INTO challenges (id, agent_id, method, code, next, tries, created_at, expires_at) \
                 VALUES ('{id}', {agent}, 'email-link', '', '/', 0, 0, {LATER});"
            )
        };
        let help = |id: i64, service: &str| {
            format!(
                "INSERT INTO help_requests (id, service, sealed, created_at) VALUES ({id}, '{service}', '', {LATER});"
            )
        };
        let sql = [
            challenge("asked"),
            help(900_001, "registry"),
            help(900_002, "other"),
            letter(900_003, "sign-in asked".to_owned()),
            letter(900_004, "sign-in forgotten".to_owned()),
            letter(900_005, format!("dormant {agent} 2026-01-01T00:00:00Z")),
            letter(900_006, format!("dormant {agent}0 2026-01-01T00:00:00Z")),
            letter(900_007, "help 900001".to_owned()),
            letter(900_008, "help 900002".to_owned()),
        ]
        .concat();
        house
            .people
            .database()
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    tx.connection().execute_unprepared(&sql).await?;
                    Ok(())
                })
            })
            .await
            .expect("letters");
    }

    fn destroy(&self) -> Vec<&str> {
        vec![
            "destroy",
            "--service",
            "registry",
            "--confirm",
            "registry",
            "--by",
            "Maïté d’Essai, cheffe de bureau",
            "--certificate",
            text(&self.certificate),
            "--backups",
            text(&self.backups),
        ]
    }

    /// A destruction that was begun goes on with what it was begun with.
    fn is_refused_elsewhere(&self) {
        let more = self.scratch.path().join("more");
        std::fs::create_dir(&more).expect("a folder");
        let mut wider = self.destroy();
        wider.push(text(&more));
        for given in [&wider[..], &wider[..wider.len() - 3]] {
            let said = self.place.refused(given);
            assert!(
                said.contains("begun with --backups") && said.contains("more") == (given == wider),
                "{said}"
            );
        }
        let other = Place::empty(&self.scratch.path().join("another-house"), self.place.kind());
        other.done(&["migrate"]);
        let said = other.refused(&self.destroy());
        assert!(said.contains("begun with the database"), "{said}");
    }

    fn unfinished(&self) -> PathBuf {
        PathBuf::from(format!("{}.unfinished.json", text(&self.certificate)))
    }

    /// Whether anything of the registry's database is left.
    async fn is_there(&self) -> bool {
        let Some(url) = &self.place.0.store.postgres else {
            return names(self.place.folder()).iter().any(|name| name.starts_with("registry"));
        };
        let mut engine = sqlx::PgConnection::connect(url).await.expect("PostgreSQL");
        let schemas: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_namespace WHERE nspname IN ($1, $2)")
            .bind(format!("{}registry", self.place.0.store.schema_prefix))
            .bind(format!("{}registry_sandbox", self.place.0.store.schema_prefix))
            .fetch_one(&mut engine)
            .await
            .expect("a count");
        schemas > 0
    }

    /// The destruction is complete and told, and the house is well.
    async fn is_complete(&self) {
        assert!(!self.is_there().await, "the data are gone");
        let certificate = std::fs::read(&self.certificate).expect("a certificate");
        let sha256 = hex::encode(Sha256::digest(&certificate));
        let certificate = String::from_utf8(certificate).expect("a text");
        let machine = std::fs::read(self.certificate.with_extension("json")).expect("the same for machines");
        let machine: Value = serde_json::from_slice(&machine).expect("JSON");
        assert_eq!(machine["certificate_sha256"], sha256);
        let destroyed = &machine["destroyed"];
        assert!(
            certificate.contains("Maïté d’Essai") && certificate.contains("| journeys | 80 |"),
            "{certificate}"
        );
        let stock = &destroyed["stock"];
        let databases: Vec<_> =
            stock["databases"].as_array().expect("databases").iter().map(|one| &one["name"]).collect();
        assert_eq!(databases, ["registry", "registry_sandbox"], "its sandbox ends with it");
        let own = &stock["databases"][0];
        assert_eq!((&stock["memberships"], &own["documents"]), (&json!(1), &json!(1)));
        assert!(!self.place.folder().join("documents/registry").exists());
        let link = own["mark"]["link"].as_str().expect("a link");
        assert!(certificate.contains(link), "the end of the service's own log is told");
        for key in own["keys"].as_array().expect("keys") {
            let master = key["master_key"].as_str().expect("a name");
            assert!(certificate.contains(&format!("| {} |", key["id"])) && certificate.contains(master));
        }
        // A run killed while it wrote an archive again leaves its draft, which the service is not in.
        let mut left = names(&self.backups);
        left.retain(|name| !name.starts_with(".backup-"));
        assert_eq!(left, ["linked.tar.zst", "monday.tar.zst", "notes.txt", "tuesday.tar.zst"]);
        for other in ["notes.txt", "linked.tar.zst"] {
            assert!(certificate.contains(other), "what was not read is told: {other}");
        }
        assert!(self.backups.join("linked.tar.zst").is_symlink(), "no link is taken for an archive");
        let lines = destroyed["archives"].as_array().expect("archives");
        assert_eq!(lines.len(), 2);
        for line in lines {
            let file = Path::new(line["file"].as_str().expect("a path"));
            let now = hex::encode(Sha256::digest(std::fs::read(file).expect("an archive")));
            assert_eq!(
                (&line["fate"]["fate"], &line["fate"]["sha256_after"]),
                (&json!("rewritten"), &json!(now))
            );
            assert_ne!(line["sha256_before"], now);
            // The rest of the house still comes back from it.
            let other =
                Place::empty(&self.scratch.path().join(uuid::Uuid::new_v4().to_string()), self.place.kind());
            let restored = other.done(&["restore", text(file)]);
            let databases = restored["manifest"]["databases"].as_array().expect("databases");
            assert_eq!(databases.iter().map(|one| &one["name"]).collect::<Vec<_>>(), ["socle", "incubator"]);
        }
        assert!(!self.unfinished().exists());

        let clock = Arc::new(SystemClock);
        let places = Arc::new(Places::open(self.place.folder()).expect("the shipped reference"));
        let config = self.place.0.clone();
        let (house, rooms) = serving::open(config, clock, places, Some(Vec::new()))
            .await
            .expect("a house without the registry");
        assert!(rooms.0.is_empty());
        let people = &house.people;
        for agent in people.agents().await.expect("agents") {
            assert!(agent.email.ends_with("@invalid") && agent.name == "Compte effacé", "{agent:?}");
        }
        let letters = Statement::from_string(
            people.database().read().get_database_backend(),
            "SELECT dedup FROM outbox ORDER BY id",
        );
        let letters = people.database().read().query_all_raw(letters).await.expect("an outbox");
        let left: Vec<String> = letters.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect();
        assert_eq!(left.len(), 2, "what names the others, and nothing else: {left:?}");
        assert!(left[0].ends_with("0 2026-01-01T00:00:00Z") && left[1] == "help 900002", "{left:?}");
        assert!(people.members_of("registry", None).await.expect("roles").is_empty());
        let page = audit::Page { before: None, only: audit::about("service", "registry"), limit: 9 };
        let log = audit::latest(people.database(), &page).await.expect("a log");
        assert_eq!(log[0].action, "service.destroyed");
        assert!(log[0].facts.contains(&sha256) && log[0].facts.contains(link));
        // Opened again, the service begins anew.
        let switches = self.place.run(&["switch", "list"]);
        assert!(
            !String::from_utf8_lossy(&switches.stdout).contains("Fin du service"),
            "nothing is cut any more"
        );
        assert_eq!(self.place.done(&["doctor"])["healthy"], true);
        let keys = self.place.done(&["keys", "list"]);
        let tenants: Vec<_> = keys["keys"]
            .as_array()
            .expect("keys")
            .iter()
            .filter(|key| key["service"] == "registry")
            .collect();
        assert!(tenants.iter().all(|key| key["tenant"] == "*"), "no operator is known: {tenants:?}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The program, serving; it has opened its databases once it has printed its address.
fn serve(place: &Place) -> Child {
    use std::io::Read as _;
    let mut command = place.command(&["serve"]);
    command.env("PEPINIERE_SERVER__LISTEN", "127.0.0.1:0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut program = command.spawn().expect("the program");
    program.stdout.as_mut().expect("its answer").read_exact(&mut [0]).expect("an address");
    program
}

/// Second names of the files that an engine on `SQLite` deletes by itself, and of one that a killed reception left: they
/// show what was on the disk after the first name is gone.
struct SideFiles(Vec<PathBuf>);

impl SideFiles {
    fn of(ending: &Ending) -> Self {
        if ending.place.0.store.postgres.is_some() {
            return Self(Vec::new());
        }
        let house = ending.place.folder();
        let leftover = house.join(".receive-killed");
        std::fs::create_dir(&leftover).expect("a folder");
        std::fs::copy(house.join("registry.db"), leftover.join("registry.db")).expect("a file");
        std::fs::write(house.join("registry.db-journal"), "").expect("a file");
        let mut kept = Vec::new();
        for (rank, name) in
            ["registry.db-wal", "registry.db-journal", ".receive-killed/registry.db"].iter().enumerate()
        {
            let second = ending.scratch.path().join(format!("second-{rank}"));
            std::fs::hard_link(house.join(name), &second).expect("a link");
            kept.push(second);
        }
        assert!(std::fs::metadata(&kept[0]).expect("a file").len() > 0, "a killed program leaves a log");
        Self(kept)
    }

    fn are_overwritten(&self, ending: &Ending) {
        for file in &self.0 {
            let bytes = std::fs::read(file).expect("a file");
            let left = bytes.iter().filter(|byte| **byte != 0).count();
            assert_eq!(left, 0, "{} of {} bytes, not zero", file.display(), bytes.len());
        }
        assert!(names(ending.place.folder()).iter().all(|name| !name.starts_with(".receive-")));
        let certificate = std::fs::read_to_string(&ending.certificate).expect("a certificate");
        assert_eq!(certificate.contains(".receive-killed"), !self.0.is_empty(), "{certificate}");
    }
}

/// Refused as long as someone serves it or an archive cannot be read; then gone, and the house goes on.
async fn a_service_ends_with_a_certificate(kind: StoreKind) {
    let ending = Ending::on(kind);
    let elsewhere = ending.among_archives();
    let linked = std::fs::read(&elsewhere).expect("an archive");
    ending.letters().await;
    let destroy = ending.destroy();
    let place = &ending.place;

    let unsure: Vec<_> = destroy.iter().map(|one| if *one == "registry" { "regis" } else { one }).collect();
    assert_eq!(place.run(&unsure).status.code(), Some(1), "no service has this name");
    let unsure = [&destroy[..3], &["--certificate", text(&ending.certificate)]].concat();
    let unsure = place.run(&unsure);
    assert_eq!(unsure.status.code(), Some(2), "it takes the name again");
    assert!(stderr(&unsure).contains("--confirm registry"), "{}", stderr(&unsure));

    let as_json = ending.scratch.path().join("certificate.json");
    let in_json: Vec<_> = destroy
        .iter()
        .map(|one| if *one == text(&ending.certificate) { text(&as_json) } else { one })
        .collect();
    assert!(place.refused(&in_json).contains("Markdown"), "the two would have one name");

    let mut program = serve(place);
    assert!(place.refused(&destroy).contains("another process"), "it serves");
    program.kill().expect("SIGKILL");
    program.wait().expect("an end");
    let side = SideFiles::of(&ending);
    if place.0.store.postgres.is_some() {
        // The engine notices the end of a killed process in its own time.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    let damaged = ending.backups.join("wednesday.tar.zst");
    std::fs::write(&damaged, b"not what it was").expect("a file");
    assert!(place.refused(&destroy).contains("wednesday"), "nobody can tell what it holds");
    std::fs::remove_file(damaged).expect("a file");
    assert!(ending.is_there().await && !ending.certificate.exists() && !ending.unfinished().exists());

    place.done(&destroy);
    ending.is_complete().await;
    side.are_overwritten(&ending);
    assert_eq!(
        std::fs::read(elsewhere).expect("an archive"),
        linked,
        "what a link leads to is left as it was"
    );
    let again = place.refused(&destroy);
    assert!(again.contains("overwrites nothing"), "{again}");
}

/// Kills the command once it has begun, later and later, until it ends by itself.
async fn a_destruction_that_is_cut_completes_when_run_again(kind: StoreKind) {
    let ending = Ending::on(kind);
    ending.among_archives();
    ending.letters().await;
    let (mut cuts, mut delay) = (0, Duration::ZERO);
    loop {
        let mut command = ending.place.command(&ending.destroy());
        let mut program = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
        let ended = loop {
            if let Some(status) = program.try_wait().expect("a state") {
                break Some(status);
            }
            if ending.unfinished().exists() {
                std::thread::sleep(delay);
                break None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        if let Some(status) = ended {
            assert!(status.success(), "{status}");
            break;
        }
        program.kill().expect("SIGKILL");
        if program.wait().expect("an end").success() || !ending.unfinished().exists() {
            break;
        }
        if cuts == 0 {
            ending.is_refused_elsewhere();
        }
        cuts += 1;
        delay += Duration::from_millis(10);
        assert!(cuts < 400, "it never ends");
    }
    assert!(cuts > 0, "it was cut at least once");
    ending.is_complete().await;
}

mod a_service_ends_with_a_certificate {
    use testkit::StoreKind;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        super::a_service_ends_with_a_certificate(StoreKind::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        if let Some(store) = StoreKind::postgres() {
            super::a_service_ends_with_a_certificate(store).await;
        }
    }
}

mod a_destruction_that_is_cut_completes_when_run_again {
    use testkit::StoreKind;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        super::a_destruction_that_is_cut_completes_when_run_again(StoreKind::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        if let Some(store) = StoreKind::postgres() {
            super::a_destruction_that_is_cut_completes_when_run_again(store).await;
        }
    }
}
