//! `pepiniere incubator …`

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use jiff::civil::Date;
use socle::audit::Actor;
use socle::service::{Finished, Report};

use crate::store::agreement;
use crate::{CheckError, Incubator, check, file, import};

pub fn command() -> Command {
    Command::new("incubator")
        .about("Incubator of products: agreements, portfolio")
        .subcommand_required(true)
        .subcommand(import::command())
        .subcommand(
            Command::new("agreement")
                .about("Agreements as files")
                .subcommand_required(true)
                .subcommand(
                    Command::new("import")
                        .about("File agreements: those already there are left alone, nothing is filed when one cannot be read")
                        .arg(
                            Arg::new("files")
                                .value_name("FILE.yaml")
                                .required(true)
                                .num_args(1..)
                                .value_parser(value_parser!(PathBuf))
                                .help("Agreements (docs/agreements.md)"),
                        ),
                )
                .subcommand(
                Command::new("check")
                    .about("Read an agreement: in force or not and why, dated duties, ceilings, warnings")
                    .arg(
                        Arg::new("file")
                            .value_name("FILE.yaml")
                            .required(true)
                            .value_parser(value_parser!(PathBuf))
                            .help("The agreement (docs/agreements.md)"),
                    )
                    .arg(
                        Arg::new("date")
                            .long("date")
                            .value_name("DATE")
                            .value_parser(value_parser!(Date))
                            .help("As of this day (today unless said)"),
                    ),
            ),
        )
}

/// What needs no house: `None` for the rest.
pub fn run_alone(arguments: &ArgMatches, today: Date, report: Report) -> Option<anyhow::Result<Finished>> {
    let ("agreement", agreement) = arguments.subcommand()? else { return None };
    let ("check", arguments) = agreement.subcommand()? else { return None };
    let file = arguments.get_one::<PathBuf>("file")?;
    let day = arguments.get_one::<Date>("date").copied().unwrap_or(today);
    Some(check_file(file, day, report))
}

fn check_file(file: &std::path::Path, day: Date, report: Report) -> anyhow::Result<Finished> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(cause) => {
            eprintln!("{}: {cause}", file.display());
            return Ok(Finished::ProblemsInInput);
        }
    };
    let checked = match check(&text, &file.display().to_string(), day) {
        Ok(checked) => checked,
        Err(CheckError::Unreadable(problems)) => {
            eprintln!("{problems}");
            return Ok(Finished::ProblemsInInput);
        }
        Err(error) => return Err(error.into()),
    };
    report.result(&checked.render_text(), &serde_json::to_value(&checked)?);
    Ok(if checked.is_blocked() { Finished::ProblemsInInput } else { Finished::Done })
}

/// Runs a command of the incubator.
pub async fn run(incubator: &Incubator, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    match arguments.subcommand() {
        Some(("import", arguments)) => import::run_command(incubator, arguments, report).await,
        Some(("agreement", agreement)) => match agreement.subcommand() {
            Some(("import", arguments)) => file_agreements(incubator, arguments, report).await,
            _ => Ok(Finished::Done),
        },
        _ => Ok(Finished::Done),
    }
}

/// Files agreements, all of them or none.
async fn file_agreements(
    incubator: &Incubator,
    arguments: &ArgMatches,
    report: Report,
) -> anyhow::Result<Finished> {
    let mut agreements = Vec::new();
    let mut readable = true;
    for path in arguments.get_many::<PathBuf>("files").into_iter().flatten() {
        let name = path.display().to_string();
        let read = match std::fs::read_to_string(path) {
            Ok(text) => file::read(&name, &text, &incubator.library).map_err(|problems| problems.to_string()),
            Err(cause) => Err(format!("{name}: {cause}")),
        };
        match read {
            Ok(agreement) => agreements.push(agreement),
            Err(problem) => {
                eprintln!("{problem}");
                readable = false;
            }
        }
    }
    if !readable {
        return Ok(Finished::ProblemsInInput);
    }
    let knowledge = incubator.knowledge().await?;
    let (mut filed, mut known) = (Vec::new(), Vec::new());
    for agreement in agreements {
        let reference = agreement.written.reference.clone();
        let actor = Actor::Program("agreement import");
        let kept =
            agreement::file(&incubator.database, &incubator.keyring, &knowledge, actor, agreement).await?;
        if kept.is_ok() { filed.push(reference) } else { known.push(reference) }
    }
    let text = format!("filed: {}\nalready there: {}", listed(&filed), listed(&known));
    report.result(&text, &serde_json::json!({"filed": filed, "already_there": known}));
    Ok(Finished::Done)
}

fn listed(references: &[String]) -> String {
    if references.is_empty() { "none".to_owned() } else { references.join(", ") }
}
