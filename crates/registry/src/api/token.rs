//! The five-minute token: a JSON Web Token signed by this house (HS256, RFC 7519).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use socle::seal::{DataKey, Keyring, SealError};
use subtle::ConstantTimeEq as _;

/// How long a token lasts (spec §1.4).
pub const VALIDITY: SignedDuration = SignedDuration::from_mins(5);

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The access key it was made from.
    pub sub: String,
    pub operator_id: i64,
    pub role: String,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
}

/// Makes and checks tokens.
#[derive(Clone)]
pub struct TokenSigner(Arc<DataKey>);

impl TokenSigner {
    /// The signer of a database, with a key drawn at first use.
    pub async fn current(keyring: &Keyring) -> Result<Self, SealError> {
        Ok(Self(keyring.current("*", "tokens").await?))
    }

    fn signature(&self, signed: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(b"access token", signed.as_bytes()))
    }

    /// A token for `role` of `operator`, valid from `now`.
    pub fn sign(
        &self,
        access_key: &str,
        operator: i64,
        role: &str,
        now: Timestamp,
    ) -> Result<String, serde_json::Error> {
        let claims = Claims {
            sub: access_key.to_owned(),
            operator_id: operator,
            role: role.to_owned(),
            iat: now.as_second(),
            exp: (now + VALIDITY).as_second(),
        };
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?));
        let signature = self.signature(&signed);
        Ok(format!("{signed}.{signature}"))
    }

    /// The claims of a token that this house signed and that is still valid. The algorithm is ours, never the
    /// token's.
    pub fn check(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        if !bool::from(self.signature(signed).as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let (_, claims) = signed.split_once('.')?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.exp > now.as_second()).then_some(claims)
    }
}
