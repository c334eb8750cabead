//! The yearly review of who has access: an administrator says that each role is still needed; accounts that nobody
//! uses are told, then lose their roles.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use super::{Agent, People, PeopleError, agent, membership};
use crate::audit::{Actor, Entry};
use crate::outbox::{self, Message};
use crate::store::Instant;

/// How long a role stands before somebody says again that it is needed, and an unused account before it is told.
pub const A_YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long one has to sign in once told.
const NOTICE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many accounts one run treats.
const AT_ONCE: u64 = 100;

impl membership::Model {
    /// When somebody must say again that this role is needed.
    pub fn review_due(&self) -> Timestamp {
        self.confirmed_at
            .unwrap_or(self.created_at)
            .timestamp()
            .saturating_add(A_YEAR)
            .unwrap_or(Timestamp::MAX)
    }
}

/// What one run did about unused accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dormant {
    pub told: u64,
    /// Roles taken.
    pub taken: u64,
}

impl People {
    /// Says that a role of a service is still needed. `false` when it is not held there, or not in this tenant.
    pub async fn confirm_role(
        &self,
        actor: Actor,
        service: &'static str,
        id: i64,
        within: Option<String>,
    ) -> Result<bool, PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let mut held = Condition::all()
                        .add(membership::Column::Id.eq(id))
                        .add(membership::Column::Service.eq(service))
                        .add(membership::Column::RevokedAt.is_null());
                    if let Some(tenant) = within {
                        held = held.add(membership::Column::Tenant.eq(tenant));
                    }
                    let confirmed = membership::Entity::update_many()
                        .set(membership::ActiveModel {
                            confirmed_at: Set(Some(tx.now().into())),
                            ..Default::default()
                        })
                        .filter(held)
                        .exec(tx.connection())
                        .await?;
                    if confirmed.rows_affected == 1 {
                        tx.record(Entry::new(actor, "role.confirmed", "membership", id));
                    }
                    Ok(confirmed.rows_affected == 1)
                })
            })
            .await
    }

    /// Tells those who have not signed in for a year; takes the roles of those who did not within a week of being
    /// told. A role that nobody else holds stays: an organisation is never locked out by a rule.
    pub async fn close_dormant(&self, base_url: &str) -> Result<Dormant, PeopleError> {
        let limit = self.database.clock().now() - A_YEAR;
        let mut done = Dormant::default();
        let mut after = 0;
        loop {
            let agents = self.unseen_since(limit, after).await?;
            let Some(last) = agents.last() else { return Ok(done) };
            after = last.id;
            for agent in agents {
                match agent.warned_at {
                    None => {
                        self.tell(agent, base_url).await?;
                        done.told += 1;
                    }
                    Some(_) => {
                        for role in self.roles_of(agent.id).await? {
                            done.taken += u64::from(self.take_dormant(role.id, limit).await?);
                        }
                    }
                }
            }
        }
    }

    /// Some accounts with a role, not seen since `limit` and not given a role since, after account `after`: those to
    /// tell, or those told long enough ago.
    async fn unseen_since(&self, limit: Timestamp, after: i64) -> Result<Vec<Agent>, PeopleError> {
        let to_treat = Condition::any()
            .add(agent::Column::WarnedAt.is_null())
            .add(agent::Column::WarnedAt.lt(Instant::from(self.database.clock().now() - NOTICE)));
        let held = |since: bool| {
            let mut select = Query::select();
            select
                .column(membership::Column::AgentId)
                .from(membership::Entity)
                .and_where(membership::Column::RevokedAt.is_null());
            if since {
                select.and_where(membership::Column::CreatedAt.gte(Instant::from(limit)));
            }
            select
        };
        Ok(agent::Entity::find()
            .filter(unseen(limit))
            .filter(to_treat)
            .filter(agent::Column::BlockedAt.is_null())
            .filter(agent::Column::Id.gt(after))
            .filter(agent::Column::Id.in_subquery(held(false)))
            .filter(agent::Column::Id.not_in_subquery(held(true)))
            .order_by_asc(agent::Column::Id)
            .limit(AT_ONCE)
            .all(self.database.read())
            .await?)
    }

    async fn tell(&self, agent: Agent, base_url: &str) -> Result<(), PeopleError> {
        let key = self.keyring.current("agents", "people").await?;
        let letter = Message::Mail {
            to: agent.email,
            subject: "Votre accès va être fermé".to_owned(),
            text: format!(
                "Bonjour {},\n\nVous ne vous êtes pas connecté depuis un an. Par sécurité, votre accès sera fermé dans sept jours.\n\nPour le garder, connectez-vous une fois :\n{base_url}/connexion\n\nVous n’en avez plus besoin ? Vous n’avez rien à faire.\n",
                agent.name
            ),
        };
        let id = agent.id;
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let now = Instant::from(tx.now());
                    agent::Entity::update_many()
                        .set(agent::ActiveModel { warned_at: Set(Some(now)), ..Default::default() })
                        .filter(agent::Column::Id.eq(id))
                        .exec(tx.connection())
                        .await?;
                    let dedup = format!("dormant {id} {}", tx.now());
                    outbox::post(tx, &key, "agents", &dedup, &letter).await?;
                    tx.record(Entry::new(Actor::Program("access review"), "agent.told_dormant", "agent", id));
                    Ok(())
                })
            })
            .await
    }

    /// Takes a role of an account that is still unseen, unless nobody else holds it.
    async fn take_dormant(&self, id: i64, limit: Timestamp) -> Result<bool, PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let role = membership::Entity::find_by_id(id)
                        .filter(membership::Column::RevokedAt.is_null())
                        .one(tx.connection())
                        .await?;
                    let Some(role) = role else { return Ok(false) };
                    let still = agent::Entity::find_by_id(role.agent_id)
                        .filter(unseen(limit))
                        .filter(agent::Column::WarnedAt.is_not_null());
                    if still.one(tx.connection()).await?.is_none() || membership::is_alone(tx, &role).await? {
                        return Ok(false);
                    }
                    membership::revoke(tx, Actor::Program("access review"), role, Some("unused for a year"))
                        .await?;
                    Ok(true)
                })
            })
            .await
    }
}

/// Accounts that nobody used since `limit`.
fn unseen(limit: Timestamp) -> Condition {
    let never = Condition::all()
        .add(agent::Column::LastSeenAt.is_null())
        .add(agent::Column::CreatedAt.lt(Instant::from(limit)));
    Condition::any().add(agent::Column::LastSeenAt.lt(Instant::from(limit))).add(never)
}
