//! What a page is asked with: the address, its query, its form. What cannot be read is answered in words.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::pages::FormErrors;

fn unreadable(text: &str) -> Problem {
    Problem::Refused { status: StatusCode::BAD_REQUEST, text: text.to_owned() }
}

/// What an address asks for: `?status=ok`.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::from_request_parts(parts, state).await.map(|Query(value)| Self(value)).map_err(|_| {
            unreadable(
                "L’adresse de cette page est mal recopiée. Revenez à l’accueil du service, puis recommencez.",
            )
        })
    }
}

/// What a form sent.
pub struct Filled<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Filled<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Form::from_request(request, state)
            .await
            .map(|Form(value)| Self(value))
            .map_err(|_| unreadable("Le formulaire reçu n’est pas lisible, ou il est trop long. Revenez en arrière, puis recommencez."))
    }
}

/// A page whose form came back: refused when something is to be corrected.
pub fn answered(mut page: Response, errors: &FormErrors) -> Response {
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    page
}

/// The number in an address. Anything else names nothing.
pub struct Number(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Name::from_request_parts(parts, state).await?.0.parse().map(Self).map_err(|_| Problem::NotFound)
    }
}

/// The name in an address.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(name)| Self(name))
            .map_err(|_| Problem::NotFound)
    }
}
