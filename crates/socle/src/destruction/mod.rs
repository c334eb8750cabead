//! The end of a service in a house: its keys, its data, its people, its part of the backups, and a certificate that says
//! what was destroyed and what could not be reached (docs/leaving.md).
//!
//! Nothing is destroyed before what will be is noted on disk beside the certificate. Each step is noted once done and may
//! be done again: a command that was killed is run again and completes.

mod archives;
mod certificate;
mod course;
mod data;
pub(crate) mod leftovers;
mod people;
mod stock;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use course::{ArchiveLine, Course, Fate};
pub use stock::{DatabaseOfStock, KeyOfStock, Stock};

use crate::backup::BackupError;
use crate::house::House;
use crate::service::Sheet;
use crate::store::{Store, StoreError};

/// Why a service was not destroyed.
#[derive(Debug, thiserror::Error)]
pub enum DestructionError {
    /// What was given does not do, or something must be done before.
    #[error("{0}")]
    Refused(String),
    #[error("{place}: {cause}")]
    Io { place: String, cause: std::io::Error },
    #[error("{place}: {cause}")]
    Engine { place: String, cause: sqlx::Error },
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for DestructionError {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::Store(cause.into())
    }
}

/// Says where an input or output failed.
fn io_at(place: &Path) -> impl Fn(std::io::Error) -> DestructionError + use<> {
    let place = place.display().to_string();
    move |cause| DestructionError::Io { place: place.clone(), cause }
}

/// A destruction to make.
pub struct Order<'a> {
    pub house: &'a House,
    pub sheet: &'static Sheet,
    /// Folders of backups.
    pub backups: &'a [PathBuf],
    /// The certificate to write, in Markdown; the same for machines is written beside, with the extension `json`.
    pub certificate: &'a Path,
    /// Who does it, as the certificate names them.
    pub by: String,
}

/// A service that was destroyed.
pub struct Destroyed {
    pub course: Course,
    /// Of the certificate; the socle's audit log keeps it.
    pub certificate_sha256: String,
}

/// Destroys a service. Run again after a cut, with the same certificate, it completes.
pub async fn destroy(order: &Order<'_>) -> Result<Destroyed, DestructionError> {
    let Order { house, sheet, certificate, .. } = *order;
    let store = house.config.store();
    let (place, json) = (course::place(certificate), certificate.with_extension("json"));
    if certificate.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return Err(DestructionError::Refused(format!(
            "{}: the certificate is a text (Markdown), and the same in JSON is written beside under this name: give another one, as `.md`",
            certificate.display()
        )));
    }
    for file in [certificate, json.as_path()] {
        if file.symlink_metadata().is_ok() && !place.exists() {
            return Err(DestructionError::Refused(format!(
                "{}: the file exists, and a certificate overwrites nothing: give another name",
                file.display()
            )));
        }
    }
    let _held = hold(&store)?;
    let backups = archives::resolved(order.backups)?;
    let begun = Course::read(&place, sheet.id)?;
    if let Some(course) = &begun {
        course.refuse_another(&store, &backups, &place)?;
    }
    for database in sheet.databases {
        data::refuse_if_served(&store, database).await?;
    }
    let mut course = if let Some(course) = begun {
        course
    } else {
        let stock = Stock::take(house, sheet).await?;
        archives::survey(&backups, sheet.databases)?;
        let course = Course::begin(order, house.clock.now(), stock, backups);
        course.save(&place)?;
        people::record_beginning(house, sheet.id, &course).await?;
        course
    };
    if !course.keys_destroyed {
        for database in &course.stock.databases {
            data::destroy_keys(&store, &database.name, house.clock.now()).await?;
        }
        course.keys_destroyed = true;
        course.save(&place)?;
    }
    if !course.data_destroyed {
        for database in &course.stock.databases {
            data::destroy_data(&store, &house.config.store.folder, &database.name).await?;
        }
        course.data_destroyed = true;
        course.save(&place)?;
    }
    if !course.people_erased {
        people::erase(house, sheet.id).await?;
        course.people_erased = true;
        course.save(&place)?;
    }
    archives::clean(sheet.databases, &mut course, &place)?;
    if course.ended_at.is_none() {
        course.ended_at = Some(house.clock.now());
        course.save(&place)?;
    }
    let certificate_sha256 = certificate::write(&course, certificate, &json)?;
    people::record_end(house, sheet.id, &certificate_sha256, &course).await?;
    std::fs::remove_file(&place).map_err(io_at(&place))?;
    Ok(Destroyed { course, certificate_sha256 })
}

/// Holds the folder of the house: no `receive` fills a file there meanwhile.
fn hold(store: &Store) -> Result<Option<File>, DestructionError> {
    let Store::Sqlite { folder } = store else { return Ok(None) };
    leftovers::hold(folder).map_err(io_at(folder))?.map(Some).ok_or_else(|| {
        DestructionError::Refused(format!(
            "{}: another `receive` or `destroy` works in this house: wait for its end",
            folder.display()
        ))
    })
}
