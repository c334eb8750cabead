use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager};

/// The table in which sea-orm-migration remembers what it applied, as both stores read it.
pub(crate) const APPLIED: &str =
    "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)";

/// One change of the tables, written once for both stores and never edited after it landed.
///
/// The SQL uses three words that the stores spell differently: `@key` (a 64-bit primary key), `@bytes` and
/// `@real` (a 64-bit float). Everything else is what `SQLite` and `PostgreSQL` have in common.
#[derive(Clone, Copy)]
pub struct Migration {
    /// Unique within its database; the order of application is the order of the list.
    pub name: &'static str,
    /// Statements separated by semicolons.
    pub sql: &'static str,
}

impl Migration {
    /// The statements as `backend` spells them.
    pub(crate) fn sql_for(&self, backend: DbBackend) -> String {
        let (key, bytes) = match backend {
            DbBackend::Sqlite => ("INTEGER PRIMARY KEY", "BLOB"),
            _ => ("BIGINT PRIMARY KEY", "BYTEA"),
        };
        self.sql.replace("@key", key).replace("@bytes", bytes).replace("@real", "DOUBLE PRECISION")
    }
}

impl MigrationName for Migration {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = self.sql_for(manager.get_database_backend());
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// The migrations of one database: what every database has, then the service's own.
#[derive(Clone)]
pub struct Migrations(Vec<Migration>);

impl Migrations {
    /// The common tables (commit groups, audit, keys, jobs, outbox) followed by `own`.
    pub fn with_common(own: &[Migration]) -> Self {
        let mut all =
            vec![Migration { name: "common_0001", sql: include_str!("../../migrations/common/0001.sql") }];
        all.extend_from_slice(own);
        Self(all)
    }

    /// In order of application.
    pub(crate) fn all(&self) -> &[Migration] {
        &self.0
    }

    /// Applies what is missing; applied migrations are left alone.
    pub(super) async fn apply(&self, connection: &DatabaseConnection) -> Result<(), DbErr> {
        self.up(connection, None).await
    }
}

impl MigratorTraitSelf for Migrations {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        self.0.iter().map(|migration| Box::new(*migration) as Box<dyn MigrationTrait>).collect()
    }
}
