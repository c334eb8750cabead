//! Pages of the registry, handlers beside their templates.

use std::sync::Arc;

use axum::Router;

use crate::Registry;

pub fn routes(_registry: &Arc<Registry>) -> Router {
    Router::new()
}
