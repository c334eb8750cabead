//! The whole site: shared pages, each service's routes, and what surrounds them.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Version};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use super::{Assets, Problem, account_log, answer, guard, public, sign_in, switches};
use crate::house::House;
use crate::service::{Room, Sheet};

/// The largest body accepted, in bytes (the operator API's own limit, 2 MB).
const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// The services that are mounted.
#[derive(Clone)]
pub struct Rooms(pub Arc<Vec<Arc<dyn Room>>>);

impl Rooms {
    pub fn sheet(&self, service: &str) -> Option<&'static Sheet> {
        self.0.iter().map(|room| room.sheet()).find(|sheet| sheet.id == service)
    }

    /// The first page of a service, or the home page.
    pub fn home_of(&self, service: &str) -> &'static str {
        self.sheet(service).map_or("/", |sheet| sheet.home)
    }
}

/// Tells the outside whether the program serves or is stopping.
#[derive(Clone)]
pub struct Alive {
    pub stopping: watch::Receiver<bool>,
    pub metrics: PrometheusHandle,
}

/// Builds the site.
pub fn build(house: &Arc<House>, rooms: Rooms, alive: Alive) -> Router {
    let mut site = Router::new()
        .merge(public::routes(rooms.clone(), alive))
        .merge(sign_in::routes(rooms.clone()))
        .merge(switches::routes(rooms.clone()))
        .merge(account_log::routes(rooms.clone()))
        .merge(Assets::routes(&house.config.theme));
    for room in rooms.0.iter() {
        let guard = middleware::from_fn_with_state(room.sheet(), switches::guard);
        site = site.merge(room.routes().layer(guard));
    }
    site.fallback(|| async { Problem::NotFound })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(guard::same_site))
        .layer(middleware::from_fn(answer::dress_problems))
        .layer(middleware::from_fn(guard::headers))
        .layer(middleware::from_fn(measure))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_shown)))
        .layer(Extension(Arc::clone(house)))
}

/// What is saved keeps its length, so that browsers show how far they are.
fn is_shown(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(CONTENT_DISPOSITION)
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let what = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default();
    Problem::internal(&format!("a handler panicked: {what}")).into_response()
}

/// Counts requests and their durations by route, never by address.
async fn measure(request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    };
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("pepiniere_requests", "method" => method, "status" => status).increment(1);
    metrics::histogram!("pepiniere_request_seconds").record(started.elapsed());
    response
}

/// The answer of a service that is stopping.
pub(super) fn unavailable() -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        axum::Json(serde_json::json!({"code": 503, "error": "Service Unavailable"})),
    )
        .into_response()
}
