use std::sync::Arc;

use socle::seal::DataKey;

use crate::Registry;
use crate::store::ServiceError;
use crate::store::export::Export;

/// Purpose of the keys that make pseudonyms for a territory.
const PSEUDONYMS: &str = "pseudonyms";

/// Who reads an export: what a line tells depends on it.
#[derive(Clone)]
pub enum Audience {
    /// An operator reads back what it sent.
    Operator,
    /// Its people who may not read what was sent: no exact place, no identity.
    OperatorTeam,
    /// An authority: places and times are coarse, people and journeys are pseudonyms that nobody else has.
    Territory(Arc<DataKey>),
    /// The registry's team: nothing about people.
    Registry,
}

impl Audience {
    pub(super) async fn of(registry: &Registry, export: &Export) -> Result<Self, ServiceError> {
        let tenant = export.tenant.as_str();
        Ok(match tenant.split_once(':') {
            None => Self::Registry,
            Some(("operator", _)) if export.tells_sent => Self::Operator,
            Some(("operator", _)) => Self::OperatorTeam,
            Some(_) => Self::Territory(registry.keyring.current(tenant, PSEUDONYMS).await?),
        })
    }

    /// The pseudonym of `value` for this audience: equal in all its exports, unlike anybody else's.
    pub(super) fn pseudonym(&self, kind: &str, value: &str) -> Option<String> {
        match self {
            Self::Territory(key) => Some(hex::encode(&key.sign(kind.as_bytes(), value.as_bytes())[..16])),
            Self::Operator | Self::OperatorTeam | Self::Registry => None,
        }
    }
}
