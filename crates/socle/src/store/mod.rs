//! One service, one database: `SQLite` inside the program, or a `PostgreSQL` schema. Same code, same tables.
//!
//! Reading goes through [`Database::read`]. Every change goes through [`Database::write`], which groups the
//! changes of concurrent requests in one transaction and acknowledges them once that transaction is durable
//! (docs/adr/0001-stores.md).

mod columns;
mod group;
mod migration;
mod service_error;

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

pub use columns::Instant;
pub use group::{Tx, WriteError};
pub(crate) use migration::APPLIED;
pub use migration::{Migration, Migrations};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, SqlxSqliteConnector,
    Statement,
};
pub use service_error::ServiceError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::clock::Clock;

/// Where databases live.
#[derive(Clone, Debug)]
pub enum Store {
    /// One `SQLite` file per database in this folder.
    Sqlite { folder: PathBuf },
    /// One schema per database at this address (`postgres://…`), named `<prefix><database>`.
    Postgres { url: String, schema_prefix: String },
}

/// Why a database did not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine refused or failed.
    #[error("database {database}: {cause}")]
    Engine { database: &'static str, cause: Arc<DbErr> },
    /// The database could not be opened: where, and why.
    #[error("cannot open database {database} at {place}: {cause}")]
    Open { database: &'static str, place: String, cause: String },
    /// The row was changed by somebody else since it was read (optimistic version).
    #[error("{what} was changed meanwhile: read it again")]
    Stale { what: &'static str },
    /// The program is stopping; the change was not made.
    #[error("database {database}: the program is stopping, the change was not made")]
    Stopping { database: &'static str },
}

impl From<DbErr> for StoreError {
    fn from(cause: DbErr) -> Self {
        Self::Engine { database: "", cause: Arc::new(cause) }
    }
}

/// A database of one service: concurrent readers, and one writer that groups commits.
#[derive(Clone)]
pub struct Database {
    name: &'static str,
    read: DatabaseConnection,
    writer: group::Writer,
    clock: Arc<dyn Clock>,
}

impl Database {
    /// Opens (and creates if missing) database `name`, applies the common and the service's migrations,
    /// and starts its writer.
    pub async fn open(
        store: &Store,
        name: &'static str,
        migrations: &Migrations,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let (read, write) = connect(store, name).await?;
        migrations
            .apply(&write)
            .await
            .map_err(|cause| StoreError::Engine { database: name, cause: Arc::new(cause) })?;
        let writer = group::Writer::start(name, write, Arc::clone(&clock));
        Ok(Self { name, read, writer, clock })
    }

    /// The database's name: also that of its file or schema.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// For queries. Never for changes: on `SQLite` these connections refuse them.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The clock that dates this database's changes.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Lets the engine count its rows again, after a load in bulk: `PostgreSQL` would go on planning for small
    /// tables until its own housekeeping comes by. `SQLite` plans by indexes alone.
    pub async fn refresh_statistics(&self) -> Result<(), StoreError> {
        if self.read.get_database_backend() == DbBackend::Postgres {
            let tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";
            for row in self.read.query_all_raw(Statement::from_string(DbBackend::Postgres, tables)).await? {
                let table: String = row.try_get_by_index(0)?;
                self.read.execute_unprepared(&format!("ANALYZE \"{table}\"")).await?;
            }
        }
        Ok(())
    }

    /// Makes one change: all of it or nothing, with its audit entries. Returns once it is on disk.
    pub async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> futures::future::BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.submit(change).await
    }
}

/// A connection that only reads, to a database that exists; nothing is migrated.
pub(crate) async fn open_to_read(
    store: &Store,
    name: &'static str,
) -> Result<DatabaseConnection, StoreError> {
    Ok(connect(store, name).await?.0)
}

/// How a process that holds `schema` open is called among the engine's sessions; the engine keeps 63 bytes.
pub(crate) fn application_name(schema: &str) -> String {
    let mut name = format!("pepiniere {schema}");
    name.truncate(name.floor_char_boundary(63));
    name
}

/// A read-only pool and a single-connection writing pool.
pub(crate) async fn connect(
    store: &Store,
    name: &'static str,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let failed = |place: &str, cause: &dyn std::fmt::Display| StoreError::Open {
        database: name,
        place: place.to_owned(),
        cause: cause.to_string(),
    };
    match store {
        Store::Sqlite { folder } => {
            let file = folder.join(format!("{name}.db"));
            let place = file.display().to_string();
            std::fs::create_dir_all(folder).map_err(|cause| failed(&place, &cause))?;
            let options = SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(20))
                .statement_cache_capacity(256)
                // Rows wait by the page, not by the fifty: the thread that reads them is woken less often.
                .row_buffer_size(1_000)
                .pragma("cache_size", "-131072")
                .pragma("mmap_size", "1073741824")
                .pragma("temp_store", "memory")
                .pragma("wal_autocheckpoint", "8000");
            let write = SqlitePoolOptions::new()
                .max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options.clone())
                .await
                .map_err(|cause| failed(&place, &cause))?;
            let read = SqlitePoolOptions::new()
                .max_connections(6)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options.pragma("query_only", "on").pragma("cache_size", "-32768"))
                .await
                .map_err(|cause| failed(&place, &cause))?;
            Ok((
                SqlxSqliteConnector::from_sqlx_sqlite_pool(read),
                SqlxSqliteConnector::from_sqlx_sqlite_pool(write),
            ))
        }
        Store::Postgres { url, schema_prefix } => {
            let schema = format!("{schema_prefix}{name}");
            let options =
                PgConnectOptions::from_str(url).map_err(|cause| failed("the configured address", &cause))?;
            let place = format!("{}:{} schema {schema}", options.get_host(), options.get_port());
            let options = options
                // Whoever destroys a service sees by this name that a process still holds its schema open.
                .application_name(&application_name(&schema))
                .options([("search_path", schema.as_str()), ("synchronous_commit", "on")]);
            let write = PgPoolOptions::new()
                .max_connections(1)
                .connect_with(options.clone())
                .await
                .map_err(|cause| failed(&place, &cause))?;
            let read = PgPoolOptions::new().max_connections(6).connect_lazy_with(options);
            let write = SqlxPostgresConnector::from_sqlx_postgres_pool(write);
            write
                .execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""))
                .await
                .map_err(|cause| failed(&place, &cause))?;
            Ok((SqlxPostgresConnector::from_sqlx_postgres_pool(read), write))
        }
    }
}
