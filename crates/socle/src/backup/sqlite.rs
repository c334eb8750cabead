use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use super::manifest::{DatabaseEntry, Mark, TableEntry};
use super::{BackupError, engine_at};

/// A file of a database, and the master keys its data keys are wrapped with.
pub(super) struct Seen {
    pub(super) database: DatabaseEntry,
    pub(super) master_keys: Vec<String>,
}

/// Copies the database `source`, as it is at one instant, into the new file `copy`. In WAL mode this reads beside
/// the writer and holds nobody up.
pub(super) async fn copy(source: &Path, copy: &Path) -> Result<(), BackupError> {
    let failed = engine_at(source.display());
    let Some(target) = copy.to_str() else {
        return Err(BackupError::Refused(format!(
            "{}: SQLite can only copy to a path in UTF-8",
            copy.display()
        )));
    };
    let mut connection = SqliteConnection::connect_with(
        &SqliteConnectOptions::new().filename(source).busy_timeout(std::time::Duration::from_secs(20)),
    )
    .await
    .map_err(&failed)?;
    sqlx::query("VACUUM INTO ?").bind(target).execute(&mut connection).await.map_err(&failed)?;
    connection.close().await.map_err(failed)
}

/// Reads what a copy holds.
pub(super) async fn look(name: &str, file: &Path) -> Result<Seen, BackupError> {
    let failed = engine_at(file.display());
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file).read_only(true))
            .await
            .map_err(&failed)?;
    let (commit_group, link, sequence): (i64, Vec<u8>, i64) =
        sqlx::query_as("SELECT commit_group, CAST(link AS BLOB), sequence FROM commit_head")
            .fetch_one(&mut connection)
            .await
            .map_err(&failed)?;
    let migrations = sqlx::query_scalar("SELECT version FROM seaql_migrations")
        .fetch_all(&mut connection)
        .await
        .map_err(&failed)?;
    let master_keys =
        sqlx::query_scalar("SELECT DISTINCT master_key FROM data_keys WHERE wrapped IS NOT NULL ORDER BY 1")
            .fetch_all(&mut connection)
            .await
            .map_err(&failed)?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .fetch_all(&mut connection)
    .await
    .map_err(&failed)?;
    let mut tables = Vec::with_capacity(names.len());
    for table in names {
        let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info(?) ORDER BY cid")
            .bind(&table)
            .fetch_all(&mut connection)
            .await
            .map_err(&failed)?;
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\"")))
            .fetch_one(&mut connection)
            .await
            .map_err(&failed)?;
        tables.push(TableEntry { name: table, columns, rows: u64::try_from(rows).unwrap_or_default() });
    }
    connection.close().await.map_err(&failed)?;
    let mark = Mark { commit_group, link: hex::encode(link), sequence };
    Ok(Seen { database: DatabaseEntry { name: name.to_owned(), mark, migrations, tables }, master_keys })
}
