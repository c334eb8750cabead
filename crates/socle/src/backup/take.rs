use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use super::archive::{Writer, already_there, digest_of};
use super::manifest::{FORMAT, Manifest, MasterKeyPrint, Member, StoreName, postgres_member, sqlite_member};
use super::sqlite::Seen;
use super::{BackupError, Plan, io_at, postgres, sqlite};
use crate::config::Config;
use crate::places::LOADED_PACK;
use crate::seal::{MasterKeyError, MasterKeys};
use crate::store::Store;

/// A backup that was taken.
pub struct Taken {
    pub manifest: Manifest,
    /// Of the archive, in bytes.
    pub size: u64,
}

/// Copies the house of `config` into the new archive `file`, while others may serve and write.
///
/// Copies are made beside `file` first: the disk must hold them once uncompressed, once compressed.
pub async fn take(config: &Config, plans: &[Plan], at: Timestamp, file: &Path) -> Result<Taken, BackupError> {
    if file.symlink_metadata().is_ok() {
        return Err(already_there(file));
    }
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    if !parent.is_dir() {
        return Err(BackupError::Refused(format!(
            "{}: the folder {} does not exist",
            file.display(),
            parent.display()
        )));
    }
    let staging = tempfile::Builder::new().prefix(".backup-").tempdir_in(&parent).map_err(io_at(&parent))?;
    let (store, mut copies) = match config.store() {
        Store::Sqlite { folder } => (StoreName::Sqlite, copy_files(&folder, plans, &staging).await?),
        Store::Postgres { url, schema_prefix } => {
            (StoreName::Postgres, dump_schemas(&url, &schema_prefix, plans, &staging).await?)
        }
    };
    for seen in &mut copies.seen {
        order_migrations(seen, plans)?;
    }
    let master_keys = fingerprints(config, &copies.seen)?;
    let pack = config.store.folder.join(LOADED_PACK);
    if pack.is_file() {
        // Whoever loads a reference replaces the file: a copy of it is one or the other.
        let copy = staging.path().join(LOADED_PACK);
        std::fs::copy(&pack, &copy).map_err(io_at(&pack))?;
        copies.files.push((LOADED_PACK.to_owned(), copy));
    }
    let mut members = Vec::with_capacity(copies.files.len());
    for (path, copy) in &copies.files {
        members.push(describe(path, copy)?);
    }
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        at,
        store,
        master_keys,
        databases: copies.seen.into_iter().map(|seen| seen.database).collect(),
        members,
    };
    let mut archive = Writer::new(&parent, file, &manifest)?;
    for (member, (_, copy)) in manifest.members.iter().zip(&copies.files) {
        let mut content = BufReader::new(File::open(copy).map_err(io_at(copy))?);
        archive.add(&member.path, member.size, &mut content)?;
    }
    let size = archive.finish(&parent)?;
    Ok(Taken { manifest, size })
}

/// Copies waiting to be put in the archive: the member's path, the file.
struct Copies {
    seen: Vec<Seen>,
    files: Vec<(String, PathBuf)>,
}

async fn copy_files(folder: &Path, plans: &[Plan], staging: &TempDir) -> Result<Copies, BackupError> {
    let mut copies = Copies { seen: Vec::new(), files: Vec::new() };
    for (plan, first) in plans.iter().zip([true].into_iter().chain(std::iter::repeat(false))) {
        let source = folder.join(sqlite_member(plan.name));
        if !source.is_file() {
            if first {
                return Err(no_house(&source.display().to_string()));
            }
            continue;
        }
        let copy = staging.path().join(sqlite_member(plan.name));
        sqlite::copy(&source, &copy).await?;
        copies.seen.push(sqlite::look(plan.name, &copy).await?);
        copies.files.push((sqlite_member(plan.name), copy));
    }
    Ok(copies)
}

async fn dump_schemas(
    url: &str,
    prefix: &str,
    plans: &[Plan],
    staging: &TempDir,
) -> Result<Copies, BackupError> {
    let (mut connection, place) = postgres::connect(url).await?;
    // One transaction for all schemas: every database is as it was at one same instant.
    postgres::begin_reading(&mut connection, &place).await?;
    let mut copies = Copies { seen: Vec::new(), files: Vec::new() };
    for (plan, first) in plans.iter().zip([true].into_iter().chain(std::iter::repeat(false))) {
        let schema = format!("{prefix}{}", plan.name);
        if postgres::tables(&mut connection, &place, &schema).await?.is_empty() {
            if first {
                return Err(no_house(&format!("{place} schema {schema}")));
            }
            continue;
        }
        let folder = staging.path().join(plan.name);
        std::fs::create_dir(&folder).map_err(io_at(&folder))?;
        let seen = postgres::dump(&mut connection, &place, &schema, plan.name, &folder).await?;
        for table in &seen.database.tables {
            let copy = folder.join(format!("{}.copy", table.name));
            copies.files.push((postgres_member(plan.name, &table.name), copy));
        }
        copies.seen.push(seen);
    }
    postgres::run(&mut connection, &place, "COMMIT").await?;
    Ok(copies)
}

fn no_house(place: &str) -> BackupError {
    BackupError::Missing(format!(
        "{place}: there is no house here; [store] of the configuration (--config) says where it is"
    ))
}

/// Puts applied migrations in the order this program applies them.
fn order_migrations(seen: &mut Seen, plans: &[Plan]) -> Result<(), BackupError> {
    let database = &mut seen.database;
    let known = plans.iter().find(|plan| plan.name == database.name);
    let place = |name: &String| {
        known.and_then(|plan| plan.migrations.all().iter().position(|one| one.name == name.as_str()))
    };
    if let Some(unknown) = database.migrations.iter().find(|name| place(name).is_none()) {
        return Err(BackupError::Missing(format!(
            "database {}: migration {unknown:?} comes from a later program than this one ({}): back up with it",
            database.name,
            env!("CARGO_PKG_VERSION")
        )));
    }
    database.migrations.sort_by_key(place);
    Ok(())
}

/// The master keys that wrap data keys of the house: an archive that nothing opens is not worth keeping.
fn fingerprints(config: &Config, seen: &[Seen]) -> Result<Vec<MasterKeyPrint>, BackupError> {
    let names: BTreeSet<&String> = seen.iter().flat_map(|seen| &seen.master_keys).collect();
    let keys = MasterKeys::read(&config.master_key_file(), false)?;
    names
        .into_iter()
        .map(|name| {
            let fingerprint =
                keys.fingerprint(name).ok_or_else(|| MasterKeyError::Unknown(name.to_owned()))?;
            Ok(MasterKeyPrint { name: name.to_owned(), fingerprint: fingerprint.to_owned() })
        })
        .collect()
}

fn describe(path: &str, copy: &Path) -> Result<Member, BackupError> {
    let failed = io_at(copy);
    let mut content = BufReader::new(File::open(copy).map_err(&failed)?);
    let size = content.get_ref().metadata().map_err(&failed)?.len();
    let digest = digest_of(&mut content, u64::MAX).map_err(&failed)?;
    Ok(Member { path: path.to_owned(), size, sha256: hex::encode(digest) })
}
