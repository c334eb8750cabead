//! Files too large for a database: in a folder beside it, sealed piece by piece with a key of their tenant.
//!
//! On disk a document is a sequence of pieces, each a length (32 bits, big-endian) and a sealed value. Each piece
//! is bound to the document's name and to its rank, and the last one says that it is: a document that was cut,
//! or whose pieces were moved, does not open.

mod draft;
mod reading;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use draft::{Draft, Written};
pub use reading::{DocumentError, Reading};

use crate::seal::{DataKey, Keyring};

/// Bytes of a piece before it is sealed.
const PIECE: usize = 64 * 1024;

/// The documents of one database.
#[derive(Clone, Debug)]
pub struct Documents {
    folder: PathBuf,
}

impl Documents {
    /// `store` is the folder of the house, `database` the name of the database whose rows know the documents.
    pub fn new(store: &Path, database: &str) -> Self {
        Self { folder: store.join("documents").join(database) }
    }

    /// Begins a document; nothing is seen of it until it is finished. `name` is made of letters, digits and dashes.
    pub fn begin(&self, name: &str, key: Arc<DataKey>) -> io::Result<Draft> {
        std::fs::create_dir_all(&self.folder)?;
        Draft::begin(&self.folder, self.place(name)?, name, key)
    }

    /// Opens a finished document.
    pub async fn open(&self, name: &str, keyring: &Keyring) -> Result<Reading, DocumentError> {
        Reading::open(&self.place(name)?, name, keyring.clone()).await
    }

    /// Removes a document; one that is not there is removed already.
    pub async fn remove(&self, name: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.place(name)?).await {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Removes what is older than `age` and is none of the `live` documents: left by a process that died. Says how many.
    pub async fn sweep(&self, live: &BTreeSet<String>, age: Duration) -> io::Result<u64> {
        let mut swept = 0;
        let mut entries = match tokio::fs::read_dir(&self.folder).await {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(0),
            read => read?,
        };
        while let Some(entry) = entries.next_entry().await? {
            let known = entry.file_name().to_str().is_some_and(|name| live.contains(name));
            let about = entry.metadata().await?;
            let old = about.modified()?.elapsed().is_ok_and(|since| since > age);
            if !known && old && about.is_file() {
                tokio::fs::remove_file(entry.path()).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// A temporary file without a name, on the same disk: it is gone when it is closed, or when the process dies.
    pub fn scratch(&self) -> io::Result<std::fs::File> {
        std::fs::create_dir_all(&self.folder)?;
        tempfile::tempfile_in(&self.folder)
    }

    /// The folder itself, for libraries that make their own temporary files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn place(&self, name: &str) -> io::Result<PathBuf> {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} names no document")));
        }
        Ok(self.folder.join(name))
    }
}

/// What binds a piece to its place.
fn context(name: &str, rank: u64, last: bool) -> String {
    format!("document {name} {rank}{}", if last { " last" } else { "" })
}
