use std::path::{Path, PathBuf};

use super::course::{ArchiveLine, Course, Fate};
use super::{DestructionError, io_at};
use crate::backup::{Concern, concern, fingerprint, rewrite_without};

/// What lies in folders of backups.
struct Found {
    /// Archives that hold a database of the service.
    concerned: Vec<(PathBuf, Concern)>,
    not_read: Vec<PathBuf>,
}

/// Folders by their own names, whatever the folder the command is run from: each once, in order.
pub(super) fn resolved(folders: &[PathBuf]) -> Result<Vec<PathBuf>, DestructionError> {
    let mut resolved = Vec::with_capacity(folders.len());
    for folder in folders {
        resolved.push(folder.canonicalize().map_err(io_at(folder))?);
    }
    resolved.sort();
    resolved.dedup();
    Ok(resolved)
}

fn look(folders: &[PathBuf], databases: &[&str]) -> Result<Found, DestructionError> {
    let mut found = Found { concerned: Vec::new(), not_read: Vec::new() };
    for folder in folders {
        for entry in std::fs::read_dir(folder).map_err(io_at(folder))? {
            let path = entry.map_err(io_at(folder))?.path();
            // A link is not followed: replacing it would leave the archive it leads to as it is.
            if !path.symlink_metadata().map_err(io_at(&path))?.is_file() {
                found.not_read.push(path);
                continue;
            }
            match concern(&path, databases)? {
                Concern::Foreign => found.not_read.push(path),
                Concern::None => {}
                held => found.concerned.push((path, held)),
            }
        }
    }
    found.concerned.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.not_read.sort();
    Ok(found)
}

/// Reads every archive before anything is destroyed: one that cannot be read is refused while there is time.
pub(super) fn survey(folders: &[PathBuf], databases: &[&str]) -> Result<(), DestructionError> {
    look(folders, databases).map(drop)
}

/// Takes the service out of every archive of the folders that the course names.
pub(super) fn clean(databases: &[&str], course: &mut Course, place: &Path) -> Result<(), DestructionError> {
    let found = look(&course.backup_folders, databases)?;
    for (file, held) in found.concerned {
        let sha256_before = fingerprint(&file)?;
        let (fate, beside) = if held == Concern::Alone {
            (Fate::Deleted, None)
        } else {
            let beside = rewrite_without(&file, databases)?;
            (Fate::Rewritten { sha256_after: fingerprint(&beside)? }, Some(beside))
        };
        // Noted before it is done: afterwards nothing tells what the archive was. A run that was cut here left it as
        // it was, and its line is replaced.
        course.archives.retain(|line| line.file != file);
        course.archives.push(ArchiveLine { file: file.clone(), sha256_before, fate });
        course.save(place)?;
        match beside {
            Some(beside) => std::fs::rename(beside, &file).map_err(io_at(&file))?,
            None => std::fs::remove_file(&file).map_err(io_at(&file))?,
        }
    }
    for folder in &course.backup_folders {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_at(folder))?;
    }
    course.not_read = found.not_read;
    course.save(place)
}
