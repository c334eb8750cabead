//! Where a house keeps its data, and the program run on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use socle::config::Config;
use testkit::{Agent, StoreKind, TestHouse};

#[derive(Clone)]
pub struct Place(pub Config);

impl Place {
    pub fn of(house: &TestHouse) -> Self {
        Self(house.config().clone())
    }

    /// A place for a house on `store`, with nothing in it.
    pub fn empty(folder: &Path, store: StoreKind) -> Self {
        let mut config = Config { demonstration: true, ..Config::default() };
        config.limits.rate_multiplier = 1_000;
        folder.clone_into(&mut config.store.folder);
        if let StoreKind::Postgres { url } = store {
            config.store.postgres = Some(url);
            config.store.schema_prefix = format!("t{}_", uuid::Uuid::new_v4().simple());
        }
        Self(config)
    }

    /// The kind of its store.
    pub fn kind(&self) -> StoreKind {
        self.0.store.postgres.clone().map_or(StoreKind::Sqlite, |url| StoreKind::Postgres { url })
    }

    pub fn folder(&self) -> &Path {
        &self.0.store.folder
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pepiniere"));
        command.args(arguments).args(["--format", "json"]).env("PEPINIERE_STORE__FOLDER", self.folder());
        if let Some(url) = &self.0.store.postgres {
            command.env("PEPINIERE_STORE__POSTGRES", url);
            command.env("PEPINIERE_STORE__SCHEMA_PREFIX", &self.0.store.schema_prefix);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program")
    }

    pub fn done(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).expect("one JSON line")
    }

    /// Runs what must be refused with exit 1; returns what it says.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
        stderr(&output)
    }
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Every file below `folder`.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(here) = waiting.pop() {
        for entry in std::fs::read_dir(here).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The browser of the agent `email`, who signs in at `house` and acts as `role`.
pub async fn sign_in(house: &TestHouse, email: &str, role: &str) -> Agent {
    let people = &house.registry.house.people;
    let agent = people.agents().await.expect("agents").into_iter().find(|agent| agent.email == email);
    let held = people.roles_of(agent.expect("an account").id).await.expect("roles");
    let held = held.into_iter().find(|held| held.role == role).expect("the role");
    let link = socle::web::demonstration_link(&house.registry.house, held.id).await.expect("a link");
    let answer = house.client.get(link).send().await.expect("an answer");
    let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie").split(';').next();
    Agent::nobody(house.client.clone(), &house.base_url).with_cookie(cookie.expect("a session"))
}

/// What the house measures, without the instant.
pub async fn figures(house: &TestHouse) -> Value {
    let anyone = Agent::nobody(house.client.clone(), &house.base_url);
    anyone.open("/stats.json").await.json()["indicators"].clone()
}
