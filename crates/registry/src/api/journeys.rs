use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socle::rights::Scope;
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Identifier, Parameters, read};
use super::caller::Caller;
use super::envelope::Envelope;
use super::error::{PlainError, RpcError};
use super::{ApiError, ApiVersion, once};
use crate::model::submission::Correction;
use crate::model::{Fault, Label, PublicStatus, Submission, Violation};
use crate::preparation::Sent;
use crate::store::correction::Corrected;
use crate::store::intake::Received;
use crate::store::journey::{self, Journey, Listing};
use crate::store::{PAYLOADS, correction, request, tenant};
use crate::{Registry, preparation};

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::DriverPhones(crate::model::identity::PhonesRefused::None)
            | Fault::PassengerPhones(crate::model::identity::PhonesRefused::None) => {
                Self::InvalidRequest(format!("data{fault}"))
            }
            Fault::DriverPhones(_) | Fault::PassengerPhones(_) => {
                Self::InvalidParameters(format!("data{fault}"))
            }
            Fault::EndsBeforeStart { .. } => Self::Senseless(format!("data{fault}")),
            Fault::InTheFuture { .. } => Self::Senseless(fault.to_string()),
        }
    }
}

/// What is known of a journey that was received.
#[derive(Serialize, ToSchema)]
pub struct Acknowledgement {
    #[schema(example = "cb82956e-3833-4925-9891-47d9b2ba0186")]
    operator_journey_id: String,
    /// When the journey was acknowledged.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Send a journey
///
/// The journey is acknowledged once it is durable. A journey that breaks the terms of use is refused with 422 and
/// kept, so that the refusal can be explained: its identifier is used up.
#[utoipa::path(
    post, path = "/journeys", tag = "Trajets", operation_id = "acquisition:create",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the same answer again")),
    request_body(content = super::openapi::SubmissionSchema),
    responses(
        (status = 201, description = "The journey is stored", body = inline(Envelope<Acknowledgement>)),
        (status = 400, description = "A field is not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not send journeys", body = RpcError),
        (status = 409, description = "This identifier was already used", body = RpcError),
        (status = 413, description = "The body is larger than 2 MB", body = RpcError),
        (status = 422, description = "The terms of use refuse the journey, or its times make no sense", body = RpcError),
        (status = 429, description = "Too many requests: 20 000 a minute"),
        (status = 503, description = "Reception is cut for now: send it again later", body = RpcError),
    )
)]
pub async fn create(
    State(registry): State<Arc<Registry>>,
    Extension(version): Extension<ApiVersion>,
    caller: Caller,
    headers: HeaderMap,
    body: Body<Submission>,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("journey.create")?;
    must_be_open(&registry)?;
    let sent = Sent {
        operator,
        actor: caller.actor,
        api_version: version.0,
        submission: body.value,
        bytes: &body.bytes,
        idempotency: once::key(&headers, operator, &body.bytes)?,
    };
    let prepared = preparation::prepare(&registry, sent).await?;
    let operator_journey_id = prepared.operator_journey_id.clone();
    let received = registry.intake.submit(prepared).await?;
    registry.wake_verification();
    match received {
        Received::Accepted { at, .. } => {
            Ok(Envelope::created(Acknowledgement { operator_journey_id, created_at: at }))
        }
        Received::KeyReused => Err(once::reused()),
        Received::Duplicate => {
            Err(ApiError::Conflict(format!("Journey already registered: {operator_journey_id}")))
        }
        Received::Refused { verdict, .. } => {
            Err(ApiError::Terms { verdict, details: version.tells_details() })
        }
    }
}

/// Refuses what changes journeys while reception is cut.
fn must_be_open(registry: &Registry) -> Result<(), ApiError> {
    match registry.house.switches.cut(registry.database.name(), "intake") {
        Some(cut) => Err(ApiError::Unavailable { reason: cut.reason }),
        None => Ok(()),
    }
}

