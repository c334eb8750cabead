use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};

use super::leftovers::{self, RECEIVE, RESTORE, overwrite, overwrite_and_remove};
use super::{DestructionError, io_at};
use crate::documents::Documents;
use crate::store::{Store, application_name};

/// The ends of the names of the files that an `SQLite` database is made of.
const FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

const DESTROY_KEYS: &str = "UPDATE data_keys SET wrapped = NULL, destroyed_at = COALESCE(destroyed_at, $1)";

fn engine_at(place: impl std::fmt::Display) -> impl Fn(sqlx::Error) -> DestructionError {
    let place = place.to_string();
    move |cause| DestructionError::Engine { place: place.clone(), cause }
}

async fn connect(url: &str) -> Result<PgConnection, DestructionError> {
    let failed = engine_at("[store] postgres");
    let options = PgConnectOptions::from_str(url).map_err(&failed)?;
    options.application_name("pepiniere destroy").connect().await.map_err(failed)
}

/// A file beside the one of a database.
fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Opens the file alone and leaves the shared mode in which many processes use it; `None` while another one has it open.
///
/// The engine deletes its side files without overwriting them, and they hold pages of the database: what it did not write in
/// the file yet (`-wal`), what the file said before a change (`-journal`). So the first is overwritten once the file has
/// everything, and the second is kept by the engine until [`close`] overwrites it.
async fn alone(file: &Path) -> Result<Option<SqliteConnection>, DestructionError> {
    match alone_on(file).await {
        Err(DestructionError::Engine { cause: sqlx::Error::Database(cause), .. })
            if cause.code().is_some_and(|code| code == "5" || code == "261") =>
        {
            Ok(None)
        }
        opened => opened.map(Some),
    }
}

async fn alone_on(file: &Path) -> Result<SqliteConnection, DestructionError> {
    let failed = engine_at(file.display());
    let options = SqliteConnectOptions::new()
        .filename(file)
        .pragma("secure_delete", "on")
        .pragma("locking_mode", "exclusive")
        .busy_timeout(Duration::from_millis(200));
    let mut connection = options.connect().await.map_err(&failed)?;
    // From here on nobody else opens it.
    sqlx::raw_sql("BEGIN EXCLUSIVE; COMMIT").execute(&mut connection).await.map_err(&failed)?;
    let (busy, written, kept): (i64, i64, i64) =
        sqlx::query_as("PRAGMA wal_checkpoint(FULL)").fetch_one(&mut connection).await.map_err(&failed)?;
    if busy != 0 || written != kept {
        return Err(DestructionError::Refused(format!(
            "{}: the engine wrote {kept} pages of its log in the file, {written} are expected",
            file.display()
        )));
    }
    let log = beside(file, "-wal");
    match overwrite(&log) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(io_at(&log)(cause)),
        _ => {}
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode = persist")
        .fetch_one(&mut connection)
        .await
        .map_err(&failed)?;
    if mode == "persist" {
        return Ok(connection);
    }
    Err(DestructionError::Refused(format!(
        "{}: the engine stays in the mode {mode:?}, \"persist\" is expected",
        file.display()
    )))
}

/// Closes what [`alone`] opened.
async fn close(connection: SqliteConnection, file: &Path) -> Result<(), DestructionError> {
    connection.close().await.map_err(engine_at(file.display()))?;
    let journal = beside(file, "-journal");
    overwrite_and_remove(&journal).map_err(io_at(&journal))
}

/// Whether the service has a database here.
pub(super) async fn exists(store: &Store, service: &str) -> Result<bool, DestructionError> {
    match store {
        Store::Sqlite { folder } => Ok(folder.join(format!("{service}.db")).exists()),
        Store::Postgres { url, schema_prefix } => {
            let mut connection = connect(url).await?;
            let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_tables WHERE schemaname = $1")
                .bind(format!("{schema_prefix}{service}"))
                .fetch_one(&mut connection)
                .await
                .map_err(engine_at("pg_tables"))?;
            Ok(tables > 0)
        }
    }
}

/// Refuses while another process has the service's database open.
pub(super) async fn refuse_if_served(store: &Store, service: &str) -> Result<(), DestructionError> {
    let served = match store {
        Store::Sqlite { folder } => {
            let file = folder.join(format!("{service}.db"));
            if !is_database(&file) {
                return Ok(());
            }
            match alone(&file).await? {
                Some(connection) => {
                    close(connection, &file).await?;
                    None
                }
                None => Some(file.display().to_string()),
            }
        }
        Store::Postgres { url, schema_prefix } => {
            let schema = format!("{schema_prefix}{service}");
            let mut connection = connect(url).await?;
            let sessions: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
            )
            .bind(application_name(&schema))
            .fetch_one(&mut connection)
            .await
            .map_err(engine_at("pg_stat_activity"))?;
            (sessions > 0).then(|| format!("schema {schema}"))
        }
    };
    match served {
        None => Ok(()),
        Some(place) => Err(DestructionError::Refused(format!(
            "{place}: another process has it open; stop every process that serves {service}, then run this again"
        ))),
    }
}

/// A file that was overwritten by a run that was cut is no database any more.
fn is_database(file: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; 16];
    std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"SQLite format 3\0"
}

