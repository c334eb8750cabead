use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::table::{csv_writer, finish};
use super::{HandoverError, documents, io_at, refused};
use crate::backup::digest_of;

/// The list of every other file of a pack.
const LIST: &str = "inventory.csv";
/// The fingerprint of the list, as `sha256sum --check` reads it.
const SEAL: &str = "inventory.sha256";

/// A file of a pack.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    path: String,
    bytes: u64,
    sha256: String,
    what: String,
}

/// Lists the files of `folder`, with what `about` says of each, and seals the list. Returns the list's SHA-256.
pub(super) fn write(folder: &Path, about: &BTreeMap<String, String>) -> Result<String, HandoverError> {
    let list = folder.join(LIST);
    let mut lines = Vec::new();
    for path in walk(folder)? {
        let (bytes, sha256) = look(&folder.join(&path))?;
        let document = path.starts_with(&format!("{}/", documents::FOLDER));
        let what = if document { "a sealed document" } else { about.get(&path).map_or("", String::as_str) };
        let what = what.to_owned();
        lines.push(Line { path, bytes, sha256, what });
    }
    let mut file = csv_writer(&list)?;
    for line in lines {
        file.serialize(line).map_err(|cause| io_at(&list)(cause.into()))?;
    }
    finish(file, &list)?;
    let (_, sha256) = look(&list)?;
    let seal = folder.join(SEAL);
    std::fs::write(&seal, sealed(&sha256)).map_err(io_at(&seal))?;
    Ok(sha256)
}

/// Makes every file and folder of a pack durable, before anybody is told that it was handed over.
pub(super) fn settle(folder: &Path) -> Result<(), HandoverError> {
    let mut places = BTreeSet::from([folder.to_owned()]);
    for path in walk(folder)? {
        let file = folder.join(path);
        places.extend(file.ancestors().take_while(|place| *place != folder).map(Path::to_owned));
    }
    for place in places {
        File::open(&place).and_then(|opened| opened.sync_all()).map_err(io_at(&place))?;
    }
    Ok(())
}

/// Checks every byte of a pack: each file is listed, each listed file is there and as the list says. Returns the list's
/// SHA-256.
pub(super) fn verify(folder: &Path) -> Result<String, HandoverError> {
    if !folder.is_dir() {
        return Err(refused(
            &folder.display().to_string(),
            "this is not a folder: the pack of a handover is expected",
        ));
    }
    let (list, seal) = (folder.join(LIST), folder.join(SEAL));
    let (_, sha256) = look(&list).map_err(|cause| refused(&folder.display().to_string(), cause))?;
    let text = std::fs::read(&seal).map_err(|cause| refused(&seal.display().to_string(), cause))?;
    if text != sealed(&sha256).as_bytes() {
        let seen = String::from_utf8_lossy(&text).trim_end().to_owned();
        return Err(refused(
            &seal.display().to_string(),
            format_args!("{seen:?}, while the SHA-256 of {LIST} is {sha256}: one of the two was changed"),
        ));
    }
    let mut left: BTreeSet<_> = walk(folder)?;
    left.remove(LIST);
    left.remove(SEAL);
    let file = File::open(&list).map_err(io_at(&list))?;
    let mut lines = csv::Reader::from_reader(BufReader::new(file));
    for line in lines.deserialize::<Line>() {
        let line = line.map_err(|cause| refused(&list.display().to_string(), cause))?;
        let place = folder.join(&line.path);
        if !left.remove(&line.path) {
            return Err(refused(
                &place.display().to_string(),
                format_args!("{LIST} lists it, it is missing"),
            ));
        }
        let (bytes, sha256) = look(&place)?;
        if (bytes, &sha256) != (line.bytes, &line.sha256) {
            let text = format!(
                "{bytes} bytes, SHA-256 {sha256}; {LIST} says {} bytes, {}: the file was changed",
                line.bytes, line.sha256
            );
            return Err(refused(&place.display().to_string(), text));
        }
    }
    match left.first() {
        None => Ok(sha256),
        Some(path) => {
            let place = folder.join(path);
            Err(refused(&place.display().to_string(), format_args!("{LIST} does not list it: it was added")))
        }
    }
}

fn sealed(sha256: &str) -> String {
    format!("{sha256}  {LIST}\n")
}

fn look(place: &Path) -> Result<(u64, String), HandoverError> {
    let failed = io_at(place);
    let file = File::open(place).map_err(&failed)?;
    let bytes = file.metadata().map_err(&failed)?.len();
    let digest = digest_of(&mut BufReader::new(file), u64::MAX).map_err(&failed)?;
    Ok((bytes, hex::encode(digest)))
}

/// The files below `folder`, by their path from it with slashes.
fn walk(folder: &Path) -> Result<BTreeSet<String>, HandoverError> {
    let (mut files, mut waiting) = (BTreeSet::new(), vec![String::new()]);
    while let Some(below) = waiting.pop() {
        let here = folder.join(&below);
        for entry in std::fs::read_dir(&here).map_err(io_at(&here))? {
            let entry = entry.map_err(io_at(&here))?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(refused(&entry.path().display().to_string(), "a name in UTF-8 is expected"));
            };
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let kind = entry.file_type().map_err(io_at(&here))?;
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_file() {
                files.insert(path);
            } else {
                return Err(refused(&entry.path().display().to_string(), "a file or a folder is expected"));
            }
        }
    }
    Ok(files)
}
