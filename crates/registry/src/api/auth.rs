use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use socle::web::Origin;
use utoipa::ToSchema;

use super::ApiError;
use super::body::Body;
use super::error::RpcError;
use super::limits::TOKENS;
use crate::Registry;
use crate::store::access_key;

/// The two halves of an access key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    #[schema(example = "9dc21a6c-bc33-4583-82cb-e96f966d4faf")]
    access_key: String,
    #[schema(example = "yYk3…")]
    secret_key: String,
}

/// A token to send as `Authorization: Bearer …`.
#[derive(Serialize, ToSchema)]
pub struct AccessToken {
    /// A JSON Web Token, valid five minutes.
    access_token: String,
}

/// Exchange an access key for a token
///
/// The token is valid five minutes; ask for one when the last is about to end, not for each request.
#[utoipa::path(
    post, path = "/auth/access_token", tag = "Authentification", operation_id = "auth:access_token",
    request_body = KeyPair, security(()),
    responses(
        (status = 201, description = "The token", body = AccessToken),
        (status = 400, description = "The body is not as described", body = RpcError),
        (status = 401, description = "The key does not exist, its secret is wrong, or it was revoked", body = RpcError),
        (status = 413, description = "The body is larger than 2 MB", body = RpcError),
        (status = 429, description = "Too many requests: 5 a minute for one key from one address"),
    )
)]
pub async fn create_token(
    State(registry): State<Arc<Registry>>,
    Origin(from): Origin,
    body: Body<KeyPair>,
) -> Result<Response, ApiError> {
    let KeyPair { access_key: id, secret_key } = body.value;
    if id.len() > 256 || secret_key.len() > 256 {
        return Err(ApiError::Unauthorized("Unauthorized access key"));
    }
    let now = registry.house.clock.now();
    let standing = registry.house.rates.count(TOKENS, &format!("{id} {from}"), now);
    if !standing.allowed {
        return Err(ApiError::TooMany { standing });
    }
    let key = access_key::recognise(&registry.database, &id, &secret_key)
        .await?
        .ok_or(ApiError::Unauthorized("Unauthorized access key"))?;
    let access_token = registry
        .tokens
        .sign(&key.id, key.operator_id, &key.role, now)
        .map_err(|error| ApiError::internal(&error))?;
    access_key::used(&registry.database, &key).await?;
    Ok((StatusCode::CREATED, Json(AccessToken { access_token })).into_response())
}
