use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use socle::rights::Scope;
use utoipa::{IntoParams, ToSchema};

use super::ApiError;
use super::body::Parameters;
use super::caller::Caller;
use super::error::{PlainError, RpcError};
use super::once;
use crate::model::checklist::Gate;
use crate::store::{access_key, operator, operator_of, tenant};
use crate::{Registry, connection};

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
pub struct Credential {
    #[schema(example = 42)]
    operator_id: i64,
    #[schema(example = "operator.application")]
    role: String,
    /// The access key.
    #[schema(example = "cb82956e-3833-4925-9891-47d9b2ba0186")]
    token_id: String,
}

/// A new key: its secret is shown this once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct NewCredential {
    #[schema(example = "9dc21a6c-bc33-4583-82cb-e96f966d4faf")]
    access_key: String,
    secret_key: String,
}

/// Which operator, for the registry's administrators.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ForOperator {
    /// Only the registry's administrators name an operator.
    operator_id: Option<i64>,
}

/// Narrows a scope to the operator that was named.
async fn narrowed(registry: &Registry, scope: Scope, named: Option<i64>) -> Result<Scope, ApiError> {
    match named {
        None => Ok(scope),
        Some(operator) if operator::find(&registry.database, &scope, operator).await?.is_none() => {
            Err(ApiError::Forbidden)
        }
        Some(operator) => Ok(Scope::Tenant(tenant(operator))),
    }
}

/// List the operator's keys
///
/// Secrets are never shown again.
#[utoipa::path(
    get, path = "/auth/credentials", tag = "Authentification", operation_id = "auth:readCredentials",
    params(ForOperator),
    responses(
        (status = 200, description = "The keys that work", body = Vec<Credential>),
        (status = 400, description = "A parameter is not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "Not an administrator of this operator", body = RpcError),
        (status = 429, description = "Too many requests"),
    )
)]
pub async fn read(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    Parameters(named): Parameters<ForOperator>,
) -> Result<Response, ApiError> {
    let scope = narrowed(&registry, caller.allow("credentials.read")?, named.operator_id).await?;
    let keys = access_key::list(&registry.database, &scope).await?;
    let keys: Vec<_> = keys
        .into_iter()
        .map(|key| Credential { operator_id: key.operator_id, role: key.role, token_id: key.id })
        .collect();
    Ok(Json(keys).into_response())
}

/// Why no key may be drawn yet, as machines are told it.
fn refused(gate: Gate) -> Option<&'static str> {
    match gate {
        Gate::Open => None,
        Gate::Steps => Some("Steps are missing before a real key: see /registre/raccordement"),
        Gate::Approval => Some("The registry's team must agree before a real key is drawn"),
        Gate::Closed => Some("The registry's team closed this operator's request"),
    }
}

/// Create a key
#[utoipa::path(
    post, path = "/auth/credentials", tag = "Authentification", operation_id = "auth:createCredentials",
    params(
        ForOperator,
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the same answer again"),
    ),
    responses(
        (status = 201, description = "The key and its secret, shown once", body = NewCredential),
        (status = 400, description = "A parameter is missing or not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "Not an administrator of this operator", body = RpcError),
        (status = 409, description = "The operator is not connected yet, and steps are missing", body = RpcError),
        (status = 422, description = "The idempotency key came before with another request", body = RpcError),
        (status = 429, description = "Too many requests"),
    )
)]
pub async fn create(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    headers: HeaderMap,
    Parameters(named): Parameters<ForOperator>,
) -> Result<Response, ApiError> {
    let scope = narrowed(&registry, caller.allow("credentials.create")?, named.operator_id).await?;
    let operator = operator_of(&scope).ok_or_else(|| {
        ApiError::InvalidRequest("query: operator_id is required of the registry's team".to_owned())
    })?;
    if let Some(text) = refused(connection::gate(&registry, operator).await?) {
        return Err(ApiError::Conflict(text.to_owned()));
    }
    let key = once::key(&headers, operator, &once::request("POST /auth/credentials", &caller.actor, b""))?;
    let drawn = NewCredential {
        access_key: uuid::Uuid::new_v4().to_string(),
        secret_key: socle::chance::secret_text(),
    };
    let new = once::make(&registry, key, drawn, async |new: &NewCredential, answered| {
        let label = "Clé créée par l’API".to_owned();
        let (id, secret) = (new.access_key.clone(), &new.secret_key);
        Ok(access_key::create(&registry.database, caller.actor, operator, label, id, secret, answered)
            .await?)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(new)).into_response())
}

/// Which key.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Revoked {
    /// The access key to revoke.
    token_id: String,
}

/// Revoke a key
///
/// The tokens made from it stop working at once.
#[utoipa::path(
    delete, path = "/auth/credentials", tag = "Authentification", operation_id = "auth:deleteCredentials",
    params(Revoked),
    responses(
        (status = 204, description = "The key no longer works"),
        (status = 400, description = "A parameter is missing or not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "Not an administrator of this operator", body = RpcError),
        (status = 404, description = "This operator has no such key", body = PlainError),
        (status = 429, description = "Too many requests"),
    )
)]
pub async fn delete(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    Parameters(revoked): Parameters<Revoked>,
) -> Result<Response, ApiError> {
    let scope = caller.allow("credentials.delete")?;
    if !access_key::revoke(&registry.database, caller.actor, &scope, &revoked.token_id).await? {
        return Err(ApiError::NotFound);
    }
    registry.working_keys.forget(&revoked.token_id);
    Ok(StatusCode::NO_CONTENT.into_response())
}
