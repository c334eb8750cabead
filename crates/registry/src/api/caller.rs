use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use socle::audit::Actor;
use socle::rights::{Assurance, Scope};
use socle::web::Visitor;

use super::ApiError;
use crate::rights::RIGHTS;
use crate::store::{access_key, onboarding, operator, operator_of, tenant};
use crate::{Registry, SHEET, sandbox};

/// Whoever calls the API: an operator's server with its token, or an agent with their session.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    role: String,
    tenant: Option<String>,
    /// Whether it belongs to an operator that may send journeys here already.
    opened: bool,
    /// By what requests are counted.
    pub identity: String,
}

impl Caller {
    /// The scope in which the caller may do `action`.
    pub fn allow(&self, action: &str) -> Result<Scope, ApiError> {
        Scope::of(RIGHTS.grant(&self.role, action), self.tenant.as_deref()).ok_or(ApiError::Forbidden)
    }

    /// The operator it belongs to; `None` for the registry's team.
    pub fn operator(&self) -> Option<i64> {
        self.tenant.clone().map(Scope::Tenant).as_ref().and_then(operator_of)
    }

    /// The operator for which the caller may do `action`.
    pub fn allow_for_operator(&self, action: &str) -> Result<i64, ApiError> {
        let operator = operator_of(&self.allow(action)?).ok_or(ApiError::Forbidden)?;
        if self.opened { Ok(operator) } else { Err(ApiError::NotOpened) }
    }
}

/// Keys that were found to work a moment ago: a request need not ask the store each time.
#[derive(Default)]
pub struct WorkingKeys(Mutex<HashMap<String, Timestamp>>);

/// How long a key is believed without asking again. Revoking here forgets it at once; elsewhere, after this.
const BELIEVED: SignedDuration = SignedDuration::from_secs(5);

impl WorkingKeys {
    pub fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    pub fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn works(&self, registry: &Registry, key: &str) -> Result<bool, ApiError> {
        let now = registry.house.clock.now();
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied();
        if seen.is_some_and(|seen| now.duration_since(seen).abs() < BELIEVED) {
            return Ok(true);
        }
        let works = access_key::works(&registry.database, key).await?;
        if works {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), now);
        }
        Ok(works)
    }
}

impl FromRequestParts<Arc<Registry>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Result<Self, ApiError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let caller = if let Some(value) = parts.headers.get(AUTHORIZATION) {
            let token = value
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .ok_or(ApiError::Unauthorized("Unauthorized application"))?;
            let claims = registry
                .tokens
                .check(token, registry.house.clock.now())
                .ok_or(ApiError::Unauthorized("Unauthorized application"))?;
            if !registry.working_keys.works(registry, &claims.sub).await? {
                return Err(ApiError::Unauthorized("Unauthorized application"));
            }
            Self {
                // The two sides are counted apart: trying things out must not slow real journeys down.
                identity: format!("{}{}", registry.space.api(), tenant(claims.operator_id)),
                tenant: Some(tenant(claims.operator_id)),
                role: claims.role,
                // A key is drawn once the operator is open.
                opened: true,
                actor: Actor::Key(claims.sub),
            }
        } else {
            let Ok(visitor) = Visitor::from_request_parts(parts, registry).await;
            let role = visitor.role_in(SHEET.id).ok_or(ApiError::Unauthorized("Unauthorized application"))?;
            let strong = visitor.signed_in.as_ref().is_some_and(|who| who.assurance() == Assurance::Two);
            if RIGHTS.role(&role.role).is_some_and(|role| role.assurance == Assurance::Two) && !strong {
                return Err(ApiError::Forbidden);
            }
            sandbox::bring_operators(registry).await?;
            let operator = role.tenant.clone().map(Scope::Tenant).as_ref().and_then(operator_of);
            let mut opened = true;
            // A suspended operator sends nothing, by its server or by its people.
            if let Some(operator) = operator
                && operator::find(&registry.database, &Scope::All, operator)
                    .await?
                    .is_none_or(|operator| operator.suspended_at.is_some())
            {
                return Err(ApiError::Forbidden);
            }
            // Nor does a candidate, until its first key.
            if let Some(operator) = operator {
                let onboarding = onboarding::of(&registry.database, operator).await?;
                opened = onboarding.is_none_or(|one| one.opened_at.is_some());
            }
            Self {
                opened,
                actor: visitor.actor(),
                role: role.role.clone(),
                tenant: role.tenant.clone(),
                identity: format!("{}agent:{}", registry.space.api(), role.agent_id),
            }
        };
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}
