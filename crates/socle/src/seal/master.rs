use std::io::Write as _;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::chance;

/// Length of the nonces of XChaCha20-Poly1305, in bytes: long enough to be drawn at random for ever.
pub(super) const NONCE: usize = 24;

/// The keys that wrap data keys. They live in a file outside the databases: one line a key, `name hex`; the
/// first line wraps new data keys, the others still open old ones.
pub struct MasterKeys(Vec<MasterKey>);

struct MasterKey {
    name: String,
    fingerprint: String,
    cipher: XChaCha20Poly1305,
}

/// Why the master keys could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error("master key file {file}: {cause}")]
    Io { file: PathBuf, cause: std::io::Error },
    #[error("master key file {file}, line {line}: expected a name, a space and 64 hexadecimal digits")]
    Line { file: PathBuf, line: usize },
    #[error(
        "master key file {0} is missing, and the databases hold data sealed with it: bring it back from where it is kept"
    )]
    Missing(PathBuf),
    #[error("master key file {0} holds no key")]
    Empty(PathBuf),
    #[error("master key {0} is not in the file: data wrapped with it cannot be opened")]
    Unknown(String),
    #[error(
        "a wrapped key does not open: the master key {0} is not the one that wrapped it, or it was altered"
    )]
    Altered(String),
}

impl MasterKeys {
    /// Reads `file`; when it does not exist and `create` is set, draws a first key and writes it, readable by
    /// its owner only.
    pub fn read(file: &Path, create: bool) -> Result<Self, MasterKeyError> {
        let io = |cause| MasterKeyError::Io { file: file.to_owned(), cause };
        if create && !file.exists() {
            Self::draw(file)?;
        }
        if !create && !file.exists() {
            return Err(MasterKeyError::Missing(file.to_owned()));
        }
        let text = Zeroizing::new(std::fs::read_to_string(file).map_err(io)?);
        let mut keys = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() {
                continue;
            }
            let wrong = || MasterKeyError::Line { file: file.to_owned(), line: number };
            let (name, digits) = line.trim().split_once(' ').ok_or_else(wrong)?;
            let bytes = Zeroizing::new(hex::decode(digits.trim()).map_err(|_| wrong())?);
            keys.push(MasterKey {
                name: name.to_owned(),
                fingerprint: fingerprint(&bytes),
                cipher: XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| wrong())?,
            });
        }
        if keys.is_empty() { Err(MasterKeyError::Empty(file.to_owned())) } else { Ok(Self(keys)) }
    }

    /// Draws a key and writes it in the new file `file`, readable by its owner only; an existing file is left alone.
    pub(crate) fn draw(file: &Path) -> Result<(), MasterKeyError> {
        let io = |cause| MasterKeyError::Io { file: file.to_owned(), cause };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let line = Zeroizing::new(format!(
            "k-{} {}\n",
            hex::encode(chance::secret_bytes::<4>()),
            hex::encode(chance::secret_bytes::<32>())
        ));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(file)
            .and_then(|mut opened| opened.write_all(line.as_bytes()).and_then(|()| opened.sync_all()))
            .map_err(io)
    }

    /// The name of the key that wraps new data keys.
    pub fn current(&self) -> &str {
        &self.0[0].name
    }

    /// What tells the key `name` from another without telling the key; `None` when it is not in the file.
    pub fn fingerprint(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|key| key.name == name).map(|key| key.fingerprint.as_str())
    }

    /// Wraps a data key; `context` binds it to its tenant and purpose.
    pub(super) fn wrap(&self, key: &[u8], context: &str) -> Vec<u8> {
        let nonce = chance::secret_bytes::<NONCE>();
        let mut wrapped = nonce.to_vec();
        let payload = Payload { msg: key, aad: context.as_bytes() };
        // Encryption in memory only fails for messages of hundreds of gigabytes.
        wrapped.extend(self.0[0].cipher.encrypt(&XNonce::from(nonce), payload).expect("a key is short"));
        wrapped
    }

    /// Opens a data key wrapped by the master key `name`.
    pub(super) fn unwrap(
        &self,
        name: &str,
        wrapped: &[u8],
        context: &str,
    ) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
        let key = self
            .0
            .iter()
            .find(|key| key.name == name)
            .ok_or_else(|| MasterKeyError::Unknown(name.to_owned()))?;
        let altered = || MasterKeyError::Altered(name.to_owned());
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or_else(altered)?;
        key.cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| altered())
    }
}

/// The first 128 bits of a labelled SHA-256: a key is drawn at random, so they tell nothing of it.
fn fingerprint(key: &[u8]) -> String {
    let digest = Sha256::new().chain_update(b"pepiniere master key\0").chain_update(key).finalize();
    hex::encode(&digest[..16])
}
