//! Who may do what in the registry (spec §1.2, without its tenancy holes). A test walks every cell.

use socle::rights::Grant::{All, No, Own};
use socle::rights::{Assurance, Line, Rights, Role};

const fn role(name: &'static str, title: &'static str, assurance: Assurance, for_people: bool) -> Role {
    Role { name, title, assurance, for_people }
}

macro_rules! lines {
    ($($action:literal: $($grant:ident)+,)+) => {
        &[$(Line { action: $action, grants: &[$($grant),+] }),+]
    };
}

/// The table. Columns: registry administrator, registry agent, operator administrator, operator agent, operator's
/// server, territory administrator, territory agent, data protection officer.
pub const RIGHTS: Rights = Rights {
    roles: &[
        role("registry.admin", "Administration du registre", Assurance::Two, true),
        role("registry.user", "Équipe du registre", Assurance::One, true),
        role("operator.admin", "Administration de l’opérateur", Assurance::One, true),
        role("operator.user", "Équipe de l’opérateur", Assurance::One, true),
        role("operator.application", "Serveur de l’opérateur", Assurance::One, false),
        role("territory.admin", "Administration de la collectivité", Assurance::One, true),
        role("territory.user", "Équipe de la collectivité", Assurance::One, true),
        role("registry.dpo", "Protection des données", Assurance::Two, true),
    ],
    lines: lines! {
        "journey.create":        No  No  Own No  Own No  No  No,
        "journey.correct":       No  No  Own No  Own No  No  No,
        "journey.cancel":        No  No  Own No  Own No  No  No,
        "journey.status":        No  No  Own Own Own No  No  No,
        "journey.judge":         No  No  Own Own Own No  No  No,
        "journey.browse":        All All Own Own No  No  No  No,
        "journey.read_sent":     All No  Own No  No  No  No  No,
        "journey.export":        All All Own Own No  Own Own No,
        "operator.figures":      All All Own Own No  No  No  No,
        "changes.read":          No  No  Own Own Own No  No  No,
        "subscription.read":     All No  Own Own Own No  No  No,
        "subscription.manage":   No  No  Own No  Own No  No  No,
        "credentials.create":    All No  Own No  No  No  No  No,
        "credentials.read":      All No  Own No  No  No  No  No,
        "credentials.delete":    All No  Own No  No  No  No  No,
        "operator.list":         All All No  No  No  No  No  No,
        "operator.register":     All No  No  No  No  No  No  No,
        "operator.suspend":      All No  No  No  No  No  No  No,
        "territory.figures":     All All No  No  No  Own Own No,
        "territory.register":    All No  No  No  No  No  No  No,
        "territory.manage":      All No  No  No  No  Own No  No,
        "territory.agree":       All No  No  No  No  No  No  No,
        "user.list":             All All Own No  No  Own Own No,
        "user.manage":           All No  Own No  No  Own No  No,
        "rules.read":            All All Own Own No  Own Own All,
        "queues.read":           All All No  No  No  No  No  No,
        "switches.manage":       All No  No  No  No  No  No  No,
        "privacy.read":          All No  No  No  No  No  No  All,
        "privacy.person":        No  No  No  No  No  No  No  All,
        "privacy.breach":        All No  No  No  No  No  No  All,
        "audit.read":            All No  No  No  No  No  No  All,
        "onboarding.read":       No  No  Own Own No  No  No  No,
        "onboarding.manage":     No  No  Own No  No  No  No  No,
        "onboarding.accompany":  All All No  No  No  No  No  No,
        "onboarding.decide":     All No  No  No  No  No  No  No,
    },
};
