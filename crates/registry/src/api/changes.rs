use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ApiError;
use super::body::Parameters;
use super::caller::Caller;
use super::error::RpcError;
use crate::Registry;
use crate::store::changes::since;
use crate::store::journey::Brief;

/// A journey whose status changed.
#[derive(Serialize, ToSchema)]
pub struct Change {
    operator_journey_id: String,
    #[schema(example = "1042")]
    journey_id: String,
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl Change {
    pub fn new(journey: &Brief) -> Self {
        Self {
            operator_journey_id: journey.operator_journey_id.clone(),
            journey_id: journey.id.to_string(),
            status: journey.public_status().as_str(),
            at: journey.updated_at.timestamp(),
        }
    }
}

/// A page of the feed.
#[derive(Serialize, ToSchema)]
pub struct Feed {
    /// Send it back as `after` to read what follows.
    #[schema(example = "2084")]
    cursor: String,
    /// Whether more wait already.
    more: bool,
    changes: Vec<Change>,
}

/// Where to read the feed from.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The cursor of the page before; from the beginning unless said.
    #[param(pattern = "^[0-9]{1,18}$")]
    after: Option<String>,
    /// How many: 500 unless said, 5 000 at most.
    #[param(minimum = 1, maximum = 5000)]
    limit: Option<u64>,
}

/// Read what changed
///
/// Each journey appears once, with its present status, in the order in which statuses changed.
#[utoipa::path(
    get, path = "/changes", tag = "Essais et suivi", operation_id = "acquisition:changes",
    params(After),
    responses(
        (status = 200, description = "The changes that follow", body = Feed),
        (status = 400, description = "A parameter is not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not read changes", body = RpcError),
        (status = 429, description = "Too many requests: 2 000 a minute"),
    )
)]
pub async fn read(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    Parameters(asked): Parameters<After>,
) -> Result<Response, ApiError> {
    let scope = caller.allow("changes.read")?;
    let text = asked.after.unwrap_or_else(|| "0".to_owned());
    let after: i64 = Some(&text)
        .filter(|text| !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            ApiError::InvalidParameters(format!("query/after: {text:?} is not a cursor of this feed"))
        })?;
    let limit = asked.limit.unwrap_or(500);
    if !(1..=5_000).contains(&limit) {
        return Err(ApiError::InvalidParameters(format!("query/limit: {limit} is not between 1 and 5000")));
    }
    let found = since(&registry.database, &scope, after, limit).await?;
    let cursor = found.last().map_or(after, |last| last.change).to_string();
    let more = found.len() as u64 == limit;
    Ok(Json(Feed { cursor, more, changes: found.iter().map(Change::new).collect() }).into_response())
}
