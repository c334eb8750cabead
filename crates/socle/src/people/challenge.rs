//! The one-time link (and its code, for a mailbox opened on another screen) that signs an agent in.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Agent, People, PeopleError, Proof, identity};
use crate::audit::{Actor, Entry};
use crate::chance;
use crate::outbox::{self, Message};
use crate::rights::Assurance;
use crate::seal::DataKey;
use crate::store::{Instant, Tx};

/// How long a link may be used.
pub(super) const VALIDITY: SignedDuration = SignedDuration::from_mins(15);
/// How many wrong codes end a challenge.
const TRIES: i32 = 5;
/// How many links one account may ask for within [`VALIDITY`].
const LINKS: u64 = 5;

/// A way to prove who one is. Sessions remember which were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A one-time link sent by e-mail.
    EmailLink,
    /// The six digits of the same message, typed.
    EmailCode,
    /// A code generator on a telephone (RFC 6238).
    CodeGenerator,
    /// `ProConnect` (`OpenID` Connect).
    ProConnect,
    /// One click, in demonstrations only.
    Demonstration,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::EmailLink => "email-link",
            Self::EmailCode => "email-code",
            Self::CodeGenerator => "code-generator",
            Self::ProConnect => "proconnect",
            Self::Demonstration => "demonstration",
        }
    }

    /// What the method alone is worth. A code generator is a second proof: it comes after another method. A provider
    /// says when it asked for two proofs.
    pub fn assurance(self) -> Assurance {
        match self {
            Self::EmailLink | Self::EmailCode | Self::ProConnect => Assurance::One,
            Self::CodeGenerator | Self::Demonstration => Assurance::Two,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "challenges")]
