//! What commands that were killed left in the folder of a house: folders in which they were filling files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How the folders of `receive` begin.
pub(crate) const RECEIVE: &str = ".receive-";
/// How those of `restore` begin. It works in an empty house only: once a house has databases, what is left is nobody's.
pub(crate) const RESTORE: &str = ".restore-";

/// Holds the folder of a house for one `receive` or one `destroy`, until the file that comes back is closed, be it by
/// the end of the process; `None` when another one holds it.
pub(crate) fn hold(house: &Path) -> io::Result<Option<File>> {
    let folder = File::open(house)?;
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(cause),
    }
}

/// The leftover folders of a house whose names begin so, in order. A link is none.
pub(crate) fn find(house: &Path, beginnings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(house)? {
        let entry = entry?;
        let name = entry.file_name();
        let so_called = |beginning: &&str| name.to_string_lossy().starts_with(*beginning);
        if entry.file_type()?.is_dir() && beginnings.iter().any(so_called) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Overwrites and removes all that is in `folder`, then the folder. Links are removed, what they lead to is left alone.
pub(crate) fn erase(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            erase(&entry.path())?;
        } else if kind.is_file() {
            overwrite_and_remove(&entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    std::fs::remove_dir(folder)
}

/// Overwrites a file, then removes it; one that is not there is removed already.
pub(super) fn overwrite_and_remove(file: &Path) -> io::Result<()> {
    match overwrite(file) {
        Ok(()) => std::fs::remove_file(file),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(cause),
    }
}

/// Writes zeros over a file, durably. On a disk that writes elsewhere than asked (flash, snapshots) the zeros prove nothing,
/// and the certificate says so.
pub(super) fn overwrite(file: &Path) -> io::Result<()> {
    let mut opened = OpenOptions::new().write(true).open(file)?;
    let mut left = opened.metadata()?.len();
    let zeros = vec![0; 1 << 16];
    while left > 0 {
        let some = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
        opened.write_all(&zeros[..some])?;
        left -= some as u64;
    }
    opened.sync_all()
}
