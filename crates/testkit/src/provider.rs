use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

/// The name and the secret of the house at the provider.
const CLIENT: (&str, &str) = ("pepiniere", "secret partagé");

/// A provider of identities on loopback, that may lie: `OpenID` Connect with ES256, PKCE and signed userinfo.
pub struct Provider {
    pub issuer: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    issuer: String,
    now: Timestamp,
    key: EcdsaKeyPair,
    kid: u32,
    /// By code: what to check, what to say.
    codes: HashMap<String, (HashMap<String, String>, Said)>,
    /// By access token.
    tokens: HashMap<String, Said>,
    drawn: u32,
}

/// What the provider says of a person.
#[derive(Clone, Debug)]
pub struct Said {
    pub id_token: Value,
    pub user_info: Value,
    /// Whether userinfo is signed, as it must.
    pub signed: bool,
    /// Whether the payload of the identity token, of userinfo, is changed after it was signed.
    pub altered: (bool, bool),
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("a key")
}

impl Inner {
    fn sign(&self, claims: &Value, altered: bool) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&json!({"alg": "ES256", "kid": self.kid.to_string()}));
        let message = format!("{header}.{}", part(claims));
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
        let signature = URL_SAFE_NO_PAD.encode(signature);
        if altered {
            let mut other = claims.clone();
            other["more"] = true.into();
            return format!("{header}.{}.{signature}", part(&other));
        }
        format!("{message}.{signature}")
    }
}

type Shared = State<Arc<Mutex<Inner>>>;

impl Provider {
    /// Starts it, at the time of `now`.
    pub async fn start(now: Timestamp) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Mutex::new(Inner {
            issuer: issuer.clone(),
            now,
            key: new_key(),
            kid: 1,
            codes: HashMap::new(),
            tokens: HashMap::new(),
            drawn: 0,
        }));
        let site = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { issuer, inner }
    }

    /// Its section of the configuration of a house, for agents of these organisations.
    pub fn section(&self, organisations: &[&str]) -> socle::config::ProConnect {
        socle::config::ProConnect {
            issuer: self.issuer.clone(),
            client_id: CLIENT.0.to_owned(),
            client_secret: Some(CLIENT.1.to_owned()),
            organisations: organisations.iter().map(|one| (*one).to_owned()).collect(),
            ..Default::default()
        }
    }

    /// Moves its time.
    pub fn set_time(&self, now: Timestamp) {
        self.inner.lock().expect("the provider").now = now;
    }

    /// Signs with a new key from now on.
    pub fn change_key(&self) {
        let mut inner = self.inner.lock().expect("the provider");
        inner.key = new_key();
        inner.kid += 1;
    }

    /// Somebody signs in where the house sent them (`location`); `lie` changes what will be said. Returns the path that
    /// their browser is sent back to.
    ///
    /// # Panics
    /// When the house asks for less than it should.
    pub fn vouch(&self, location: &str, subject: &str, email: &str, lie: impl FnOnce(&mut Said)) -> String {
        let asked: HashMap<String, String> =
            Url::parse(location).expect("an address").query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["response_type"], "code");
        assert!(asked["scope"].contains("openid"), "{}", asked["scope"]);
        assert!(asked["state"].len() >= 32 && asked["nonce"].len() >= 32);
        assert_eq!(asked["acr_values"], "eidas1");
        let mut inner = self.inner.lock().expect("the provider");
        let now = inner.now.as_second();
        let mut said = Said {
            id_token: json!({
                "iss": inner.issuer, "aud": CLIENT.0, "sub": subject, "exp": now + 60, "iat": now,
                "nonce": asked["nonce"], "acr": "eidas1", "amr": ["pwd"],
            }),
            user_info: json!({
                "iss": inner.issuer, "aud": CLIENT.0, "sub": subject, "email": email, "idp_id": "annuaire",
                "given_name": "Camille", "usual_name": "Martin", "siret": "90000000100018",
            }),
            signed: true,
            altered: (false, false),
        };
        lie(&mut said);
        inner.drawn += 1;
        let code = format!("code-{}", inner.drawn);
        let back = format!(
            "/connexion/proconnect/retour?code={code}&state={}&iss={}",
            asked["state"],
            inner.issuer.replace(':', "%3A").replace('/', "%2F")
        );
        inner.codes.insert(code, (asked, said));
        back
    }
}

async fn configuration(State(inner): Shared) -> Json<Value> {
    let issuer = &inner.lock().expect("the provider").issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "end_session_endpoint": format!("{issuer}/session/end"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}

async fn keys(State(inner): Shared) -> Json<Value> {
    let inner = inner.lock().expect("the provider");
    let point = inner.key.public_key().as_ref();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Json(json!({"keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": inner.kid.to_string(),
        "x": number(&point[1..33]), "y": number(&point[33..]),
    }]}))
}

async fn token(
    State(inner): Shared,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut inner = inner.lock().expect("the provider");
    let encoded: String = [CLIENT.0, CLIENT.1]
        .map(|text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>())
        .join(":");
    let basic = format!("Basic {}", STANDARD.encode(encoded));
    let known = headers.get(AUTHORIZATION).is_some_and(|given| given.as_bytes() == basic.as_bytes());
    let found = form.get("code").and_then(|code| inner.codes.remove(code));
    let sound = found.filter(|(asked, _)| {
        let verifier = form.get("code_verifier").map(|text| URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
        known
            && verifier.as_ref() == asked.get("code_challenge")
            && form.get("redirect_uri") == asked.get("redirect_uri")
    });
    let Some((_, said)) = sound else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    inner.drawn += 1;
    let access_token = format!("access-{}", inner.drawn);
    let id_token = inner.sign(&said.id_token, said.altered.0);
    inner.tokens.insert(access_token.clone(), said);
    let tokens =
        json!({"access_token": access_token, "token_type": "Bearer", "expires_in": 60, "id_token": id_token});
    Json(tokens).into_response()
}

async fn user_info(State(inner): Shared, headers: HeaderMap) -> Response {
    let inner = inner.lock().expect("the provider");
    let given = headers.get(AUTHORIZATION).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let Some(said) = given.strip_prefix("Bearer ").and_then(|token| inner.tokens.get(token)) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if said.signed {
        ([(CONTENT_TYPE, "application/jwt")], inner.sign(&said.user_info, said.altered.1)).into_response()
    } else {
        Json(said.user_info.clone()).into_response()
    }
}
