use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::error::RpcError;
use super::{ApiError, ApiVersion};
use crate::Registry;
use crate::explanation::{self, Explanation};
use crate::model::Submission;
use crate::preparation::{self, Sent};
use crate::store::intake::Prepared;
use crate::store::journey;
use crate::store::nearby::Nearby;

/// What would become of a journey if it were sent now.
#[derive(Serialize, ToSchema)]
pub struct Judgement {
    /// Whether it would be answered 201.
    pub accepted: bool,
    /// Whether this identifier was already used: it would be answered 409.
    pub already_used: bool,
    /// The version of the terms that judged.
    #[schema(example = "2025-11")]
    pub terms_version: String,
    /// The rules it breaks, each with what was seen, the limit and what to do.
    pub violations: Vec<Explanation>,
    /// INSEE codes of the communes (or countries) where it starts and ends; null when a point lies nowhere.
    #[schema(example = "46042")]
    pub start_place: Option<String>,
    pub end_place: Option<String>,
}

/// Judges a prepared journey without storing anything.
pub async fn judge(registry: &Registry, prepared: &Prepared) -> Result<Judgement, ApiError> {
    let read = registry.database.read();
    let already_used = journey::find(read, prepared.operator, &prepared.operator_journey_id).await?.is_some();
    let (operator, couple, day) = (prepared.operator, prepared.couple(), prepared.day);
    let nearby = Nearby::around(read, operator, couple, day, &prepared.operator_journey_id).await?;
    let now = registry.house.clock.now();
    let neighbours = nearby.of_journey(operator, couple, day);
    let verdict = registry.terms.at(now).judge(&prepared.judged(now), neighbours);
    Ok(Judgement {
        accepted: verdict.is_accepted() && !already_used,
        already_used,
        violations: verdict.violations.iter().map(explanation::of_violation).collect(),
        terms_version: verdict.version,
        start_place: prepared.start_place.clone(),
        end_place: prepared.end_place.clone(),
    })
}

/// Judge a journey without storing it
///
/// The same shape, the same rules and the same neighbours as sending it; nothing is kept.
#[utoipa::path(
    post, path = "/judgements", tag = "Essais et suivi", operation_id = "acquisition:judge",
    request_body(content = super::openapi::SubmissionSchema),
    responses(
        (status = 200, description = "What would become of it", body = Judgement),
        (status = 400, description = "A field is not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not judge journeys", body = RpcError),
        (status = 413, description = "The body is larger than 2 MB", body = RpcError),
        (status = 422, description = "Its times make no sense", body = RpcError),
        (status = 429, description = "Too many requests: 2 000 a minute"),
    )
)]
pub async fn create(
    State(registry): State<Arc<Registry>>,
    Extension(version): Extension<ApiVersion>,
    caller: Caller,
    body: Body<Submission>,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("journey.judge")?;
    let sent = Sent {
        operator,
        actor: caller.actor,
        api_version: version.0,
        submission: body.value,
        bytes: &body.bytes,
        idempotency: None,
    };
    let prepared = preparation::prepare(&registry, sent).await?;
    Ok(Json(judge(&registry, &prepared).await?).into_response())
}
