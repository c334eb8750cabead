use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use socle::people::PeopleError;
use socle::seal::SealError;
use utoipa::ToSchema;

use crate::model::Verdict;
use crate::store::ServiceError;

/// Why a request of a machine is refused. Codes and shapes are those of spec §2.2.
#[derive(Debug)]
pub enum ApiError {
    /// The body is not JSON, or a parameter is missing.
    InvalidRequest(String),
    /// A field is not what the contract says: where, what was seen, what is expected.
    InvalidParameters(String),
    Unauthorized(&'static str),
    Forbidden,
    /// The operator is not connected yet: only its sandbox is open.
    NotOpened,
    /// No such thing, for this caller.
    NotFound,
    /// No such route in this version.
    RouteUnknown,
    MethodUnknown,
    Conflict(String),
    TooLarge,
    /// Times that make no sense.
    Senseless(String),
    /// The terms of use refuse the journey.
    Terms {
        verdict: Verdict,
        details: bool,
    },
    TooMany {
        standing: socle::web::rates::Standing,
    },
    /// What was asked is cut for now ([`socle::switches`]).
    Unavailable {
        reason: String,
    },
    Internal {
        reference: String,
    },
}

/// Where or by which rule a request was refused, beside the answer: never a value that was sent.
#[derive(Clone, Debug)]
pub struct Refusal(pub String);

/// The JSON-RPC heritage around errors.
#[derive(Debug, Serialize, ToSchema)]
pub struct RpcError {
    #[schema(example = 1)]
    id: u8,
    #[schema(example = "2.0")]
    jsonrpc: &'static str,
    error: RpcFault,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RpcFault {
    /// What exactly: a text, or an object.
    data: Value,
    #[schema(example = -32602)]
    code: i32,
    #[schema(example = "Invalid params")]
    message: &'static str,
}

/// The short shape of some answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlainError {
    #[schema(example = 404)]
    code: u16,
    #[schema(example = "Not found")]
    error: String,
}

impl ApiError {
    /// Logs `error` and hides it behind a reference.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        let reference = hex::encode(socle::chance::secret_bytes::<4>());
        tracing::error!(reference, %error, "a request failed");
        Self::Internal { reference }
    }

    fn rpc(status: StatusCode, code: i32, message: &'static str, data: Value) -> Response {
        (status, Json(RpcError { id: 1, jsonrpc: "2.0", error: RpcFault { data, code, message } }))
            .into_response()
    }
}

impl ApiError {
    /// Where or why, in the words of the interface.
    fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::InvalidRequest(text) | Self::InvalidParameters(text) | Self::Senseless(text) => {
                Some(Refusal(text.split(": ").next().unwrap_or_default().chars().take(120).collect()))
            }
            Self::Terms { verdict, .. } => {
                let labels: Vec<_> = verdict.violations.iter().map(|one| one.label().as_str()).collect();
                Some(Refusal(labels.join(", ")))
            }
            Self::Conflict(_) => Some(Refusal("conflict".to_owned())),
            _ => None,
        }
    }

    fn answer(self) -> Response {
        match self {
            Self::InvalidRequest(text) => {
                Self::rpc(StatusCode::BAD_REQUEST, -32600, "Invalid Request", text.into())
            }
            Self::InvalidParameters(text) => {
                Self::rpc(StatusCode::BAD_REQUEST, -32602, "Invalid params", text.into())
            }
            Self::Unauthorized(text) => {
                let mut response =
                    Self::rpc(StatusCode::UNAUTHORIZED, -32501, "Unauthorized Error", text.into());
                response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Bearer"));
                response
            }
            Self::Forbidden => {
                Self::rpc(StatusCode::FORBIDDEN, -32503, "Forbidden Error", "Invalid permissions".into())
            }
            Self::NotOpened => Self::rpc(
                StatusCode::FORBIDDEN,
                -32503,
                "Forbidden Error",
                "This operator is not connected yet: use /bac-a-sable, then follow /registre/raccordement"
                    .into(),
            ),
            Self::NotFound => {
                let plain = PlainError { code: 404, error: "Not found".to_owned() };
                (StatusCode::NOT_FOUND, Json(plain)).into_response()
            }
            Self::RouteUnknown => {
                Self::rpc(StatusCode::NOT_FOUND, -32504, "Not found", "No such route".into())
            }
            Self::MethodUnknown => Self::rpc(
                StatusCode::METHOD_NOT_ALLOWED,
                -32601,
                "Method not found",
                "No such method here".into(),
            ),
            Self::Conflict(text) => Self::rpc(StatusCode::CONFLICT, -32509, "Conflict", text.into()),
            Self::TooLarge => Self::rpc(
                StatusCode::PAYLOAD_TOO_LARGE,
                -32600,
                "Invalid Request",
                "The body is larger than 2 MB".into(),
            ),
            Self::Senseless(text) => {
                Self::rpc(StatusCode::UNPROCESSABLE_ENTITY, -32700, "Parse error", text.into())
            }
            Self::Terms { verdict, details } => {
                let labels: Vec<_> = verdict.violations.iter().map(|one| one.label().as_str()).collect();
                let mut data = json!({"terms_violation_labels": labels});
                if details {
                    data["terms_violation_error_details"] =
                        super::journeys::details(&verdict.violations).into();
                    data["terms_version"] = verdict.version.into();
                }
                Self::rpc(StatusCode::UNPROCESSABLE_ENTITY, -32422, "Unprocessable Request", data)
            }
            Self::TooMany { standing } => {
                let body = json!({"error": {"code": 429, "message": "Too many requests"}});
                let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
                super::limits::head(&mut response, standing);
                if let Ok(value) = HeaderValue::from_str(&standing.reset.to_string()) {
                    response.headers_mut().insert("retry-after", value);
                }
                response
            }
            Self::Unavailable { reason } => {
                let mut response =
                    Self::rpc(StatusCode::SERVICE_UNAVAILABLE, -32500, "Service Unavailable", reason.into());
                response.headers_mut().insert("retry-after", HeaderValue::from_static("120"));
                response
            }
            Self::Internal { reference } => Self::rpc(
                StatusCode::INTERNAL_SERVER_ERROR,
                -32603,
                "Internal error",
                format!("Reference {reference}").into(),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let refusal = self.refusal();
        let mut response = self.answer();
        if let Some(refusal) = refusal {
            response.extensions_mut().insert(refusal);
        }
        response
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        Self::internal(&error)
    }
}

impl From<SealError> for ApiError {
    fn from(error: SealError) -> Self {
        Self::internal(&error)
    }
}

impl From<PeopleError> for ApiError {
    fn from(error: PeopleError) -> Self {
        Self::internal(&error)
    }
}
