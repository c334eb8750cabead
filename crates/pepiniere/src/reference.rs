//! `pepiniere reference build|load`: the geography's lists.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use geography::pack::{Inputs, build};
use geography::{Reference, SourceFile};
use serde_json::json;
use socle::config::Config;
use socle::places::{LOADED_PACK, Places};
use socle::service::{Finished, Report};

use crate::command_line::WrongUsage;

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("PATH").help(help).value_parser(value_parser!(PathBuf))
}

fn year(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("YEAR")
        .help(help)
        .value_parser(value_parser!(i16))
        .default_value("2026")
}

pub fn command() -> Command {
    Command::new("reference")
        .about("Reference geography: communes, what they belong to, where they lie")
        .subcommand_required(true)
        .subcommand(
            Command::new("build")
                .about("Build a pack from official lists (crates/geography/data/PROVENANCE.md)")
                .arg(file("administrative", "npm @etalab/decoupage-administratif, unpacked").required(true))
                .arg(file("world-atlas", "npm world-atlas, unpacked").required(true))
                .arg(file("boundaries", "GeoJSON of the communes").required(true))
                .arg(year("boundaries-year", "Year of the boundaries' codes"))
                .arg(file("movements", "INSEE movements of communes, CSV"))
                .arg(file("town-halls", "Town halls of communes without outline, CSV"))
                .arg(file("output", "The pack to write").required(true)),
        )
        .subcommand(
            Command::new("load")
                .about(
                    "Add lists to the reference of this house: boundaries in detail, authorities, movements",
                )
                .arg(file("boundaries", "Detailed GeoJSON of some communes"))
                .arg(year("boundaries-year", "Year of the boundaries' codes"))
                .arg(file("authorities", "Mobility authority (AOM) of each commune, CSV"))
                .arg(year("authorities-year", "Year of the list of authorities"))
                .arg(file("movements", "INSEE movements of communes, CSV"))
                .arg(year("movements-year", "Year of the movements")),
        )
}

pub fn run(config: &Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    match arguments.subcommand() {
        Some(("build", arguments)) => build_pack(arguments, report),
        Some(("load", arguments)) => load(config, arguments, report),
        _ => Ok(Finished::Done),
    }
}

/// An official file that is wrong is the input's problem, not the environment's.
fn refused(error: &dyn std::fmt::Display) -> Finished {
    eprintln!("{error}");
    Finished::ProblemsInInput
}

fn path<'a>(arguments: &'a ArgMatches, name: &str) -> Option<&'a Path> {
    arguments.get_one::<PathBuf>(name).map(PathBuf::as_path)
}

fn build_pack(arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let required = |name: &str| path(arguments, name).with_context(|| format!("--{name} is required"));
    let inputs = Inputs {
        administrative: required("administrative")?,
        boundaries: required("boundaries")?,
        boundaries_year: arguments.get_one("boundaries-year").copied().unwrap_or(2026),
        world_atlas: required("world-atlas")?,
        movements: path(arguments, "movements"),
        town_halls: path(arguments, "town-halls"),
    };
    let reference = match build(&inputs) {
        Ok(reference) => reference,
        Err(error) => return Ok(refused(&error)),
    };
    let output = required("output")?;
    write(output, &reference, report)
}

fn load(config: &Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let mut reference = Places::open(&config.store.folder)?.reference;
    let given = |name: &str, year: &str| {
        path(arguments, name)
            .map(|file| SourceFile::open(file, arguments.get_one(year).copied().unwrap_or(2026)))
    };
    let mut steps = 0;
    if let Some(file) = given("movements", "movements-year") {
        match file.and_then(|file| reference.load_movements(&file)) {
            Ok(found) => report.progress(&format!("movements: {found:?}")),
            Err(error) => return Ok(refused(&error)),
        }
        steps += 1;
    }
    if let Some(file) = given("boundaries", "boundaries-year") {
        match file.and_then(|file| reference.load_boundaries(&file)) {
            Ok(found) => report.progress(&format!("boundaries: {found:?}")),
            Err(error) => return Ok(refused(&error)),
        }
        steps += 1;
    }
    if let Some(file) = given("authorities", "authorities-year") {
        match file.and_then(|file| reference.load_aom(&file)) {
            Ok(found) => report.progress(&format!("authorities: {found:?}")),
            Err(error) => return Ok(refused(&error)),
        }
        steps += 1;
    }
    if steps == 0 {
        let text = "nothing to load: give --boundaries, --authorities or --movements".to_owned();
        return Err(WrongUsage(text).into());
    }
    std::fs::create_dir_all(&config.store.folder)?;
    write(&config.store.folder.join(LOADED_PACK), &reference, report)
}

fn write(output: &Path, reference: &Reference, report: Report) -> anyhow::Result<Finished> {
    let bytes = reference.to_pack();
    // Written beside, then renamed: a house that starts meanwhile reads the old pack or the new one.
    let beside = output.with_extension("new");
    std::fs::write(&beside, &bytes).with_context(|| beside.display().to_string())?;
    std::fs::rename(&beside, output).with_context(|| output.display().to_string())?;
    let (communes, outlined) =
        (reference.communes().len(), reference.communes().len() - reference.without_polygon().count());
    report.result(
        &format!("{}: {} bytes, {communes} communes, {outlined} with an outline", output.display(), bytes.len()),
        &json!({"pack": output.display().to_string(), "bytes": bytes.len(), "communes": communes, "outlined": outlined}),
    );
    Ok(Finished::Done)
}
