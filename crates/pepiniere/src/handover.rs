//! `pepiniere handover` and `pepiniere receive`: a service leaves with everything it has, and is received elsewhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use socle::config::Config;
use socle::handover::{self, HandoverError, Order};
use socle::service::{Document, Finished, Report};

use crate::command_line::open_house;
use crate::services;

/// What is written about the house, for whoever takes one of its services over.
const DOCUMENTS: &[Document] = &[
    document("architecture.md", "plan of the program", include_str!("../../../docs/architecture.md")),
    document("running.md", "how the program is run", include_str!("../../../docs/running.md")),
    document("leaving.md", "handover, receipt, destruction", include_str!("../../../docs/leaving.md")),
    document("upgrading.md", "from one version to the next", include_str!("../../../docs/upgrading.md")),
    document(
        "glossary.md",
        "French terms and their names in the code",
        include_str!("../../../docs/glossary.md"),
    ),
    document("stats-format.md", "what /stats.json says", include_str!("../../../docs/stats-format.md")),
    document("decisions-stores.md", "decision on stores", include_str!("../../../docs/adr/0001-stores.md")),
    document(
        "decisions-encryption.md",
        "decision on encryption",
        include_str!("../../../docs/adr/0002-encryption.md"),
    ),
    document(
        "decisions-audit.md",
        "decision on the audit chain",
        include_str!("../../../docs/adr/0003-audit-chain.md"),
    ),
    document("licence.txt", "licence of the code", include_str!("../../../LICENSE")),
];

const fn document(name: &'static str, about: &'static str, text: &'static str) -> Document {
    Document { name, about, text }
}

fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help).required(true).value_parser(value_parser!(PathBuf))
}

pub fn handover_command() -> Command {
    Command::new("handover")
        .about(
            "Write everything a service has in open formats, for whoever takes it over; it may go on serving",
        )
        .arg(Arg::new("service").long("service").required(true).help("The service: registry"))
        .arg(path("output", "FOLDER", "The folder to write; a folder that is not empty is refused"))
        .arg(path(
            "key",
            "FILE",
            "Where to write the key that opens sealed values; an existing file is refused",
        ))
}

pub fn receive_command() -> Command {
    Command::new("receive")
        .about("Take a service in, from the folder that `handover` wrote")
        .arg(
            Arg::new("folder")
                .value_name("FOLDER")
                .help("The folder that `handover` wrote")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(path("key", "FILE", "The key that `handover` wrote apart"))
}

fn given<'a>(arguments: &'a ArgMatches, name: &str) -> &'a Path {
    // clap requires it.
    arguments.get_one::<PathBuf>(name).map_or(Path::new(""), PathBuf::as_path)
}

/// Tells a refusal, which the person can do something about, from what fails around the program.
fn refusal<T>(outcome: Result<T, HandoverError>) -> anyhow::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error @ (HandoverError::Refused(_) | HandoverError::Key(_))) => {
            eprintln!("{error}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn handover(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let name = arguments.get_one::<String>("service").map_or("", String::as_str);
    let Some(service) = services().into_iter().find(|one| one.sheet().id == name) else {
        eprintln!("--service: no service is called {name:?}");
        return Ok(Finished::ProblemsInInput);
    };
    let (output, key) = (given(arguments, "output"), given(arguments, "key"));
    let house = open_house(config).await?;
    // The others stay: nothing in them is real (docs/adr/0008-sandbox.md; docs/leaving.md says who loses what).
    let main = service.open(&house).await?.databases().into_iter().next().context("a database")?;
    let order = Order {
        house: &house,
        sheet: service.sheet(),
        database: &main.database,
        documents: DOCUMENTS,
        output,
        key,
    };
    let Some(pack) = refusal(handover::give(&order).await)? else { return Ok(Finished::ProblemsInInput) };
    let description = &pack.description;
    let rows: u64 = description.tables.iter().map(|table| table.rows).sum();
    let text = format!(
        "{}: {name} as of {}, {} tables, {rows} rows, {} agents\naudit group {}, link {}\ninventory.csv has SHA-256 {}: tell it by another way than the pack\nThe key is in {}: send it apart, nothing sealed opens without it\nIn clear without the key: people/ (names and addresses of agents) and every column that README.md does not list as sealed; carry the pack like personal data",
        output.display(),
        description.at,
        description.tables.len(),
        description.agents,
        description.mark.commit_group,
        description.mark.link,
        pack.inventory,
        key.display()
    );
    let value =
        json!({"folder": output, "key": key, "inventory_sha256": pack.inventory, "pack": description});
    report.result(&text, &value);
    Ok(Finished::Done)
}

pub async fn receive(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let (folder, key) = (given(arguments, "folder"), given(arguments, "key"));
    let services = services();
    let sheets: Vec<_> = services.iter().map(|service| service.sheet()).collect();
    let Some(accepted) = refusal(handover::accept(folder, key, &sheets).await)? else {
        return Ok(Finished::ProblemsInInput);
    };
    let house = open_house(config).await?;
    let Some(receipt) = refusal(handover::receive(&house, &accepted).await)? else {
        return Ok(Finished::ProblemsInInput);
    };
    let description = &accepted.description;
    let rows: u64 = description.tables.iter().map(|table| table.rows).sum();
    let mut renumbered = String::new();
    for (before, now) in &receipt.renumbered {
        let _ = write!(renumbered, "\nagent {before} of the service's log is agent {now} here");
    }
    let text = format!(
        "{} received, as of {}: {} tables, {rows} rows, {} data keys wrapped with the master key of this house\n{} audit entries, chain unbroken{renumbered}",
        description.service,
        description.at,
        description.tables.len(),
        receipt.keys,
        receipt.audit_entries
    );
    let value = json!({
        "service": description.service, "pack": description, "keys": receipt.keys,
        "audit_entries": receipt.audit_entries, "agents_renumbered": receipt.renumbered,
    });
    report.result(&text, &value);
    Ok(Finished::Done)
}
