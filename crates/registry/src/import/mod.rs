//! Files of journeys: an operator's history enters the registry, judged by the date of its journeys.
//!
//! One thread cuts the text in chunks, tasks prepare them on every core, in order, and the one writer stores each in
//! a change that also moves the position of the import: whatever is cut starts again from the last change.

mod command;
mod line;
mod lines;
mod outcome;
mod refusal;
mod survey;
mod table;

use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
pub use command::{command, run as run_command};
use futures::StreamExt as _;
use jiff::Timestamp;
use socle::seal::DataKey;
use socle::store::StoreError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::line::Kept;
use self::lines::{Chunk, Lines};
use self::outcome::settle;
use self::refusal::{Reason, Refusal, Wrong};
use self::survey::Survey;
use self::table::Table;
use crate::Registry;
use crate::preparation::{self, Sent};
use crate::store::bulk::Bulk;
use crate::store::import::{self, Import, RefusedLine};
use crate::store::intake::Prepared;
use crate::store::operator::Operator;
use crate::store::{PAYLOADS, ServiceError, tenant, verification};

/// How much text is read at once.
const BUFFER: usize = 256 * 1024;
/// How many journeys may wait to be verified.
const VERIFIED_AT_ONCE: usize = 2_000;
/// How many refusals are written at once.
const REFUSALS: u64 = 2_000;

/// A file that cannot be imported at all: where, what was seen, what is expected. Nothing was stored.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {place}: {seen} was seen, expected: {expected}")]
pub struct Unreadable {
    file: String,
    place: String,
    seen: String,
    expected: String,
}

/// How the journeys are written.
enum Layout {
    Json,
    Csv(Table),
}

/// A file that is ready to be imported.
pub struct Source {
    path: PathBuf,
    survey: Survey,
    layout: Arc<Layout>,
}

impl Source {
    /// Reads the file once, and its first line.
    pub fn open(path: &Path) -> Result<Self, Unreadable> {
        let file = path.display().to_string();
        let failed = |cause: std::io::Error| Unreadable {
            file: file.clone(),
            place: "file".to_owned(),
            seen: cause.to_string(),
            expected: "a file of journeys that can be read, in UTF-8, NDJSON or CSV (gzip accepted)"
                .to_owned(),
        };
        let survey = Survey::of(path).map_err(failed)?;
        let text = survey.text(path, Arc::default()).map_err(failed)?;
        let mut start = Vec::new();
        std::io::BufRead::read_until(&mut BufReader::new(text.take(64 * 1024)), b'\n', &mut start)
            .map_err(failed)?;
        let wrong = |wrong: Wrong| Unreadable {
            file: file.clone(),
            place: wrong.place,
            seen: wrong.seen,
            expected: wrong.expected,
        };
        let layout = layout(start.trim_ascii_end()).map_err(wrong)?;
        Ok(Self { path: path.to_owned(), survey, layout: Arc::new(layout) })
    }

    /// Its length in bytes, to follow the reading.
    pub fn bytes(&self) -> u64 {
        self.survey.bytes
    }

    /// How its text is written.
    pub fn encoding(&self) -> &'static str {
        self.survey.encoding.name()
    }

    /// Where the lines that do not go in are written.
    pub fn refused_file(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".refused.ndjson");
        self.path.with_file_name(name)
    }
}

/// Recognises the layout by the first line.
fn layout(first: &[u8]) -> Result<Layout, Wrong> {
    const ONE_A_LINE: &str = "one JSON object on each line (NDJSON), or CSV with a line of column names";
    match first.trim_ascii_start() {
        [] => Err(Wrong::new("line 1", "an empty line", ONE_A_LINE)),
        [b'{'] => Err(Wrong::new("line 1", "an object spread over several lines", ONE_A_LINE)),
        [b'{', ..] => Ok(Layout::Json),
        [b'[', ..] => Err(Wrong::new("line 1", "a JSON list", ONE_A_LINE)),
        _ => Table::of_header(first).map(Layout::Csv),
    }
}

