//! `pepiniere registry import FILE --operator …`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Arg, Command, value_parser};
use serde_json::json;
use socle::rights::Scope;
use socle::service::{Finished, Report};

use super::{Imported, Source};
use crate::Registry;
use crate::commands::progress_bar;
use crate::store::operator::{self, Operator};
use crate::store::tenant;

pub fn command() -> Command {
    Command::new("import")
        .about("Bring an operator's past journeys in, from NDJSON or CSV; cut, it begins again where it was")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .help("One body of POST /journeys a line, or CSV with its dotted paths as columns; gzip accepted")
                .value_parser(value_parser!(PathBuf))
                .required(true),
        )
        .arg(
            Arg::new("operator")
                .long("operator")
                .value_name("UUID")
                .help("The operator: its UUID, or its tenant (operator:NUMBER)")
                .required(true),
        )
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

/// Runs `pepiniere registry import`.
pub async fn run(
    registry: &Arc<Registry>,
    arguments: &clap::ArgMatches,
    report: Report,
) -> anyhow::Result<Finished> {
    let operator = arguments.get_one::<String>("operator").map_or("", String::as_str);
    let file = arguments.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let started = std::time::Instant::now();
    let operator = match named(registry, operator).await? {
        Ok(operator) => operator,
        Err(wrong) => {
            eprintln!("{wrong}");
            return Ok(Finished::ProblemsInInput);
        }
    };
    let source = match tokio::task::spawn_blocking(move || Source::open(&file)).await? {
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
    let imported = super::run(registry, &operator, &source, read).await;
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
    let already = if imported.already { "already done, nothing changed: " } else { "" };
    let now = if imported.already {
        String::new()
    } else {
        format!("; {stored} lines now, in {seconds:.1} s ({rate:.0} a second)")
    };
    let encoding = match source.encoding() {
        "UTF-8" => String::new(),
        other => format!("; read as {other}"),
    };
    let again = match imported.resumed_after {
        line @ 1.. if !imported.already => format!("; begun again after line {line}"),
        _ => String::new(),
    };
    let left_out = refused_file
        .as_ref()
        .map_or_else(String::new, |file| format!("\nwhat did not go in: {}", file.display()));
    let text = format!(
        "{already}{} lines: {} accepted, {} refused by the terms, {} already there, {} repeated, {} broken{now}{again}{encoding}{left_out}",
        counts.lines(),
        counts.accepted,
        counts.refused,
        counts.already_there,
        counts.repeated,
        counts.broken,
    );
    report.result(
        &text,
        &json!({
            "import": imported.import.id, "already_done": imported.already, "resumed_after": imported.resumed_after,
            "lines": counts.lines(), "accepted": counts.accepted, "refused": counts.refused,
            "already_there": counts.already_there, "repeated": counts.repeated, "broken": counts.broken,
            "refused_file": refused_file, "encoding": source.encoding(), "seconds": seconds, "lines_per_second": rate,
        }),
    );
    if counts.left_out() == 0 { Finished::Done } else { Finished::ProblemsInInput }
}
