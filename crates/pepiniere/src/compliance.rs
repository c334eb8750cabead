//! `pepiniere compliance`: writes the draft homologation file and impact assessment of each service.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use socle::compliance::drafts;
use socle::service::{Finished, Report};

use crate::services;

pub fn command() -> Command {
    Command::new("compliance")
        .about("Write the draft homologation file and impact assessment of each service")
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("Where to write them"),
        )
}

pub fn run(arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let folder = arguments.get_one::<PathBuf>("output").context("--output")?;
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut written = Vec::new();
    for service in services() {
        let sheet = service.sheet();
        let drafts = drafts(sheet)?;
        for (name, text) in
            [("homologation", drafts.homologation), ("impact-assessment", drafts.impact_assessment)]
        {
            let file = folder.join(format!("{}-{name}.md", sheet.id));
            std::fs::write(&file, text).with_context(|| file.display().to_string())?;
            written.push(file.display().to_string());
        }
    }
    report.result(&written.join("\n"), &json!({"written": written}));
    Ok(Finished::Done)
}
