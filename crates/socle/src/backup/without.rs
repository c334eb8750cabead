use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::archive::{Reader, Writer, digest_of, verify};
use super::manifest::{FORMAT, Manifest, sqlite_member};
use super::{BackupError, io_at};

/// A file of a folder of backups, seen by whoever destroys a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// It holds the database and others: it is written again without it.
    Shared,
    /// It holds nothing else.
    Alone,
    /// It is an archive without this database.
    None,
    /// It is no archive.
    Foreign,
}

/// Whether the file `place` is an archive that holds `database`. An archive is read whole: a damaged one is refused, since
/// nobody can tell what it holds.
pub fn concern(place: &Path, database: &str) -> Result<Concern, BackupError> {
    let named_so = place.to_string_lossy().ends_with(".zst");
    let manifest = match Reader::open(place) {
        Ok(reader) if reader.manifest.format == FORMAT => reader.manifest,
        Err(error) if named_so => return Err(error),
        _ => return Ok(Concern::Foreign),
    };
    if !manifest.databases.iter().any(|one| one.name == database) {
        return Ok(Concern::None);
    }
    verify(place)?;
    Ok(if manifest.databases.len() == 1 { Concern::Alone } else { Concern::Shared })
}

/// The SHA-256 of a file, in hexadecimal.
pub fn fingerprint(place: &Path) -> Result<String, BackupError> {
    let failed = io_at(place);
    let file = File::open(place).map_err(&failed)?;
    digest_of(&mut BufReader::new(file), u64::MAX).map(hex::encode).map_err(failed)
}

/// Writes beside the archive `place` the same one without `database`, verified and durable. Renaming it over the first
/// one is left to the caller, who may want to note fingerprints before.
pub fn rewrite_without(place: &Path, database: &str) -> Result<PathBuf, BackupError> {
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.without-{database}.tmp"));
    // Left there by a run that was killed.
    let _ = std::fs::remove_file(&beside);
    let mut reader = Reader::open(place)?;
    let belongs = |path: &str| path == sqlite_member(database) || path.starts_with(&format!("{database}/"));
    let mut manifest: Manifest = reader.manifest.clone();
    manifest.databases.retain(|one| one.name != database);
    manifest.members.retain(|member| !belongs(&member.path));
    let mut writer = Writer::new(&folder, &beside, &manifest)?;
    while let Some(member) = reader.next()? {
        let mut content = Content(&mut reader);
        if belongs(&member.path) {
            std::io::copy(&mut content, &mut std::io::sink()).map_err(io_at(place))?;
        } else {
            writer.add(&member.path, member.size, &mut content)?;
        }
    }
    writer.finish(&folder)?;
    verify(&beside)?;
    Ok(beside)
}

/// The member a reader stands on, as bytes.
struct Content<'a>(&'a mut Reader);

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer).map_err(|cause| std::io::Error::other(cause.to_string()))
    }
}
