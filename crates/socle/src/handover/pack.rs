use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{HandoverError, io_at, refused};
use crate::backup::{Mark, MasterKeyPrint};
use crate::store::{Migration, Migrations};

/// The layout of packs this program writes and reads.
pub(super) const FORMAT: &str = "pepiniere-handover/1";

/// What a pack holds: `pack.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    pub format: String,
    /// The program that wrote it.
    pub program: String,
    /// When it was begun.
    pub at: Timestamp,
    /// The service's identifier: `registry`.
    pub service: String,
    pub name: String,
    /// The key that wraps the data keys of the pack, without telling it.
    pub handover_key: MasterKeyPrint,
    /// Where the service's audit chain and numbers stand in the pack.
    pub mark: Mark,
    /// Applied migrations, in order.
    pub migrations: Vec<String>,
    /// A table comes after those it refers to.
    pub tables: Vec<TableLine>,
    /// People who have, or had, a role in the service.
    pub agents: u64,
    pub memberships: u64,
    /// Sealed files that lie beside the database.
    pub documents: u64,
}

/// A table of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableLine {
    pub name: String,
    pub rows: u64,
}

impl Description {
    const FILE: &str = "pack.json";

    pub(super) fn write(&self, folder: &Path) -> Result<(), HandoverError> {
        let place = folder.join(Self::FILE);
        let text = serde_json::to_vec_pretty(self).map_err(|cause| io_at(&place)(cause.into()))?;
        std::fs::write(&place, text).map_err(io_at(&place))
    }

    pub(super) fn read(folder: &Path) -> Result<Self, HandoverError> {
        let place = folder.join(Self::FILE);
        let name = place.display().to_string();
        let text = std::fs::read(&place).map_err(|cause| refused(&name, cause))?;
        let read: Self = serde_json::from_slice(&text).map_err(|cause| refused(&name, cause))?;
        if read.format == FORMAT {
            Ok(read)
        } else {
            Err(refused(&name, format_args!("format {:?}, expected {FORMAT:?}", read.format)))
        }
    }

    /// The migrations that made the tables of the pack; refused when this program does not know them.
    pub(super) fn applied(&self, own: &[Migration]) -> Result<Vec<Migration>, HandoverError> {
        let known = Migrations::with_common(own);
        let known = known.all();
        for (at, name) in self.migrations.iter().enumerate() {
            if known.get(at).is_none_or(|one| one.name != name.as_str()) {
                return Err(refused(
                    Self::FILE,
                    format_args!(
                        "migration {name:?} is not known to this program ({}): receive with the program that wrote the pack ({}) or a later one",
                        env!("CARGO_PKG_VERSION"),
                        self.program
                    ),
                ));
            }
        }
        Ok(known[..self.migrations.len()].to_vec())
    }
}
