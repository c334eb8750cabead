use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::stock::Stock;
use super::{DestructionError, Order, data, io_at};
use crate::store::Store;

/// How far a destruction is: all that its certificate will say, kept while it lasts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    pub service: String,
    pub name: String,
    /// The program that does it.
    pub program: String,
    pub by: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub stock: Stock,
    pub keys_destroyed: bool,
    pub data_destroyed: bool,
    pub people_erased: bool,
    /// The folders of backups that were given, without links or repetitions, in order.
    pub backup_folders: Vec<PathBuf>,
    pub archives: Vec<ArchiveLine>,
    /// What lies in these folders and was not read: no archive, a link, or a folder.
    pub not_read: Vec<PathBuf>,
}

/// An archive that held the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveLine {
    pub file: PathBuf,
    pub sha256_before: String,
    pub fate: Fate,
}

/// What became of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// Written again without the service, and verified.
    Rewritten { sha256_after: String },
    /// It held nothing else.
    Deleted,
}

/// Where the course is kept while the certificate is not written.
pub(super) fn place(certificate: &Path) -> PathBuf {
    let mut name = certificate.as_os_str().to_owned();
    name.push(".unfinished.json");
    PathBuf::from(name)
}

impl Course {
    pub(super) fn begin(
        order: &Order<'_>,
        now: Timestamp,
        stock: Stock,
        backup_folders: Vec<PathBuf>,
    ) -> Self {
        Self {
            service: order.sheet.id.to_owned(),
            name: order.sheet.name.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            by: order.by.clone(),
            started_at: now,
            ended_at: None,
            stock,
            keys_destroyed: false,
            data_destroyed: false,
            people_erased: false,
            backup_folders,
            archives: Vec::new(),
            not_read: Vec::new(),
        }
    }

    /// The course of a run that was cut, if there was one.
    pub(super) fn read(place: &Path, service: &str) -> Result<Option<Self>, DestructionError> {
        let text = match std::fs::read(place) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(io_at(place)(cause)),
        };
        let refused = |text: String| DestructionError::Refused(format!("{}: {text}", place.display()));
        let course: Self = serde_json::from_slice(&text).map_err(|cause| refused(cause.to_string()))?;
        if course.service == service {
            Ok(Some(course))
        } else {
            Err(refused(format!("it tells the end of {:?}, {service:?} is expected", course.service)))
        }
    }

    /// Refuses to go on elsewhere than where it was begun: the certificate tells what the first run was given, and would say
    /// of folders or of a database that nobody looked at that they are clean.
    pub(super) fn refuse_another(
        &self,
        store: &Store,
        backups: &[PathBuf],
        place: &Path,
    ) -> Result<(), DestructionError> {
        let differs = |what: &str, begun: &dyn std::fmt::Debug, given: &dyn std::fmt::Debug| {
            Err(DestructionError::Refused(format!(
                "{}: this destruction was begun with {what} {begun:?}, and {given:?} is given now: run it again as it was begun",
                place.display()
            )))
        };
        if self.backup_folders != backups {
            return differs("--backups", &self.backup_folders, &backups);
        }
        for database in &self.stock.databases {
            let given = data::place(store, &database.name)?;
            if database.place != given {
                return differs("the database", &database.place, &given);
            }
        }
        Ok(())
    }

    /// Keeps the course on disk: all of it, or what was there before.
    pub(super) fn save(&self, place: &Path) -> Result<(), DestructionError> {
        let text = serde_json::to_vec_pretty(self).map_err(|cause| io_at(place)(cause.into()))?;
        replace(place, &text)
    }
}

/// Writes `text` in `place` durably, in one go.
pub(super) fn replace(place: &Path, text: &[u8]) -> Result<(), DestructionError> {
    let failed = io_at(place);
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".certificate-").tempfile_in(folder).map_err(&failed)?;
    file.write_all(text).and_then(|()| file.as_file().sync_all()).map_err(&failed)?;
    file.persist(place).map_err(|cause| failed(cause.error))?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
