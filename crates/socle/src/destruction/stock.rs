use std::path::PathBuf;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use serde::{Deserialize, Serialize};

use super::{DestructionError, data, people};
use crate::audit;
use crate::backup::Mark;
use crate::house::House;
use crate::service::Sheet;
use crate::store::{Instant, Store, open_to_read};

/// What a service has, noted before it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    pub engine: String,
    /// In the order of [`Sheet::databases`].
    pub databases: Vec<DatabaseOfStock>,
    /// Roles in the service, taken back ones too.
    pub memberships: u64,
    /// Accounts that have a role in no other service.
    pub agents: u64,
    /// What commands that were killed left in the house's folder.
    pub leftovers: Vec<PathBuf>,
}

/// One database of a service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseOfStock {
    pub name: String,
    /// The file, or the server and the schema.
    pub place: String,
    /// Tables and their rows.
    pub tables: Vec<(String, u64)>,
    pub keys: Vec<KeyOfStock>,
    /// Where its audit chain stood.
    pub mark: Mark,
    /// Entries of its log; what is wrong with the chain when something is.
    pub audit_entries: Result<i64, String>,
    /// Sealed files beside the database.
    pub documents: usize,
}

/// A data key, without its value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyOfStock {
    pub id: i64,
    pub tenant: String,
    pub purpose: String,
    pub master_key: String,
    pub destroyed_before: Option<Timestamp>,
}

impl Stock {
    /// Counts what the service of `sheet` has in this house.
    pub(super) async fn take(house: &House, sheet: &'static Sheet) -> Result<Self, DestructionError> {
        let store = house.config.store();
        let mut databases = Vec::new();
        for name in sheet.databases.iter().copied() {
            if data::exists(&store, name).await? {
                databases.push(DatabaseOfStock::take(house, &store, name).await?);
            }
        }
        if databases.is_empty() {
            return Err(DestructionError::Refused(format!(
                "this house has no data of {}: there is nothing to destroy",
                sheet.id
            )));
        }
        let engine = match &store {
            Store::Sqlite { .. } => "SQLite",
            Store::Postgres { .. } => "PostgreSQL",
        };
        let (memberships, agents) = people::count(house, sheet.id).await?;
        let leftovers = data::left_behind(&store)?;
        Ok(Self { engine: engine.to_owned(), databases, memberships, agents, leftovers })
    }

    /// The master keys that wrap its data keys.
    pub fn master_keys(&self) -> Vec<&str> {
        let keys = self.databases.iter().flat_map(|database| &database.keys);
        let live = keys.filter(|key| key.destroyed_before.is_none());
        let mut names: Vec<_> = live.map(|key| key.master_key.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl DatabaseOfStock {
    async fn take(house: &House, store: &Store, name: &'static str) -> Result<Self, DestructionError> {
        let connection = open_to_read(store, name).await?;
        let stock = Self {
            name: name.to_owned(),
            place: data::place(store, name)?,
            tables: tables(&connection).await?,
            keys: keys(&connection).await?,
            mark: mark(&connection).await?,
            audit_entries: audit::verify_on(&connection)
                .await
                .map(|verified| verified.entries)
                .map_err(|broken| broken.to_string()),
            documents: data::documents(&house.config.store.folder, name)?.len(),
        };
        connection.close().await?;
        Ok(stock)
    }
}

async fn tables(connection: &DatabaseConnection) -> Result<Vec<(String, u64)>, DestructionError> {
    let backend = connection.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        }
        _ => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
        }
    };
    let mut tables = Vec::new();
    for row in connection.query_all_raw(Statement::from_string(backend, sql)).await? {
        let name: String = row.try_get_by_index(0)?;
        let count = Statement::from_string(backend, format!("SELECT COUNT(*) FROM \"{name}\""));
        let rows: i64 =
            connection.query_one_raw(count).await?.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        tables.push((name, rows.unsigned_abs()));
    }
    Ok(tables)
}

async fn keys(connection: &DatabaseConnection) -> Result<Vec<KeyOfStock>, DestructionError> {
    let sql = "SELECT id, tenant, purpose, master_key, destroyed_at FROM data_keys ORDER BY id";
    let rows =
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        keys.push(KeyOfStock {
            id: row.try_get_by_index(0)?,
            tenant: row.try_get_by_index(1)?,
            purpose: row.try_get_by_index(2)?,
            master_key: row.try_get_by_index(3)?,
            destroyed_before: row.try_get_by_index::<Option<Instant>>(4)?.map(Instant::timestamp),
        });
    }
    Ok(keys)
}

async fn mark(connection: &DatabaseConnection) -> Result<Mark, DestructionError> {
    let backend = connection.get_database_backend();
    let link = if backend == DbBackend::Postgres { "link" } else { "CAST(link AS BLOB)" };
    let sql = format!("SELECT commit_group, {link}, sequence FROM commit_head");
    let row = connection.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| {
        DestructionError::Refused("commit_head has no row: the database is not whole".to_owned())
    })?;
    Ok(Mark {
        commit_group: row.try_get_by_index(0)?,
        link: hex::encode(row.try_get_by_index::<Vec<u8>>(1)?),
        sequence: row.try_get_by_index(2)?,
    })
}
