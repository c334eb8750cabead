use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::web::app::{Alive, unavailable};

pub(super) fn routes(alive: Alive) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .with_state(alive)
}

async fn health(State(alive): State<Alive>) -> Response {
    if *alive.stopping.borrow() {
        unavailable()
    } else {
        Json(serde_json::json!({"status": "ok"})).into_response()
    }
}

async fn metrics(State(alive): State<Alive>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], alive.metrics.render()).into_response()
}
