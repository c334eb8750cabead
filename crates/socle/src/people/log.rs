use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait as _, Query, SelectStatement};

use super::{Agent, Membership, People, PeopleError, agent, membership};
use crate::audit::{self, Place, Row};

impl People {
    /// What befell the accounts that have, or had, a role in a service, and its switches, the latest first. Roles in
    /// other services stay out: `agent` limits to one account.
    pub async fn log_of(
        &self,
        service: &str,
        agent: Option<i64>,
        place: Place,
        size: usize,
    ) -> Result<(Vec<Row>, Option<Place>), PeopleError> {
        let col = |name: &str| Expr::col(Alias::new(name));
        let memberships = |column: &str| -> SelectStatement {
            let mut select = Query::select();
            select
                .expr(col(column).cast_as(Alias::new("TEXT")))
                .from(Alias::new("memberships"))
                .and_where(col("service").eq(service));
            if let Some(agent) = agent {
                select.and_where(col("agent_id").eq(agent));
            }
            select
        };
        let of_this_service = format!("%\"service\":\"{service}\"%");
        let accounts = Cond::all()
            .add(col("subject_kind").eq("agent"))
            .add(col("subject").in_subquery(memberships("agent_id")))
            .add(Cond::any().add(col("action").not_like("role.%")).add(col("facts").like(of_this_service)));
        let roles = Cond::all()
            .add(col("subject_kind").eq("membership"))
            .add(col("subject").in_subquery(memberships("id")));
        let mut only = Cond::any().add(accounts).add(roles);
        if agent.is_none() {
            let switches = col("subject_kind").eq("switch").and(col("subject").like(format!("{service} %")));
            let service = col("subject_kind").eq("service").and(col("subject").eq(service));
            only = only.add(switches).add(service);
        }
        Ok(audit::leaf(&self.database, only, place, size).await?)
    }

    /// The accounts that have, or had, a role in a service, by name.
    pub async fn known_in(&self, service: &str) -> Result<Vec<Agent>, PeopleError> {
        let mut of_service = Query::select();
        of_service
            .column(Alias::new("agent_id"))
            .from(Alias::new("memberships"))
            .and_where(Expr::col(Alias::new("service")).eq(service));
        Ok(agent::Entity::find()
            .filter(agent::Column::Id.in_subquery(of_service))
            .order_by_asc(agent::Column::Name)
            .all(self.database.read())
            .await?)
    }

    /// The roles that accounts have, or had, in a service.
    pub async fn ever_in(&self, service: &str) -> Result<Vec<Membership>, PeopleError> {
        Ok(membership::Entity::find()
            .filter(membership::Column::Service.eq(service))
            .all(self.database.read())
            .await?)
    }
}
