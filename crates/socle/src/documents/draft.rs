use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::{PIECE, context};
use crate::seal::DataKey;

/// A document being written. Dropped before its end, it leaves nothing.
pub struct Draft {
    file: BufWriter<NamedTempFile>,
    place: PathBuf,
    name: String,
    key: Arc<DataKey>,
    /// What the next piece will seal.
    pending: Vec<u8>,
    rank: u64,
    bytes: u64,
    digest: Sha256,
}

/// What was written, before sealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    /// SHA-256.
    pub fingerprint: [u8; 32],
}

impl Draft {
    pub(super) fn begin(folder: &Path, place: PathBuf, name: &str, key: Arc<DataKey>) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(4 * PIECE, NamedTempFile::new_in(folder)?),
            place,
            name: name.to_owned(),
            key,
            pending: Vec::with_capacity(PIECE),
            rank: 0,
            bytes: 0,
            digest: Sha256::new(),
        })
    }

    fn seal_piece(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.key.seal(&context(&self.name, self.rank, last), &self.pending);
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_be_bytes())?;
        self.file.write_all(&sealed)?;
        self.bytes += self.pending.len() as u64;
        self.digest.update(&self.pending);
        self.pending.clear();
        self.rank += 1;
        Ok(())
    }

    /// Bytes received so far.
    pub fn bytes(&self) -> u64 {
        self.bytes + self.pending.len() as u64
    }

    /// Ends the document: it is on disk under its name, whole.
    pub fn finish(mut self) -> io::Result<Written> {
        self.seal_piece(true)?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.place).map_err(|failed| failed.error)?;
        if let Some(folder) = self.place.parent() {
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(Written { bytes: self.bytes, fingerprint: self.digest.finalize().into() })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == PIECE {
            self.seal_piece(false)?;
        }
        let taken = bytes.len().min(PIECE - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
