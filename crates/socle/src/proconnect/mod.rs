//! Sign-in of agents by `ProConnect`: a client of `OpenID` Connect (authorization code with PKCE, state, nonce; signed
//! answer of the userinfo endpoint). It asks and verifies; who may enter is decided in `people`.

mod arrival;
mod organisation;
mod provider;
mod signed;

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod};
use openidconnect::{
    AuthType, AuthenticationContextClass, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope,
};
use url::Url;

pub use arrival::Arrival;
pub use organisation::{Known, Organisations};

use crate::chance;
use crate::clock::Clock;
use crate::config;
use crate::outgoing::{Outgoing, Reach};
use provider::{Caller, Client, Metadata};

/// Where the provider sends people back after they signed in, under the address of this house.
pub const RETURN: &str = "/connexion/proconnect/retour";
/// Where it sends them back after they signed out.
pub const SIGNED_OUT: &str = "/deconnexion/proconnect";
/// How long the provider's configuration and keys are believed.
const BELIEVED: SignedDuration = SignedDuration::from_hours(1);
/// How long they are believed while the provider does not answer.
const BELIEVED_AT_MOST: SignedDuration = SignedDuration::from_hours(24);
/// How often they are read again for a key that is not among them.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Why nobody came in.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    #[error("the provider refuses the code: {0}")]
    CodeRefused(String),
    #[error("the provider's answer cannot be verified: {0}")]
    Unverified(String),
    #[error("the level of authentication is not accepted: {0}")]
    Level(String),
}

/// What a browser leaves with, and what is kept until it comes back.
pub struct Departure {
    /// Where the browser goes.
    pub url: Url,
    /// Comes back with it.
    pub state: String,
    pub kept: Kept,
}

/// What only this house knows of a departure.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Kept {
    pub nonce: String,
    /// The secret of PKCE (RFC 7636).
    pub verifier: String,
}

/// A provider of `OpenID` Connect, as this house is registered there.
pub struct ProConnect {
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    scopes: Vec<String>,
    acr_values: Vec<String>,
    organisations: Organisations,
    base_url: String,
    caller: Caller,
    clock: Arc<dyn Clock>,
    read: RwLock<Option<(Arc<Metadata>, Timestamp)>>,
}

impl ProConnect {
    /// Reads the section `[proconnect]`, when there is one; nothing is asked of the provider yet.
    pub fn configured(config: &config::Config, clock: Arc<dyn Clock>) -> anyhow::Result<Option<Self>> {
        let Some(section) = &config.proconnect else { return Ok(None) };
        for (name, value) in [("issuer", &section.issuer), ("client_id", &section.client_id)] {
            anyhow::ensure!(!value.trim().is_empty(), "[proconnect] {name} is missing");
        }
        let reach = match (config.limits.allow_internal_calls, section.internal_network) {
            (true, _) => Reach::Anywhere,
            (false, true) => Reach::Internal,
            (false, false) => Reach::Public,
        };
        let outgoing = Outgoing::new(reach)?;
        outgoing.check(&section.issuer).with_context(|| format!("[proconnect] issuer {}", section.issuer))?;
        let client_secret = match (&section.client_secret, &section.client_secret_file) {
            (Some(_), Some(_)) => {
                anyhow::bail!("[proconnect] client_secret or client_secret_file, not both")
            }
            (Some(secret), None) => Some(secret.clone()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("[proconnect] client_secret_file {}", file.display()))?;
                Some(text.trim().to_owned())
            }
            (None, None) => None,
        };
        let organisations = Organisations::read(&section.organisations)
            .map_err(|fault| anyhow::anyhow!("[proconnect] organisations: {fault}"))?;
        Ok(Some(Self {
            issuer: section.issuer.clone(),
            client_id: section.client_id.clone(),
            client_secret,
            scopes: section.scopes.clone(),
            acr_values: section.acr_values.clone(),
            organisations,
            base_url: config.base_url(),
            caller: Caller(outgoing),
            clock,
            read: RwLock::default(),
        }))
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whose agents may enter.
    pub fn organisations(&self) -> &Organisations {
        &self.organisations
    }

    /// Whether the provider answers and describes itself as it should.
    pub async fn check(&self) -> Result<(), Failure> {
        self.discover().await.map(|_| ())
    }

    /// Draws the secrets of a sign-in and says where the browser goes.
    pub async fn depart(&self) -> Result<Departure, Failure> {
        let metadata = self.metadata().await?;
        let (state, nonce, verifier) = (chance::secret_text(), chance::secret_text(), chance::secret_text());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let client = self.client(&metadata)?;
        let (sent_state, sent_nonce) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || sent_state, move || sent_nonce)
            .set_pkce_challenge(challenge)
            // The methods used (`amr`) are only told to those who ask.
            .add_extra_param("claims", r#"{"id_token":{"amr":{"essential":true}}}"#);
        for scope in self.scopes.iter().filter(|scope| *scope != "openid") {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        for acr in &self.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        let (url, _, _) = request.url();
        Ok(Departure { url, state, kept: Kept { nonce, verifier } })
    }

    /// Where a browser goes to end the provider's session too; `None` when it offers no such thing, or does not answer.
    pub async fn end_session(&self, id_token: &str, state: &str) -> Option<Url> {
        let metadata = match self.metadata().await {
            Ok(metadata) => metadata,
            Err(error) => {
                tracing::warn!(%error, "a session is not ended at the provider");
                return None;
            }
        };
        let mut url = metadata.additional_metadata().end_session_endpoint.as_ref()?.url().clone();
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("post_logout_redirect_uri", &format!("{}{SIGNED_OUT}", self.base_url))
            .append_pair("state", state);
        Some(url)
    }

    /// The client, as the provider's configuration makes it.
    fn client(&self, metadata: &Metadata) -> Result<Client, Failure> {
        use openidconnect::{ClientId, ClientSecret, RedirectUrl};
        let redirect = RedirectUrl::new(format!("{}{RETURN}", self.base_url))
            .map_err(|cause| Failure::Unverified(format!("[server] base_url: {cause}")))?;
        let client = openidconnect::core::CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.client_id.clone()),
            self.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(redirect);
        // Without a word from the provider, the secret goes in the header (OpenID Connect Discovery 1.0, section 3).
        let in_body = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        Ok(if in_body { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    /// The provider's configuration and keys, read again every hour.
    async fn metadata(&self) -> Result<Arc<Metadata>, Failure> {
        if let Some(metadata) = self.believed(BELIEVED) {
            return Ok(metadata);
        }
        match self.discover().await {
            Ok(metadata) => Ok(metadata),
            Err(error) => self.believed(BELIEVED_AT_MOST).ok_or(error),
        }
    }

    /// The same, read again because a key is not among those known; `None` when that was done a moment ago.
    async fn metadata_again(&self) -> Option<Arc<Metadata>> {
        if self.believed(AGAIN).is_some() { None } else { self.discover().await.ok() }
    }

    fn believed(&self, span: SignedDuration) -> Option<Arc<Metadata>> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        let (metadata, at) = read.as_ref()?;
        let age = self.clock.now().duration_since(*at);
        (!age.is_negative() && age < span).then(|| Arc::clone(metadata))
    }

    async fn discover(&self) -> Result<Arc<Metadata>, Failure> {
        let metadata = Arc::new(provider::discover(&self.issuer, &self.caller).await?);
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        *read = Some((Arc::clone(&metadata), self.clock.now()));
        Ok(metadata)
    }
}
