use std::fs::File;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{HandoverError, io_at, refused};
use crate::destruction::leftovers::{self, RECEIVE};
use crate::store::Store;

/// The ends of the names of the files that an `SQLite` database may be made of. One that is there without the others belonged to a
/// former database: the engine would play it into the new one.
const FILES: [&str; 4] = [".db", ".db-wal", ".db-shm", ".db-journal"];

/// The folder in which an `SQLite` file is filled before it has its name.
///
/// One reception at a time works in a house: it holds the house's folder, which the system lets go when the process
/// ends, however it ends. So what another reception left there is nobody's, and is overwritten and removed first.
pub(super) struct Staging {
    house: PathBuf,
    scratch: TempDir,
    _held: File,
}

impl Staging {
    pub(super) fn begin(house: &Path) -> Result<Self, HandoverError> {
        let failed = io_at(house);
        let held = leftovers::hold(house).map_err(&failed)?.ok_or_else(|| {
            refused(
                &house.display().to_string(),
                "another `receive` or `destroy` works in this house: wait for its end",
            )
        })?;
        for leftover in leftovers::find(house, &[RECEIVE]).map_err(&failed)? {
            leftovers::erase(&leftover).map_err(io_at(&leftover))?;
        }
        let scratch = tempfile::Builder::new().prefix(RECEIVE).tempdir_in(house).map_err(failed)?;
        Ok(Self { house: house.to_owned(), scratch, _held: held })
    }

    /// Where to fill it.
    pub(super) fn store(&self) -> Store {
        Store::Sqlite { folder: self.scratch.path().to_owned() }
    }

    /// Gives the file its name in the house, durably; it never takes the place of another one. All connections to it
    /// are closed.
    pub(super) fn place(self, service: &str) -> Result<(), HandoverError> {
        let beside = |end: &str| self.scratch.path().join(format!("{service}{end}"));
        let rest = beside(".db-wal");
        if rest.exists() {
            return Err(refused(
                &rest.display().to_string(),
                "the engine did not put everything in the file",
            ));
        }
        if let Some(file) = occupied(&self.house, service) {
            return Err(refused(&file.display().to_string(), "it was made meanwhile"));
        }
        let place = self.house.join(format!("{service}.db"));
        // Unlike a renaming, it fails when the name was taken meanwhile.
        std::fs::hard_link(beside(".db"), &place).map_err(io_at(&place))?;
        File::open(&self.house).and_then(|folder| folder.sync_all()).map_err(io_at(&self.house))
    }
}

/// The first file of a database of `service` in the house, whatever is left of it.
pub(super) fn occupied(house: &Path, service: &str) -> Option<PathBuf> {
    let files = FILES.iter().map(|end| house.join(format!("{service}{end}")));
    files.into_iter().find(|file| file.symlink_metadata().is_ok())
}
