//! The yearly review of who has access: an administrator says that each role is still needed; accounts that nobody
//! uses are told, then lose their roles.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QuerySelect as _};

use super::{Agent, Membership, People, PeopleError, agent, membership, session};
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
        let now = self.database.clock().now();
        let mut done = Dormant::default();
        for agent in self.unseen_since(now - A_YEAR, false, now).await? {
            self.tell(agent, base_url).await?;
            done.told += 1;
        }
        for agent in self.unseen_since(now - A_YEAR, true, now).await? {
            for role in self.roles_of(agent.id).await? {
                if self.is_alone(&role).await? {
                    continue;
                }
                done.taken += u64::from(self.take_dormant(role).await?);
            }
        }
        Ok(done)
    }

    /// Accounts with a role, not seen since `limit`: those to tell, or those told long enough ago.
    async fn unseen_since(
        &self,
        limit: Timestamp,
        told: bool,
        now: Timestamp,
    ) -> Result<Vec<Agent>, PeopleError> {
        let unseen = Condition::any().add(agent::Column::LastSeenAt.lt(Instant::from(limit))).add(
            Condition::all()
                .add(agent::Column::LastSeenAt.is_null())
                .add(agent::Column::CreatedAt.lt(Instant::from(limit))),
        );
        let warned = if told {
            agent::Column::WarnedAt.lt(Instant::from(now - NOTICE))
        } else {
            agent::Column::WarnedAt.is_null()
        };
        let held = sea_orm::sea_query::Query::select()
            .column(membership::Column::AgentId)
            .from(membership::Entity)
            .and_where(membership::Column::RevokedAt.is_null())
            .to_owned();
        Ok(agent::Entity::find()
            .filter(unseen)
            .filter(warned)
            .filter(agent::Column::Id.in_subquery(held))
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

    /// Whether nobody else holds this role in this tenant.
    async fn is_alone(&self, role: &Membership) -> Result<bool, PeopleError> {
        let members = self.members_of(&role.service, role.tenant.as_deref()).await?;
        Ok(!members.iter().any(|one| one.id != role.id && one.role == role.role && one.tenant == role.tenant))
    }

    async fn take_dormant(&self, role: Membership) -> Result<bool, PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let taken = membership::Entity::update_many()
                        .set(membership::ActiveModel {
                            revoked_at: Set(Some(tx.now().into())),
                            ..Default::default()
                        })
                        .filter(membership::Column::Id.eq(role.id))
                        .filter(membership::Column::RevokedAt.is_null())
                        .exec(tx.connection())
                        .await?;
                    if taken.rows_affected == 0 {
                        return Ok(false);
                    }
                    session::Entity::delete_many()
                        .filter(session::Column::MembershipId.eq(role.id))
                        .exec(tx.connection())
                        .await?;
                    tx.record(
                        Entry::new(Actor::Program("access review"), "role.taken", "agent", role.agent_id)
                            .with_facts(serde_json::json!({
                                "service": role.service, "role": role.role, "tenant": role.tenant,
                                "reason": "unused for a year",
                            })),
                    );
                    Ok(true)
                })
            })
            .await
    }
}
