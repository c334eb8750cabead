//! What a service is for the program: one value, from which it takes routes, commands, migrations, jobs,
//! rights, indicators, privacy entry and demonstration data.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use serde::{Deserialize, Serialize};

use crate::house::House;
use crate::indicators::Indicator;
use crate::jobs::Job;
use crate::privacy::ProcessingEntry;
use crate::rights::Rights;
use crate::risk::RiskFile;
use crate::seal::Keyring;
use crate::store::{Database, Migration};
use crate::switches::Switch;

/// What does not change while the program runs: who the service is and what it allows.
pub struct Sheet {
    /// Identifier in commands, configuration, databases and `stats.json`: `registry`.
    pub id: &'static str,
    /// The service's French name.
    pub name: &'static str,
    /// One line under the name.
    pub tagline: &'static str,
    /// One sentence for the home page: what it does, for whom.
    pub purpose: &'static str,
    /// Path of its first page: `/registre`.
    pub home: &'static str,
    /// The names of its databases; the first is `id`. Each has all the migrations, and shares nothing with another.
    pub databases: &'static [&'static str],
    pub migrations: &'static [Migration],
    pub rights: &'static Rights,
    /// The menu; entries whose action the visitor may not do are left out.
    pub menu: &'static [MenuEntry],
    /// What can be cut, besides the service as a whole.
    pub switches: &'static [Switch],
    /// TOML texts, see [`ProcessingEntry`] and [`RiskFile`].
    pub privacy: &'static str,
    pub risks: &'static str,
    /// What is written about it, for whoever takes it over.
    pub documents: &'static [Document],
    pub sealed: Sealed,
}

/// Where a service keeps sealed values, for whoever opens them with another program.
pub struct Sealed {
    /// A column, and the associated data of its values: capitals stand for the value of a column.
    pub places: &'static [(&'static str, &'static str)],
    /// What the opened values are, and the keys used otherwise (Markdown).
    pub notes: &'static str,
}

/// A text that is part of the program and leaves with the service.
pub struct Document {
    /// A file name: `registry.md`.
    pub name: &'static str,
    /// One line: what it tells.
    pub about: &'static str,
    pub text: &'static str,
}

/// An entry of a service's menu.
pub struct MenuEntry {
    pub label: &'static str,
    pub href: &'static str,
    /// The action one must be allowed to see it; `None` for everyone.
    pub action: Option<&'static str>,
}

impl Sheet {
    /// The entry in the register of processing. The text is part of the program and tested.
    pub fn processing(&self) -> Result<ProcessingEntry, toml::de::Error> {
        ProcessingEntry::parse(self.privacy)
    }

    /// The risk file.
    pub fn risk_file(&self) -> Result<RiskFile, toml::de::Error> {
        RiskFile::parse(self.risks)
    }
}

/// A service, closed: what the program knows before opening its database.
#[async_trait::async_trait]
pub trait Service: Send + Sync {
    fn sheet(&self) -> &'static Sheet;

    /// Its own commands (`pepiniere registry …`), if it has some.
    fn command(&self) -> Option<clap::Command>;

    /// Runs one of its commands that needs no house, `now` being the machine's clock; `None` for the others.
    fn run_alone(
        &self,
        _arguments: &clap::ArgMatches,
        _now: jiff::Timestamp,
        _report: Report,
    ) -> Option<anyhow::Result<Finished>> {
        None
    }

    /// Opens its database and prepares it to serve.
    async fn open(&self, house: &Arc<House>) -> anyhow::Result<Arc<dyn Room>>;
}

/// A database of a service, open: its keys, and what happens there without a request.
pub struct OpenDatabase {
    pub database: Database,
    pub keyring: Keyring,
    pub jobs: Vec<Job>,
}

/// A service, open.
#[async_trait::async_trait]
pub trait Room: Send + Sync {
    fn sheet(&self) -> &'static Sheet;
    /// Its databases, in the order of [`Sheet::databases`].
    fn databases(&self) -> Vec<OpenDatabase>;
    /// Pages and machine interfaces.
    fn routes(&self) -> Router;
    /// What it measures, computed now.
    async fn indicators(&self) -> anyhow::Result<Vec<Indicator>>;
    /// The body of its public statistics page.
    async fn statistics(&self) -> anyhow::Result<String>;
    /// Fills an empty database with demonstration data; when there are some already, only says what they offer.
    /// `previous` is what an earlier start said: secrets shown once are in it.
    async fn demonstrate(
        &self,
        previous: Option<&Demonstration>,
        progress: &Progress,
    ) -> anyhow::Result<Demonstration>;
    /// Fills its empty database in the house `copy` with a copy for tests that tells of nobody.
    async fn anonymise(&self, copy: &Arc<House>, progress: &Progress) -> anyhow::Result<Anonymised>;
    /// Whether `role` may be held in `tenant`: what is wrong, when it may not.
    async fn check_tenant(&self, role: &str, tenant: Option<&str>) -> anyhow::Result<Result<(), String>>;
    /// Runs one of its commands.
    async fn run(&self, arguments: &clap::ArgMatches, report: &Report) -> anyhow::Result<Finished>;
}

/// What an anonymised copy holds.
#[derive(Clone, Debug, Default)]
pub struct Anonymised {
    pub kept: u64,
    /// Why some were left out, and how many.
    pub left_out: Vec<(&'static str, u64)>,
    /// What is not quite as in the source, and how many times.
    pub altered: Vec<(&'static str, u64)>,
    /// By month and by the number of the organisation in the copy.
    pub groups: BTreeMap<(String, i64), Copied>,
}

/// How many things of a group are in the copy, and how many are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    pub kept: u64,
    pub left_out: u64,
}

/// Where long work says how far it is.
pub type Progress = Arc<dyn Fn(String) + Send + Sync>;

/// What a demonstration offers, written to `demo.json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Demonstration {
    pub accounts: Vec<DemonstrationAccount>,
    pub operators: Vec<DemonstrationOperator>,
}

/// An agent one can become in one click.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemonstrationAccount {
    pub service: String,
    pub role: String,
    pub organisation: String,
    pub email: String,
    pub sign_in_url: String,
}

/// A carpool operator with a key that works.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemonstrationOperator {
    pub name: String,
    pub uuid: String,
    pub access_key: String,
    pub secret_key: String,
}

/// How a command ended. Exit codes: 0 done, 1 problems in its input, 3 something is missing around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    Done,
    ProblemsInInput,
    EnvironmentMissing,
}

impl Finished {
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::ProblemsInInput => 1,
            Self::EnvironmentMissing => 3,
        }
    }
}

/// Where a command reports: lines for a person, or one JSON line for a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    Text,
    Json,
}

impl Report {
    /// Prints the result: `text` for a person, or `value` as one JSON line, on standard output.
    pub fn result(self, text: &str, value: &serde_json::Value) {
        match self {
            Self::Text => println!("{text}"),
            Self::Json => println!("{value}"),
        }
    }

    /// Tells where long work stands, on standard error.
    pub fn progress(self, text: &str) {
        eprintln!("{text}");
    }
}
