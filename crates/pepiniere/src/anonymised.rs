//! `pepiniere anonymise`: a copy of a service for tests, in a new house that holds nobody's data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::config::Config;
use socle::house::House;
use socle::service::{Finished, Progress, Report};
use socle::store::{Database, StoreError};

use crate::command_line::open_house;
use crate::services;

pub fn command() -> Command {
    Command::new("anonymise")
        .about("Write a copy of a service for tests in a new house: the same things, done by nobody")
        .arg(Arg::new("service").long("service").required(true).help("The service: registry"))
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FOLDER")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The folder of the new house; a folder that is not empty is refused"),
        )
}

pub async fn run(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let name = arguments.get_one::<String>("service").map_or("", String::as_str);
    let Some(service) = services().into_iter().find(|one| one.sheet().id == name) else {
        eprintln!("--service: no service is called {name:?}");
        return Ok(Finished::ProblemsInInput);
    };
    let output = arguments.get_one::<PathBuf>("output").context("--output")?;
    let full = match std::fs::read_dir(output) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => output.symlink_metadata().is_ok(),
    };
    if full {
        eprintln!("--output: {} exists and is not empty: a copy overwrites nothing", output.display());
        return Ok(Finished::ProblemsInInput);
    }
    let parent = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let at = || output.display().to_string();
    std::fs::create_dir_all(parent).with_context(at)?;
    let source = open_house(config).await?;
    let room = service.open(&source).await?;
    let main = room.databases().into_iter().next().context("a database")?;
    // Written first, in the log of the service and in that of the house, as a handover does: somebody took a copy.
    for database in [&main.database, source.people.database()] {
        record(database, service.sheet().id).await?;
    }
    let unfinished = parent.join(format!(".anonymise-{}", hex::encode(socle::chance::secret_bytes::<8>())));
    let made = fill(&source, &unfinished, room.as_ref(), report).await;
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            let _ = std::fs::remove_dir_all(&unfinished);
            return Err(error);
        }
    };
    let all = made.kept + made.left_out.iter().map(|(_, count)| count).sum::<u64>();
    if made.kept == 0 {
        std::fs::remove_dir_all(&unfinished).with_context(at)?;
        eprintln!(
            "kept 0 of {all}, no copy is left: the source holds too little for any of it to tell of nobody"
        );
        return Ok(Finished::ProblemsInInput);
    }
    std::fs::rename(&unfinished, output).with_context(at)?;
    let mut text = vec![format!("{}: the copy", output.display())];
    let counted = |(what, count): &(&str, u64)| format!("{count} {what}");
    text.extend(made.left_out.iter().map(|line| format!("left out: {}", counted(line))));
    text.extend(made.altered.iter().map(counted));
    let groups: Vec<_> = made
        .groups
        .iter()
        .map(|((month, organisation), copied)| {
            text.push(format!(
                "{month}, organisation {organisation} of the copy: {} kept, {} left out",
                copied.kept, copied.left_out
            ));
            json!({"month": month, "organisation": organisation, "kept": copied.kept, "left_out": copied.left_out})
        })
        .collect();
    let listed = |lines: &[(&str, u64)]| -> Vec<_> {
        lines.iter().map(|(what, count)| json!({"what": what, "count": count})).collect()
    };
    let value = json!({
        "folder": output, "kept": made.kept, "left_out": listed(&made.left_out),
        "altered": listed(&made.altered), "groups": groups,
    });
    text.push(format!("kept {} of {all}", made.kept));
    report.result(&text.join("\n"), &value);
    Ok(Finished::Done)
}

/// Writes in the log of `database` that a copy of `service` is made.
async fn record(database: &Database, service: &'static str) -> Result<(), StoreError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(
                    Actor::Program("command line"),
                    "service.anonymised",
                    "service",
                    service,
                ));
                Ok(())
            })
        })
        .await
}

/// Makes the house and fills it.
async fn fill(
    source: &Arc<House>,
    folder: &Path,
    room: &dyn socle::service::Room,
    report: Report,
) -> anyhow::Result<socle::service::Anonymised> {
    let mut config = Config::default();
    folder.clone_into(&mut config.store.folder);
    let copy = House::open(config, Arc::clone(&source.clock), Arc::clone(&source.places)).await?;
    let progress: Progress = Arc::new(move |text: String| report.progress(&text));
    room.anonymise(&copy, &progress).await
}