/// What a status request answers.
#[derive(Serialize, ToSchema)]
pub struct Status {
    operator_journey_id: String,
    /// The registry's own number.
    #[schema(example = "1042")]
    journey_id: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(example = "ok")]
    status: &'static str,
    fraud_error_labels: Vec<Value>,
    anomaly_error_details: Vec<Value>,
    terms_violation_details: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms_violation_error_details: Vec<Value>,
}

/// Details of violations, as 3.4 tells them; metas where a number helps.
pub(super) fn details(violations: &[Violation]) -> Vec<Value> {
    violations
        .iter()
        .map(|violation| match violation {
            Violation::TooManyTripsByDay { limit, driver, passenger } => json!({
                "label": Label::TooManyTripsByDay,
                "metas": {"driver": driver, "passenger": passenger, "limit": limit},
            }),
            other => json!({"label": other.label()}),
        })
        .collect()
}

impl Status {
    fn new(journey: Journey, version: ApiVersion) -> Result<Self, ApiError> {
        let violations = journey.violations()?;
        Ok(Self {
            journey_id: journey.id.to_string(),
            created_at: journey.received_at.timestamp(),
            status: journey.public_status().as_str(),
            fraud_error_labels: Vec::new(),
            anomaly_error_details: Vec::new(),
            terms_violation_details: violations.iter().map(|one| one.label().as_str()).collect(),
            terms_violation_error_details: if version.tells_details() {
                details(&violations)
            } else {
                Vec::new()
            },
            operator_journey_id: journey.operator_journey_id,
        })
    }
}

/// Read the status of a journey
#[utoipa::path(
    get, path = "/journeys/{operator_journey_id}", tag = "Trajets", operation_id = "acquisition:status",
    params(("operator_journey_id" = String, Path, description = "The operator's own identifier")),
    responses(
        (status = 200, description = "The journey and its status", body = Status),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not read journeys", body = RpcError),
        (status = 404, description = "This operator sent no such journey", body = PlainError),
        (status = 429, description = "Too many requests: 2 000 a minute"),
    )
)]
pub async fn status(
    State(registry): State<Arc<Registry>>,
    Extension(version): Extension<ApiVersion>,
    caller: Caller,
    Identifier(id): Identifier,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("journey.status")?;
    let found = journey::find(registry.database.read(), operator, &id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(Status::new(found, version)?).into_response())
}

/// Which journeys to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Listed {
    /// One of the published statuses.
    #[param(example = "ok")]
    status: String,
    /// How many: 50 unless said, 10 000 at most.
    #[param(minimum = 0, maximum = 10000)]
    limit: Option<u64>,
    /// How many to skip.
    #[param(minimum = 0, maximum = 1_000_000_000)]
    offset: Option<u64>,
    /// Departures from this date, at most 90 days ago; 7 days ago unless said.
    #[param(example = "2026-11-18T00:00:00Z")]
    start: Option<String>,
    /// Departures until this date; now unless said.
    end: Option<String>,
}

/// An element of the list.
#[derive(Serialize, ToSchema)]
pub struct ListedJourney {
    operator_journey_id: String,
}

/// A date, or a date and time with its offset; a date alone is midnight in Paris.
fn moment(name: &str, text: &str) -> Result<Timestamp, ApiError> {
    let midnight =
        |date: Date| date.to_zoned_datetime(socle::pages::format::paris()).map(|at| at.timestamp());
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| {
            text.parse::<Date>().ok().filter(|_| text.len() == 10).and_then(|date| midnight(date).ok())
        })
        .ok_or_else(|| {
            ApiError::InvalidParameters(format!(
                "query/{name}: {text:?} is not a date (2026-11-18 or 2026-11-18T00:00:00Z)"
            ))
        })
}