pub struct Model {
    /// Public half: in the form where the code is typed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: i64,
    pub method: String,
    /// Fingerprints of the link's secret and of the code, 32 bytes each.
    pub code: Vec<u8>,
    /// Where to go once signed in.
    pub next: String,
    pub tries: i32,
    pub created_at: Instant,
    pub expires_at: Instant,
    pub used_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is sent to the mailbox.
pub struct Challenge {
    pub id: String,
    /// Goes in the link only.
    pub secret: String,
    /// Six digits.
    pub code: String,
}

impl Challenge {
    pub(super) fn draw() -> Self {
        Self { id: chance::secret_text(), secret: chance::secret_text(), code: chance::six_digits() }
    }
}

/// A right answer.
pub struct Answered {
    pub agent: i64,
    pub proof: Proof,
    /// Where to go.
    pub next: String,
}

/// Why a link or a code was refused.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeRefused {
    #[error("this link or code is unknown, used or too old")]
    Unknown,
    #[error("wrong code, {left} tries left")]
    Wrong { left: i32 },
    #[error("too many links were asked for")]
    TooMany,
    #[error("this answers a sign-in that another browser began")]
    OtherBrowser,
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl From<crate::store::StoreError> for ChallengeRefused {
    fn from(cause: crate::store::StoreError) -> Self {
        Self::People(cause.into())
    }
}

impl From<crate::seal::SealError> for ChallengeRefused {
    fn from(cause: crate::seal::SealError) -> Self {
        Self::People(cause.into())
    }
}

impl From<DbErr> for ChallengeRefused {
    fn from(cause: DbErr) -> Self {
        Self::People(cause.into())
    }
}

fn fingerprint(id: &str, secret: &str) -> [u8; 32] {
    Sha256::new().chain_update(id).chain_update([0]).chain_update(secret).finalize().into()
}

impl People {
    /// Opens a challenge for `agent` and puts its letter in the outbox, in one change.
    pub async fn challenge(
        &self,
        agent: &Agent,
        next: String,
        letter: impl FnOnce(&Challenge) -> Message + Send + 'static,
    ) -> Result<Challenge, ChallengeRefused> {
        let key = self.keyring.current("agents", "people").await?;
        let challenge = Challenge::draw();
        let agent = agent.id;
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let letter = letter(&challenge);
                    let opened = open(tx, &key, agent, Method::EmailLink, &challenge, next, &letter).await?;
                    if opened { Ok(challenge) } else { Err(ChallengeRefused::TooMany) }
                })
            })
            .await
    }

    /// Answers a challenge with the link's secret or the code. A wrong answer is counted; a right one is used once.
    /// When an identity waits for it, only the browser that began may answer, and the identity is joined in the
    /// same change.
    pub async fn answer(
        &self,
        id: String,
        answer: String,
        browser: Option<String>,
    ) -> Result<Answered, ChallengeRefused> {
        let (agent, method, next, waited) = self
            .database
            .write::<_, ChallengeRefused, _>(move |tx| {
                Box::pin(async move {
                    let Some(found) = Entity::find_by_id(id.as_str()).one(tx.connection()).await? else {
                        return Ok(Err(ChallengeRefused::Unknown));
                    };
                    let now: Timestamp = tx.now();
                    if found.used_at.is_some() || found.expires_at.timestamp() <= now || found.tries >= TRIES
                    {
                        return Ok(Err(ChallengeRefused::Unknown));
                    }
                    let Ok(waited) = identity::waited(tx, &id, browser.as_deref()).await? else {
                        return Ok(Err(ChallengeRefused::OtherBrowser));
                    };
                    let given = fingerprint(&id, answer.trim());
                    let is = |range: std::ops::Range<usize>| {
                        found.code.get(range).is_some_and(|known| bool::from(known.ct_eq(given.as_slice())))
                    };
                    let method = match (is(0..32), is(32..64)) {
                        (true, _) => Method::EmailLink,
                        (_, true) => Method::EmailCode,
                        _ => {
                            Entity::update_many()
                                .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
                                .filter(Column::Id.eq(id.as_str()))
                                .exec(tx.connection())
                                .await?;
                            tx.record(Entry::new(
                                Actor::Public,
                                "sign_in.wrong_code",
                                "agent",
                                found.agent_id,
                            ));
                            return Ok(Err(ChallengeRefused::Wrong { left: TRIES - found.tries - 1 }));
                        }
                    };
                    Entity::update_many()
                        .set(ActiveModel { used_at: Set(Some(now.into())), ..Default::default() })
                        .filter(Column::Id.eq(id.as_str()))
                        .exec(tx.connection())
                        .await?;
                    if let Some(waited) = &waited
                        && !identity::link(tx, waited).await?
                    {
                        return Ok(Err(ChallengeRefused::Unknown));
                    }
                    Ok(Ok((found.agent_id, method, found.next, waited)))
                })
            })
            .await??;
        let proof = match waited {
            Some(waited) => self.proof_of(waited, method).await?,
            None => Proof::from(method),
        };
        Ok(Answered { agent, proof, next })
    }
}

/// Opens a challenge for an account and puts its letter in the outbox, inside a change. `false`, and nothing done, when
/// too many were asked for.
pub(super) async fn open(
    tx: &mut Tx,
    key: &DataKey,
    agent: i64,
    method: Method,
    challenge: &Challenge,
    next: String,
    letter: &Message,
) -> Result<bool, PeopleError> {
    let since = Instant::from(tx.now() - VALIDITY);
    let recent = Entity::find()
        .filter(Column::AgentId.eq(agent))
        .filter(Column::CreatedAt.gt(since))
        .count(tx.connection())
        .await?;
    if recent >= LINKS {
        return Ok(false);
    }
    let mut code = fingerprint(&challenge.id, &challenge.secret).to_vec();
    code.extend(fingerprint(&challenge.id, &challenge.code));
    Entity::insert(ActiveModel {
        id: Set(challenge.id.clone()),
        agent_id: Set(agent),
        method: Set(method.name().to_owned()),
        code: Set(code),
        next: Set(next),
        tries: Set(0),
        created_at: Set(tx.now().into()),
        expires_at: Set((tx.now() + VALIDITY).into()),
        used_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    outbox::post(tx, key, "agents", &format!("sign-in {}", challenge.id), letter).await?;
    tx.record(Entry::new(Actor::Public, "sign_in.asked", "agent", agent));
    Ok(true)
}
