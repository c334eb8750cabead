//! Whom a role may be given in: operators and territories.

use socle::pages::Choice;
use socle::rights::Scope;

use crate::Registry;
use crate::store::{ServiceError, operator, tenant, territory, territory_tenant};

/// An organisation that has agents here.
pub struct Organisation {
    /// `operator:3`, `territory:12`.
    pub tenant: String,
    pub name: String,
}

/// The organisations of a scope.
pub async fn list(registry: &Registry, scope: &Scope) -> Result<Vec<Organisation>, ServiceError> {
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

/// What is said of a name that carries something else.
pub const NOT_A_NAME: &str = "Un nom tient sur une ligne et ne contient pas d’adresse de site.";

/// Whether a text that goes in a letter to a mailbox anyone may name is a name only: one line, no address of a site.
pub fn is_a_name(typed: &str) -> bool {
    let typed = typed.trim();
    let link = |word: &str| {
        // « exemple.fr/x » is an address; « S.A.R.L. » and « Saint-Jean. » are not.
        let host = word.split('/').next().unwrap_or_default();
        word.contains("://")
            || word.starts_with("www.")
            || (word.contains('/') && host.contains('.'))
            || host.rsplit_once('.').is_some_and(|(before, end)| {
                before.chars().count() > 3
                    && end.len() >= 2
                    && end.chars().all(|one| one.is_ascii_lowercase())
            })
    };
    !typed.contains(char::is_control) && !typed.split_whitespace().any(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_no_address() {
        for name in
            ["Élodie d’Hérouville", "Covoit S.A.R.L.", "M. Saint-Jean", "Klaxit/BlaBla", "Navette 2.0"]
        {
            assert!(is_a_name(name), "{name}");
        }
        for text in [
            "Gagnez sur https://exemple.fr",
            "exemple.fr/cadeau",
            "www.exemple.fr",
            "cadeaux.exemple.fr",
            "Léa\nMoreau",
        ] {
            assert!(!is_a_name(text), "{text}");
        }
    }
}
