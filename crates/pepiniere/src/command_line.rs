//! What the command line promises (docs/architecture.md). Exit codes: 0 done, 1 problems in the input, 2 wrong
//! usage, 3 something is missing around the program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use socle::clock::{Clock as _, SystemClock};
use socle::config::Config;
use socle::house::House;
use socle::places::Places;
use socle::service::{Finished, Report};
use socle::store::Store;
use tracing_subscriber::EnvFilter;

use crate::{
    anonymised, backup, compliance, demo, destruction, doctor, handover, invitation, keys, reference,
    services, serving, switches,
};

fn path(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("PATH").help(help).value_parser(value_parser!(PathBuf))
}

fn command() -> Command {
    let mut command = Command::new("pepiniere")
        .about("Runs the public digital services of an administration, from the agreement to the measured impact")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg(path("config", "Configuration file (TOML); then PEPINIERE_SECTION__NAME variables").global(true))
        .arg(
            Arg::new("format")
                .long("format")
                .value_parser(["text", "json"])
                .default_value("text")
                .help("How to report: lines for a person, or one JSON line")
                .global(true),
        )
        .subcommand(
            Command::new("demo")
                .about("Demonstration: embedded store, fictional data, one-click sign-in")
                .arg(
                    Arg::new("listen")
                        .long("listen")
                        .value_name("ADDR")
                        .default_value("127.0.0.1:8080")
                        .value_parser(value_parser!(SocketAddr))
                        .help("Where to listen"),
                )
                .arg(path("data", "Folder of the demonstration").default_value("data/demonstration"))
                .arg(
                    Arg::new("fresh")
                        .long("fresh")
                        .action(ArgAction::SetTrue)
                        .help("Forget an earlier demonstration in this folder"),
                ),
        )
        .subcommand(
            Command::new("serve").about("Serve the configured services").arg(
                Arg::new("services")
                    .long("services")
                    .value_delimiter(',')
                    .value_name("a,b")
                    .help("Only these services"),
            ),
        )
        .subcommand(Command::new("migrate").about("Create or update the tables of every database"))
        .subcommand(Command::new("doctor").about("Check the house: configuration, databases, keys, audit chain"))
        .subcommand(backup::backup_command())
        .subcommand(backup::restore_command())
        .subcommand(handover::handover_command())
        .subcommand(handover::receive_command())
        .subcommand(anonymised::command())
        .subcommand(destruction::command())
        .subcommand(compliance::command())
        .subcommand(invitation::command())
        .subcommand(keys::command())
        .subcommand(reference::command())
        .subcommand(switches::command());
    for service in services() {
        if let Some(own) = service.command() {
            command = command.subcommand(own);
        }
    }
    command
}

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    let matches = command().get_matches();
    let report = match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => Report::Json,
        _ => Report::Text,
    };
    let filter =
        EnvFilter::try_from_env("PEPINIERE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,pepiniere=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match dispatch(&matches, report).await {
        Ok(finished) => ExitCode::from(finished.exit_code()),
        Err(error) if error.is::<WrongUsage>() => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(Finished::EnvironmentMissing.exit_code())
        }
    }
}

/// A command line that clap accepts and that asks for nothing that exists. Exit code 2.
#[derive(Debug)]
pub struct WrongUsage(pub String);

impl std::fmt::Display for WrongUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

async fn dispatch(matches: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let config = || {
        Config::read(matches.get_one::<PathBuf>("config").map(PathBuf::as_path)).map_err(anyhow::Error::from)
    };
    match matches.subcommand() {
        Some(("demo", arguments)) => demo::run(config()?, arguments, report).await,
        Some(("serve", arguments)) => {
            let wanted = arguments.get_many::<String>("services").map(|names| names.cloned().collect());
            serving::serve_until_told(config()?, wanted, report).await
        }
        Some(("migrate", _)) => migrate(config()?, report).await,
        Some(("doctor", _)) => doctor::run(config()?, report).await,
        Some(("backup", arguments)) => backup::backup(&config()?, arguments, report).await,
        Some(("restore", arguments)) => backup::restore(&config()?, arguments, report).await,
        Some(("handover", arguments)) => handover::handover(existing(config()?)?, arguments, report).await,
        Some(("receive", arguments)) => handover::receive(config()?, arguments, report).await,
        Some(("destroy", arguments)) => destruction::run(existing(config()?)?, arguments, report).await,
        Some(("anonymise", arguments)) => anonymised::run(existing(config()?)?, arguments, report).await,
        Some(("compliance", arguments)) => compliance::run(arguments, report),
        Some(("invite", arguments)) => invitation::run(existing(config()?)?, arguments, report).await,
        Some(("keys", arguments)) => keys::run(existing(config()?)?, arguments, report).await,
        Some(("switch", arguments)) => switches::run(existing(config()?)?, arguments, report).await,
        Some(("reference", arguments)) => reference::run(&config()?, arguments, report),
        Some((name, arguments)) => {
            let service = services()
                .into_iter()
                .find(|service| service.sheet().id == name)
                .with_context(|| format!("no service is called {name}"))?;
            let now = SystemClock.now();
            if let Some(done) = service.run_alone(arguments, now, report) {
                return done;
            }
            let mut config = config()?;
            if let Some(folder) = folder_of(arguments) {
                folder.clone_into(&mut config.store.folder);
            }
            let house = open_house(config).await?;
            service.open(&house).await?.run(arguments, &report).await
        }
        None => Ok(Finished::Done),
    }
}

/// A configuration whose house is there already: whoever mistyped its folder must not act on a new, empty one.
fn existing(config: Config) -> anyhow::Result<Config> {
    if let Store::Sqlite { folder } = config.store() {
        anyhow::ensure!(
            folder.join("socle.db").is_file(),
            "[store] folder: no house is in {}, nothing was done; give the folder of a house, or make one there with `pepiniere migrate`",
            folder.display()
        );
    }
    Ok(config)
}

/// The folder of the house, when a command of a service names one (`--data`).
fn folder_of(arguments: &ArgMatches) -> Option<&PathBuf> {
    let (_, arguments) = arguments.subcommand()?;
    arguments.try_get_one::<PathBuf>("data").ok().flatten()
}

/// Opens the house on the machine's clock.
pub async fn open_house(config: Config) -> anyhow::Result<Arc<House>> {
    let places = Places::open(&config.store.folder)?;
    House::open(config, Arc::new(SystemClock), Arc::new(places)).await
}

async fn migrate(config: Config, report: Report) -> anyhow::Result<Finished> {
    let house = open_house(config).await?;
    let mut names = vec![house.people.database().name()];
    for service in services() {
        service.open(&house).await?;
        names.push(service.sheet().id);
    }
    report.result(&format!("up to date: {}", names.join(", ")), &serde_json::json!({"up_to_date": names}));
    Ok(Finished::Done)
}
