//! What the sandbox does that the real registry does not: it brings operators over from the real side, and notes how
//! far each one got.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use socle::rights::Scope;
use socle::web::Problem;

use crate::api::{Caller, Refusal};
use crate::store::sign::{self, Kind};
use crate::store::{ServiceError, onboarding, operator};
use crate::{Registry, Space};

/// Days after its departure at which a journey of the sandbox is erased.
pub const DAYS_KEPT: i64 = 30;
/// Bytes of the largest body it reads: a journey has a few thousand.
pub const LARGEST_BODY: usize = 64 * 1024;

/// Brings over the operators of the real side that are missing or changed; does nothing in the real registry. A crash
/// between the two sides is healed here: by the next page or call, or by the job.
pub async fn bring_operators(registry: &Registry) -> Result<u64, ServiceError> {
    let Space::Sandbox { real } = &registry.space else { return Ok(0) };
    let onboardings = onboarding::all(real).await?;
    let mut operators = operator::list(real, &Scope::All).await?;
    for operator in &mut operators {
        // A suspended operator may mend its server here; one whose request was closed may not.
        operator.suspended_at =
            onboardings.iter().find(|one| one.operator_id == operator.id).and_then(|one| one.closed_at);
    }
    let changed = operator::mirror(&registry.database, operators).await?;
    if changed > 0 {
        registry.working_keys.forget_all();
    }
    Ok(changed)
}

/// Before each page of the sandbox.
pub async fn with_operators(
    State(registry): State<Arc<Registry>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    bring_operators(&registry).await?;
    Ok(next.run(request).await)
}

/// What a call of the API was about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Send,
    Correct,
    Cancel,
    Other,
}

impl Act {
    /// `path` begins with the version: `/v3.4/journeys/…`.
    fn of(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').skip(1).collect();
        match (method, parts.as_slice()) {
            (&Method::POST, ["journeys"]) => Self::Send,
            (&Method::PATCH, ["journeys", _]) => Self::Correct,
            (&Method::POST, ["journeys", _, "cancel"]) => Self::Cancel,
            _ => Self::Other,
        }
    }

    /// What the answer shows of how far the operator got.
    fn signs(self, status: u16) -> Vec<Kind> {
        let shown = match (self, status) {
            (Self::Send, 201) => vec![Kind::Accepted],
            (Self::Correct, 200) => vec![Kind::Corrected],
            (Self::Cancel, 200) => vec![Kind::Canceled],
            (Self::Other, _) => Vec::new(),
            (_, 409 | 422) => vec![Kind::Refused],
            (_, 400) => vec![Kind::Faulty],
            _ => Vec::new(),
        };
        std::iter::once(Kind::Call).chain(shown).collect()
    }
}

/// Around each call of the sandbox's API: notes what it shows. Whoever calls is answered even when nothing could be
/// noted.
pub async fn follow(State(registry): State<Arc<Registry>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let act = Act::of(&parts.method, parts.uri.path());
    // Whoever is not recognised is answered by the route itself: some are open to anyone.
    let caller = Caller::from_request_parts(&mut parts, &registry).await;
    let operator = caller.ok().and_then(|caller| caller.operator());
    let response = next.run(Request::from_parts(parts, body)).await;
    let refused_unread = response.status() == StatusCode::TOO_MANY_REQUESTS;
    if let Some(operator) = operator.filter(|_| !refused_unread) {
        let told = response.extensions().get::<Refusal>().map(|refusal| refusal.0.clone());
        let status = response.status().as_u16();
        let detail = told.unwrap_or_else(|| status.to_string());
        if let Err(error) = sign::note(&registry.database, operator, act.signs(status), detail).await {
            tracing::error!(operator, %error, "a sign of the sandbox could not be noted");
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_shows_how_far_its_operator_got() {
        let of = |method: &Method, path: &str, status| Act::of(method, path).signs(status);
        assert_eq!(of(&Method::POST, "/v3.4/journeys", 201), [Kind::Call, Kind::Accepted]);
        assert_eq!(of(&Method::POST, "/v3.4/journeys", 409), [Kind::Call, Kind::Refused]);
        assert_eq!(of(&Method::PATCH, "/v3/journeys/x", 200), [Kind::Call, Kind::Corrected]);
        assert_eq!(of(&Method::POST, "/3.4/journeys/x/cancel", 200), [Kind::Call, Kind::Canceled]);
        assert_eq!(of(&Method::GET, "/v3.4/journeys/x", 404), [Kind::Call]);
        assert_eq!(of(&Method::POST, "/v3.4/judgements", 422), [Kind::Call], "a trial is not a refusal");
    }
}
