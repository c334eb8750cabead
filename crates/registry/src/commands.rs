//! `pepiniere registry …`

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Arg, Command, value_parser};
use serde_json::json;
use socle::audit::Actor;
use socle::people::Email;
use socle::rights::Scope;
use socle::service::{Finished, Progress, Report};

use crate::Registry;
use crate::generation::{Generator, Span, fill_with, write_to};
use crate::import::{self, Imported, Source};
use crate::store::operator::{self, NewOperator, Operator};
use crate::store::{access_key, tenant};

pub fn command() -> Command {
    Command::new("registry")
        .about("Proof-of-carpooling registry")
        .subcommand_required(true)
        .subcommand(
            Command::new("generate")
                .about("Store synthetic journeys: fictional people between real communes")
                .arg(number("journeys", "How many journeys", "1000"))
                .arg(number("months", "Over how many past months", "3"))
                .arg(number("seed", "The same seed gives the same journeys", "46"))
                .arg(
                    Arg::new("to")
                        .long("to")
                        .value_name("FILE")
                        .help("Write them to this file, as `import` reads it, instead of storing them")
                        .value_parser(value_parser!(PathBuf)),
                ),
        )
        .subcommand(
            Command::new("import")
                .about("Bring an operator's past journeys in: NDJSON or CSV (docs/import.md); cut, it starts again where it was")
                .arg(
                    Arg::new("file")
                        .value_name("FILE")
                        .help("One body of POST /journeys a line, or CSV; gzip accepted")
                        .value_parser(value_parser!(PathBuf))
                        .required(true),
                )
                .arg(text("operator", "UUID of the operator, or its tenant (operator:NUMBER)")),
        )
        .subcommand(
            Command::new("register-operator")
                .about("Register a carpool operator and make its first access key, shown once")
                .arg(text("name", "What people call it"))
                .arg(text("legal-name", "Its legal name"))
                .arg(text("siret", "Its SIRET, 14 digits"))
                .arg(text("email", "Where its team reads mail")),
        )
}

fn text(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).required(true)
}

fn number(name: &'static str, help: &'static str, default: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).value_parser(value_parser!(u64)).default_value(default)
}

/// Runs a command of the registry.
pub async fn run(
    registry: &Arc<Registry>,
    arguments: &clap::ArgMatches,
    report: Report,
) -> anyhow::Result<Finished> {
    match arguments.subcommand() {
        Some(("generate", arguments)) => {
            let number = |name: &str| arguments.get_one::<u64>(name).copied().unwrap_or_default();
            let months = i32::try_from(number("months").clamp(1, 1_200))?;
            let span = Span::months_before(registry.house.clock.now(), months);
            match arguments.get_one::<PathBuf>("to") {
                Some(file) => write(registry, number("journeys"), span, number("seed"), file, report),
                None => generate(registry, number("journeys"), span, number("seed"), report).await,
            }
        }
        Some(("register-operator", arguments)) => {
            let text = |name: &str| arguments.get_one::<String>(name).cloned().unwrap_or_default();
            let new = NewOperator {
                uuid: uuid::Uuid::new_v4().to_string(),
                name: text("name"),
                legal_name: text("legal-name"),
                siret: text("siret"),
                contact_email: text("email"),
            };
            register(registry, new, report).await
        }
        Some(("import", arguments)) => {
            let operator = arguments.get_one::<String>("operator").map_or("", String::as_str);
            let file = arguments.get_one::<PathBuf>("file").cloned().unwrap_or_default();
            bring_in(registry, operator, &file, report).await
        }
        _ => Ok(Finished::Done),
    }
}

async fn register(registry: &Arc<Registry>, new: NewOperator, report: Report) -> anyhow::Result<Finished> {
    if new.siret.len() != 14 || !new.siret.bytes().all(|byte| byte.is_ascii_digit()) {
        eprintln!("--siret: {:?} is not a SIRET: 14 digits are expected", new.siret);
        return Ok(Finished::ProblemsInInput);
    }
    if let Err(error) = Email::parse(&new.contact_email) {
        eprintln!("--email: {error}");
        return Ok(Finished::ProblemsInInput);
    }
    let actor = Actor::Program("command line");
    let operator = operator::register(&registry.database, actor.clone(), new).await?;
    let (access_key, secret_key) = (uuid::Uuid::new_v4().to_string(), socle::chance::secret_text());
    let label = "Première clé".to_owned();
    access_key::create(&registry.database, actor, operator.id, label, access_key.clone(), &secret_key, None)
        .await?;
    report.result(
        &format!(
            "operator {} ({})\n  tenant      {}\n  access key  {access_key}\n  secret key  {secret_key}   (shown once)",
            operator.name,
            operator.uuid,
            tenant(operator.id)
        ),
        &json!({
            "tenant": tenant(operator.id),
            "operators": [{
                "name": operator.name, "uuid": operator.uuid, "access_key": access_key, "secret_key": secret_key,
            }],
        }),
    );
    Ok(Finished::Done)
}

