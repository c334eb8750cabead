//! A post sent twice with the same `Idempotency-Key` is done once.

use axum::http::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use socle::audit::Actor;
use socle::idempotency::{self, Answered, IdempotencyKey, Remembered};

use super::ApiError;
use crate::Registry;
use crate::store::{PAYLOADS, tenant};

/// The idempotency key of a request, if it has one. `request` is what the key belongs to.
pub fn key(headers: &HeaderMap, operator: i64, request: &[u8]) -> Result<Option<IdempotencyKey>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key =
        value.to_str().ok().map(str::trim).filter(|key| (1..=idempotency::LONGEST).contains(&key.len()));
    let Some(key) = key else {
        return Err(ApiError::InvalidParameters(
            "header Idempotency-Key: 1 to 255 visible characters are expected".to_owned(),
        ));
    };
    Ok(Some(IdempotencyKey {
        tenant: tenant(operator),
        key: key.to_owned(),
        request: Sha256::digest(request).into(),
    }))
}

/// What the key of a post that gives a secret belongs to: the route, whoever asks, and the body. Somebody else's key
/// never gives out a secret.
pub fn request(route: &str, actor: &Actor, body: &[u8]) -> Vec<u8> {
    [format!("{route}\n{actor:?}\n").as_bytes(), body].concat()
}

/// The key came before with something else.
pub fn reused() -> ApiError {
    ApiError::Senseless("Idempotency-Key: it came before with another body".to_owned())
}

/// An answer that holds a secret is remembered sealed, as long as its key is; it opens in its own row only.
fn context(key: &IdempotencyKey) -> String {
    format!("answer {} {}", key.tenant, key.key)
}

/// The answer to remember with `key`.
pub async fn answered(
    registry: &Registry,
    key: Option<&IdempotencyKey>,
    answer: &impl Serialize,
) -> Result<Option<Answered>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    let sealing = registry.keyring.current(&key.tenant, PAYLOADS).await?;
    let plain = serde_json::to_vec(answer).map_err(|error| ApiError::internal(&error))?;
    Ok(Some(Answered { key: key.clone(), answer: hex::encode(sealing.seal(&context(key), &plain)) }))
}

/// The answer that was given to `key`, if any.
pub async fn recalled<T: DeserializeOwned>(
    registry: &Registry,
    key: Option<&IdempotencyKey>,
) -> Result<Option<T>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    let mut known = idempotency::recall::<String>(registry.database.read(), &[key])
        .await
        .map_err(|error| ApiError::internal(&error))?;
    match known.remove(key) {
        None => Ok(None),
        Some(Remembered::Other) => Err(reused()),
        Some(Remembered::Same(sealed)) => {
            let sealed = hex::decode(sealed).map_err(|error| ApiError::internal(&error))?;
            let plain = registry.keyring.open(&context(key), &sealed).await?;
            Ok(Some(serde_json::from_slice(&plain).map_err(|error| ApiError::internal(&error))?))
        }
    }
}

/// Makes something once: `make` draws the answer and stores it, and says whether the key was still free.
pub async fn make<T, F>(
    registry: &Registry,
    key: Option<IdempotencyKey>,
    answer: T,
    store: F,
) -> Result<T, ApiError>
where
    T: Serialize + DeserializeOwned,
    F: AsyncFnOnce(&T, Option<Answered>) -> Result<bool, ApiError>,
{
    if let Some(before) = recalled(registry, key.as_ref()).await? {
        return Ok(before);
    }
    let remembered = answered(registry, key.as_ref(), &answer).await?;
    if store(&answer, remembered).await? {
        return Ok(answer);
    }
    // The same request got there first.
    recalled(registry, key.as_ref()).await?.ok_or_else(reused)
}
