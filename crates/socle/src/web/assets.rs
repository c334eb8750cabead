use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};
use tower_http::services::ServeDir;

use crate::config::Theme;

/// Our neutral theme, one file a component.
#[derive(RustEmbed)]
#[folder = "../../web/theme"]
#[include = "*.css"]
struct ThemeFiles;

/// The neutral theme as one stylesheet, and its name, which changes with its content.
static NEUTRAL: LazyLock<Sheet> = LazyLock::new(|| Sheet::of("neutre", &["neutral.css"]));
/// What goes beside the State's own stylesheet: our tokens and our own few classes.
static BESIDE: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::of("complement", &["tokens.css", "own.css", "print.css"]));

struct Sheet {
    name: String,
    css: String,
}

impl Sheet {
    /// Reads files in order, each import replaced by what it names.
    fn of(name: &str, files: &[&str]) -> Self {
        let css: String = files.iter().map(|file| flattened(file)).collect();
        Self { name: format!("{name}-{}.css", &hex::encode(Sha256::digest(css.as_bytes()))[..12]), css }
    }
}

fn flattened(file: &str) -> String {
    let Some(found) = ThemeFiles::get(file) else {
        tracing::error!(file, "a stylesheet is missing");
        return String::new();
    };
    let mut flat = String::new();
    for line in String::from_utf8_lossy(&found.data).lines() {
        let imported = line.trim().strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";"));
        if let Some(imported) = imported {
            flat.push_str(&flattened(imported));
        } else {
            flat.push_str(line);
            flat.push('\n');
        }
    }
    flat
}

/// The static files pages need.
pub struct Assets;

impl Assets {
    /// Stylesheets of a page, in order.
    pub fn stylesheets(theme: &Theme) -> Vec<String> {
        match &theme.dsfr_dir {
            Some(_) => vec!["/theme/dsfr/dsfr.min.css".to_owned(), format!("/theme/{}", BESIDE.name)],
            None => vec![format!("/theme/{}", NEUTRAL.name)],
        }
    }

    pub(super) fn routes(theme: &Theme) -> Router {
        let routes = Router::new().route("/theme/{name}", get(stylesheet)).route("/favicon.svg", get(icon));
        match &theme.dsfr_dir {
            Some(folder) => routes.nest_service("/theme/dsfr", ServeDir::new(folder)),
            None => routes,
        }
    }
}

async fn stylesheet(Path(name): Path<String>) -> Response {
    for sheet in [&*NEUTRAL, &*BESIDE] {
        if name == sheet.name {
            return immutable("text/css; charset=utf-8", sheet.css.as_str());
        }
    }
    StatusCode::NOT_FOUND.into_response()
}

async fn icon() -> Response {
    immutable("image/svg+xml", include_str!("../../../../web/theme/favicon.svg"))
}

fn immutable(kind: &'static str, body: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, body).into_response()
}
