use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::Problem;
use crate::audit::Actor;
use crate::house::House;
use crate::language::Language;
use crate::people::{Membership, SESSION_COOKIE, SignedIn};
use crate::rights::{Assurance, Grant, Scope};
use crate::service::Sheet;

/// Whoever is looking at a page: signed in or not, in their language.
#[derive(Clone)]
pub struct Visitor {
    pub house: Arc<House>,
    pub language: Language,
    pub signed_in: Option<SignedIn>,
    /// The secret of the session's cookie, to end it.
    pub(super) secret: Option<String>,
    /// Path and query of the request.
    pub path: String,
}

/// The house a request came to.
///
/// # Panics
/// When the router was not built by [`super::app::build`]: a mistake of the program, not of the visitor.
pub fn house_of(parts: &Parts) -> Arc<House> {
    Arc::clone(parts.extensions.get::<Arc<House>>().expect("the house is laid by web::app::build"))
}

/// The value of cookie `name`.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let house = house_of(parts);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let secret = cookie(&parts.headers, SESSION_COOKIE);
        Ok(Self::recognise(house, secret, path).await)
    }
}

impl Visitor {
    /// Recognises the holder of a session's cookie.
    pub(super) async fn recognise(house: Arc<House>, secret: Option<String>, path: String) -> Self {
        let signed_in = match &secret {
            // A store that does not answer makes a visitor unknown, never somebody else.
            Some(secret) => house.people.signed_in(secret).await.unwrap_or_else(|error| {
                tracing::error!(%error, "a session could not be read");
                None
            }),
            None => None,
        };
        Self { house, language: Language::French, signed_in, secret, path }
    }

    /// The role the visitor acts in within `service`.
    pub fn role_in(&self, service: &str) -> Option<&Membership> {
        self.signed_in.as_ref()?.acting_as.as_ref().filter(|role| role.service == service)
    }

    /// What the visitor may do with `action`, without refusing.
    pub fn grant(&self, sheet: &Sheet, action: &str) -> Grant {
        self.role_in(sheet.id).map_or(Grant::No, |role| sheet.rights.grant(&role.role, action))
    }

    /// The scope in which the visitor may do `action`; else the answer to give: sign in, give a second proof,
    /// or no.
    pub fn allow(&self, sheet: &Sheet, action: &str) -> Result<Scope, Problem> {
        let Some(signed_in) = &self.signed_in else {
            return Err(Problem::SignInFirst { next: self.path.clone() });
        };
        let Some(membership) = self.role_in(sheet.id) else {
            return Err(Problem::Forbidden { role: "aucun rôle dans ce service".to_owned() });
        };
        let Some(role) = sheet.rights.role(&membership.role) else {
            return Err(Problem::Forbidden { role: membership.role.clone() });
        };
        let grant = sheet.rights.grant(role.name, action);
        let Some(scope) = Scope::of(grant, membership.tenant.as_deref()) else {
            return Err(Problem::Forbidden { role: role.title.to_owned() });
        };
        if role.assurance == Assurance::Two && signed_in.assurance() < Assurance::Two {
            return Err(Problem::SecondProofFirst { next: self.path.clone() });
        }
        Ok(scope)
    }

    /// The visitor in the audit log.
    pub fn actor(&self) -> Actor {
        self.signed_in.as_ref().map_or(Actor::Public, |signed_in| Actor::Agent(signed_in.agent.id))
    }
}

/// Where one may be sent after signing in: only within this site.
pub(super) fn safe_next(next: &str) -> &str {
    let inside = next.starts_with('/') && !next.starts_with("//");
    if inside && !next.contains(|letter: char| letter.is_control() || letter == '\\') { next } else { "/" }
}

impl From<crate::people::PeopleError> for Problem {
    fn from(error: crate::people::PeopleError) -> Self {
        Self::internal(&error)
    }
}

impl From<crate::store::StoreError> for Problem {
    fn from(error: crate::store::StoreError) -> Self {
        match error {
            crate::store::StoreError::Stale { .. } => Self::Refused {
                status: StatusCode::CONFLICT,
                text: "Quelqu’un d’autre a modifié ces informations pendant que vous les lisiez. Rechargez la page, puis recommencez.".to_owned(),
            },
            other => Self::internal(&other),
        }
    }
}

impl From<crate::store::ServiceError> for Problem {
    fn from(error: crate::store::ServiceError) -> Self {
        match error {
            crate::store::ServiceError::Store(cause) => cause.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::internal(&error)
    }
}

impl From<crate::seal::SealError> for Problem {
    fn from(error: crate::seal::SealError) -> Self {
        Self::internal(&error)
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(&format!("{error:#}"))
    }
}
