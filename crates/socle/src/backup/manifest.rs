use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BackupError, Plan};

/// The layout of archives this program writes and reads.
pub(super) const FORMAT: &str = "pepiniere-backup/1";

/// What the archive holds, and what to expect once it is back in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: String,
    /// The program that took it.
    pub program: String,
    /// When it was begun.
    pub at: Timestamp,
    pub store: StoreName,
    /// The master keys without which what is sealed inside does not open.
    pub master_keys: Vec<MasterKeyPrint>,
    pub databases: Vec<DatabaseEntry>,
    /// In the order of the archive, after the manifest.
    pub members: Vec<Member>,
}

/// Which store an archive comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreName {
    Sqlite,
    Postgres,
}

impl std::fmt::Display for StoreName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A master key, without telling it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterKeyPrint {
    pub name: String,
    pub fingerprint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseEntry {
    pub name: String,
    pub mark: Mark,
    /// Applied migrations, in order.
    pub migrations: Vec<String>,
    /// A table comes after those it refers to.
    pub tables: Vec<TableEntry>,
}

/// Where a database stood: the end of its audit chain, the last number drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    pub commit_group: i64,
    /// Hexadecimal.
    pub link: String,
    pub sequence: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Refuses what this program could not put back in a store of `store`'s kind.
    pub(super) fn check(&self, store: StoreName, plans: &[Plan]) -> Result<(), BackupError> {
        let refused = |text: String| Err(BackupError::Refused(text));
        if self.format != FORMAT {
            return refused(format!("manifest.json: format {:?}, expected {FORMAT:?}", self.format));
        }
        if self.store != store {
            return refused(format!(
                "the archive comes from {}, this house is configured on {store}: restore into a house of the same kind",
                self.store
            ));
        }
        for database in &self.databases {
            let Some(plan) = plans.iter().find(|plan| plan.name == database.name) else {
                return refused(format!(
                    "manifest.json: this program has no database called {:?}",
                    database.name
                ));
            };
            let known = plan.migrations.all();
            let unknown = database
                .migrations
                .iter()
                .enumerate()
                .find(|(at, name)| known.get(*at).is_none_or(|one| one.name != name.as_str()));
            if let Some((_, name)) = unknown {
                return refused(format!(
                    "database {}: migration {name:?} is not known to this program ({}): restore with the program that took the archive ({}) or a later one",
                    database.name,
                    env!("CARGO_PKG_VERSION"),
                    self.program
                ));
            }
            let names = database.tables.iter().flat_map(|table| table.columns.iter().chain([&table.name]));
            if let Some(odd) = names.into_iter().find(|name| !is_plain(name)) {
                return refused(format!(
                    "manifest.json, database {}: {odd:?} is not the name of a table or column",
                    database.name
                ));
            }
        }
        let mut expected = self.expected_members();
        let mut listed: Vec<_> = self.members.iter().map(|member| member.path.clone()).collect();
        listed.retain(|path| path != crate::places::LOADED_PACK);
        expected.sort();
        listed.sort();
        if expected == listed {
            Ok(())
        } else {
            refused(format!("manifest.json: members {listed:?}, expected {expected:?}"))
        }
    }

    /// The members that hold the databases.
    fn expected_members(&self) -> Vec<String> {
        let of = |database: &DatabaseEntry| match self.store {
            StoreName::Sqlite => vec![sqlite_member(&database.name)],
            StoreName::Postgres => {
                database.tables.iter().map(|table| postgres_member(&database.name, &table.name)).collect()
            }
        };
        self.databases.iter().flat_map(of).collect()
    }
}

/// The member that holds an `SQLite` database.
pub(super) fn sqlite_member(database: &str) -> String {
    format!("{database}.db")
}

/// The member that holds a table of `PostgreSQL`, in the text format of `COPY`.
pub(super) fn postgres_member(database: &str, table: &str) -> String {
    format!("{database}/{table}.copy")
}

/// Whether `name` may stand in a statement between quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
