//! A house that only commands open, and what they print.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use registry::store::journey;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;
use socle::store::{Database, Migrations, Store};
use testkit::StoreKind;

/// A house that only commands open.
pub struct House {
    pub folder: tempfile::TempDir,
    pub store: Store,
}

pub struct Operator {
    pub number: i64,
    pub uuid: String,
}

impl House {
    pub fn on(kind: StoreKind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = match kind {
            StoreKind::Sqlite => Store::Sqlite { folder: folder.path().to_owned() },
            StoreKind::Postgres { url } => Store::Postgres {
                url,
                schema_prefix: format!("i{:x}_", u64::from_be_bytes(socle::chance::secret_bytes())),
            },
        };
        Self { folder, store }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pepiniere"));
        command.args(arguments).args(["--format", "json"]).env("PEPINIERE_STORE__FOLDER", self.folder.path());
        if let Store::Postgres { url, schema_prefix } = &self.store {
            command
                .env("PEPINIERE_STORE__POSTGRES", url)
                .env("PEPINIERE_STORE__SCHEMA_PREFIX", schema_prefix);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program")
    }

    pub fn operator(&self, name: &str) -> Operator {
        let output = self.run(&[
            "registry",
            "register-operator",
            "--name",
            name,
            "--legal-name",
            name,
            "--siret",
            "90000000100010",
            "--email",
            "a@exemple.fr",
        ]);
        let said = report(&output);
        let number =
            said["tenant"].as_str().and_then(|tenant| tenant.strip_prefix("operator:")?.parse().ok());
        Operator {
            number: number.expect("a number"),
            uuid: said["operators"][0]["uuid"].as_str().expect("a UUID").to_owned(),
        }
    }

    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub fn import(&self, file: &Path, operator: &Operator) -> Output {
        self.run(&["registry", "import", file.to_str().expect("a path"), "--operator", &operator.uuid])
    }

    pub fn start_importing(&self, file: &Path, operator: &Operator) -> Child {
        self.command(&["registry", "import", file.to_str().expect("a path"), "--operator", &operator.uuid])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program")
    }

    pub async fn database(&self) -> Database {
        let migrations = Migrations::with_common(registry::store::MIGRATIONS);
        Database::open(&self.store, "registry", &migrations, Arc::new(socle::clock::SystemClock))
            .await
            .expect("the registry's database")
    }

    /// The journeys of an operator, by the identifier it gave.
    pub async fn journeys(&self, operator: &Operator) -> Vec<journey::Model> {
        journey::Entity::find()
            .filter(journey::Column::OperatorId.eq(operator.number))
            .order_by_asc(journey::Column::OperatorJourneyId)
            .all(self.database().await.read())
            .await
            .expect("journeys")
    }

    pub fn is_healthy(&self) {
        let examined = self.run(&["doctor"]);
        assert_eq!(report(&examined)["healthy"], true, "{}", String::from_utf8_lossy(&examined.stdout));
    }
}

pub fn report(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        text.trim_end().lines().count(),
        1,
        "one line on standard output: {text} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).expect("JSON")
}

/// One line that says what is wrong.
pub fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "a problem in the input");
    let text = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}
