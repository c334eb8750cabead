//! Rights: a table per service, that the program enforces and that a test walks cell by cell.

use std::collections::BTreeSet;

/// What a role may do with an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Nothing.
    No,
    /// On what belongs to its own tenant.
    Own,
    /// On everything.
    All,
}

/// A role of a service.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// Stable name: `operator.admin`.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// The least assurance with which one may act in this role.
    pub assurance: Assurance,
    /// Whether people hold it (or only machines).
    pub for_people: bool,
}

/// How sure we are that the person is who they say. Methods of sign-in give one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assurance {
    /// One proof: reading a mailbox, a telephone, or holding a secret key.
    One = 1,
    /// Two proofs of different kinds: a mailbox and a code generator.
    Two = 2,
}

impl Assurance {
    /// The level stored as `level`, the lowest for anything unknown.
    pub fn from_level(level: i32) -> Self {
        if level >= 2 { Self::Two } else { Self::One }
    }
}

/// One line of the table: an action, then what each role may do, in the order of the roles.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub action: &'static str,
    pub grants: &'static [Grant],
}

/// The rights of a service.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
    pub roles: &'static [Role],
    pub lines: &'static [Line],
}

impl Rights {
    /// What `role` may do with `action`. Unknown roles and actions may nothing.
    pub fn grant(&self, role: &str, action: &str) -> Grant {
        let Some(column) = self.roles.iter().position(|known| known.name == role) else { return Grant::No };
        self.lines
            .iter()
            .find(|line| line.action == action)
            .and_then(|line| line.grants.get(column).copied())
            .unwrap_or(Grant::No)
    }

    /// The role named `name`.
    pub fn role(&self, name: &str) -> Option<&'static Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    /// What is wrong with the table itself; empty when it is well formed.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for line in self.lines {
            if line.grants.len() != self.roles.len() {
                faults.push(format!(
                    "{}: {} grants for {} roles",
                    line.action,
                    line.grants.len(),
                    self.roles.len()
                ));
            }
            if !seen.insert(line.action) {
                faults.push(format!("{} appears twice", line.action));
            }
        }
        faults
    }
}

/// The limit of a query: what the one who asks may see. A query cannot be written without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything of the service.
    All,
    /// What belongs to this tenant (an opaque name that the service understands: `operator:12`).
    Tenant(String),
}

impl Scope {
    /// The scope that `grant` gives to a member of `tenant`; `None` when it gives nothing.
    pub fn of(grant: Grant, tenant: Option<&str>) -> Option<Self> {
        match (grant, tenant) {
            (Grant::All, _) => Some(Self::All),
            (Grant::Own, Some(tenant)) => Some(Self::Tenant(tenant.to_owned())),
            _ => None,
        }
    }

    /// Whether `tenant` lies within this scope.
    pub fn covers(&self, tenant: &str) -> bool {
        match self {
            Self::All => true,
            Self::Tenant(own) => own == tenant,
        }
    }
}
