use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The JSON-RPC heritage around successful answers: `{"id":1,"jsonrpc":"2.0","result":{"meta":null,"data":…}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    #[schema(example = 1)]
    id: u8,
    #[schema(example = "2.0")]
    jsonrpc: &'static str,
    result: Payload<T>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Payload<T> {
    #[schema(value_type = Option<serde_json::Value>)]
    meta: (),
    data: T,
}

impl<T: Serialize> Envelope<T> {
    /// A 201 answer.
    pub fn created(data: T) -> Response {
        let envelope = Self { id: 1, jsonrpc: "2.0", result: Payload { meta: (), data } };
        (StatusCode::CREATED, Json(envelope)).into_response()
    }
}
