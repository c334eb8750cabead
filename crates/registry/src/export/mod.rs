//! Journeys as files: read in order of departure, opened, written line by line, sealed. Nothing is kept in memory
//! but a few thousand journeys, whatever the size of the file.

mod audience;
mod column;
mod csv_file;
mod line;
mod parquet_file;
mod place_labels;
mod sheet;
mod spreadsheet;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use audience::Audience;
pub use column::columns;
use jiff::Timestamp;
use socle::documents::{Documents, Written};
use socle::jobs::Ran;
use socle::pages::format;
use socle::seal::Opener;
use tokio::sync::mpsc;

use crate::Registry;
use crate::store::departures::{self, Departure, Selection};
use crate::store::export::{self, Export};
use crate::store::export_attempt::{self, Letter};
use crate::store::{ServiceError, export_removal, operator, operator_of, territory_of};
use line::Labels;
use sheet::SheetError;
use socle::rights::Scope;

/// How often whoever looks is told how far an export is.
const BEAT: Duration = Duration::from_secs(1);
/// How often an export is said to be still written, whatever it is doing.
const PULSE: Duration = Duration::from_secs(30);
/// Files that no row knows are left alone for so long.
const STRAY: Duration = Duration::from_hours(24);

/// What the reader sends to the writer.
enum Read {
    Some { departures: Vec<Departure>, opener: Opener },
    End,
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Registry(#[from] ServiceError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("the writer of a file stopped")]
    Writer,
    /// Cancelled, or taken over by another process.
    #[error("it no longer counts")]
    Superseded,
}

/// Where the documents of this registry are.
pub fn documents(registry: &Registry) -> Documents {
    Documents::new(&registry.house.config.store.folder, registry.database.name())
}

/// Writes the oldest export that waits.
pub async fn run(registry: &Arc<Registry>) -> anyhow::Result<Ran> {
    let Some(export) = export_attempt::take(&registry.database).await? else { return Ok(Ran::default()) };
    let done = tokio::select! {
        done = write(registry, &export) => done,
        stopped = stay_known(registry, &export) => Err(stopped),
    };
    match done {
        Ok(()) => {}
        Err(Stop::Superseded) => documents(registry).remove(&export.document()).await?,
        Err(cause) => {
            tracing::warn!(export = export.id, attempt = export.attempt, %cause, "an export failed");
            documents(registry).remove(&export.document()).await?;
            export_attempt::give_back(&registry.database, &export).await?;
        }
    }
    Ok(Ran { done: 1, more: true })
}

/// Says now and then that this process still writes the export, even while a page is long to read or a spreadsheet to
/// close: silence gives it to another. Ends when it no longer counts.
async fn stay_known(registry: &Registry, export: &Export) -> Stop {
    loop {
        tokio::time::sleep(PULSE).await;
        match export_attempt::still_written(&registry.database, export).await {
            Ok(true) => {}
            Ok(false) => return Stop::Superseded,
            Err(cause) => return cause.into(),
        }
    }
}

/// Removes the documents whose week is over, those of withdrawn exports, and those that a process which died left.
pub async fn forget(registry: &Registry) -> anyhow::Result<Ran> {
    let exports = export_removal::to_remove(&registry.database).await?;
    let done = exports.len() as u64;
    for export in exports {
        documents(registry).remove(&export.document()).await?;
        export_removal::removed(&registry.database, export).await?;
    }
    let live = export_removal::live_documents(&registry.database).await?;
    let strays = documents(registry).sweep(&live, STRAY).await?;
    Ok(Ran { done: done + strays, more: done > 0 })
}

/// What an export may read, from whose it is.
fn selection(export: &Export) -> Result<Selection, ServiceError> {
    let owner = Scope::Tenant(export.tenant.clone());
    let (operator, territory) = match export.tenant.split_once(':') {
        None if export.tenant.is_empty() => (export.operator_id, None),
        Some(("operator", _)) => (operator_of(&owner), None),
        // What a territory sees of journeys is what its figures count: valid ones.
        Some(("territory", _)) => (export.operator_id, territory_of(&owner)),
        _ => return Err(ServiceError::Corrupt(format!("owner of an export: {:?}", export.tenant))),
    };
    let status = export.status.as_deref().map(str::parse).transpose();
    let status = status.map_err(|cause| ServiceError::Corrupt(format!("{cause}")))?;
    Ok(Selection {
        operator,
        territory,
        status: if territory.is_some() { Some(crate::model::PublicStatus::Ok) } else { status },
        from: export.from_at.timestamp(),
        to: export.to_at.timestamp(),
    })
}

async fn write(registry: &Arc<Registry>, export: &Export) -> Result<(), Stop> {
    let selection = selection(export)?;
    let audience = Audience::of(registry, export).await?;
    let operators = operator::list(&registry.database, &Scope::All).await?;
    let key = registry.keyring.current(export.key_owner(), export::DOCUMENTS).await;
    let key = key.map_err(ServiceError::from)?;
    let draft = documents(registry).begin(&export.document(), key).map_err(SheetError::from)?;
    let sheet = sheet::open(export.format()?, columns(&audience), draft, &documents(registry))?;
    let names = operators.into_iter().map(|operator| (operator.id, operator.name)).collect();
    let labels = Labels::new(Arc::clone(&registry.house.places), audience, names);
    let (send, receive) = mpsc::channel(2);
    let writer = tokio::task::spawn_blocking(move || write_file(sheet, labels, receive));
    let read = read(registry, export, &selection, &send).await;
    drop(send);
    // The writer's own failure explains why the reader could not go on.
    let written = writer.await.map_err(|_| Stop::Writer)??;
    let (lines, written) = (read?, written.ok_or(Stop::Writer)?);
    let letter = letter(registry, export, lines).await;
    if !export_attempt::finish(&registry.database, &registry.keyring, export, lines, &written, letter).await?
    {
        return Err(Stop::Superseded);
    }
    Ok(())
}

/// Reads the journeys to the last; returns how many.
async fn read(
    registry: &Registry,
    export: &Export,
    selection: &Selection,
    send: &mpsc::Sender<Read>,
) -> Result<u64, Stop> {
    let (mut position, mut lines, mut beat) = (None, 0, Instant::now());
    loop {
        let departures = departures::after(&registry.database, selection, position).await?;
        let Some(last) = departures.last() else { break };
        position = Some((last.start_at, last.id));
        let reached = last.start_at.timestamp();
        lines += departures.len() as u64;
        let sealed = departures.iter().map(|one| one.payload.as_slice());
        let opener = registry.keyring.opener(sealed).await.map_err(ServiceError::from)?;
        send.send(Read::Some { departures, opener }).await.map_err(|_| Stop::Writer)?;
        if beat.elapsed() >= BEAT {
            beat = Instant::now();
            say_how_far(registry, export, lines, reached).await?;
        }
    }
    send.send(Read::End).await.map_err(|_| Stop::Writer)?;
    Ok(lines)
}

async fn say_how_far(
    registry: &Registry,
    export: &Export,
    lines: u64,
    reached: Timestamp,
) -> Result<(), Stop> {
    if export_attempt::beat(&registry.database, export, lines, reached).await? {
        Ok(())
    } else {
        Err(Stop::Superseded)
    }
}

/// Writes what is read; nothing when the reader stopped before the end.
fn write_file(
    mut sheet: Box<dyn sheet::Sheet>,
    mut labels: Labels,
    mut receive: mpsc::Receiver<Read>,
) -> Result<Option<Written>, SheetError> {
    while let Some(read) = receive.blocking_recv() {
        match read {
            Read::Some { departures, opener } => {
                labels.lines(&departures, &opener, |lines| sheet.write(lines))?;
            }
            Read::End => return sheet.finish().map(Some),
        }
    }
    Ok(None)
}

/// « 12 trajets »
pub fn counted(lines: i64) -> String {
    match lines {
        0 => "aucun trajet".to_owned(),
        1 => "un trajet".to_owned(),
        _ => format!("{} trajets", format::integer(lines)),
    }
}

/// Tells whoever asked that the file is ready; nobody when they are gone.
async fn letter(registry: &Registry, export: &Export, lines: u64) -> Option<Letter> {
    let agent = registry.house.people.agent(export.agent_id).await.ok().flatten()?;
    let address = format!("{}/registre/exports", registry.house.config.base_url());
    Some(Letter {
        to: agent.email,
        subject: "Votre export de trajets est prêt".to_owned(),
        text: format!(
            "Bonjour,\n\nL’export que vous avez demandé est prêt : {}.\n\nRetrouvez-le pendant sept jours sur cette page :\n{address}\n\nLe registre de preuve de covoiturage\n",
            counted(i64::try_from(lines).unwrap_or(i64::MAX)),
        ),
    })
}
