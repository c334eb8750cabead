use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::archive::{Reader, verify};
use super::manifest::{DatabaseEntry, Manifest, StoreName, TableEntry, sqlite_member};
use super::{BackupError, Plan, io_at, postgres, sqlite};
use crate::audit;
use crate::config::Config;
use crate::places::LOADED_PACK;
use crate::seal::MasterKeys;
use crate::store::{Store, open_to_read};

/// A backup that was put back.
pub struct Restored {
    pub manifest: Manifest,
    /// What the audit chain of each database says: entries, or what is broken. The copy is faithful all the same.
    pub chains: Vec<(&'static str, Result<i64, String>)>,
    pub keys: KeyState,
}

/// Whether the keys that the archive expects are where the house looks for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    Present,
    /// There is no key file yet.
    Missing,
    /// There is one, without these keys.
    Other,
}

impl KeyState {
    /// For machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Missing => "missing",
            Self::Other => "other",
        }
    }
}

/// Puts the archive `file` back into the house of `config`, which must be empty. Every member is verified before
/// anything is written; when something fails, nothing is left behind.
pub async fn restore(config: &Config, plans: &[Plan], file: &Path) -> Result<Restored, BackupError> {
    let store = config.store();
    let kind = match store {
        Store::Sqlite { .. } => StoreName::Sqlite,
        Store::Postgres { .. } => StoreName::Postgres,
    };
    refuse_full_folder(config, kind)?;
    let manifest = Reader::open(file)?.manifest;
    manifest.check(kind, plans)?;
    verify(file)?;
    let made = MadeFolder::make(&config.store.folder)?;
    match &store {
        Store::Sqlite { folder } => put_files(folder, &manifest, file).await?,
        Store::Postgres { url, schema_prefix } => {
            fill_schemas(url, schema_prefix, &config.store.folder, plans, &manifest, file).await?;
        }
    }
    made.keep();
    let mut chains = Vec::new();
    for plan in plans.iter().filter(|plan| manifest.databases.iter().any(|one| one.name == plan.name)) {
        let connection = open_to_read(&store, plan.name).await?;
        let chain = audit::verify_on(&connection).await;
        chains.push((plan.name, chain.map(|verified| verified.entries).map_err(|broken| broken.to_string())));
    }
    let keys = look_at_keys(config, &manifest);
    Ok(Restored { manifest, chains, keys })
}

/// The folder of the house may hold its master key (and, on `PostgreSQL`, anything but a loaded reference).
fn refuse_full_folder(config: &Config, kind: StoreName) -> Result<(), BackupError> {
    let folder = &config.store.folder;
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(io_at(folder)(cause)),
    };
    let key = config.master_key_file();
    for entry in entries {
        let path = entry.map_err(io_at(folder))?.path();
        let allowed =
            path == key || (kind == StoreName::Postgres && path.file_name() != Some(LOADED_PACK.as_ref()));
        if !allowed {
            return Err(BackupError::Refused(format!(
                "the folder {} is not empty: {} is there; an archive is restored into an empty house only",
                folder.display(),
                path.display()
            )));
        }
    }
    Ok(())
}

/// The folder of the house, taken away again if it was made for nothing.
struct MadeFolder {
    made: Option<PathBuf>,
}

impl MadeFolder {
    fn make(folder: &Path) -> Result<Self, BackupError> {
        let made = (!folder.exists()).then(|| folder.to_owned());
        std::fs::create_dir_all(folder).map_err(io_at(folder))?;
        Ok(Self { made })
    }

    fn keep(mut self) {
        self.made = None;
    }
}

