//! Who an account is at a provider of identities: an issuer, the identity provider behind it, a subject. A provider
//! asserts addresses and proves none: an account is joined to an identity once its own address has answered.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::challenge::{self, Challenge};
use super::departure::fingerprint;
use super::{Agent, Email, Method, People, PeopleError, Proof, agent, membership, session};
use crate::audit::{Actor, Entry};
use crate::outbox::Message;
use crate::rights::Assurance;
use crate::store::{Instant, Tx};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub agent_id: i64,
    pub linked_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Somebody, as a provider numbers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    /// The identity provider behind the issuer: a subject is stable within it only.
    pub provider: String,
    pub subject: String,
}

/// Somebody whom a provider vouches for.
pub struct Newcomer {
    pub identity: Identity,
    /// The address the provider asserts.
    pub email: Option<Email>,
    pub proof: Proof,
}

/// What becomes of a newcomer.
pub enum Arrived {
    /// The secret of their session's cookie.
    In(String),
    /// Their address must answer first: the challenge's public half.
    ToConfirm(String),
    Refused(Refusal),
}

/// Why somebody who left for the provider does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They, or the provider, gave it up.
    GivenUp,
    /// The provider does not answer, or not as it should.
    Provider,
    /// What it answers cannot be verified.
    Unverified,
    /// The level of authentication is not one of those accepted.
    Level,
    /// Their organisation is not known here.
    Organisation,
    /// They have no role here.
    NoRole,
    /// Their account was blocked.
    Blocked,
    /// Their address was asked too many times.
    TooManyLinks,
}

impl Refusal {
    /// In the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::GivenUp => "given up",
            Self::Provider => "provider",
            Self::Unverified => "unverified",
            Self::Level => "level",
            Self::Organisation => "organisation",
            Self::NoRole => "no role",
            Self::Blocked => "blocked",
            Self::TooManyLinks => "too many links",
        }
    }
}

/// Identities that wait for the answer of an address.
pub(super) mod waiting {
    use sea_orm::entity::prelude::*;

    use crate::store::Instant;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identities_to_confirm")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub challenge: String,
        pub agent_id: i64,
        /// SHA-256 of the secret of the browser that may answer.
        pub browser: Vec<u8>,
        pub issuer: String,
        pub provider: String,
        pub subject: String,
        pub assurance: i32,
        /// The provider's identity token, sealed.
        pub id_token: Option<Vec<u8>>,
        pub expires_at: Instant,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn context(challenge: &str) -> String {
    format!("identity to confirm {challenge}")
}

impl People {
    /// Lets in whom a provider vouches for when their identity is joined to an account that has a role; else writes to
    /// the address it asserts when an account with a role has it. `browser` is the secret of the browser that may
    /// answer the letter.
    pub async fn arrive(
        &self,
        newcomer: Newcomer,
        browser: &str,
        next: String,
        letter: impl FnOnce(&Agent, &Challenge) -> Message + Send + 'static,
    ) -> Result<Arrived, PeopleError> {
        let key = self.keyring.current("agents", "people").await?;
        let opening = self.opening(&newcomer.proof).await?;
        let challenge = Challenge::draw();
        let token = newcomer.proof.id_token.as_deref();
        let id_token = token.map(|token| key.seal(&context(&challenge.id), token.as_bytes()));
        let (identity, email) = (newcomer.identity, newcomer.email);
        let (browser, assurance) = (fingerprint(browser), newcomer.proof.assurance);
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(agent) = holder(tx, &identity).await? {
                        let refusal = match agent.blocked_at {
                            Some(_) => Some(Refusal::Blocked),
                            None if has_role(tx, agent.id).await? => None,
                            None => Some(Refusal::NoRole),
                        };
                        if let Some(refusal) = refusal {
                            refuse(tx, refusal, Some(agent.id));
                            return Ok(Arrived::Refused(refusal));
                        }
                        return Ok(Arrived::In(session::open(tx, agent.id, opening, None).await?));
                    }
                    // A stranger learns nothing of blocked accounts.
                    let Some(agent) = expected(tx, email).await? else {
                        refuse(tx, Refusal::NoRole, None);
                        return Ok(Arrived::Refused(Refusal::NoRole));
                    };
                    let letter = letter(&agent, &challenge);
                    let method = Method::ProConnect;
                    if !challenge::open(tx, &key, agent.id, method, &challenge, next, &letter).await? {
                        refuse(tx, Refusal::TooManyLinks, Some(agent.id));
                        return Ok(Arrived::Refused(Refusal::TooManyLinks));
                    }
                    waiting::Entity::insert(waiting::ActiveModel {
                        challenge: Set(challenge.id.clone()),
                        agent_id: Set(agent.id),
                        browser: Set(browser),
                        issuer: Set(identity.issuer),
                        provider: Set(identity.provider),
                        subject: Set(identity.subject),
                        assurance: Set(assurance as i32),
                        id_token: Set(id_token),
                        expires_at: Set((tx.now() + challenge::VALIDITY).into()),
                    })
                    .exec_without_returning(tx.connection())
                    .await?;
                    Ok(Arrived::ToConfirm(challenge.id))
                })
            })
            .await
    }

    /// Writes in the log that somebody who left for the provider does not come in; nothing is created.
    pub async fn refuse(&self, refusal: Refusal, identity: Option<Identity>) -> Result<(), PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let agent = match &identity {
                        Some(identity) => holder(tx, identity).await?.map(|agent| agent.id),
                        None => None,
                    };
                    refuse(tx, refusal, agent);
                    Ok(())
                })
            })
            .await
    }

    /// The proof that an answered challenge completes, its identity token opened.
    pub(super) async fn proof_of(&self, waited: waiting::Model, by: Method) -> Result<Proof, PeopleError> {
        let id_token = match &waited.id_token {
            Some(sealed) => {
                let token = self.keyring.open(&context(&waited.challenge), sealed).await?;
                String::from_utf8(token).ok()
            }
            None => None,
        };
        let assurance = Assurance::from_level(waited.assurance);
        Ok(Proof { methods: vec![Method::ProConnect, by], assurance, id_token })
    }
}

