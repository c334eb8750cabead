use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::archive::{Reader, Writer, digest_of, verify};
use super::manifest::{FORMAT, Manifest, sqlite_member};
use super::{BackupError, io_at};

/// A file of a folder of backups, seen by whoever destroys databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// It holds some of the databases and others: it is written again without them.
    Shared,
    /// It holds nothing else.
    Alone,
    /// It is an archive without any of them.
    None,
    /// It is no archive.
    Foreign,
}

/// Whether the file `place` is an archive that holds some of `databases`. An archive is read whole: a damaged one is refused, since
/// nobody can tell what it holds.
pub fn concern(place: &Path, databases: &[&str]) -> Result<Concern, BackupError> {
    let named_so = place.to_string_lossy().ends_with(".zst");
    let manifest = match Reader::open(place) {
        Ok(reader) if reader.manifest.format == FORMAT => reader.manifest,
        Err(error) if named_so => return Err(error),
        _ => return Ok(Concern::Foreign),
    };
    let held = manifest.databases.iter().filter(|one| databases.contains(&one.name.as_str())).count();
    if held == 0 {
        return Ok(Concern::None);
    }
    verify(place)?;
    Ok(if manifest.databases.len() == held { Concern::Alone } else { Concern::Shared })
}

/// The SHA-256 of a file, in hexadecimal.
pub fn fingerprint(place: &Path) -> Result<String, BackupError> {
    let failed = io_at(place);
    let file = File::open(place).map_err(&failed)?;
    digest_of(&mut BufReader::new(file), u64::MAX).map(hex::encode).map_err(failed)
}

/// Writes beside the archive `place` the same one without `databases`, verified and durable. Renaming it over the first
/// one is left to the caller, who may want to note fingerprints before.
pub fn rewrite_without(place: &Path, databases: &[&str]) -> Result<PathBuf, BackupError> {
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.without-{}.tmp", databases.join("-")));
    // Left there by a run that was killed.
    let _ = std::fs::remove_file(&beside);
    let mut reader = Reader::open(place)?;
    let belongs = |path: &str| {
        let of =
            |database: &&str| path == sqlite_member(database) || path.starts_with(&format!("{database}/"));
        databases.iter().any(of)
    };
    let mut manifest: Manifest = reader.manifest.clone();
    manifest.databases.retain(|one| !databases.contains(&one.name.as_str()));
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
