use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::str::FromStr as _;

use futures::TryStreamExt as _;
use sea_orm::DbBackend;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::archive::Reader;
use super::manifest::{DatabaseEntry, Mark, TableEntry};
use super::sqlite::Seen;
use super::{BackupError, Plan, engine_at, io_at};
use crate::store::APPLIED;

/// A connection, and how to name the place without its password.
pub(super) async fn connect(url: &str) -> Result<(PgConnection, String), BackupError> {
    let options = PgConnectOptions::from_str(url).map_err(engine_at("[store] postgres"))?;
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let connection = PgConnection::connect_with(&options.application_name("pepiniere backup"))
        .await
        .map_err(engine_at(&place))?;
    Ok((connection, place))
}

/// Begins the transaction in which all is read as it was at one instant.
pub(super) async fn begin_reading(connection: &mut PgConnection, place: &str) -> Result<(), BackupError> {
    run(connection, place, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
}

/// Runs statements without answer.
pub(super) async fn run(
    connection: &mut PgConnection,
    place: &str,
    statements: impl Into<String>,
) -> Result<(), BackupError> {
    sqlx::raw_sql(AssertSqlSafe(statements.into()))
        .execute(connection)
        .await
        .map(drop)
        .map_err(engine_at(place))
}

/// The tables of a schema, those that others refer to first.
pub(super) async fn tables(
    connection: &mut PgConnection,
    place: &str,
    schema: &str,
) -> Result<Vec<String>, BackupError> {
    let mut waiting: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY 1",
    )
    .bind(schema)
    .fetch_all(&mut *connection)
    .await
    .map_err(engine_at(place))?;
    let references: Vec<(String, String)> = sqlx::query_as(
        "SELECT a.relname::text, b.relname::text FROM pg_constraint k
         JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
         JOIN pg_namespace n ON n.oid = a.relnamespace
         WHERE k.contype = 'f' AND n.nspname = $1 AND a.oid <> b.oid",
    )
    .bind(schema)
    .fetch_all(&mut *connection)
    .await
    .map_err(engine_at(place))?;
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let (free, bound): (Vec<_>, Vec<_>) = waiting
            .iter()
            .cloned()
            .partition(|table| !references.iter().any(|(from, to)| from == table && waiting.contains(to)));
        if free.is_empty() {
            // A circle of references: no order is better than another.
            ordered.extend(bound);
            break;
        }
        ordered.extend(free);
        waiting = bound;
    }
    Ok(ordered)
}

/// Writes each table of `schema` in a file of `folder`, and says what they hold.
pub(super) async fn dump(
    connection: &mut PgConnection,
    place: &str,
    schema: &str,
    name: &str,
    folder: &Path,
) -> Result<Seen, BackupError> {
    run(connection, place, format!("SET LOCAL search_path TO \"{schema}\"")).await?;
    let mut entries = Vec::new();
    for table in tables(connection, place, schema).await? {
        let columns: Vec<String> = sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute
             WHERE attrelid = ($1 || '.' || quote_ident($2))::regclass AND attnum > 0 AND NOT attisdropped
             ORDER BY attnum",
        )
        .bind(format!("\"{schema}\""))
        .bind(&table)
        .fetch_all(&mut *connection)
        .await
        .map_err(engine_at(place))?;
        let rows = dump_table(connection, place, &table, &columns, folder).await?;
        entries.push(TableEntry { name: table, columns, rows });
    }
    look(connection, place, name, entries).await
}

async fn dump_table(
    connection: &mut PgConnection,
    place: &str,
    table: &str,
    columns: &[String],
    folder: &Path,
) -> Result<u64, BackupError> {
    let path = folder.join(format!("{table}.copy"));
    let failed = io_at(&path);
    let mut file = BufWriter::new(File::create_new(&path).map_err(&failed)?);
    let statement = format!("COPY \"{table}\" ({}) TO STDOUT", quoted(columns));
    let mut rows = 0;
    let mut chunks = connection.copy_out_raw(&statement).await.map_err(engine_at(place))?;
    while let Some(chunk) = chunks.try_next().await.map_err(engine_at(place))? {
        // In the text format a row is a line: new lines inside values are escaped.
        rows += chunk.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        file.write_all(&chunk).map_err(&failed)?;
    }
    file.flush().map_err(&failed)?;
    Ok(rows)
}

/// What the schema on the search path holds, besides its `tables`.
pub(super) async fn look(
    connection: &mut PgConnection,
    place: &str,
    name: &str,
    tables: Vec<TableEntry>,
) -> Result<Seen, BackupError> {
    let failed = engine_at(place);
    let (commit_group, link, sequence): (i64, Vec<u8>, i64) =
        sqlx::query_as("SELECT commit_group, link, sequence FROM commit_head")
            .fetch_one(&mut *connection)
            .await
            .map_err(&failed)?;
    let migrations = sqlx::query_scalar("SELECT version::text FROM seaql_migrations")
        .fetch_all(&mut *connection)
        .await
        .map_err(&failed)?;
    let master_keys =
        sqlx::query_scalar("SELECT DISTINCT master_key FROM data_keys WHERE wrapped IS NOT NULL ORDER BY 1")
            .fetch_all(&mut *connection)
            .await
            .map_err(&failed)?;
    let mark = Mark { commit_group, link: hex::encode(link), sequence };
    Ok(Seen { database: DatabaseEntry { name: name.to_owned(), mark, migrations, tables }, master_keys })
}

/// Makes the empty tables of `database` in `schema`, as its migrations left them.
pub(super) async fn make_tables(
    connection: &mut PgConnection,
    place: &str,
    schema: &str,
    database: &DatabaseEntry,
    plan: &Plan,
) -> Result<(), BackupError> {
    run(connection, place, format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await?;
    run(connection, place, format!("SET LOCAL search_path TO \"{schema}\"")).await?;
    run(connection, place, APPLIED).await?;
    for migration in &plan.migrations.all()[..database.migrations.len()] {
        run(connection, place, migration.sql_for(DbBackend::Postgres)).await?;
    }
    // Rows that migrations insert are in the archive too.
    for table in database.tables.iter().rev() {
        run(connection, place, format!("DELETE FROM \"{}\"", table.name)).await?;
    }
    Ok(())
}

/// Fills a table from the member the reader stands on; returns how many rows came in.
pub(super) async fn fill(
    connection: &mut PgConnection,
    place: &str,
    table: &TableEntry,
    reader: &mut Reader,
) -> Result<u64, BackupError> {
    let failed = engine_at(format!("{place}, table {}", table.name));
    let statement = format!("COPY \"{}\" ({}) FROM STDIN", table.name, quoted(&table.columns));
    let mut copy = connection.copy_in_raw(&statement).await.map_err(&failed)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return copy.finish().await.map_err(&failed),
            Ok(read) => {
                copy.send(&buffer[..read]).await.map_err(&failed)?;
            }
            Err(error) => {
                copy.abort("the archive cannot be read").await.map_err(&failed)?;
                return Err(error);
            }
        }
    }
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}