impl Drop for MadeFolder {
    fn drop(&mut self) {
        if let Some(folder) = &self.made {
            // Only an empty folder goes: this removes nothing else.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

async fn put_files(folder: &Path, manifest: &Manifest, file: &Path) -> Result<(), BackupError> {
    let staging = tempfile::Builder::new().prefix(".restore-").tempdir_in(folder).map_err(io_at(folder))?;
    let mut reader = Reader::open(file)?;
    while let Some(member) = reader.next()? {
        extract(&mut reader, &staging.path().join(&member.path))?;
    }
    for expected in &manifest.databases {
        let copy = staging.path().join(sqlite_member(&expected.name));
        let found = sqlite::look(&expected.name, &copy).await?.database;
        compare(expected, &found)?;
    }
    // The socle's database comes first in the archive and is named last: without it there is no house.
    let mut placed = Vec::new();
    for member in manifest.members.iter().rev() {
        let target = folder.join(&member.path);
        if let Err(cause) = std::fs::rename(staging.path().join(&member.path), &target) {
            for path in &placed {
                let _ = std::fs::remove_file(path);
            }
            return Err(io_at(&target)(cause));
        }
        placed.push(target);
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_at(folder))
}

/// Writes the member the reader stands on into the new file `target`, durably.
fn extract(reader: &mut Reader, target: &Path) -> Result<(), BackupError> {
    let failed = io_at(target);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(target).map_err(&failed)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return file.sync_all().map_err(failed);
        }
        file.write_all(&buffer[..read]).map_err(&failed)?;
    }
}

async fn fill_schemas(
    url: &str,
    prefix: &str,
    folder: &Path,
    plans: &[Plan],
    manifest: &Manifest,
    file: &Path,
) -> Result<(), BackupError> {
    let (mut connection, place) = postgres::connect(url).await?;
    // All schemas in one transaction: all or nothing, whatever happens to this process.
    postgres::run(&mut connection, &place, "BEGIN").await?;
    for plan in plans {
        let schema = format!("{prefix}{}", plan.name);
        let tables = postgres::tables(&mut connection, &place, &schema).await?;
        if let Some(table) = tables.first() {
            return Err(BackupError::Refused(format!(
                "{place} schema {schema} is not empty: table {table} is there; an archive is restored into an empty house only"
            )));
        }
    }
    let mut reader = Reader::open(file)?;
    for expected in &manifest.databases {
        let Some(plan) = plans.iter().find(|plan| plan.name == expected.name) else { continue };
        let schema = format!("{prefix}{}", plan.name);
        postgres::make_tables(&mut connection, &place, &schema, expected, plan).await?;
        let mut found = Vec::with_capacity(expected.tables.len());
        for table in &expected.tables {
            reader.next()?;
            let rows = postgres::fill(&mut connection, &place, table, &mut reader).await?;
            found.push(TableEntry { rows, ..table.clone() });
        }
        let found = postgres::look(&mut connection, &place, plan.name, found).await?.database;
        compare(expected, &found)?;
    }
    let pack = folder.join(LOADED_PACK);
    let has_pack = reader.next()?.is_some();
    if has_pack {
        extract(&mut reader, &pack)?;
    }
    let committed = postgres::run(&mut connection, &place, "COMMIT").await;
    if committed.is_err() && has_pack {
        let _ = std::fs::remove_file(&pack);
    }
    committed
}

/// Whether what came back is what the manifest says.
fn compare(expected: &DatabaseEntry, found: &DatabaseEntry) -> Result<(), BackupError> {
    let name = &expected.name;
    if found.mark != expected.mark {
        return Err(BackupError::Refused(format!(
            "database {name}: it stands at {:?}, the manifest says {:?}",
            found.mark, expected.mark
        )));
    }
    let differs = expected.tables.iter().find(|table| !found.tables.contains(table));
    if let Some(table) = differs {
        let rows = found.tables.iter().find(|one| one.name == table.name).map_or(0, |one| one.rows);
        return Err(BackupError::Refused(format!(
            "database {name}, table {}: {rows} rows came back, the manifest says {}, in columns {}",
            table.name,
            table.rows,
            table.columns.join(", ")
        )));
    }
    Ok(())
}

fn look_at_keys(config: &Config, manifest: &Manifest) -> KeyState {
    let file = config.master_key_file();
    if !file.exists() {
        return KeyState::Missing;
    }
    let Ok(keys) = MasterKeys::read(&file, false) else { return KeyState::Other };
    let known = |key: &super::MasterKeyPrint| keys.fingerprint(&key.name) == Some(key.fingerprint.as_str());
    if manifest.master_keys.iter().all(known) { KeyState::Present } else { KeyState::Other }
}
