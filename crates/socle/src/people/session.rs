use jiff::SignedDuration;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sha2::{Digest as _, Sha256};

use super::{Agent, Membership, Method, People, PeopleError, agent, membership};
use crate::audit::{Actor, Entry};
use crate::chance;
use crate::rights::Assurance;
use crate::store::{Instant, Tx};

/// The cookie that carries a session's secret.
pub const SESSION_COOKIE: &str = "pepiniere_session";
/// How long a session lasts, whatever happens in it: a working day.
const VALIDITY: SignedDuration = SignedDuration::from_hours(12);

/// A session: an agent, signed in, acting in one of their roles (or none yet).
pub type Session = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// SHA-256 of the cookie's secret.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    pub agent_id: i64,
    pub membership_id: Option<i64>,
    /// Names of the methods used, separated by spaces.
    pub methods: String,
    pub assurance: i32,
    pub created_at: Instant,
    pub expires_at: Instant,
    /// The provider's identity token, sealed: sent back to end its session too.
    pub id_token: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who is behind a session, and as what they act.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    pub agent: Agent,
    pub acting_as: Option<Membership>,
}

impl SignedIn {
    pub fn assurance(&self) -> Assurance {
        Assurance::from_level(self.session.assurance)
    }
}

/// What a session rests on.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The first is the one signed in with.
    pub methods: Vec<Method>,
    pub assurance: Assurance,
    /// The provider's identity token, when one vouches for the person.
    pub id_token: Option<String>,
}

impl From<Method> for Proof {
    fn from(method: Method) -> Self {
        Self { methods: vec![method], assurance: method.assurance(), id_token: None }
    }
}

/// A session about to be opened.
pub(super) struct Opening {
    secret: String,
    methods: Vec<Method>,
    assurance: Assurance,
    id_token: Option<Vec<u8>>,
}