/// Destroys every data key: what is sealed is erased from here on, whatever remains of the rest. (`SQLite` may keep some of their
/// bytes in the unused parts of its pages: the file is overwritten in the next step.)
pub(super) async fn destroy_keys(
    store: &Store,
    service: &str,
    now: Timestamp,
) -> Result<(), DestructionError> {
    match store {
        Store::Sqlite { folder } => {
            let file = folder.join(format!("{service}.db"));
            let failed = engine_at(file.display());
            let Some(mut connection) = alone(&file).await? else {
                return Err(DestructionError::Refused(format!(
                    "{}: it was opened meanwhile",
                    file.display()
                )));
            };
            sqlx::query(DESTROY_KEYS)
                .bind(now.as_microsecond())
                .execute(&mut connection)
                .await
                .map_err(&failed)?;
            close(connection, &file).await
        }
        Store::Postgres { url, schema_prefix } => {
            let schema = format!("{schema_prefix}{service}");
            let failed = engine_at(&schema);
            let mut connection = connect(url).await?;
            let path = format!("SET search_path TO \"{schema}\"");
            sqlx::raw_sql(AssertSqlSafe(path)).execute(&mut connection).await.map_err(&failed)?;
            sqlx::query(DESTROY_KEYS)
                .bind(now.as_microsecond())
                .execute(&mut connection)
                .await
                .map_err(&failed)?;
            // The row versions that held the keys leave the table's pages too.
            sqlx::raw_sql("VACUUM FULL data_keys").execute(&mut connection).await.map_err(&failed)?;
            connection.close().await.map_err(failed)
        }
    }
}

/// The files that lie beside the database, drafts too.
pub(super) fn documents(house: &Path, service: &str) -> Result<Vec<PathBuf>, DestructionError> {
    let documents = Documents::new(house, service);
    let entries = match std::fs::read_dir(documents.folder()) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(io_at(documents.folder())(cause)),
    };
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(io_at(documents.folder()))).collect()
}

/// The folders that a `receive` or a `restore` that was killed left in the house, where they can be read like a database.
pub(super) fn left_behind(store: &Store) -> Result<Vec<PathBuf>, DestructionError> {
    match store {
        Store::Sqlite { folder } => leftovers::find(folder, &[RECEIVE, RESTORE]).map_err(io_at(folder)),
        Store::Postgres { .. } => Ok(Vec::new()),
    }
}

/// Where the database of a service is, as the certificate names it, whatever folder the command is run from.
pub(super) fn place(store: &Store, service: &str) -> Result<String, DestructionError> {
    match store {
        Store::Sqlite { folder } => {
            let folder = folder.canonicalize().map_err(io_at(folder))?;
            Ok(folder.join(format!("{service}.db")).display().to_string())
        }
        Store::Postgres { url, schema_prefix } => {
            let options = PgConnectOptions::from_str(url).map_err(engine_at("[store] postgres"))?;
            let (host, port) = (options.get_host(), options.get_port());
            let database = options.get_database().unwrap_or("the user's");
            Ok(format!("{host}:{port} database {database} schema {schema_prefix}{service}"))
        }
    }
}

/// Takes documents and tables away. What is gone already is no fault.
pub(super) async fn destroy_data(store: &Store, house: &Path, service: &str) -> Result<(), DestructionError> {
    for file in documents(house, service)? {
        overwrite_and_remove(&file).map_err(io_at(&file))?;
    }
    // An empty folder tells nothing; one that is not there is removed already.
    let _ = std::fs::remove_dir(Documents::new(house, service).folder());
    match store {
        Store::Sqlite { folder } => {
            for end in FILES {
                let file = folder.join(format!("{service}.db{end}"));
                overwrite_and_remove(&file).map_err(io_at(&file))?;
            }
            for leftover in left_behind(store)? {
                leftovers::erase(&leftover).map_err(io_at(&leftover))?;
            }
            std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_at(folder))
        }
        Store::Postgres { url, schema_prefix } => {
            let schema = format!("{schema_prefix}{service}");
            let mut connection = connect(url).await?;
            let drop = format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE");
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.map_err(engine_at(&schema))?;
            connection.close().await.map_err(engine_at(schema))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The engine notes beside the file what it said before the keys were destroyed.
    #[tokio::test]
    async fn destroyed_keys_are_in_no_side_file_of_the_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let wrapped = [0x5a_u8; 64];
        let file = at("service.db");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut engine = options.connect().await.expect("SQLite");
        sqlx::raw_sql("CREATE TABLE data_keys (id INTEGER PRIMARY KEY, wrapped BLOB, destroyed_at BIGINT)")
            .execute(&mut engine)
            .await
            .expect("a table");
        for _ in 0..100 {
            let insert = sqlx::query("INSERT INTO data_keys (wrapped) VALUES (?)").bind(wrapped.as_slice());
            insert.execute(&mut engine).await.expect("a key");
        }
        engine.close().await.expect("an end");
        let holds = |file: &Path| {
            let bytes = std::fs::read(file).expect("a file");
            bytes.windows(wrapped.len()).any(|window| window == wrapped)
        };
        assert!(holds(&file));
        // A second name shows what was on the disk once the engine has deleted the first.
        std::fs::write(at("service.db-journal"), "").expect("a file");
        std::fs::hard_link(at("service.db-journal"), at("journal")).expect("a link");
        let store = Store::Sqlite { folder: folder.path().to_owned() };
        destroy_keys(&store, "service", Timestamp::UNIX_EPOCH).await.expect("a destruction");
        assert!(std::fs::metadata(at("journal")).expect("a file").len() > 4_096, "the engine noted pages");
        assert!(!holds(&at("journal")), "what the engine noted is overwritten");
    }
}
