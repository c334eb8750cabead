//! `pepiniere backup FILE` and `pepiniere restore FILE`.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use socle::backup::{self, BackupError, KeyState, Manifest, Plan, Restored};
use socle::clock::{Clock as _, SystemClock};
use socle::config::Config;
use socle::people;
use socle::service::{Finished, Report};
use socle::store::Migrations;

use crate::services;

fn file(help: &'static str) -> Arg {
    Arg::new("file").value_name("FILE").help(help).required(true).value_parser(value_parser!(PathBuf))
}

pub fn backup_command() -> Command {
    Command::new("backup")
        .about("Copy the whole house, except its master key, in one archive; it may go on serving")
        .arg(file("The archive to write (tar.zst); an existing file is refused"))
}

pub fn restore_command() -> Command {
    Command::new("restore")
        .about("Put an archive of `backup` back into an empty house")
        .arg(file("The archive to read"))
}

/// The databases of the house: the socle's, then those of each service.
fn plans() -> Vec<Plan> {
    let socle = Plan { name: "socle", migrations: Migrations::with_common(people::MIGRATIONS) };
    let others = services().into_iter().map(|service| service.sheet()).flat_map(|sheet| {
        sheet
            .databases
            .iter()
            .map(|name| Plan { name, migrations: Migrations::with_common(sheet.migrations) })
    });
    std::iter::once(socle).chain(others).collect()
}

fn given(arguments: &ArgMatches) -> &Path {
    // clap requires it.
    arguments.get_one::<PathBuf>("file").map_or(Path::new(""), PathBuf::as_path)
}

/// Tells a refusal, which the person can do something about, from what fails around the program.
fn refusal<T>(outcome: Result<T, BackupError>) -> anyhow::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(BackupError::Refused(text)) => {
            eprintln!("{text}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn backup(config: &Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let file = given(arguments);
    let outcome = backup::take(config, &plans(), SystemClock.now(), file).await;
    let Some(taken) = refusal(outcome)? else { return Ok(Finished::ProblemsInInput) };
    let manifest = &taken.manifest;
    let text = format!(
        "{}: {} bytes, as of {}\n{}\nThe master key is not in it ({}): keep {} apart, nothing sealed opens without it",
        file.display(),
        taken.size,
        manifest.at,
        databases(manifest),
        keys(manifest),
        config.master_key_file().display()
    );
    report.result(
        &text,
        &json!({"file": file, "size": taken.size, "master_key_included": false, "manifest": manifest}),
    );
    Ok(Finished::Done)
}

pub async fn restore(config: &Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let file = given(arguments);
    let outcome = backup::restore(config, &plans(), file).await;
    let Some(restored) = refusal(outcome)? else { return Ok(Finished::ProblemsInInput) };
    let healthy = restored.chains.iter().all(|(_, chain)| chain.is_ok());
    let key_file = config.master_key_file();
    let key_text = match restored.keys {
        KeyState::Present => "it is there".to_owned(),
        KeyState::Missing => format!("put it back as {} before starting", key_file.display()),
        KeyState::Other => format!("{} does not hold it: put it back before starting", key_file.display()),
    };
    let text = format!(
        "{} of {} restored\n{}\n{}\nThe house expects master key {}: {key_text}",
        file.display(),
        restored.manifest.at,
        databases(&restored.manifest),
        chains(&restored),
        keys(&restored.manifest)
    );
    let listed: Vec<_> = restored
        .chains
        .iter()
        .map(|(name, chain)| match chain {
            Ok(entries) => json!({"database": name, "healthy": true, "entries": entries}),
            Err(broken) => json!({"database": name, "healthy": false, "text": broken}),
        })
        .collect();
    let value = json!({
        "file": file, "healthy": healthy, "audit": listed,
        "master_key": restored.keys.as_str(), "manifest": restored.manifest,
    });
    report.result(&text, &value);
    Ok(if healthy { Finished::Done } else { Finished::ProblemsInInput })
}

/// One line a database.
fn databases(manifest: &Manifest) -> String {
    let line = |database: &backup::DatabaseEntry| {
        let rows: u64 = database.tables.iter().map(|table| table.rows).sum();
        format!(
            "{:16} {} tables, {rows} rows, audit group {}, link {}, number {}",
            database.name,
            database.tables.len(),
            database.mark.commit_group,
            database.mark.link,
            database.mark.sequence
        )
    };
    manifest.databases.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn keys(manifest: &Manifest) -> String {
    let one = |key: &backup::MasterKeyPrint| format!("{}, fingerprint {}", key.name, key.fingerprint);
    manifest.master_keys.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn chains(restored: &Restored) -> String {
    let line = |(name, chain): &(&str, Result<i64, String>)| match chain {
        Ok(entries) => format!("{name:16} {entries} audit entries, chain unbroken"),
        Err(broken) => format!("{name:16} PROBLEM: {broken} (so it was when the archive was taken)"),
    };
    restored.chains.iter().map(line).collect::<Vec<_>>().join("\n")
}
