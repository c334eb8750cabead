//! How often an operator may ask (spec §2.2), counted per operator, multiplied by configuration.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use socle::web::rates::{Rate, Standing};

use super::ApiError;
use super::caller::Caller;
use crate::Registry;

pub const POSTS: Rate = Rate { name: "journeys-post", limit: 20_000, window: 60 };
/// Of the sandbox: anyone may have a key of it without the team's agreement.
pub const SANDBOX_POSTS: Rate = Rate { name: "sandbox-post", limit: 300, window: 60 };
pub const READS: Rate = Rate { name: "journeys-read", limit: 2_000, window: 60 };
pub const CREDENTIALS: Rate = Rate { name: "credentials", limit: 100, window: 60 };
pub const TOKENS: Rate = Rate { name: "access-token", limit: 5, window: 60 };

/// Recognises the caller, counts the request, and says where the caller stands.
async fn counted(registry: Arc<Registry>, rate: Rate, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match Caller::from_request_parts(&mut parts, &registry).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    let standing = registry.house.rates.count(rate, &caller.identity, registry.house.clock.now());
    if !standing.allowed {
        return ApiError::TooMany { standing }.into_response();
    }
    let mut response = next.run(Request::from_parts(parts, body)).await;
    head(&mut response, standing);
    response
}

/// Writes the `RateLimit` headers.
pub fn head(response: &mut Response, standing: Standing) {
    let headers = response.headers_mut();
    for (name, value) in [
        ("ratelimit-limit", i64::from(standing.limit)),
        ("ratelimit-remaining", i64::from(standing.remaining)),
        ("ratelimit-reset", standing.reset),
    ] {
        headers.insert(name, HeaderValue::from(value));
    }
}

pub async fn posts(State(registry): State<Arc<Registry>>, request: Request, next: Next) -> Response {
    let rate = if registry.space.is_sandbox() { SANDBOX_POSTS } else { POSTS };
    counted(registry, rate, request, next).await
}

pub async fn reads(State(registry): State<Arc<Registry>>, request: Request, next: Next) -> Response {
    counted(registry, READS, request, next).await
}

pub async fn credentials(State(registry): State<Arc<Registry>>, request: Request, next: Next) -> Response {
    counted(registry, CREDENTIALS, request, next).await
}