/// The account joined to an identity.
async fn holder(tx: &Tx, identity: &Identity) -> Result<Option<Agent>, PeopleError> {
    let key = (identity.issuer.clone(), identity.provider.clone(), identity.subject.clone());
    let Some(found) = Entity::find_by_id(key).one(tx.connection()).await? else { return Ok(None) };
    Ok(agent::Entity::find_by_id(found.agent_id).one(tx.connection()).await?)
}

/// The account that may be joined to an identity with this address: somebody gave it a role.
async fn expected(tx: &Tx, email: Option<Email>) -> Result<Option<Agent>, PeopleError> {
    let Some(email) = email else { return Ok(None) };
    let found = agent::Entity::find()
        .filter(agent::Column::Email.eq(email.as_str()))
        .filter(agent::Column::BlockedAt.is_null())
        .one(tx.connection())
        .await?;
    match found {
        Some(agent) if has_role(tx, agent.id).await? => Ok(Some(agent)),
        _ => Ok(None),
    }
}

async fn has_role(tx: &Tx, agent: i64) -> Result<bool, PeopleError> {
    let held = membership::Entity::find()
        .filter(membership::Column::AgentId.eq(agent))
        .filter(membership::Column::RevokedAt.is_null());
    Ok(held.one(tx.connection()).await?.is_some())
}

fn refuse(tx: &mut Tx, refusal: Refusal, agent: Option<i64>) {
    let method = Method::ProConnect.name();
    let entry = match agent {
        Some(agent) => Entry::new(Actor::Public, "sign_in.refused", "agent", agent),
        None => Entry::new(Actor::Public, "sign_in.refused", "sign_in", method),
    };
    tx.record(entry.with_facts(serde_json::json!({"method": method, "reason": refusal.name()})));
}

/// What waits for the answer of a challenge; `Err` when another browser answers.
pub(super) async fn waited(
    tx: &Tx,
    challenge: &str,
    browser: Option<&str>,
) -> Result<Result<Option<waiting::Model>, ()>, PeopleError> {
    let Some(found) = waiting::Entity::find_by_id(challenge).one(tx.connection()).await? else {
        return Ok(Ok(None));
    };
    let same = browser.is_some_and(|browser| fingerprint(browser) == found.browser);
    Ok(if same { Ok(Some(found)) } else { Err(()) })
}

/// Joins an identity to the account whose address answered. `false` when the account may no longer enter, or the
/// identity is somebody else's by now.
pub(super) async fn link(tx: &mut Tx, waited: &waiting::Model) -> Result<bool, PeopleError> {
    let identity = Identity {
        issuer: waited.issuer.clone(),
        provider: waited.provider.clone(),
        subject: waited.subject.clone(),
    };
    waiting::Entity::delete_by_id(waited.challenge.as_str()).exec(tx.connection()).await?;
    let account = agent::Entity::find_by_id(waited.agent_id).one(tx.connection()).await?;
    let open = account.is_some_and(|account| account.blocked_at.is_none());
    if !open || !has_role(tx, waited.agent_id).await? {
        return Ok(false);
    }
    if let Some(holder) = holder(tx, &identity).await? {
        return Ok(holder.id == waited.agent_id);
    }
    Entity::insert(ActiveModel {
        issuer: Set(identity.issuer),
        provider: Set(identity.provider),
        subject: Set(identity.subject),
        agent_id: Set(waited.agent_id),
        linked_at: Set(tx.now().into()),
    })
    .exec_without_returning(tx.connection())
    .await?;
    let entry = Entry::new(Actor::Agent(waited.agent_id), "identity.linked", "agent", waited.agent_id);
    tx.record(entry.with_facts(serde_json::json!({"method": Method::ProConnect.name()})));
    Ok(true)
}

/// Forgets the identities of an account.
pub(super) async fn forget(tx: &Tx, agent: i64) -> Result<(), PeopleError> {
    Entity::delete_many().filter(Column::AgentId.eq(agent)).exec(tx.connection()).await?;
    waiting::Entity::delete_many().filter(waiting::Column::AgentId.eq(agent)).exec(tx.connection()).await?;
    Ok(())
}
