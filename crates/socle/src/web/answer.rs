use std::sync::Arc;

use askama::Template;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::visitor::{Visitor, cookie};
use crate::house::House;
use crate::language::{Language, message};
use crate::pages::Page;
use crate::people::SESSION_COOKIE;

/// Why a page is not shown. The visitor reads a page that says what to do.
#[derive(Clone, Debug)]
pub enum Problem {
    /// Nobody is signed in.
    SignInFirst {
        next: String,
    },
    /// The role asks for a second proof.
    SecondProofFirst {
        next: String,
    },
    /// The role does not allow it.
    Forbidden {
        role: String,
    },
    /// Nothing is there (or nothing that the visitor may know of).
    NotFound,
    /// A form sent from another site.
    CrossSite,
    TooMany,
    /// The request cannot be done, and the text says why.
    Refused {
        status: StatusCode,
        text: String,
    },
    /// The service, or what was asked of it, is cut for now.
    Unavailable {
        reason: String,
    },
    /// Ours. The reference is in the logs.
    Internal {
        reference: String,
    },
}

impl Problem {
    /// Logs `error` and hides it behind a reference.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        let reference = hex::encode(crate::chance::secret_bytes::<4>());
        tracing::error!(reference, %error, "a request failed");
        Self::Internal { reference }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignInFirst { .. } | Self::SecondProofFirst { .. } => StatusCode::SEE_OTHER,
            Self::Forbidden { .. } | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused { status, .. } => *status,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self, language: Language, path: &str) -> (String, String) {
        let say = |key: &str, arguments: &[(&str, String)]| message(language, key, arguments);
        match self {
            Self::SignInFirst { .. } | Self::SecondProofFirst { .. } => {
                (say("error-second-proof-title", &[]), say("error-second-proof-text", &[]))
            }
            Self::Forbidden { role } => {
                (say("error-forbidden-title", &[]), say("error-forbidden-text", &[("role", role.clone())]))
            }
            Self::NotFound => {
                (say("error-not-found-title", &[]), say("error-not-found-text", &[("path", path.to_owned())]))
            }
            Self::CrossSite => (say("error-cross-site-title", &[]), say("error-cross-site-text", &[])),
            Self::TooMany => (say("error-too-many-title", &[]), say("error-too-many-text", &[])),
            Self::Refused { status, text } if *status == StatusCode::GONE => {
                (say("error-gone-title", &[]), text.clone())
            }
            Self::Refused { text, .. } => (say("error-bad-title", &[]), text.clone()),
            Self::Unavailable { reason } => (
                say("error-unavailable-title", &[]),
                say("error-unavailable-text", &[("reason", reason.clone())]),
            ),
            Self::Internal { reference } => (
                say("error-internal-title", &[]),
                say("error-internal-text", &[("reference", reference.clone())]),
            ),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let location = match &self {
            Self::SignInFirst { next } => Some(format!("/connexion?suite={}", encode(next))),
            Self::SecondProofFirst { next } => Some(format!("/connexion/code?suite={}", encode(next))),
            _ => None,
        };
        let mut response = (self.status(), self.words(Language::French, "").1).into_response();
        if let Some(location) = location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(LOCATION, location);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A query value, percent-encoded.
pub(super) fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    page: Page,
    title: String,
    text: String,
    back: String,
}

/// Dresses the problems of pages for the visitor who meets them.
pub(super) async fn dress_problems(request: Request, next: Next) -> Response {
    let house = request.extensions().get::<Arc<House>>().map(Arc::clone);
    let wants_html = request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"));
    let secret = cookie(request.headers(), SESSION_COOKIE);
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let (Some(house), true) = (house, wants_html) else { return response };
    if response.status().is_redirection() {
        return response;
    }
    let visitor = Visitor::recognise(house, secret, path.clone()).await;
    let (title, text) = problem.words(visitor.language, &path);
    let page = Page::of_the_house(&visitor, &title);
    let back = message(visitor.language, "error-back-home", &[]);
    let mut dressed = self::page(&ProblemPage { page, title, text, back });
    *dressed.status_mut() = response.status();
    dressed
}

/// A page, rendered.
pub fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            ([(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html).into_response()
        }
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// Goes to another page of this site after a form.
pub fn redirect(path: &str) -> Response {
    let location =
        HeaderValue::from_str(super::visitor::safe_next(path)).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}