/// An import that was brought to its end.
#[derive(Clone, Debug)]
pub struct Imported {
    pub import: Import,
    /// It had ended before: nothing was done.
    pub already: bool,
    /// The line after which this run began.
    pub resumed_after: i64,
    /// How many lines this run settled.
    pub stored_now: i64,
}

/// Imports a file for an operator, from the start or from where it was cut. `read` follows the bytes read.
pub async fn run(
    registry: &Arc<Registry>,
    operator: &Operator,
    source: &Source,
    read: Arc<AtomicU64>,
) -> anyhow::Result<Imported> {
    let file = &source.survey.fingerprint;
    let refused_file = source.refused_file();
    let known = import::find(&registry.database, operator.id, file).await?;
    let mut import = match known {
        Some(import) if import.finished_at.is_some() => import,
        _ => {
            // Before hours of work: can the refusals be written at their end?
            let (_, part) = draft(&refused_file)?;
            std::fs::remove_file(part)?;
            import::begin(&registry.database, operator.id, file.clone()).await?
        }
    };
    if import.finished_at.is_some() {
        read.store(source.bytes(), Ordering::Relaxed);
        if import.counts().left_out() > 0 {
            // The same as the first time, whatever became of that file since.
            write_refusals(registry, &import, &refused_file).await?;
        }
        return Ok(Imported { resumed_after: import.position, import, already: true, stored_now: 0 });
    }
    let (resumed_after, before) = (import.position, import.counts().lines());
    let key = registry.keyring.current(&tenant(operator.id), PAYLOADS).await?;
    let (chunks, reading) = read_chunks(source, import.position, read)?;
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut prepared = std::pin::pin!(
        chunks
            .map(|chunk| {
                let (registry, layout, key) =
                    (Arc::clone(registry), Arc::clone(&source.layout), Arc::clone(&key));
                let operator = operator.id;
                tokio::task::spawn_blocking(move || prepare(&registry, operator, &layout, &key, &chunk?))
            })
            .buffered(2 * cores.clamp(1, 4))
    );
    let mut bulk = Bulk::new(registry.database.clone(), registry.terms);
    let mut unverified = 0;
    while let Some(batch) = prepared.next().await {
        let batch = batch??;
        unverified += batch.lines.len();
        import = store(&mut bulk, import, batch).await?;
        // As they come: counting millions that wait at each step would take longer than the steps.
        if unverified >= VERIFIED_AT_ONCE {
            verification::run(&registry.database).await?;
            unverified = 0;
        }
    }
    // A file is at its end when its reader says so, not when it falls silent.
    reading.await?;
    bulk.finish().await;
    write_refusals(registry, &import, &refused_file).await?;
    while verification::run(&registry.database).await?.more {}
    let import = import::finish(&registry.database, import).await.map_err(alone)?;
    Ok(Imported { stored_now: import.counts().lines() - before, import, already: false, resumed_after })
}

/// Reads the file on a thread of its own.
fn read_chunks(
    source: &Source,
    position: i64,
    read: Arc<AtomicU64>,
) -> anyhow::Result<(impl futures::Stream<Item = std::io::Result<Chunk>> + use<>, JoinHandle<()>)> {
    let text = source.survey.text(&source.path, read)?;
    // The first line of a table is not a journey.
    let first = u64::from(matches!(*source.layout, Layout::Csv(_)));
    let position = u64::try_from(position)?.max(first);
    let (send, receive) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking(move || {
        let mut lines = Lines::new(BufReader::with_capacity(BUFFER, text));
        let mut next = lines.skip_to(position).and_then(|()| lines.next_chunk());
        while let Some(chunk) = next.transpose() {
            let end = chunk.is_err();
            // Whoever stores may have stopped.
            if send.blocking_send(chunk).is_err() || end {
                return;
            }
            next = lines.next_chunk();
        }
    });
    let chunks =
        futures::stream::unfold(receive, |mut receive| async move { Some((receive.recv().await?, receive)) });
    Ok((chunks, reading))
}

/// A chunk ready to be stored.
struct Batch {
    upto: i64,
    /// The journeys, each with its line.
    journeys: Vec<(Prepared, Timestamp)>,
    lines: Vec<u64>,
    broken: Vec<RefusedLine>,
}

