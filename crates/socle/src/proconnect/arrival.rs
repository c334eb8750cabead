//! A browser that comes back: the code against tokens, then what the provider says of the person, verified.

use std::time::{Duration, SystemTime};

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use jiff::Timestamp;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse as _,
    PkceCodeVerifier, RequestTokenError, SignatureVerificationError, TokenResponse as _,
};
use serde::Deserialize;

use super::provider::Metadata;
use super::{Failure, Kept, ProConnect, signed};
use crate::people::Identity;
use crate::rights::Assurance;

/// How far in the future a token may be issued, in seconds: clocks differ a little.
const CLOCKS_DIFFER: i64 = 60;
/// How old a token just received may be, in seconds.
const JUST_ISSUED: i64 = 600;
/// Methods (`amr`) that tell of two proofs.
const TWO_PROOFS: [&str; 3] = ["mfa", "pop", "totp"];

/// Somebody the provider vouches for.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub identity: Identity,
    /// As the provider asserts it: a proof of nothing here.
    pub email: Option<String>,
    pub siret: Option<String>,
    pub siren: Option<String>,
    pub assurance: Assurance,
    /// Sent back to end the provider's session.
    pub id_token: String,
}

/// What the userinfo endpoint says.
#[derive(Deserialize)]
struct UserInfo {
    iss: String,
    aud: Audience,
    exp: Option<i64>,
    sub: String,
    email: Option<String>,
    idp_id: Option<String>,
    siret: Option<String>,
    siren: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether it is this client, and nobody else.
    fn is(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Several(several) => several.iter().all(|one| one == client) && !several.is_empty(),
        }
    }
}

