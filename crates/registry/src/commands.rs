//! `pepiniere registry …`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, Command, value_parser};
use serde_json::json;
use socle::audit::Actor;
use socle::people::Email;
use socle::rights::Scope;
use socle::service::{Finished, Progress, Report};

use crate::Registry;
use crate::generation::{Generator, Span, fill_with, write_to};
use crate::import;
use crate::store::operator::{self, NewOperator};
use crate::store::{access_key, onboarding, tenant};

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
        .subcommand(import::command())
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
        Some(("import", arguments)) => import::run_command(registry, arguments, report).await,
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
    // Candidates send nothing yet.
    let candidates = onboarding::all(&registry.database).await?;
    operators.retain(|operator| {
        candidates.iter().all(|one| one.operator_id != operator.id || one.opened_at.is_some())
    });
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
pub fn progress_bar(length: u64, report: Report) -> indicatif::ProgressBar {
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
