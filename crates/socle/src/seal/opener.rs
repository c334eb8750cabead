use std::collections::HashMap;
use std::sync::Arc;

use super::keyring::{self, DataKey, Keyring, SealError};

/// Keys at hand to open many values without waiting.
#[derive(Default)]
pub struct Opener(HashMap<i64, Arc<DataKey>>);

impl Opener {
    /// Opens a value that was among those it was made for.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (id, nonce, ciphertext) = keyring::parts(sealed)?;
        // A key that was not found when this was made is destroyed.
        self.0.get(&id).ok_or(SealError::Destroyed)?.open(context, nonce, ciphertext)
    }
}

impl Keyring {
    /// The keys that some values need.
    pub async fn opener(&self, sealed: impl IntoIterator<Item = &[u8]>) -> Result<Opener, SealError> {
        let mut keys = HashMap::new();
        let mut ids: Vec<i64> =
            sealed.into_iter().map(|one| Ok(keyring::parts(one)?.0)).collect::<Result<_, SealError>>()?;
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            match self.by_id(id).await {
                Ok(key) => keys.insert(id, key),
                Err(SealError::Destroyed) => None,
                Err(other) => return Err(other),
            };
        }
        Ok(Opener(keys))
    }
}