/// Reads, checks, places and seals the lines of a chunk.
fn prepare(
    registry: &Registry,
    operator: i64,
    layout: &Layout,
    key: &DataKey,
    chunk: &Chunk,
) -> anyhow::Result<Batch> {
    let now = registry.house.clock.now();
    let mut rows = match layout {
        Layout::Json => None,
        Layout::Csv(table) => Some(table.reader()),
    };
    let mut batch = Batch {
        upto: i64::try_from(chunk.upto)?,
        journeys: Vec::with_capacity(crate::store::bulk::AT_ONCE),
        lines: Vec::with_capacity(crate::store::bulk::AT_ONCE),
        broken: Vec::new(),
    };
    let kept = Kept::of(registry, now);
    for (number, line) in chunk.lines() {
        let read = match (line, &mut rows) {
            (None, _) => Err(Wrong::new("line", "more than 2 MB", "a journey of 2 MB at most")),
            (Some(line), None) => line::read(line, now, kept),
            (Some(line), Some(rows)) => rows.body(line).and_then(|body| line::read(body, now, kept)),
        };
        match read {
            Ok(journey) => {
                let sent = Sent {
                    operator,
                    actor: import::ACTOR,
                    api_version: "v3.4",
                    submission: journey.submission,
                    bytes: &journey.body,
                    idempotency: None,
                };
                let prepared = preparation::prepare_checked(registry, key, &journey.numbers, sent)?;
                batch.journeys.push((prepared, journey.received));
                batch.lines.push(number);
            }
            Err(wrong) => {
                let identifier = line.and_then(|line| match &mut rows {
                    None => line::identifier(line),
                    Some(rows) => rows.identifier(line),
                });
                let refusal = Refusal {
                    line: number,
                    operator_journey_id: identifier.as_deref(),
                    reason: Reason::Broken,
                    faults: vec![wrong],
                };
                batch.broken.push(refusal.written()?);
            }
        }
    }
    Ok(batch)
}

/// Stores a chunk and moves the position, in one change.
async fn store(bulk: &mut Bulk, import: Import, batch: Batch) -> anyhow::Result<Import> {
    let Batch { upto, journeys, lines, broken } = batch;
    let identifiers: Vec<String> =
        journeys.iter().map(|(journey, _)| journey.operator_journey_id.clone()).collect();
    let moved = bulk
        .store_and(journeys, move |tx, outcomes| {
            Box::pin(async move {
                let (came, refused) = settle(tx, &import, &lines, &identifiers, &outcomes, broken).await?;
                import::advance(tx, import, upto, came, refused).await
            })
        })
        .await;
    moved.map_err(alone)
}

/// Says in plain words that somebody else moved the import.
fn alone(error: ServiceError) -> anyhow::Error {
    match error {
        ServiceError::Store(StoreError::Stale { .. }) => anyhow::anyhow!(
            "another program is importing this file for this operator: let it end, or stop it and start again"
        ),
        other => other.into(),
    }
}

/// Where refusals are written before they take their name.
fn draft(path: &Path) -> anyhow::Result<(std::fs::File, PathBuf)> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file =
        std::fs::File::create(&part).with_context(|| format!("{} cannot be written", part.display()))?;
    Ok((file, part))
}

/// Writes every refusal of an import, or takes away those of an earlier file of this name.
async fn write_refusals(registry: &Registry, import: &Import, path: &Path) -> anyhow::Result<()> {
    let (file, part) = draft(path)?;
    if import.counts().left_out() == 0 {
        std::fs::remove_file(&part)?;
        if path.exists() {
            std::fs::remove_file(path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
        return Ok(());
    }
    let mut out = std::io::BufWriter::new(file);
    let mut after = 0;
    loop {
        let refusals = import::refusals_after(&registry.database, import.id, after, REFUSALS).await?;
        let Some(last) = refusals.last() else { break };
        after = last.line;
        for refusal in &refusals {
            writeln!(out, "{}", refusal.json)?;
        }
    }
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&part, path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}