/// List journeys by status
///
/// The latest departure first.
#[utoipa::path(
    get, path = "/journeys", tag = "Trajets", operation_id = "acquisition:list",
    params(Listed),
    responses(
        (status = 200, description = "The journeys' identifiers", body = Vec<ListedJourney>),
        (status = 400, description = "A parameter is missing or not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not read journeys", body = RpcError),
        (status = 429, description = "Too many requests: 2 000 a minute"),
    )
)]
pub async fn list(
    State(registry): State<Arc<Registry>>,
    caller: Caller,
    Parameters(listed): Parameters<Listed>,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("journey.status")?;
    let wrong = |text: String| Err(ApiError::InvalidParameters(text));
    let status: PublicStatus = match listed.status.parse() {
        Ok(status) => status,
        Err(error) => return wrong(format!("query/status: {error}")),
    };
    let (limit, offset) = (listed.limit.unwrap_or(50), listed.offset.unwrap_or(0));
    if limit > 10_000 {
        return wrong(format!("query/limit: {limit} is more than 10000"));
    }
    if offset > 1_000_000_000 {
        return wrong(format!("query/offset: {offset} is more than 1000000000"));
    }
    let now = registry.house.clock.now();
    let from = listed.start.as_deref().map(|text| moment("start", text)).transpose()?;
    let from = from.unwrap_or(now - SignedDuration::from_hours(7 * 24));
    let oldest = now - SignedDuration::from_hours(91 * 24);
    if from < oldest {
        return wrong(format!("query/start: {from} is more than 90 days ago"));
    }
    let to = listed.end.as_deref().map(|text| moment("end", text)).transpose()?.unwrap_or(now);
    if to > now + SignedDuration::from_hours(24) {
        return wrong(format!("query/end: {to} is in the future"));
    }
    let listing =
        Listing { status: Some(status), from: Some(from), to: Some(to), places: Vec::new(), limit, offset };
    let found = if limit == 0 {
        Vec::new()
    } else {
        journey::list(&registry.database, &Scope::Tenant(tenant(operator)), &listing).await?
    };
    let listed: Vec<_> =
        found.into_iter().map(|one| ListedJourney { operator_journey_id: one.operator_journey_id }).collect();
    Ok(Json(listed).into_response())
}

/// Correct a journey
///
/// Possible until 24 hours after its departure. The corrected journey is judged again: one that would break the
/// terms is refused with 422 and stays as it was; one that was refused and no longer breaks them is accepted. A
/// cancelled journey stays cancelled.
#[utoipa::path(
    patch, path = "/journeys/{operator_journey_id}", tag = "Trajets", operation_id = "acquisition:update",
    params(("operator_journey_id" = String, Path, description = "The operator's own identifier")),
    request_body(content = super::openapi::CorrectionSchema),
    responses(
        (status = 200, description = "The journey is corrected"),
        (status = 400, description = "A field is not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not correct journeys", body = RpcError),
        (status = 404, description = "This operator sent no such journey", body = PlainError),
        (status = 409, description = "More than 24 hours have passed since the departure", body = RpcError),
        (status = 413, description = "The body is larger than 2 MB", body = RpcError),
        (status = 422, description = "The corrected journey would break the terms, or its times make no sense", body = RpcError),
        (status = 429, description = "Too many requests: 2 000 a minute"),
        (status = 503, description = "Reception is cut for now: send it again later", body = RpcError),
    )
)]
pub async fn correct(
    State(registry): State<Arc<Registry>>,
    Extension(version): Extension<ApiVersion>,
    caller: Caller,
    Identifier(id): Identifier,
    body: Body<Correction>,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("journey.correct")?;
    must_be_open(&registry)?;
    if let Some(repeated) = &body.value.operator_journey_id
        && repeated.0 != id
    {
        return Err(ApiError::InvalidParameters(format!(
            "data/operator_journey_id: {:?} is not the journey of the address, {id:?}",
            repeated.0
        )));
    }
    let key = registry.keyring.current(&tenant(operator), PAYLOADS).await?;
    // Two corrections at the same moment: the second reads again what the first wrote.
    for _ in 0..8 {
        let before =
            journey::find(registry.database.read(), operator, &id).await?.ok_or(ApiError::NotFound)?;
        let plain = registry.keyring.open(&journey::context(operator, &id), &before.payload).await?;
        let submission = body.value.clone().apply(read(&plain)?);
        let bytes = serde_json::to_vec(&submission).map_err(|error| ApiError::internal(&error))?;
        let sent = Sent {
            operator,
            actor: caller.actor.clone(),
            api_version: version.0,
            submission,
            bytes: &bytes,
            idempotency: None,
        };
        let prepared = preparation::prepare(&registry, sent).await?;
        let asked = key.seal(&request::context(before.id), &body.bytes);
        let outcome =
            correction::correct(&registry.database, registry.terms, prepared, before.revision, asked).await?;
        match outcome {
            Corrected::Done => {
                registry.wake_verification();
                return Ok(StatusCode::OK.into_response());
            }
            Corrected::Raced => {}
            Corrected::Unknown => return Err(ApiError::NotFound),
            Corrected::TooLate => {
                let hours = registry.terms.at(registry.house.clock.now()).hours_to_correct;
                return Err(ApiError::Conflict(format!(
                    "A journey may be corrected until {hours} hours after its departure; cancel it, or write to the registry"
                )));
            }
            Corrected::AfterReception { end, received } => {
                return Err(ApiError::Senseless(format!(
                    "data/end/datetime: {end} is after the journey was first received, {received}"
                )));
            }
            Corrected::Refused(verdict) => {
                return Err(ApiError::Terms { verdict, details: version.tells_details() });
            }
        }
    }
    Err(ApiError::Conflict("This journey is being corrected by other requests: try again".to_owned()))
}

