use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use jiff::civil::Date;
use serde_json::json;
use socle::audit::Actor;
use socle::pages::format;
use socle::service::{Finished, Report};

use super::repository;
use crate::Incubator;
use crate::model::portfolio::{Content, Stage, UserType};
use crate::store::import::{self, Changes};

pub fn command() -> Command {
    Command::new("import")
        .about("Take the programme's public content: products, incubators, organisations; once or many times")
        .arg(
            Arg::new("folder")
                .value_name("DIR")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A copy of the programme's public repository, or its content folder"),
        )
        .arg(
            Arg::new("as-of")
                .long("as-of")
                .value_name("DATE")
                .value_parser(value_parser!(Date))
                .help("Phases are resolved as of this day (today unless said)"),
        )
        .arg(
            Arg::new("data")
                .long("data")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("The folder of the house (the configured one unless said)"),
        )
}

/// What the content says as of a day.
struct Summary {
    active: usize,
    stages: BTreeMap<Stage, usize>,
    not_started: usize,
    /// Products that a rule without a date would misplace.
    misplaced: Vec<String>,
    ambiguous: Vec<String>,
    ends_inferred: usize,
    user_types: BTreeMap<String, usize>,
    user_types_mapped: usize,
    dangling: Vec<String>,
}

impl Summary {
    fn of(content: &Content, day: Date) -> Self {
        let mut summary = Self {
            active: 0,
            stages: BTreeMap::new(),
            not_started: 0,
            misplaced: Vec::new(),
            ambiguous: Vec::new(),
            ends_inferred: 0,
            user_types: BTreeMap::new(),
            user_types_mapped: 0,
            dangling: Vec::new(),
        };
        for (identifier, product) in &content.products {
            let present = product.history.on(day).map(|one| one.stage);
            match present {
                Some(stage) => {
                    *summary.stages.entry(stage).or_default() += 1;
                    summary.active += usize::from(stage.is_active());
                }
                None => summary.not_started += 1,
            }
            if product.history.latest_start() != present {
                summary.misplaced.push(identifier.clone());
            }
            if product.history.is_ambiguous_on(day) {
                summary.ambiguous.push(identifier.clone());
            }
            summary.ends_inferred += product.history.0.iter().filter(|one| one.to.is_none()).count();
            for user_type in &product.details.user_types {
                match UserType::parse(user_type) {
                    Some(_) => summary.user_types_mapped += 1,
                    None => *summary.user_types.entry(user_type.clone()).or_default() += 1,
                }
            }
            let owners =
                product.sponsors.iter().map(|one| ("sponsor", one, content.organisations.contains_key(one)));
            let carriers = std::iter::once(&product.incubator)
                .chain(&product.details.co_incubators)
                .map(|one| ("incubator", one, content.incubators.contains_key(one)));
            for (what, named, known) in owners.chain(carriers) {
                if !known {
                    summary.dangling.push(format!("product {identifier}: {what} {named}"));
                }
            }
        }
        for (identifier, incubator) in &content.incubators {
            let owner = crate::model::portfolio::identifier(&incubator.owner);
            if !owner.is_empty() && !content.organisations.contains_key(owner) {
                summary.dangling.push(format!("incubator {identifier}: owner {owner}"));
            }
        }
        summary
    }
}

pub async fn run_command(
    incubator: &Incubator,
    arguments: &ArgMatches,
    report: Report,
) -> anyhow::Result<Finished> {
    let Some(folder) = arguments.get_one::<PathBuf>("folder") else { return Ok(Finished::ProblemsInInput) };
    let today = format::paris().to_datetime(incubator.house.clock.now()).date();
    let day = arguments.get_one::<Date>("as-of").copied().unwrap_or(today);
    let content = repository::read(folder)?;
    let summary = Summary::of(&content, day);
    let changes = import::import(&incubator.database, Actor::Program("command line"), &content).await?;
    tell(&content, &summary, changes, day, report);
    Ok(if content.refused.is_empty() { Finished::Done } else { Finished::ProblemsInInput })
}

fn tell(content: &Content, summary: &Summary, changes: Changes, day: Date, report: Report) {
    let refused: Vec<_> =
        content.refused.iter().map(|one| json!({"file": one.file, "why": one.why})).collect();
    let stages: BTreeMap<&str, usize> =
        summary.stages.iter().map(|(stage, count)| (stage.as_str(), *count)).collect();
    let value = json!({
        "as_of": day.to_string(),
        "products": content.products.len(),
        "active_products": summary.active,
        "incubators": content.incubators.len(),
        "organisations": content.organisations.len(),
        "phases": stages,
        "not_started": summary.not_started,
        "misplaced_by_latest_start": summary.misplaced,
        "ambiguous_phases": summary.ambiguous,
        "ends_inferred": summary.ends_inferred,
        "user_types_mapped": summary.user_types_mapped,
        "unmapped": {"user_types": summary.user_types},
        "unmapped_values": summary.user_types.len(),
        "dangling_references": summary.dangling,
        "created": changes.created,
        "updated": changes.updated,
        "unchanged": changes.unchanged,
        "refused": refused,
    });
    let mut lines = vec![
        format!(
            "{} products ({} active on {day}, {} not started), {} incubators, {} organisations",
            content.products.len(),
            summary.active,
            summary.not_started,
            content.incubators.len(),
            content.organisations.len()
        ),
        format!("{} created, {} updated, {} unchanged", changes.created, changes.updated, changes.unchanged),
    ];
    lines.extend(summary.stages.iter().map(|(stage, count)| format!("  {count:>5} {stage}")));
    let listed = |what: &str, names: &[String]| match names {
        [] => None,
        names => Some(format!("{} {what}: {}", names.len(), names.join(", "))),
    };
    lines.extend(listed("that the latest start would misplace", &summary.misplaced));
    lines.extend(listed("with two phases begun the same day, to be looked at", &summary.ambiguous));
    lines.extend(listed("references to nothing", &summary.dangling));
    lines.push(format!(
        "{} phases end where the next begins; {} values of user types are nobody's choice and stay as they are",
        summary.ends_inferred,
        summary.user_types.len()
    ));
    lines.extend(content.refused.iter().map(|one| format!("refused {}: {}", one.file.display(), one.why)));
    report.result(&lines.join("\n"), &value);
}
