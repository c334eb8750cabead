//! `pepiniere incubator …`

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use jiff::civil::Date;
use socle::service::{Finished, Report};

use crate::{CheckError, Incubator, check, import};

pub fn command() -> Command {
    Command::new("incubator")
        .about("Incubator of products: agreements, portfolio")
        .subcommand_required(true)
        .subcommand(import::command())
        .subcommand(
            Command::new("agreement").about("Agreements as files").subcommand_required(true).subcommand(
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
        _ => Ok(Finished::Done),
    }
}
