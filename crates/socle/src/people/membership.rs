use std::sync::Arc;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, QueryOrder as _};

use super::{Email, People, PeopleError, agent, session};
use crate::audit::{Actor, Entry};
use crate::outbox::{self, Message};
use crate::seal::DataKey;
use crate::store::{Instant, Tx};

/// What an agent may act as: a role in a service, within a tenant or not.
pub type Membership = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agent_id: i64,
    /// The service's identifier: `registry`.
    pub service: String,
    /// The role's name in the service's rights table.
    pub role: String,
    /// The tenant the role is limited to, as the service names it.
    pub tenant: Option<String>,
    /// How people call the tenant.
    pub tenant_name: String,
    pub created_at: Instant,
    pub revoked_at: Option<Instant>,
    /// When an administrator last said that it is still needed.
    pub confirmed_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A role to give.
#[derive(Clone, Debug)]
pub struct NewMembership {
    pub service: String,
    pub role: String,
    pub tenant: Option<String>,
    pub tenant_name: String,
}

/// What became of a role to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Done,
    /// It is not held there any more, or never was.
    NotHeld,
    /// Nobody else holds it: it stays.
    TheLast,
}

/// Whether nobody else who may sign in holds this role in this tenant.
pub(super) async fn is_alone(tx: &Tx, role: &Membership) -> Result<bool, PeopleError> {
    let mut others = Entity::find()
        .filter(Column::Service.eq(role.service.as_str()))
        .filter(Column::Role.eq(role.role.as_str()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::Id.ne(role.id));
    others = match &role.tenant {
        Some(tenant) => others.filter(Column::Tenant.eq(tenant.as_str())),
        None => others.filter(Column::Tenant.is_null()),
    };
    let blocked = Query::select()
        .column(agent::Column::Id)
        .from(agent::Entity)
        .and_where(agent::Column::BlockedAt.is_not_null())
        .to_owned();
    let other = others.filter(Column::AgentId.not_in_subquery(blocked)).one(tx.connection()).await?;
    Ok(other.is_none())
}

/// Takes a role, inside a change: the sessions that act in it end.
pub(super) async fn revoke(
    tx: &mut Tx,
    actor: Actor,
    role: Membership,
    reason: Option<&'static str>,
) -> Result<(), PeopleError> {
    Entity::update_many()
        .set(ActiveModel { revoked_at: Set(Some(tx.now().into())), ..Default::default() })
        .filter(Column::Id.eq(role.id))
        .exec(tx.connection())
        .await?;
    session::Entity::delete_many()
        .filter(session::Column::MembershipId.eq(role.id))
        .exec(tx.connection())
        .await?;
    let mut facts = serde_json::json!({"service": role.service, "role": role.role, "tenant": role.tenant});
    if let Some(reason) = reason {
        facts["reason"] = reason.into();
    }
    tx.record(Entry::new(actor, "role.taken", "agent", role.agent_id).with_facts(facts));
    Ok(())
}

impl People {
    /// Gives a role to the agent of this address, creating the account if needed. Giving it twice changes nothing.
    pub async fn give_role(
        &self,
        actor: Actor,
        email: Email,
        name: String,
        role: NewMembership,
    ) -> Result<Membership, PeopleError> {
        self.give(actor, email, name, role, None).await
    }

    /// The same, and writes to the person: the role and its letter are one change.
    pub async fn invite(
        &self,
        actor: Actor,
        email: Email,
        name: String,
        role: NewMembership,
        letter: Message,
    ) -> Result<Membership, PeopleError> {
        let key = self.keyring.current("agents", "people").await?;
        self.give(actor, email, name, role, Some((key, letter))).await
    }

    async fn give(
        &self,
        actor: Actor,
        email: Email,
        name: String,
        role: NewMembership,
        letter: Option<(Arc<DataKey>, Message)>,
    ) -> Result<Membership, PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let agent = agent::ensure(tx, &actor, &email, &name).await?;
                    if agent.warned_at.is_some() {
                        // Somebody wants this person here: the review of unused accounts begins again.
                        let wanted = agent::ActiveModel { warned_at: Set(None), ..Default::default() };
                        agent::Entity::update_many()
                            .set(wanted)
                            .filter(agent::Column::Id.eq(agent.id))
                            .exec(tx.connection())
                            .await?;
                    }
                    let known = Entity::find()
                        .filter(Column::AgentId.eq(agent.id))
                        .filter(Column::Service.eq(role.service.as_str()))
                        .filter(Column::Role.eq(role.role.as_str()))
                        .filter(Column::RevokedAt.is_null())
                        .all(tx.connection())
                        .await?
                        .into_iter()
                        .find(|known| known.tenant == role.tenant);
                    if let Some(known) = known {
                        return Ok(known);
                    }
                    let membership = Model {
                        id: tx.next_number(),
                        agent_id: agent.id,
                        service: role.service,
                        role: role.role,
                        tenant: role.tenant,
                        tenant_name: role.tenant_name,
                        created_at: tx.now().into(),
                        revoked_at: None,
                        confirmed_at: None,
                    };
                    Entity::insert(ActiveModel::from(membership.clone()))
                        .exec_without_returning(tx.connection())
                        .await?;
                    tx.record(Entry::new(actor, "role.given", "agent", agent.id).with_facts(serde_json::json!({
                        "service": membership.service, "role": membership.role, "tenant": membership.tenant,
                    })));
                    if let Some((key, letter)) = letter {
                        outbox::post(tx, &key, "agents", &format!("invitation {}", membership.id), &letter).await?;
                    }
                    Ok(membership)
                })
            })
            .await
    }

    /// Takes a role of a service back; the sessions that act in it end at once. With `keep_one`, a role that nobody
    /// else holds in this tenant stays.
    pub async fn take_role(
        &self,
        actor: Actor,
        service: &'static str,
        id: i64,
        within: Option<String>,
        keep_one: bool,
    ) -> Result<Taken, PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let found = Entity::find_by_id(id).one(tx.connection()).await?.filter(|found| {
                        found.service == service && (within.is_none() || found.tenant == within)
                    });
                    let Some(membership) = found.filter(|found| found.revoked_at.is_none()) else {
                        return Ok(Taken::NotHeld);
                    };
                    if keep_one && is_alone(tx, &membership).await? {
                        return Ok(Taken::TheLast);
                    }
                    revoke(tx, actor, membership, None).await?;
                    Ok(Taken::Done)
                })
            })
            .await
    }

    /// The role `id`, if it is still held.
    pub async fn membership(&self, id: i64) -> Result<Option<Membership>, PeopleError> {
        Ok(Entity::find_by_id(id).filter(Column::RevokedAt.is_null()).one(self.database.read()).await?)
    }

    /// The roles an agent holds now.
    pub async fn roles_of(&self, agent: i64) -> Result<Vec<Membership>, PeopleError> {
        Ok(Entity::find()
            .filter(Column::AgentId.eq(agent))
            .filter(Column::RevokedAt.is_null())
            .order_by_asc(Column::Id)
            .all(self.database.read())
            .await?)
    }

    /// The roles held in a service, within `tenant` when given.
    pub async fn members_of(
        &self,
        service: &str,
        tenant: Option<&str>,
    ) -> Result<Vec<Membership>, PeopleError> {
        let mut select =
            Entity::find().filter(Column::Service.eq(service)).filter(Column::RevokedAt.is_null());
        if let Some(tenant) = tenant {
            select = select.filter(Column::Tenant.eq(tenant));
        }
        Ok(select.order_by_asc(Column::Id).all(self.database.read()).await?)
    }
}
