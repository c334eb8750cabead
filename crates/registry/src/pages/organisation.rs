//! Whom a role may be given in: operators and territories.

use socle::pages::Choice;
use socle::rights::Scope;

use crate::Registry;
use crate::store::{RegistryError, operator, tenant, territory, territory_tenant};

/// An organisation that has agents here.
pub struct Organisation {
    /// `operator:3`, `territory:12`.
    pub tenant: String,
    pub name: String,
}

/// The organisations of a scope.
pub async fn list(registry: &Registry, scope: &Scope) -> Result<Vec<Organisation>, RegistryError> {
    let operators = operator::list(&registry.database, scope).await?;
    let territories = territory::list(&registry.database, scope).await?;
    let operators = operators.into_iter().map(|one| Organisation { tenant: tenant(one.id), name: one.name });
    let territories =
        territories.into_iter().map(|one| Organisation { tenant: territory_tenant(one.id), name: one.name });
    Ok(operators.chain(territories).collect())
}

/// The kind of organisation a role belongs to: `operator`, `territory`; `None` for the registry's own roles.
pub fn kind_of(role: &str) -> Option<&str> {
    role.split_once('.').map(|(kind, _)| kind).filter(|kind| *kind != "registry")
}

impl Organisation {
    /// Whether a role is one of this kind of organisation.
    pub fn suits(&self, role: &str) -> bool {
        kind_of(role) == self.tenant.split_once(':').map(|(kind, _)| kind)
    }
}

/// Organisations to choose among.
pub fn choices(organisations: &[Organisation], present: &str) -> Vec<Choice> {
    organisations.iter().map(|one| Choice::new(&one.tenant, &one.name, present)).collect()
}
