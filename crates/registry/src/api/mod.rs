//! The operator API: what operators' servers already speak (v3.2 to v3.4), and what we add to it.

mod auth;
pub(crate) mod body;
mod caller;
pub mod changes;
mod credentials;
mod envelope;
mod error;
mod journeys;
pub(crate) mod judgement;
mod limits;
mod once;
pub mod openapi;
mod subscriptions;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
pub use caller::{Caller, WorkingKeys};
pub use error::{ApiError, Refusal};
pub use token::TokenSigner;

use crate::Registry;

/// The versions served, by one set of handlers. A prefix is a range: `v3` is the latest 3.
pub const VERSIONS: [&str; 4] = ["v3", "v3.2", "v3.3", "v3.4"];

/// The version a request named.
#[derive(Clone, Copy, Debug)]
pub struct ApiVersion(pub &'static str);

impl ApiVersion {
    /// Whether details of refusals are told: since 3.4, which `v3` stands for.
    pub fn tells_details(self) -> bool {
        matches!(self.0, "v3" | "v3.4")
    }
}

/// The routes of every version, and the description of the interface.
pub fn routes(registry: &Arc<Registry>) -> Router {
    let mut routes =
        Router::new().route("/openapi.json", get(openapi::serve).with_state(openapi::Served::of(registry)));
    for version in VERSIONS {
        let versioned = openapi::described(registry)
            .0
            .fallback(|| async { ApiError::RouteUnknown })
            .method_not_allowed_fallback(|| async { ApiError::MethodUnknown })
            .layer(middleware::from_fn(move |mut request: Request, next: Next| async move {
                request.extensions_mut().insert(ApiVersion(version));
                next.run(request).await
            }));
        routes = routes
            .nest(&format!("/{version}"), versioned.clone())
            .nest(&format!("/{}", &version[1..]), versioned);
    }
    // A version that is not served: 404 without a body, as the national registry answers.
    let others = (0..10).filter(|major| *major != 3).map(|major| format!("v{major}"));
    let minors =
        (0..30).map(|minor| format!("v3.{minor}")).filter(|version| !VERSIONS.contains(&version.as_str()));
    for gone in others.chain(minors) {
        routes = routes.route(&format!("/{gone}/{{*rest}}"), axum::routing::any(unserved));
    }
    routes
}

async fn unserved() -> Response {
    axum::http::StatusCode::NOT_FOUND.into_response()
}
