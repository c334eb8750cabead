//! What a role is limited to: one service, one agreement, or one call.

use std::fmt;
use std::str::FromStr;

use socle::rights::Scope;

/// The tenant of a role, as memberships write it: `service:registre`, `convention:domifa` or `appel:fast-5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// Identifier of a product.
    Service(String),
    /// Reference of an agreement.
    Agreement(String),
    /// Address of an edition of a call.
    Call(String),
}

/// A name that is no tenant of the incubator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no tenant; expected service:IDENTIFIER, convention:REFERENCE or appel:IDENTIFIER")]
pub struct NotATenant(pub String);

impl Tenant {
    /// The tenant of a scope; `None` when it has no limit. A tenant that nobody can read covers nothing.
    pub fn of(scope: &Scope) -> Option<Self> {
        match scope {
            Scope::All => None,
            Scope::Tenant(name) => Some(name.parse().unwrap_or_else(|_| Self::Agreement(String::new()))),
        }
    }

    /// Whether an order for that product, of that agreement, is within the scope.
    pub fn covers(scope: &Scope, agreement: &str, product: &str) -> bool {
        match Self::of(scope) {
            None => true,
            Some(Self::Service(own)) => own == product,
            Some(Self::Agreement(own)) => own == agreement,
            Some(Self::Call(_)) => false,
        }
    }
}

impl FromStr for Tenant {
    type Err = NotATenant;

    fn from_str(text: &str) -> Result<Self, NotATenant> {
        match text.split_once(':') {
            Some(("service", name)) if !name.is_empty() => Ok(Self::Service(name.to_owned())),
            Some(("convention", name)) if !name.is_empty() => Ok(Self::Agreement(name.to_owned())),
            Some(("appel", name)) if !name.is_empty() => Ok(Self::Call(name.to_owned())),
            _ => Err(NotATenant(text.to_owned())),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Agreement(name) => write!(f, "convention:{name}"),
            Self::Call(name) => write!(f, "appel:{name}"),
        }
    }
}
