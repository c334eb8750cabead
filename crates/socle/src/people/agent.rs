use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _};

use super::{People, PeopleError};
use crate::audit::{Actor, Entry};
use crate::store::{Instant, StoreError, Tx};

/// A person who acts for an organisation.
pub type Agent = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Lower case, trimmed.
    pub email: String,
    /// As the person writes it.
    pub name: String,
    pub created_at: Instant,
    pub last_seen_at: Option<Instant>,
    /// Set when the account may no longer sign in.
    pub blocked_at: Option<Instant>,
    pub version: i64,
    /// When the agent was told that the account, unused for a year, is about to be closed.
    pub warned_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An e-mail address as accounts are told apart by it: trimmed, lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// A text that is no e-mail address.
#[derive(Debug)]
pub struct NotAnEmail(pub String);

impl std::fmt::Display for NotAnEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_str() {
            "" => f.write_str("Indiquez une adresse électronique."),
            seen => write!(
                f,
                "«\u{a0}{seen}\u{a0}» n’est pas une adresse électronique\u{a0}: elle doit ressembler à prenom.nom@exemple.fr"
            ),
        }
    }
}

impl std::error::Error for NotAnEmail {}

impl Email {
    /// Reads an address as people type it.
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim().to_lowercase();
        let plausible = text.len() <= 254
            && text.parse::<lettre::Address>().is_ok()
            && text.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.') || domain == "localhost");
        if plausible { Ok(Self(text)) } else { Err(NotAnEmail(text)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl People {
    /// The agent with this address, if there is one.
    pub async fn agent_by_email(&self, email: &Email) -> Result<Option<Agent>, PeopleError> {
        Ok(Entity::find().filter(Column::Email.eq(email.as_str())).one(self.database.read()).await?)
    }

    /// Every agent, by name.
    pub async fn agents(&self) -> Result<Vec<Agent>, PeopleError> {
        Ok(Entity::find().order_by_asc(Column::Name).all(self.database.read()).await?)
    }

    /// The agent `id`.
    pub async fn agent(&self, id: i64) -> Result<Option<Agent>, PeopleError> {
        Ok(Entity::find_by_id(id).one(self.database.read()).await?)
    }

    /// Blocks or unblocks an account; its sessions end at once.
    pub async fn set_blocked(&self, actor: Actor, agent: &Agent, blocked: bool) -> Result<(), PeopleError> {
        let agent = agent.clone();
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let now = Instant::from(tx.now());
                    let changed = Entity::update_many()
                        .set(ActiveModel {
                            blocked_at: Set(blocked.then_some(now)),
                            version: Set(agent.version + 1),
                            ..Default::default()
                        })
                        .filter(Column::Id.eq(agent.id))
                        .filter(Column::Version.eq(agent.version))
                        .exec(tx.connection())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(StoreError::Stale { what: "agent" }.into());
                    }
                    super::session::Entity::delete_many()
                        .filter(super::session::Column::AgentId.eq(agent.id))
                        .exec(tx.connection())
                        .await?;
                    let action = if blocked { "agent.blocked" } else { "agent.unblocked" };
                    tx.record(Entry::new(actor, action, "agent", agent.id));
                    Ok(())
                })
            })
            .await
    }
}

/// Finds or creates the account of `email` inside a change.
pub(super) async fn ensure(
    tx: &mut Tx,
    actor: &Actor,
    email: &Email,
    name: &str,
) -> Result<Agent, PeopleError> {
    if let Some(agent) = Entity::find().filter(Column::Email.eq(email.as_str())).one(tx.connection()).await? {
        return Ok(agent);
    }
    let agent = Model {
        id: tx.next_number(),
        email: email.as_str().to_owned(),
        name: name.trim().to_owned(),
        created_at: tx.now().into(),
        last_seen_at: None,
        blocked_at: None,
        version: 1,
        warned_at: None,
    };
    Entity::insert(ActiveModel::from(agent.clone())).exec_without_returning(tx.connection()).await?;
    tx.record(Entry::new(actor.clone(), "agent.created", "agent", agent.id));
    Ok(agent)
}
