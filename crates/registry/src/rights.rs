//! Who may do what in the registry (spec §1.2, without its tenancy holes). A test walks every cell.

use socle::rights::Grant::{All, No, Own};
use socle::rights::{Assurance, Line, Rights, Role};

const fn role(name: &'static str, title: &'static str, assurance: Assurance, for_people: bool) -> Role {
    Role { name, title, assurance, for_people }
}

macro_rules! lines {
    ($($action:literal: $registry_admin:ident $registry_user:ident $operator_admin:ident $operator_user:ident $application:ident,)+) => {
        &[$(Line { action: $action, grants: &[$registry_admin, $registry_user, $operator_admin, $operator_user, $application] }),+]
    };
}

/// The table. Columns: registry administrator, registry agent, operator administrator, operator agent, operator's
/// server.
pub const RIGHTS: Rights = Rights {
    roles: &[
        role("registry.admin", "Administration du registre", Assurance::Two, true),
        role("registry.user", "Équipe du registre", Assurance::One, true),
        role("operator.admin", "Administration de l’opérateur", Assurance::One, true),
        role("operator.user", "Équipe de l’opérateur", Assurance::One, true),
        role("operator.application", "Serveur de l’opérateur", Assurance::One, false),
    ],
    lines: lines! {
        "journey.create":        No  No  Own No  Own,
        "journey.correct":       No  No  Own No  Own,
        "journey.cancel":        No  No  Own No  Own,
        "journey.status":        No  No  Own Own Own,
        "journey.judge":         No  No  Own Own Own,
        "journey.browse":        All All Own Own No,
        "journey.read_sent":     All No  Own No  No,
        "changes.read":          No  No  Own Own Own,
        "subscription.read":     All No  Own Own Own,
        "subscription.manage":   No  No  Own No  Own,
        "credentials.create":    All No  Own No  No,
        "credentials.read":      All No  Own No  No,
        "credentials.delete":    All No  Own No  No,
        "operator.list":         All All No  No  No,
        "operator.register":     All No  No  No  No,
        "operator.suspend":      All No  No  No  No,
        "user.list":             All All Own No  No,
        "user.manage":           All No  Own No  No,
        "rules.read":            All All Own Own No,
        "queues.read":           All All No  No  No,
        "audit.read":            All No  No  No  No,
    },
};
