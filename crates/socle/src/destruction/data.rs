use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};

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

/// Leaves the shared mode in which many processes use one file: the engine refuses while another one has it open. The
/// connection that comes back is alone.
async fn alone(file: &Path) -> Result<Option<SqliteConnection>, DestructionError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Delete)
        .pragma("secure_delete", "on")
        .pragma("locking_mode", "exclusive")
        .busy_timeout(Duration::from_millis(200));
    match options.connect().await {
        Ok(connection) => Ok(Some(connection)),
        Err(sqlx::Error::Database(cause))
            if cause.code().is_some_and(|code| code == "5" || code == "261") =>
        {
            Ok(None)
        }
        Err(cause) => Err(engine_at(file.display())(cause)),
    }
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
                    connection.close().await.map_err(engine_at(file.display()))?;
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

/// Destroys every data key: what is sealed is erased from here on, whatever remains of the rest.
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
            connection.close().await.map_err(failed)
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

/// Takes documents and tables away. What is gone already is no fault.
pub(super) async fn destroy_data(store: &Store, house: &Path, service: &str) -> Result<(), DestructionError> {
    for file in documents(house, service)? {
        overwrite_and_remove(&file)?;
    }
    // An empty folder tells nothing; one that is not there is removed already.
    let _ = std::fs::remove_dir(Documents::new(house, service).folder());
    match store {
        Store::Sqlite { folder } => {
            for end in FILES {
                overwrite_and_remove(&folder.join(format!("{service}.db{end}")))?;
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

/// Writes zeros over a file, then removes it. On a disk that writes elsewhere than asked (flash, snapshots) the zeros
/// prove nothing, and the certificate says so.
fn overwrite_and_remove(file: &Path) -> Result<(), DestructionError> {
    let failed = io_at(file);
    let mut opened = match OpenOptions::new().write(true).open(file) {
        Ok(opened) => opened,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(failed(cause)),
    };
    let mut left = opened.metadata().map_err(&failed)?.len();
    let zeros = vec![0; 1 << 16];
    while left > 0 {
        let some = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
        opened.write_all(&zeros[..some]).map_err(&failed)?;
        left -= some as u64;
    }
    opened.sync_all().map_err(&failed)?;
    std::fs::remove_file(file).map_err(failed)
}