fn identifier(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn context(id: &[u8]) -> String {
    format!("session {}", hex::encode(id))
}

/// Opens a session inside a change; returns the secret of its cookie. When the agent holds one role, they act in it.
pub(super) async fn open(
    tx: &mut Tx,
    agent: i64,
    opening: Opening,
    acting_as: Option<i64>,
) -> Result<String, PeopleError> {
    let roles = membership::Entity::find()
        .filter(membership::Column::AgentId.eq(agent))
        .filter(membership::Column::RevokedAt.is_null())
        .all(tx.connection())
        .await?;
    let acting_as = match (acting_as, roles.as_slice()) {
        (Some(wanted), roles) => roles.iter().find(|role| role.id == wanted),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let now = tx.now();
    let methods: Vec<&str> = opening.methods.iter().map(|method| method.name()).collect();
    Entity::insert(ActiveModel {
        id: Set(identifier(&opening.secret)),
        agent_id: Set(agent),
        membership_id: Set(acting_as.map(|role| role.id)),
        methods: Set(methods.join(" ")),
        assurance: Set(opening.assurance as i32),
        created_at: Set(now.into()),
        expires_at: Set((now + VALIDITY).into()),
        id_token: Set(opening.id_token),
    })
    .exec_without_returning(tx.connection())
    .await?;
    agent::Entity::update_many()
        .set(agent::ActiveModel {
            last_seen_at: Set(Some(now.into())),
            warned_at: Set(None),
            ..Default::default()
        })
        .filter(agent::Column::Id.eq(agent))
        .exec(tx.connection())
        .await?;
    tx.record(
        Entry::new(Actor::Agent(agent), "sign_in.done", "agent", agent)
            .with_facts(serde_json::json!({"method": methods.first()})),
    );
    Ok(opening.secret)
}

impl People {
    /// Draws the secret of a session and seals what it keeps.
    pub(super) async fn opening(&self, proof: &Proof) -> Result<Opening, PeopleError> {
        let secret = chance::secret_text();
        let id_token = match &proof.id_token {
            Some(token) => {
                let key = self.keyring.current("agents", "people").await?;
                Some(key.seal(&context(&identifier(&secret)), token.as_bytes()))
            }
            None => None,
        };
        Ok(Opening { secret, methods: proof.methods.clone(), assurance: proof.assurance, id_token })
    }

    /// Opens a session and returns the secret of its cookie. When the agent holds one role, they act in it.
    pub async fn open_session(
        &self,
        agent: i64,
        proof: &Proof,
        acting_as: Option<i64>,
    ) -> Result<String, PeopleError> {
        let opening = self.opening(proof).await?;
        self.database.write(move |tx| Box::pin(open(tx, agent, opening, acting_as))).await
    }

    /// Who holds the cookie `secret`; `None` when the session ended, or the account was blocked.
    pub async fn signed_in(&self, secret: &str) -> Result<Option<SignedIn>, PeopleError> {
        let read = self.database.read();
        let Some(session) = Entity::find_by_id(identifier(secret)).one(read).await? else { return Ok(None) };
        if session.expires_at.timestamp() <= self.database.clock().now() {
            return Ok(None);
        }
        let Some(agent) = agent::Entity::find_by_id(session.agent_id).one(read).await? else {
            return Ok(None);
        };
        if agent.blocked_at.is_some() {
            return Ok(None);
        }
        let acting_as = match session.membership_id {
            Some(id) => {
                membership::Entity::find_by_id(id)
                    .filter(membership::Column::RevokedAt.is_null())
                    .one(read)
                    .await?
            }
            None => None,
        };
        Ok(Some(SignedIn { session, agent, acting_as }))
    }

    /// Acts in another of the agent's roles. `false` when they do not hold it.
    pub async fn act_as(&self, signed_in: &SignedIn, membership: i64) -> Result<bool, PeopleError> {
        let (agent, session) = (signed_in.agent.id, signed_in.session.id.clone());
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let held = membership::Entity::find_by_id(membership)
                        .filter(membership::Column::AgentId.eq(agent))
                        .filter(membership::Column::RevokedAt.is_null())
                        .one(tx.connection())
                        .await?;
                    if held.is_none() {
                        return Ok(false);
                    }
                    Entity::update_many()
                        .set(ActiveModel { membership_id: Set(Some(membership)), ..Default::default() })
                        .filter(Column::Id.eq(session))
                        .exec(tx.connection())
                        .await?;
                    tx.record(Entry::new(Actor::Agent(agent), "role.taken_up", "membership", membership));
                    Ok(true)
                })
            })
            .await
    }

    /// Adds a second proof to a session.
    pub async fn strengthen(&self, signed_in: &SignedIn, method: Method) -> Result<(), PeopleError> {
        let session = signed_in.session.clone();
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    Entity::update_many()
                        .set(ActiveModel {
                            assurance: Set(method.assurance() as i32),
                            methods: Set(format!("{} {}", session.methods, method.name())),
                            ..Default::default()
                        })
                        .filter(Column::Id.eq(session.id))
                        .exec(tx.connection())
                        .await?;
                    tx.record(
                        Entry::new(
                            Actor::Agent(session.agent_id),
                            "sign_in.strengthened",
                            "agent",
                            session.agent_id,
                        )
                        .with_facts(serde_json::json!({"method": method.name()})),
                    );
                    Ok(())
                })
            })
            .await
    }

    /// Ends the session of the cookie `secret`; returns the provider's identity token, if it came from one.
    pub async fn close_session(&self, secret: &str) -> Result<Option<String>, PeopleError> {
        let id = identifier(secret);
        let place = context(&id);
        let sealed = self
            .database
            .write::<_, PeopleError, _>(move |tx| {
                Box::pin(async move {
                    let Some(session) = Entity::find_by_id(id.clone()).one(tx.connection()).await? else {
                        return Ok(None);
                    };
                    Entity::delete_by_id(id).exec(tx.connection()).await?;
                    tx.record(Entry::new(
                        Actor::Agent(session.agent_id),
                        "sign_in.ended",
                        "agent",
                        session.agent_id,
                    ));
                    Ok(session.id_token)
                })
            })
            .await?;
        let Some(sealed) = sealed else { return Ok(None) };
        // The session is over even when its token no longer opens.
        Ok(self.keyring.open(&place, &sealed).await.ok().and_then(|token| String::from_utf8(token).ok()))
    }

    /// Forgets the sessions and links that ended, and requests for help of more than a year ago.
    pub async fn forget_ended(&self) -> Result<(), PeopleError> {
        self.database
            .write(|tx| {
                Box::pin(async move {
                    let now = Instant::from(tx.now());
                    Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(tx.connection()).await?;
                    super::challenge::Entity::delete_many()
                        .filter(super::challenge::Column::ExpiresAt.lt(now))
                        .exec(tx.connection())
                        .await?;
                    super::departure::Entity::delete_many()
                        .filter(super::departure::Column::ExpiresAt.lt(now))
                        .exec(tx.connection())
                        .await?;
                    super::identity::waiting::Entity::delete_many()
                        .filter(super::identity::waiting::Column::ExpiresAt.lt(now))
                        .exec(tx.connection())
                        .await?;
                    let year_ago = Instant::from(tx.now() - SignedDuration::from_hours(24 * 365));
                    let old_help = Query::delete()
                        .from_table(Alias::new("help_requests"))
                        .and_where(Expr::col(Alias::new("created_at")).lt(year_ago))
                        .to_owned();
                    tx.connection().execute(&old_help).await?;
                    Ok(())
                })
            })
            .await
    }
}
