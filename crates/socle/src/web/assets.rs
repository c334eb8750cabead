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

/// The theme as one stylesheet, and its name, which changes with its content.
static THEME: LazyLock<(String, String)> = LazyLock::new(|| {
    let mut names: Vec<_> = ThemeFiles::iter().collect();
    // What the others use comes first.
    names.sort_by_key(|name| match name.as_ref() {
        "tokens.css" => (0, String::new()),
        "base.css" => (1, String::new()),
        other => (2, other.to_owned()),
    });
    let css: String = names
        .iter()
        .filter_map(|name| ThemeFiles::get(name))
        .map(|file| String::from_utf8_lossy(&file.data).into_owned() + "\n")
        .collect();
    let name = format!("neutre-{}.css", &hex::encode(Sha256::digest(css.as_bytes()))[..12]);
    (name, css)
});

const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1f5c4d"/><path d="M16 26V14m0 0c0-5 3-8 8-8 0 5-3 8-8 8zm0 5c0-4-3-7-8-7 0 4 3 7 8 7z" fill="none" stroke="#fff" stroke-width="2"/></svg>"##;

/// The static files pages need.
pub struct Assets;

impl Assets {
    /// Stylesheets of a page, in order.
    pub fn stylesheets(theme: &Theme) -> Vec<String> {
        let own = format!("/theme/{}", THEME.0);
        match &theme.dsfr_dir {
            // The State's look comes last, on the same markup; what is ours alone (pp-*) keeps our styles.
            Some(_) => vec![own, "/theme/dsfr/dsfr.min.css".to_owned()],
            None => vec![own],
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
    if name != THEME.0 {
        return StatusCode::NOT_FOUND.into_response();
    }
    immutable("text/css; charset=utf-8", THEME.1.as_str())
}

async fn icon() -> Response {
    immutable("image/svg+xml", ICON)
}

fn immutable(kind: &'static str, body: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, body).into_response()
}