/// Why a journey is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// A code of the operator's own.
    #[schema(pattern = "^[0-9A-Za-z_-]{0,32}$", example = "no_show")]
    code: String,
    #[schema(max_length = 512)]
    #[serde(default)]
    message: Option<String>,
}

/// Cancel a journey
///
/// Possible at any time. Asking twice changes nothing.
#[utoipa::path(
    post, path = "/journeys/{operator_journey_id}/cancel", tag = "Trajets", operation_id = "acquisition:cancel",
    params(("operator_journey_id" = String, Path, description = "The operator's own identifier")),
    request_body(content = Cancellation),
    responses(
        (status = 200, description = "The journey is cancelled"),
        (status = 400, description = "A field is not as described", body = RpcError),
        (status = 401, description = "Nobody is recognised", body = RpcError),
        (status = 403, description = "This caller may not cancel journeys", body = RpcError),
        (status = 404, description = "This operator sent no such journey", body = PlainError),
        (status = 413, description = "The body is larger than 2 MB", body = RpcError),
        (status = 429, description = "Too many requests: 20 000 a minute"),
        (status = 503, description = "Reception is cut for now: send it again later", body = RpcError),
    )
)]
pub async fn cancel(
    State(registry): State<Arc<Registry>>,
    Extension(version): Extension<ApiVersion>,
    caller: Caller,
    Identifier(id): Identifier,
    body: Body<Cancellation>,
) -> Result<Response, ApiError> {
    let operator = caller.allow_for_operator("journey.cancel")?;
    must_be_open(&registry)?;
    let Cancellation { code, message } = body.value;
    let plain =
        code.len() <= 32 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !plain {
        return Err(ApiError::InvalidParameters(format!(
            "data/code: {code:?} must match ^[0-9A-Za-z_-]{{0,32}}$"
        )));
    }
    let length = message.as_deref().map_or(0, |text| text.chars().count());
    if length > 512 {
        return Err(ApiError::InvalidParameters(format!("data/message: {length} characters, 512 at most")));
    }
    let found = journey::find(registry.database.read(), operator, &id).await?.ok_or(ApiError::NotFound)?;
    let key = registry.keyring.current(&tenant(operator), PAYLOADS).await?;
    let asked = key.seal(&request::context(found.id), &body.bytes);
    if correction::cancel(&registry.database, caller.actor, operator, id, code, version.0, asked).await? {
        registry.wake_verification();
        Ok(StatusCode::OK.into_response())
    } else {
        Err(ApiError::NotFound)
    }
}
