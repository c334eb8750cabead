use std::path::{Path, PathBuf};

use super::{HandoverError, io_at};
use crate::documents::Documents;

/// Where a pack keeps them.
pub(super) const FOLDER: &str = "documents";

/// Copies the sealed documents of a service into a pack. Returns how many. One that ends meanwhile is left out: its row
/// says until when it was kept.
pub(super) fn take(documents: &Documents, pack: &Path) -> Result<u64, HandoverError> {
    let Some(names) = names(documents.folder())? else { return Ok(0) };
    let target = pack.join(FOLDER);
    std::fs::create_dir(&target).map_err(io_at(&target))?;
    let mut count = 0;
    for name in names {
        let (from, to) = (documents.folder().join(&name), target.join(&name));
        match std::fs::copy(&from, &to) {
            Ok(_) => count += 1,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(io_at(&from)(cause)),
        }
    }
    Ok(count)
}

/// Documents that were put in place for a service that is not there yet: they are taken away again unless it comes.
pub(super) struct Put(Vec<PathBuf>);

impl Put {
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Put {
    fn drop(&mut self) {
        for document in &self.0 {
            let _ = std::fs::remove_file(document);
        }
    }
}

/// Puts the documents of a pack where the service will look for them.
pub(super) fn put(documents: &Documents, pack: &Path) -> Result<Put, HandoverError> {
    let mut put = Put(Vec::new());
    let Some(names) = names(&pack.join(FOLDER))? else { return Ok(put) };
    let target = documents.folder();
    std::fs::create_dir_all(target).map_err(io_at(target))?;
    for name in names {
        let to = target.join(&name);
        put.0.push(to.clone());
        std::fs::copy(pack.join(FOLDER).join(&name), &to).map_err(io_at(&to))?;
        std::fs::File::open(&to).and_then(|file| file.sync_all()).map_err(io_at(&to))?;
    }
    std::fs::File::open(target).and_then(|folder| folder.sync_all()).map_err(io_at(target))?;
    Ok(put)
}

/// The finished documents of a folder: drafts and scratch files have a dot in their name. `None` without a folder.
fn names(folder: &Path) -> Result<Option<Vec<String>>, HandoverError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(io_at(folder)(cause)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io_at(folder))?;
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
        if let Ok(name) = entry.file_name().into_string()
            && name.bytes().all(plain)
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(Some(names))
}
