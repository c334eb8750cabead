use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use socle::outgoing::Refused;
use utoipa::ToSchema;

use super::ApiError;
use super::body::{Body, Identifier};
use super::caller::Caller;
use super::error::{PlainError, RpcError};
use super::once;
use crate::Registry;
use crate::store::subscription::{Opened, Wanted};
use crate::store::{PAYLOADS, subscription, tenant};

/// Why an address will not be called, as machines are told it.
fn in_english(refused: &Refused) -> String {
    match refused {
        Refused::Unreadable(cause) => format!("not an address: {cause}"),
        Refused::NotHttps => "https:// is expected".to_owned(),
        Refused::Internal(host) => format!("{host} is on an internal network"),
        Refused::Credentials => "no user name or password is expected".to_owned(),
    }
}

/// The longest address, in bytes.
const LONGEST: usize = 2_000;

/// An open subscription.
#[derive(Serialize, ToSchema)]
pub struct Subscription {
    #[schema(example = "4f6f1c1e-0c0f-4a52-9d1e-6f1b3a3d2f10")]
    id: String,
    #[schema(example = "https://covoiturage.exemple.fr/notifications")]
    url: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A new subscription: its secret is shown this once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct NewSubscription {
    id: String,
    url: String,
    /// Signs notifications: header `x-pepiniere-signature: t=<seconds>,v1=<hex>`, where `v1` is the HMAC-SHA-256
    /// of `<seconds>.<body>`.
    secret: String,
}

/// Where to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// An https address on the public Internet.
    #[schema(example = "https://covoiturage.exemple.fr/notifications")]
    url: String,
}

/// List subscriptions
#[utoipa::path(
    get, path = "/subscriptions", tag = "Essais et suivi", operation_id = "subscription:list",
    responses(
        (status = 200, description = "The open subscriptions", body = Vec<Subscription>),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not read subscriptions", body = RpcError),
        (status = 429, description = "Too many requests"),
    )
)]
pub async fn list(State(registry): State<Arc<Registry>>, caller: Caller) -> Result<Response, ApiError> {
    let scope = caller.allow("subscription.read")?;
    let found = subscription::list(&registry.database, &scope).await?;
    let listed: Vec<_> = found
        .into_iter()
        .map(|one| Subscription { id: one.id, url: one.url, created_at: one.created_at.timestamp() })
        .collect();
    Ok(Json(listed).into_response())
}

/// Subscribe to changes
///
/// From now on, this address receives every change of status as signed POST requests, at least once.
#[utoipa::path(
    post, path = "/subscriptions", tag = "Essais et suivi", operation_id = "subscription:create",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the same answer again")),
    request_body = Target,
    responses(
        (status = 201, description = "The subscription and its secret, shown once", body = NewSubscription),
        (status = 400, description = "The address is not one we may call", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not subscribe", body = RpcError),
        (status = 409, description = "Ten subscriptions are open already", body = RpcError),
        (status = 413, description = "The body is larger than 2 MB", body = RpcError),
        (status = 422, description = "The idempotency key came before with another body", body = RpcError),
        (status = 429, description = "Too many requests"),
    )
)]
pub async fn create(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body<Target>,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("subscription.manage")?;
    let url = registry
        .house
        .transports
        .http
        .check(&body.value.url)
        .map_err(|refused| ApiError::InvalidParameters(format!("data/url: {}", in_english(&refused))))?;
    if body.value.url.len() > LONGEST {
        return Err(ApiError::InvalidParameters(format!("data/url: more than {LONGEST} characters")));
    }
    let request = once::request("POST /subscriptions", &caller.actor, &body.bytes);
    let once_key = once::key(&headers, operator, &request)?;
    let key = registry.keyring.current(&tenant(operator), PAYLOADS).await?;
    let drawn = NewSubscription {
        id: uuid::Uuid::new_v4().to_string(),
        url: url.to_string(),
        secret: socle::chance::secret_text(),
    };
    let new = once::make(&registry, once_key, drawn, async |new: &NewSubscription, answered| {
        let wanted = Wanted { id: &new.id, url: &new.url, secret: &new.secret };
        let database = &registry.database;
        match subscription::open(database, caller.actor, &key, operator, wanted, answered).await? {
            Opened::Done => Ok(true),
            Opened::Before => Ok(false),
            Opened::TooMany => {
                let most = subscription::MOST;
                Err(ApiError::Conflict(format!("{most} subscriptions are open: end one first")))
            }
        }
    })
    .await?;
    Ok((StatusCode::CREATED, Json(new)).into_response())
}

/// End a subscription
#[utoipa::path(
    delete, path = "/subscriptions/{id}", tag = "Essais et suivi", operation_id = "subscription:end",
    params(("id" = String, Path, description = "The subscription")),
    responses(
        (status = 204, description = "Nothing more will be sent"),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not end subscriptions", body = RpcError),
        (status = 404, description = "This operator has no such subscription", body = PlainError),
        (status = 429, description = "Too many requests"),
    )
)]
pub async fn end(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    Identifier(id): Identifier,
) -> Result<Response, ApiError> {
    let scope = caller.allow("subscription.manage")?;
    if subscription::end(&registry.database, caller.actor, &scope, &id).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(ApiError::NotFound)
    }
}
