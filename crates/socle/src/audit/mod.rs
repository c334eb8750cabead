//! The audit log: append-only, chained by commit group (docs/adr/0003-audit-chain.md).
//!
//! A link of the chain covers what is not personal (who acted, what, on what, when, the facts) and, for what
//! is, only a commitment: the fingerprint of its ciphertext, whose random nonce is the salt. The ciphertext
//! itself lies in `audit_personal` and can be erased; the chain stays valid.

mod chain;
mod read;

pub(crate) use chain::verify_on;
pub use chain::{Broken, Verified, verify};
use jiff::Timestamp;
pub use read::{Page, Place, Row, about, everything, latest, leaf};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr};

use crate::store::Instant;

/// The action that lets one read the log.
pub const READ: &str = "audit.read";

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An agent, by identifier.
    Agent(i64),
    /// A machine, by the public identifier of its access key.
    Key(String),
    /// A job or a command, by name.
    Program(&'static str),
    /// Nobody signed in.
    Public,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "agent:{id}"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Program(name) => write!(f, "program:{name}"),
            Self::Public => f.write_str("public"),
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    pub actor: Actor,
    /// What happened, as `noun.verb`: `journey.received`.
    pub action: &'static str,
    /// The kind of thing it happened to.
    pub subject_kind: &'static str,
    /// Its identifier.
    pub subject: String,
    /// What may be kept for ever: nothing about a person.
    pub facts: serde_json::Value,
    /// Personal values before and after, already sealed with the tenant's key.
    pub personal: Option<Personal>,
}

/// The personal part of an entry.
#[derive(Clone, Debug)]
pub enum Personal {
    /// Kept in `audit_personal`, where it can be erased.
    Kept(Vec<u8>),
    /// Kept by the subject itself (for instance the payload of a journey): only its commitment is recorded.
    Elsewhere([u8; 32]),
}

impl Entry {
    /// An entry about `subject`, without facts.
    pub fn new(
        actor: Actor,
        action: &'static str,
        subject_kind: &'static str,
        subject: impl ToString,
    ) -> Self {
        Self {
            actor,
            action,
            subject_kind,
            subject: subject.to_string(),
            facts: serde_json::Value::Null,
            personal: None,
        }
    }

    /// Adds facts that may be kept for ever.
    #[must_use]
    pub fn with_facts(mut self, facts: serde_json::Value) -> Self {
        self.facts = facts;
        self
    }

    /// Adds sealed personal values.
    #[must_use]
    pub fn with_personal(mut self, personal: Personal) -> Self {
        self.personal = Some(personal);
        self
    }
}

/// Appends a group's entries and returns the new end of the chain.
pub(crate) async fn append(
    transaction: &DatabaseTransaction,
    group: i64,
    at: Timestamp,
    previous: &[u8],
    entries: &[Entry],
) -> Result<Vec<u8>, DbErr> {
    let mut link = chain::Link::after(previous, group, at);
    let mut insert = Query::insert();
    insert.into_table(Alias::new("audit_entries")).columns(
        [
            "commit_group",
            "position",
            "at",
            "actor",
            "action",
            "subject_kind",
            "subject",
            "facts",
            "commitment",
        ]
        .map(Alias::new),
    );
    let mut personal = Query::insert();
    personal
        .into_table(Alias::new("audit_personal"))
        .columns(["commit_group", "position", "sealed"].map(Alias::new));
    let mut any_personal = false;
    for (entry, position) in entries.iter().zip(0_i32..) {
        let actor = entry.actor.to_string();
        let facts = if entry.facts.is_null() { String::new() } else { entry.facts.to_string() };
        let commitment = match &entry.personal {
            None => None,
            Some(Personal::Elsewhere(commitment)) => Some(commitment.to_vec()),
            Some(Personal::Kept(sealed)) => {
                personal.values_panic([group.into(), position.into(), sealed.clone().into()]);
                any_personal = true;
                Some(chain::commitment(sealed).to_vec())
            }
        };
        link.add(&[&actor, entry.action, entry.subject_kind, &entry.subject, &facts], commitment.as_deref());
        insert.values_panic([
            group.into(),
            position.into(),
            Expr::val(Instant::from(at)),
            actor.into(),
            entry.action.into(),
            entry.subject_kind.into(),
            entry.subject.as_str().into(),
            facts.into(),
            commitment.into(),
        ]);
    }
    transaction.execute(&insert).await?;
    if any_personal {
        transaction.execute(&personal).await?;
    }
    let link = link.finish();
    let count = i32::try_from(entries.len()).unwrap_or(i32::MAX);
    let close = Query::insert()
        .into_table(Alias::new("audit_groups"))
        .columns(["commit_group", "at", "entries", "link"].map(Alias::new))
        .values_panic([group.into(), Expr::val(Instant::from(at)), count.into(), link.clone().into()])
        .to_owned();
    transaction.execute(&close).await?;
    Ok(link)
}

/// The commitment to a sealed value, for [`Personal::Elsewhere`].
pub fn commitment(sealed: &[u8]) -> [u8; 32] {
    chain::commitment(sealed)
}
