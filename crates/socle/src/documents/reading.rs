use std::io;
use std::path::Path;

use futures::Stream;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, BufReader};

use super::{PIECE, context};
use crate::seal::{Keyring, SealError};

/// Why a document does not open.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the document was cut or altered")]
    Altered,
}

/// A document being read, piece by piece.
pub struct Reading {
    file: BufReader<File>,
    name: String,
    keyring: Keyring,
    rank: u64,
    ended: bool,
}

impl Reading {
    pub(super) async fn open(place: &Path, name: &str, keyring: Keyring) -> Result<Self, DocumentError> {
        let file = BufReader::with_capacity(4 * PIECE, File::open(place).await?);
        Ok(Self { file, name: name.to_owned(), keyring, rank: 0, ended: false })
    }

    /// The next piece; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, DocumentError> {
        if self.ended {
            return Ok(None);
        }
        let cut = |cause: io::Error| match cause.kind() {
            io::ErrorKind::UnexpectedEof => DocumentError::Altered,
            _ => cause.into(),
        };
        let length = self.file.read_u32().await.map_err(cut)? as usize;
        // A sealed piece is a little longer than its content.
        if length > 2 * PIECE {
            return Err(DocumentError::Altered);
        }
        let mut sealed = vec![0; length];
        self.file.read_exact(&mut sealed).await.map_err(cut)?;
        let piece = match self.keyring.open(&context(&self.name, self.rank, false), &sealed).await {
            Err(SealError::Altered) => {
                self.ended = true;
                self.keyring.open(&context(&self.name, self.rank, true), &sealed).await?
            }
            other => other?,
        };
        self.rank += 1;
        Ok(Some(piece))
    }

    /// The pieces, for the body of an answer.
    pub fn into_stream(self) -> impl Stream<Item = Result<Vec<u8>, DocumentError>> + Send {
        futures::stream::try_unfold(self, |mut reading| async move {
            Ok(reading.next().await?.map(|piece| (piece, reading)))
        })
    }
}