impl ProConnect {
    /// Exchanges the code of a browser that came back and verifies all that the provider answers.
    pub async fn arrive(&self, code: String, kept: Kept) -> Result<Arrival, Failure> {
        let metadata = self.metadata().await?;
        let client = self.client(&metadata)?;
        let tokens: CoreTokenResponse = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|cause| Failure::Unverified(cause.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(kept.verifier))
            .request_async(&self.caller)
            .await
            .map_err(|cause| match cause {
                RequestTokenError::ServerResponse(answer) => Failure::CodeRefused(answer.to_string()),
                RequestTokenError::Request(cause) => Failure::Unreachable(cause.to_string()),
                // Its text holds what was received, tokens maybe.
                RequestTokenError::Parse(_, _) => {
                    Failure::Unreachable("its tokens are unreadable".to_owned())
                }
                RequestTokenError::Other(cause) => Failure::Unreachable(cause),
            })?;
        let id_token =
            tokens.id_token().ok_or_else(|| Failure::Unverified("no identity token".to_owned()))?;
        let nonce = Nonce::new(kept.nonce);
        let (metadata, claims) = match self.verified(&metadata, &tokens, id_token, &nonce) {
            // A key drawn since the keys were read.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let again = self.metadata_again().await;
                let metadata =
                    again.ok_or_else(|| Failure::Unverified("signed by an unknown key".to_owned()))?;
                let claims = self.verified(&metadata, &tokens, id_token, &nonce);
                (metadata, claims)
            }
            other => (metadata, other),
        };
        let claims = claims.map_err(|cause| match cause {
            ClaimsVerificationError::InvalidAuthContext(seen) => Failure::Level(seen),
            ClaimsVerificationError::SignatureVerification(cause) => {
                Failure::Unverified(format!("identity token: {cause}"))
            }
            other => Failure::Unverified(format!("identity token: {other}")),
        })?;
        let person = self.user_info(&metadata, tokens.access_token().secret()).await?;
        if person.sub != claims.subject().as_str() {
            return Err(Failure::Unverified("userinfo speaks of somebody else".to_owned()));
        }
        let methods = claims.auth_method_refs().into_iter().flatten();
        let two = methods.into_iter().any(|method| TWO_PROOFS.contains(&method.as_str()));
        Ok(Arrival {
            identity: Identity {
                issuer: self.issuer.clone(),
                // A subject is only stable within one identity provider behind `ProConnect`.
                provider: self.provider_of(person.idp_id)?,
                subject: person.sub,
            },
            email: person.email,
            siret: person.siret,
            siren: person.siren,
            assurance: if two { Assurance::Two } else { Assurance::One },
            id_token: id_token.to_string(),
        })
    }

    /// The identity provider behind this one; empty when it is not asked for, because there is no other.
    fn provider_of(&self, said: Option<String>) -> Result<String, Failure> {
        let asked = self.scopes.iter().any(|scope| scope == "idp_id");
        match said.filter(|said| !said.is_empty()) {
            Some(said) => Ok(said),
            None if asked => Err(Failure::Unverified("no identity provider (idp_id)".to_owned())),
            None => Ok(String::new()),
        }
    }

    /// What the identity token says, once its signature, issuer, audience, dates, nonce and level are verified
    /// (`OpenID` Connect Core 1.0, section 3.1.3.7).
    fn verified<'t>(
        &self,
        metadata: &Metadata,
        tokens: &CoreTokenResponse,
        id_token: &'t CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
        let now = self.clock.now();
        // The library counts with another calendar: the epoch is common ground.
        let since_epoch = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default());
        let accepted = self.acr_values.clone();
        let verifier = CoreIdTokenVerifier::new_public_client(
            openidconnect::ClientId::new(self.client_id.clone()),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        ])
        .set_time_fn(move || (SystemTime::UNIX_EPOCH + since_epoch).into())
        .set_issue_time_verifier_fn(move |issued| {
            let age = now.as_second() - issued.timestamp();
            if (-CLOCKS_DIFFER..=JUST_ISSUED).contains(&age) {
                Ok(())
            } else {
                Err(format!("issued {age} s ago"))
            }
        })
        .set_auth_context_verifier_fn(move |acr| {
            let seen = acr.map_or("", |acr| acr.as_str());
            let fits = accepted.is_empty() || accepted.iter().any(|one| one == seen);
            if fits { Ok(()) } else { Err(seen.to_owned()) }
        });
        let claims = id_token.claims(&verifier, nonce)?;
        let other = |what: &str| ClaimsVerificationError::Other(what.to_owned());
        if claims.authorized_party().is_some_and(|party| party.as_str() != self.client_id) {
            return Err(other("issued for another client (azp)"));
        }
        if let Some(expected) = claims.access_token_hash() {
            let sound = id_token
                .signing_alg()
                .and_then(|algorithm| Ok((algorithm, id_token.signing_key(&verifier)?)))
                .map_err(ClaimsVerificationError::SignatureVerification)
                .and_then(|(algorithm, key)| {
                    AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
                        .map_err(|_| other("its access token has no fingerprint"))
                })?;
            if sound != *expected {
                return Err(other("it comes with another access token (at_hash)"));
            }
        }
        Ok(claims)
    }

    /// What the provider says of the person: signed, for this client.
    async fn user_info(&self, metadata: &Metadata, access_token: &str) -> Result<UserInfo, Failure> {
        let unverified = |what: String| Failure::Unverified(format!("userinfo: {what}"));
        let endpoint =
            metadata.userinfo_endpoint().ok_or_else(|| unverified("no such endpoint".to_owned()))?;
        let request = Request::get(endpoint.as_str())
            .header(ACCEPT, "application/jwt")
            .header(AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Vec::new())
            .map_err(|cause| unverified(cause.to_string()))?;
        let answer =
            self.caller.0.call(request).await.map_err(|cause| Failure::Unreachable(cause.to_string()))?;
        if answer.status() != StatusCode::OK {
            return Err(Failure::Unreachable(format!("userinfo answers {}", answer.status())));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/jwt")) {
            return Err(unverified(format!("not signed ({kind})")));
        }
        let text = std::str::from_utf8(answer.body()).map_err(|cause| unverified(cause.to_string()))?;
        let person: UserInfo = signed::open(text, metadata.jwks()).map_err(unverified)?;
        let now: Timestamp = self.clock.now();
        if person.iss != self.issuer {
            return Err(unverified(format!("issued by {}", person.iss)));
        }
        if !person.aud.is(&self.client_id) {
            return Err(unverified("issued for another client".to_owned()));
        }
        if person.exp.is_some_and(|end| end <= now.as_second()) {
            return Err(unverified("expired".to_owned()));
        }
        Ok(person)
    }
}
