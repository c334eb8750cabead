use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, Statement};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

use super::HandoverError;
use super::field::Kind;
use crate::store::{APPLIED, Migration};

/// The tables that migrations make, each after those it refers to.
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
    /// Tables in which the migrations themselves put rows.
    filled: Vec<String>,
    statements: Vec<Migration>,
}

/// A table, and what the migrations say about it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) primary_key: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Column {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    /// The comment above it in the migration that made it.
    pub(super) meaning: String,
    /// What the number counts, when its name tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<&'static str>,
}

impl Table {
    pub(super) fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

impl Schema {
    /// Applies `migrations` to an empty `SQLite` in memory and looks at what is there: the engine reads SQL better
    /// than we would.
    pub(super) async fn of(migrations: &[Migration]) -> Result<Self, HandoverError> {
        let mut engine = SqliteConnection::connect("sqlite::memory:").await?;
        sqlx::raw_sql(APPLIED).execute(&mut engine).await?;
        let mut comments = BTreeMap::new();
        for migration in migrations {
            let sql = migration.sql_for(DbBackend::Sqlite);
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut engine).await?;
            comments.extend(comments_of(migration.sql));
        }
        // In order of creation: a table refers to earlier ones only.
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
        )
        .fetch_all(&mut engine)
        .await?;
        let (mut tables, mut filled) = (Vec::with_capacity(names.len()), Vec::new());
        for name in names {
            tables.push(table(&mut engine, &name, &comments).await?);
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{name}\"")))
                .fetch_one(&mut engine)
                .await?;
            if rows > 0 {
                filled.push(name);
            }
        }
        engine.close().await?;
        Ok(Self { tables, filled, statements: migrations.to_vec() })
    }

    /// Statements that make the empty tables on `backend`, without anything of ours around.
    pub(super) fn sql(&self, backend: DbBackend) -> String {
        let mut sql = format!("{APPLIED};\n");
        for migration in &self.statements {
            let _ = write!(sql, "\n-- {}\n{}", migration.name, migration.sql_for(backend));
        }
        sql.push_str("\n-- The rows that these statements insert are in data/ too.\n");
        for table in &self.filled {
            let _ = writeln!(sql, "DELETE FROM {table};");
        }
        sql
    }

    /// Refuses to go on when the database has a table or a column that the migrations do not tell, or lacks one:
    /// something would be left behind.
    pub(super) async fn check(&self, snapshot: &DatabaseTransaction) -> Result<(), HandoverError> {
        let sql = match snapshot.get_database_backend() {
            DbBackend::Postgres => {
                "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c
                 JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                 WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
            }
            _ => {
                "SELECT m.name, p.name FROM sqlite_schema m, pragma_table_info(m.name) p
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            }
        };
        let rows =
            snapshot.query_all_raw(Statement::from_string(snapshot.get_database_backend(), sql)).await?;
        let mut there = BTreeSet::new();
        for row in rows {
            there.insert((row.try_get_by_index::<String>(0)?, row.try_get_by_index::<String>(1)?));
        }
        let told: BTreeSet<_> = self
            .tables
            .iter()
            .flat_map(|table| table.columns.iter().map(|column| (table.name.clone(), column.name.clone())))
            .collect();
        match there.symmetric_difference(&told).next() {
            None => Ok(()),
            Some((table, column)) => Err(HandoverError::Refused(format!(
                "table {table}, column {column}: the database and the migrations of this program do not agree; nothing may be left behind"
            ))),
        }
    }
}

async fn table(
    engine: &mut SqliteConnection,
    name: &str,
    comments: &BTreeMap<(String, String), String>,
) -> Result<Table, HandoverError> {
    let rows = sqlx::query("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid")
        .bind(name)
        .fetch_all(engine)
        .await?;
    let (mut columns, mut key) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let column: String = row.try_get(0)?;
        let (declared, required, place): (String, bool, i64) =
            (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        if place > 0 {
            key.push((place, column.clone()));
        }
        let kind = Kind::declared(&declared);
        columns.push(Column {
            kind,
            nullable: !required && place == 0,
            meaning: comments.get(&(name.to_owned(), column.clone())).cloned().unwrap_or_default(),
            unit: unit(&column, kind),
            name: column,
        });
    }
    key.sort_unstable();
    Ok(Table { name: name.to_owned(), columns, primary_key: key.into_iter().map(|(_, name)| name).collect() })
}

/// The house's convention of names.
fn unit(column: &str, kind: Kind) -> Option<&'static str> {
    let instant = column == "at" || column.ends_with("_at") || column.ends_with("_until");
    match kind {
        Kind::Integer if instant => Some("microseconds since 1970-01-01T00:00:00Z"),
        Kind::Integer if column == "day" || column.ends_with("_day") => Some("days since 1970-01-01"),
        _ => None,
    }
}

/// The comments above columns: by table and column.
fn comments_of(sql: &str) -> BTreeMap<(String, String), String> {
    let (mut found, mut table, mut comment) = (BTreeMap::new(), String::new(), String::new());
    for line in sql.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("--") {
            if !comment.is_empty() {
                comment.push(' ');
            }
            comment.push_str(text.trim());
            continue;
        }
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("CREATE"), Some("TABLE"), Some(name)) => name.clone_into(&mut table),
            (Some("ALTER"), Some("TABLE"), Some(name)) => {
                let column = line.split_once(" COLUMN ").and_then(|(_, rest)| rest.split_whitespace().next());
                if let Some(column) = column
                    && !comment.is_empty()
                {
                    found.insert((name.to_owned(), column.to_owned()), comment.clone());
                }
            }
            (Some(column), Some(_), _) if !comment.is_empty() => {
                found.insert((table.clone(), column.to_owned()), comment.clone());
            }
            _ => {}
        }
        comment.clear();
    }
    found
}