async fn generate(
    registry: &Arc<Registry>,
    journeys: u64,
    span: Span,
    seed: u64,
    report: Report,
) -> anyhow::Result<Finished> {
    let started = std::time::Instant::now();
    let mut operators = operator::list(&registry.database, &Scope::All).await?;
    if operators.is_empty() {
        for number in 1..=3 {
            let new = NewOperator {
                uuid: uuid::Uuid::new_v4().to_string(),
                name: format!("Opérateur fictif {number}"),
                legal_name: format!("Opérateur fictif {number}"),
                siret: format!("9000000{number}00001"),
                contact_email: format!("operateur{number}@exemple.fr"),
            };
            operators.push(operator::register(&registry.database, Actor::Program("generation"), new).await?);
        }
    }
    let bar = progress_bar(journeys, report);
    let shown = bar.clone();
    let progress: Progress = Arc::new(move |text: String| {
        if let Some(done) = text.split(' ').next().and_then(|number| number.parse().ok()) {
            shown.set_position(done);
        }
    });
    let generator = Generator::new(&registry.house.places.reference, seed, &operators);
    let filled = fill_with(registry, generator, journeys, span, &progress).await?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let rate = filled.journeys as f64 / seconds.max(0.001);
    report.result(
        &format!(
            "{} journeys stored in {seconds:.1} s ({rate:.0} a second), {} of them refused by the terms",
            filled.journeys, filled.refused
        ),
        &json!({
            "journeys": filled.journeys, "refused": filled.refused, "seconds": seconds, "journeys_per_second": rate,
        }),
    );
    Ok(Finished::Done)
}

/// A bar on standard error, for a person.
fn progress_bar(length: u64, report: Report) -> indicatif::ProgressBar {
    match report {
        Report::Text => indicatif::ProgressBar::new(length),
        Report::Json => indicatif::ProgressBar::hidden(),
    }
}

/// Writes synthetic journeys of one operator to a file.
fn write(
    registry: &Registry,
    journeys: u64,
    span: Span,
    seed: u64,
    file: &Path,
    report: Report,
) -> anyhow::Result<Finished> {
    let bar = progress_bar(journeys, report);
    let generator = Generator::numbered(&registry.house.places.reference, seed, vec![1]);
    let out = match std::fs::File::create(file) {
        Ok(out) => std::io::BufWriter::new(out),
        Err(error) => {
            eprintln!("--to {}: {error}", file.display());
            return Ok(Finished::ProblemsInInput);
        }
    };
    let written = write_to(generator, journeys, span, out, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    report.result(
        &format!("{written} journeys written to {}", file.display()),
        &json!({"journeys": written, "file": file}),
    );
    Ok(Finished::Done)
}

/// The operator that a person names by its UUID or its tenant.
async fn named(registry: &Registry, name: &str) -> anyhow::Result<Result<Operator, String>> {
    let known = operator::list(&registry.database, &Scope::All).await?;
    let count = known.len();
    let found = known.into_iter().find(|one| one.uuid.eq_ignore_ascii_case(name) || tenant(one.id) == name);
    Ok(match found {
        None => Err(format!(
            "--operator: no operator is {name:?}: the UUID or the tenant (operator:NUMBER) of one of the {count} \
             registered is expected"
        )),
        Some(operator) if operator.suspended_at.is_some() => Err(format!(
            "--operator: {} is suspended: an operator that may send journeys is expected",
            operator.name
        )),
        Some(operator) => Ok(operator),
    })
}

async fn bring_in(
    registry: &Arc<Registry>,
    operator: &str,
    file: &Path,
    report: Report,
) -> anyhow::Result<Finished> {
    let started = std::time::Instant::now();
    let operator = match named(registry, operator).await? {
        Ok(operator) => operator,
        Err(wrong) => {
            eprintln!("{wrong}");
            return Ok(Finished::ProblemsInInput);
        }
    };
    let path = file.to_owned();
    let source = match tokio::task::spawn_blocking(move || Source::open(&path)).await? {
        Ok(source) => source,
        Err(wrong) => {
            eprintln!("{wrong}");
            return Ok(Finished::ProblemsInInput);
        }
    };
    let bar = progress_bar(source.bytes(), report);
    bar.set_style(indicatif::ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}")?);
    let read = Arc::new(AtomicU64::new(0));
    let (shown, position) = (bar.clone(), Arc::clone(&read));
    let follow = tokio::spawn(async move {
        loop {
            shown.set_position(position.load(Ordering::Relaxed));
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    });
    let imported = import::run(registry, &operator, &source, read).await;
    follow.abort();
    bar.finish_and_clear();
    Ok(told(&imported?, &source, started.elapsed().as_secs_f64(), report))
}

/// Tells how an import ended.
fn told(imported: &Imported, source: &Source, seconds: f64, report: Report) -> Finished {
    let counts = imported.import.counts();
    let refused_file = (counts.left_out() > 0).then(|| source.refused_file());
    let stored = imported.stored_now;
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let rate = stored as f64 / seconds.max(0.001);
    let mut text = format!(
        "{}{} lines: {} accepted, {} refused by the terms, {} already there, {} repeated, {} broken",
        if imported.already { "already done, nothing changed: " } else { "" },
        counts.lines(),
        counts.accepted,
        counts.refused,
        counts.already_there,
        counts.repeated,
        counts.broken,
    );
    if !imported.already {
        text += &format!("; {stored} lines now, in {seconds:.1} s ({rate:.0} a second)");
    }
    if imported.resumed_after > 0 && !imported.already {
        text += &format!("; begun again after line {}", imported.resumed_after);
    }
    if let Some(file) = &refused_file {
        text += &format!("\nwhat did not go in: {}", file.display());
    }
    report.result(
        &text,
        &json!({
            "import": imported.import.id, "already_done": imported.already, "resumed_after": imported.resumed_after,
            "lines": counts.lines(), "accepted": counts.accepted, "refused": counts.refused,
            "already_there": counts.already_there, "repeated": counts.repeated, "broken": counts.broken,
            "refused_file": refused_file, "seconds": seconds, "lines_per_second": rate,
        }),
    );
    if counts.left_out() == 0 { Finished::Done } else { Finished::ProblemsInInput }
}
