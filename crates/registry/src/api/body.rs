use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::ApiError;

/// A JSON body, read strictly: what it holds, and the bytes as they came.
pub struct Body<T> {
    pub value: T,
    pub bytes: Bytes,
}

/// Reads JSON; an error says where, what was seen and what is expected.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if cause.is_data() {
            let place =
                if path == "." { "data".to_owned() } else { format!("data/{}", path.replace('.', "/")) };
            ApiError::InvalidParameters(format!("{place}: {}", plainly(&cause.to_string())))
        } else {
            ApiError::InvalidRequest(format!("The body is not JSON: {cause}"))
        }
    })?;
    deserializer.end().map_err(|cause| ApiError::InvalidRequest(format!("The body is not JSON: {cause}")))?;
    Ok(value)
}

/// What serde says, without the names our code gives to things.
fn plainly(text: &str) -> String {
    match text.split_once("expected struct ") {
        Some((seen, _)) => format!("{seen}expected an object"),
        None => text.to_owned(),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(inner) if inner.status() == 413 => ApiError::TooLarge,
            other => ApiError::InvalidRequest(other.to_string()),
        })?;
        Ok(Self { value: read(&bytes)?, bytes })
    }
}

/// The parameters of an address, read strictly.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::from_request_parts(parts, state).await.map(|query| Self(query.0)).map_err(
            |rejection| {
                let text = rejection.body_text();
                let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                ApiError::InvalidParameters(format!("query: {text}"))
            },
        )
    }
}

/// The identifier at the end of an address.
pub struct Identifier(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Identifier {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // An address that is not UTF-8 names nothing.
        axum::extract::Path::<String>::from_request_parts(parts, state)
            .await
            .map(|path| Self(path.0))
            .map_err(|_| ApiError::NotFound)
    }
}
