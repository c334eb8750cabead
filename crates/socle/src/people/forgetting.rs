//! Accounts that have had no role for a year are emptied: what they did stays in the log, under a number that leads to
//! nobody.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{QueryOrder as _, QuerySelect as _, Select};

use super::review::A_YEAR;
use super::{People, PeopleError, agent, challenge, code_generator, identity, membership, session};
use crate::audit::{Actor, Entry};
use crate::store::Instant;

/// How many accounts one run empties.
const AT_ONCE: u64 = 100;
/// What an emptied account is called.
pub const ERASED: &str = "Compte effacé";

impl People {
    /// Empties accounts that have had no role for a year; returns how many.
    pub async fn forget_without_role(&self) -> Result<u64, PeopleError> {
        let limit = self.database.clock().now() - A_YEAR;
        let agents = without_role(limit).limit(AT_ONCE).all(self.database.read()).await?;
        let mut done = 0;
        for agent in agents {
            done += u64::from(self.empty(agent.id, limit).await?);
        }
        Ok(done)
    }

    async fn empty(&self, id: i64, limit: Timestamp) -> Result<bool, PeopleError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let still = without_role(limit).filter(agent::Column::Id.eq(id));
                    let Some(found) = still.one(tx.connection()).await? else { return Ok(false) };
                    session::Entity::delete_many()
                        .filter(session::Column::AgentId.eq(id))
                        .exec(tx.connection())
                        .await?;
                    challenge::Entity::delete_many()
                        .filter(challenge::Column::AgentId.eq(id))
                        .exec(tx.connection())
                        .await?;
                    code_generator::Entity::delete_many()
                        .filter(code_generator::Column::AgentId.eq(id))
                        .exec(tx.connection())
                        .await?;
                    identity::forget(tx, id).await?;
                    let emptied = agent::ActiveModel {
                        name: Set(ERASED.to_owned()),
                        email: Set(format!("efface-{id}@invalid")),
                        blocked_at: Set(Some(tx.now().into())),
                        version: Set(found.version + 1),
                        ..Default::default()
                    };
                    agent::Entity::update_many()
                        .set(emptied)
                        .filter(agent::Column::Id.eq(id))
                        .exec(tx.connection())
                        .await?;
                    tx.record(Entry::new(Actor::Program("access review"), "agent.erased", "agent", id));
                    Ok(true)
                })
            })
            .await
    }
}

/// Accounts without a role since `limit`, not emptied yet.
fn without_role(limit: Timestamp) -> Select<agent::Entity> {
    let limit = Instant::from(limit);
    let held: SelectStatement = Query::select()
        .column(membership::Column::AgentId)
        .from(membership::Entity)
        .cond_where(
            sea_orm::Condition::any()
                .add(membership::Column::RevokedAt.is_null())
                .add(membership::Column::RevokedAt.gte(limit)),
        )
        .to_owned();
    agent::Entity::find()
        .filter(agent::Column::CreatedAt.lt(limit))
        .filter(agent::Column::Id.not_in_subquery(held))
        .filter(agent::Column::Email.not_like("efface-%@invalid"))
        .order_by_asc(agent::Column::Id)
}
