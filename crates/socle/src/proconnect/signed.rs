//! A signed answer: a compact JSON Web Signature (RFC 7515), RS256 or ES256. The library verifies answers of the
//! userinfo endpoint by RS256 only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyUse};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// Reads what `text` says once its signature is verified by one of `keys`.
pub(super) fn open<T: DeserializeOwned>(text: &str, keys: &CoreJsonWebKeySet) -> Result<T, String> {
    let (message, signature) = text.trim().rsplit_once('.').ok_or("no signature")?;
    let (header, payload) = message.split_once('.').ok_or("no payload")?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|cause| format!("unreadable: {cause}"));
    let header: Header =
        serde_json::from_slice(&bytes(header)?).map_err(|cause| format!("its header: {cause}"))?;
    let algorithm = match header.alg.as_str() {
        "RS256" => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        "ES256" => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        other => return Err(format!("signed by {other}, neither RS256 nor ES256")),
    };
    if header.crit.is_some() {
        return Err("its header asks for what is not understood here (crit)".to_owned());
    }
    let signature = bytes(signature)?;
    let named = |key: &CoreJsonWebKey| {
        let same = header.kid.as_ref().is_none_or(|kid| key.key_id().is_some_and(|id| **id == *kid));
        same && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
    };
    let verified = keys
        .keys()
        .iter()
        .filter(|key| named(key))
        .any(|key| key.verify_signature(&algorithm, message.as_bytes(), &signature).is_ok());
    if !verified {
        return Err("no key of the provider verifies its signature".to_owned());
    }
    serde_json::from_slice(&bytes(payload)?).map_err(|cause| format!("what it says: {cause}"))
}
