//! The code generator of an agent (time-based one-time passwords, RFC 6238: SHA-1, 30 seconds, 6 digits).

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use subtle::ConstantTimeEq as _;

use super::{People, PeopleError, SignedIn};
use crate::audit::{Actor, Entry};
use crate::chance;
use crate::seal::SealError;
use crate::store::{Instant, StoreError};

/// Seconds a code lasts.
const STEP: i64 = 30;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "code_generators")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: i64,
    /// The shared secret, sealed.
    pub sealed: Vec<u8>,
    /// The session that sets it up.
    pub session: Vec<u8>,
    pub confirmed_at: Option<Instant>,
    /// The last time step whose code was used: a code is good once.
    pub last_step: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Why a code was refused.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    #[error("no code generator is set up")]
    None,
    #[error("the code is wrong, too old or already used")]
    Wrong,
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl From<StoreError> for CodeRefused {
    fn from(cause: StoreError) -> Self {
        Self::People(cause.into())
    }
}
impl From<DbErr> for CodeRefused {
    fn from(cause: DbErr) -> Self {
        Self::People(cause.into())
    }
}
impl From<SealError> for CodeRefused {
    fn from(cause: SealError) -> Self {
        Self::People(cause.into())
    }
}

fn context(agent: i64) -> String {
    format!("code-generator {agent}")
}

fn code(secret: &[u8], step: i64) -> Option<String> {
    let generator = totp_rs::Builder::new().with_secret(secret.to_vec()).build().ok()?;
    Some(generator.generate(u64::try_from(step * STEP).ok()?).to_string())
}

impl People {
    /// The secret to put in a code generator, in Base32; the same within a session until it is confirmed, another
    /// one in another session, so that nobody reads a secret that somebody else will confirm. `None` once it is
    /// confirmed: it is never shown again.
    pub async fn unconfirmed_secret(&self, who: &SignedIn) -> Result<Option<String>, PeopleError> {
        let (agent, session) = (who.agent.id, who.session.id.clone());
        if let Some(found) = Entity::find_by_id(agent).one(self.database.read()).await? {
            if found.confirmed_at.is_some() {
                return Ok(None);
            }
            if found.session == session {
                return Ok(Some(base32(&self.keyring.open(&context(agent), &found.sealed).await?)));
            }
        }
        let secret = chance::secret_bytes::<20>();
        let sealed = self.keyring.current("agents", "people").await?.seal(&context(agent), &secret);
        let kept = self
            .database
            .write::<_, PeopleError, _>(move |tx| {
                Box::pin(async move {
                    // Two pages of a session opened at the same moment: the first secret stays.
                    if let Some(found) = Entity::find_by_id(agent).one(tx.connection()).await? {
                        if found.confirmed_at.is_some() {
                            return Ok(None);
                        }
                        if found.session == session {
                            return Ok(Some(found.sealed));
                        }
                        Entity::delete_by_id(agent).exec(tx.connection()).await?;
                    }
                    Entity::insert(ActiveModel {
                        agent_id: Set(agent),
                        sealed: Set(sealed.clone()),
                        session: Set(session),
                        confirmed_at: Set(None),
                        last_step: Set(0),
                    })
                    .exec_without_returning(tx.connection())
                    .await?;
                    tx.record(Entry::new(Actor::Agent(agent), "code_generator.prepared", "agent", agent));
                    Ok(Some(sealed))
                })
            })
            .await?;
        match kept {
            Some(sealed) => Ok(Some(base32(&self.keyring.open(&context(agent), &sealed).await?))),
            None => Ok(None),
        }
    }

    /// Checks a code (the present step, the one before or after), once. The first right code confirms the generator.
    pub async fn check_code(&self, who: &SignedIn, given: String) -> Result<(), CodeRefused> {
        let agent = who.agent.id;
        let found = Entity::find_by_id(agent).one(self.database.read()).await?.ok_or(CodeRefused::None)?;
        if found.confirmed_at.is_none() && found.session != who.session.id {
            return Err(CodeRefused::None);
        }
        let secret = self.keyring.open(&context(agent), &found.sealed).await?;
        let now = self.database.clock().now().as_second() / STEP;
        let given = given.trim().replace(' ', "");
        let step = (now - 1..=now + 1)
            .filter(|step| *step > found.last_step)
            .find(|step| {
                code(&secret, *step).is_some_and(|known| bool::from(known.as_bytes().ct_eq(given.as_bytes())))
            })
            .ok_or(CodeRefused::Wrong)?;
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let used = Entity::update_many()
                        .set(ActiveModel {
                            confirmed_at: Set(Some(found.confirmed_at.unwrap_or_else(|| tx.now().into()))),
                            last_step: Set(step),
                            ..Default::default()
                        })
                        .filter(Column::AgentId.eq(agent))
                        .filter(Column::LastStep.lt(step))
                        .filter(Column::Sealed.eq(found.sealed.clone()))
                        .exec(tx.connection())
                        .await?;
                    if used.rows_affected == 0 {
                        return Err(CodeRefused::Wrong);
                    }
                    if found.confirmed_at.is_none() {
                        tx.record(Entry::new(
                            Actor::Agent(agent),
                            "code_generator.confirmed",
                            "agent",
                            agent,
                        ));
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// Base32 without padding (RFC 4648), as code generators expect it.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1)).collect();
    bits.chunks(5)
        .map(|chunk| {
            let value = chunk.iter().fold(0_u8, |value, bit| value << 1 | bit) << (5 - chunk.len());
            char::from(ALPHABET[usize::from(value)])
        })
        .collect()
}
