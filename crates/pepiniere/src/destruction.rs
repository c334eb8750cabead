//! `pepiniere destroy`: the end of a service in this house, with a certificate.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use socle::backup::BackupError;
use socle::config::Config;
use socle::destruction::{self, DestructionError, Fate, Order};
use socle::service::{Finished, Report};

use crate::command_line::{WrongUsage, open_house};
use crate::services;

pub fn command() -> Command {
    Command::new("destroy")
        .about("Destroy a service: keys, data, roles, its part of the backups; writes a certificate. Cannot be undone")
        .arg(Arg::new("service").long("service").required(true).help("The service: registry"))
        .arg(
            Arg::new("backups")
                .long("backups")
                .value_name("FOLDER")
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .help("Folders of archives: each is written again without the service"),
        )
        .arg(Arg::new("confirm").long("confirm").value_name("SERVICE").help("The service's name again"))
        .arg(
            Arg::new("certificate")
                .long("certificate")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The certificate to write (Markdown); the same in JSON is written beside"),
        )
        .arg(Arg::new("by").long("by").value_name("NAME").help("Who does it, as the certificate names them"))
}

pub async fn run(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let name = arguments.get_one::<String>("service").map_or("", String::as_str);
    let Some(service) = services().into_iter().find(|one| one.sheet().id == name) else {
        eprintln!("--service: no service is called {name:?}");
        return Ok(Finished::ProblemsInInput);
    };
    let confirmed = arguments.get_one::<String>("confirm").map_or("", String::as_str);
    if confirmed != name {
        return Err(WrongUsage(format!(
            "destroy: everything {name} has will be lost, backups included; --confirm {confirmed:?} was given, --confirm {name} is expected"
        ))
        .into());
    }
    let certificate = arguments.get_one::<PathBuf>("certificate").context("--certificate")?;
    let backups: Vec<PathBuf> = arguments.get_many("backups").into_iter().flatten().cloned().collect();
    let account = || {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
        format!("la personne qui a lancé la commande, compte « {} »", user.as_deref().unwrap_or("inconnu"))
    };
    let by = arguments.get_one::<String>("by").cloned().unwrap_or_else(account);
    let house = open_house(config).await?;
    let order = Order { house: &house, sheet: service.sheet(), backups: &backups, certificate, by };
    let destroyed = match destruction::destroy(&order).await {
        Ok(destroyed) => destroyed,
        Err(error @ (DestructionError::Refused(_) | DestructionError::Backup(BackupError::Refused(_)))) => {
            eprintln!("{error}");
            return Ok(Finished::ProblemsInInput);
        }
        Err(error) => return Err(error.into()),
    };
    let course = &destroyed.course;
    let databases = &course.stock.databases;
    let tables = || databases.iter().flat_map(|one| &one.tables);
    let rows: u64 = tables().map(|(_, rows)| rows).sum();
    let rewritten = course.archives.iter().filter(|line| matches!(line.fate, Fate::Rewritten { .. })).count();
    let text = format!(
        "{name} destroyed. Tables: {}, rows: {rows}, data keys: {}, roles: {}. Archives written again: {rewritten}, deleted: {}\ncertificate {}, SHA-256 {}\nRead what it says could not be reached",
        tables().count(),
        databases.iter().map(|one| one.keys.len()).sum::<usize>(),
        course.stock.memberships,
        course.archives.len() - rewritten,
        certificate.display(),
        destroyed.certificate_sha256
    );
    let value = json!({
        "certificate": certificate, "certificate_sha256": destroyed.certificate_sha256, "destroyed": course,
    });
    report.result(&text, &value);
    Ok(Finished::Done)
}
