use std::collections::BTreeMap;
use std::path::Path;

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, Query};
use serde_json::json;

use super::field::{Kind, Value};
use super::give::snapshot;
use super::schema::{Column, Table};
use super::table::{self, Rows};
use super::{HandoverError, io_at};
use crate::audit::{Actor, Entry};
use crate::store::{Database, Tx};

/// Where a pack keeps them.
pub(super) const FOLDER: &str = "people";

const AGENTS: [(&str, Kind, bool); 6] = [
    ("id", Kind::Integer, false),
    ("email", Kind::Text, false),
    ("name", Kind::Text, false),
    ("created_at", Kind::Integer, false),
    ("blocked_at", Kind::Integer, true),
    ("last_seen_at", Kind::Integer, true),
];
const MEMBERSHIPS: [(&str, Kind, bool); 8] = [
    ("id", Kind::Integer, false),
    ("agent_id", Kind::Integer, false),
    ("role", Kind::Text, false),
    ("tenant", Kind::Text, true),
    ("tenant_name", Kind::Text, false),
    ("created_at", Kind::Integer, false),
    ("revoked_at", Kind::Integer, true),
    ("confirmed_at", Kind::Integer, true),
];

fn table(name: &str, columns: &[(&str, Kind, bool)]) -> Table {
    let column = |&(name, kind, nullable): &(&str, Kind, bool)| Column {
        name: name.to_owned(),
        kind,
        nullable,
        meaning: String::new(),
        unit: None,
    };
    Table {
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        primary_key: vec!["id".to_owned()],
    }
}

/// Writes who has, or had, a role in `service`. Returns how many agents and how many roles.
pub(super) async fn write(
    socle: &Database,
    service: &str,
    folder: &Path,
) -> Result<(u64, u64), HandoverError> {
    let folder = folder.join(FOLDER);
    std::fs::create_dir(&folder).map_err(io_at(&folder))?;
    // Service identifiers are words of the program.
    let roles = format!("service = '{service}'");
    let holders = format!("id IN (SELECT agent_id FROM memberships WHERE {roles})");
    let snapshot = snapshot(socle).await?;
    let agents =
        table::write(&snapshot, &table("agents", &AGENTS), Some(&holders), None, &folder.join("agents.csv"))
            .await?;
    let place = folder.join("memberships.csv");
    let memberships =
        table::write(&snapshot, &table("memberships", &MEMBERSHIPS), Some(&roles), None, &place).await?;
    snapshot.commit().await?;
    Ok((agents, memberships))
}

/// An agent of a pack.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    id: i64,
    email: String,
    name: String,
    created_at: i64,
    blocked_at: Option<i64>,
    last_seen_at: Option<i64>,
}

/// A role of a pack.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    agent_id: i64,
    role: String,
    tenant: Option<String>,
    tenant_name: String,
    created_at: i64,
    revoked_at: Option<i64>,
    confirmed_at: Option<i64>,
}

/// Everyone in a pack.
#[derive(Clone, Debug)]
pub(super) struct Everyone {
    agents: Vec<Agent>,
    memberships: Vec<Membership>,
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(value: Option<Value>) -> Option<i64> {
    match value {
        Some(Value::Integer(number)) => Some(number),
        _ => None,
    }
}

/// Reads who is in a pack.
pub(super) fn read(folder: &Path) -> Result<Everyone, HandoverError> {
    let folder = folder.join(FOLDER);
    let missing = |file: &str| super::refused(file, "a value is missing where one is required");
    let mut agents = Vec::new();
    for row in Rows::open(&table("agents", &AGENTS), &folder.join("agents.csv"))? {
        let mut row = row?.into_iter();
        let mut next = || row.next().flatten();
        let agent =
            (number(next()), text(next()), text(next()), number(next()), number(next()), number(next()));
        let (Some(id), Some(email), Some(name), Some(created_at), blocked_at, last_seen_at) = agent else {
            return Err(missing("people/agents.csv"));
        };
        agents.push(Agent { id, email, name, created_at, blocked_at, last_seen_at });
    }
    let mut memberships = Vec::new();
    for row in Rows::open(&table("memberships", &MEMBERSHIPS), &folder.join("memberships.csv"))? {
        let mut row = row?.into_iter().skip(1);
        let mut next = || row.next().flatten();
        let role = (number(next()), text(next()), text(next()), text(next()), number(next()));
        let (revoked_at, confirmed_at) = (number(next()), number(next()));
        let (Some(agent_id), Some(role), tenant, Some(tenant_name), Some(created_at)) = role else {
            return Err(missing("people/memberships.csv"));
        };
        memberships.push(Membership {
            agent_id,
            role,
            tenant,
            tenant_name,
            created_at,
            revoked_at,
            confirmed_at,
        });
    }
    Ok(Everyone { agents, memberships })
}

/// Agents of the pack that have another number in this house: a log of the service names the number of the pack.
pub(super) type Renumbered = BTreeMap<i64, i64>;

/// What a reception added to a house.
#[derive(Clone, Debug, Default)]
pub(super) struct Welcome {
    pub(super) renumbered: Renumbered,
    /// Accounts that were made.
    agents: Vec<i64>,
    /// Roles that were given.
    memberships: Vec<i64>,
}

/// Gives everyone their roles of `service` within a change. People who have an account keep it as it is; a role
/// already held is not given twice. Numbers of agents are kept where they are free, since the service's log names them.
pub(super) async fn restore(
    tx: &mut Tx,
    actor: &Actor,
    service: &str,
    everyone: Everyone,
) -> Result<Welcome, HandoverError> {
    let mut welcome = Welcome::default();
    let highest = everyone.agents.iter().map(|agent| agent.id).max().unwrap_or(0);
    let mut here = BTreeMap::new();
    for agent in everyone.agents {
        let known = find(tx, "email", agent.email.as_str().into()).await?;
        let id = if let Some(known) = known {
            known
        } else {
            let made = add(tx, actor, &agent, highest).await?;
            welcome.agents.push(made);
            made
        };
        here.insert(agent.id, id);
    }
    for membership in everyone.memberships {
        let Some(&agent) = here.get(&membership.agent_id) else {
            let text = format!("agent {} has a role and is not in agents.csv", membership.agent_id);
            return Err(super::refused("people/memberships.csv", text));
        };
        if is_held(tx, service, agent, &membership).await? {
            continue;
        }
        let id = tx.next_number();
        let insert = Query::insert()
            .into_table(Alias::new("memberships"))
            .columns(
                [
                    "id",
                    "agent_id",
                    "service",
                    "role",
                    "tenant",
                    "tenant_name",
                    "created_at",
                    "revoked_at",
                    "confirmed_at",
                ]
                .map(Alias::new),
            )
            .values_panic([
                id.into(),
                agent.into(),
                service.into(),
                membership.role.as_str().into(),
                membership.tenant.clone().into(),
                membership.tenant_name.as_str().into(),
                membership.created_at.into(),
                membership.revoked_at.into(),
                membership.confirmed_at.into(),
            ])
            .to_owned();
        tx.connection().execute(&insert).await?;
        welcome.memberships.push(id);
        if membership.revoked_at.is_none() {
            tx.record(Entry::new(actor.clone(), "role.given", "agent", agent).with_facts(json!({
                "service": service, "role": membership.role, "tenant": membership.tenant,
            })));
        }
    }
    here.retain(|before, now| before != now);
    Ok(Welcome { renumbered: here, ..welcome })
}

/// Takes away again what a reception added, when the service could not be put in place: its roles, then its accounts.
pub(super) async fn send_away(tx: &Tx, welcome: &Welcome) -> Result<(), HandoverError> {
    for (table, added) in [("memberships", &welcome.memberships), ("agents", &welcome.agents)] {
        let delete = Query::delete()
            .from_table(Alias::new(table))
            .and_where(Expr::col(Alias::new("id")).is_in(added.iter().copied()))
            .to_owned();
        tx.connection().execute(&delete).await?;
    }
    Ok(())
}

async fn find(tx: &Tx, column: &str, value: sea_orm::Value) -> Result<Option<i64>, HandoverError> {
    let select = Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("agents"))
        .and_where(Expr::col(Alias::new(column)).eq(value))
        .to_owned();
    let row = tx.connection().query_one(&select).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

async fn add(tx: &mut Tx, actor: &Actor, agent: &Agent, highest: i64) -> Result<i64, HandoverError> {
    let id = if find(tx, "id", agent.id.into()).await?.is_none() {
        // Numbers drawn from now on must not meet one that is kept.
        let behind = highest - tx.last_number();
        if behind > 0 {
            tx.next_numbers(behind);
        }
        agent.id
    } else {
        tx.next_number()
    };
    let insert = Query::insert()
        .into_table(Alias::new("agents"))
        .columns(
            ["id", "email", "name", "created_at", "blocked_at", "last_seen_at", "version"].map(Alias::new),
        )
        .values_panic([
            id.into(),
            agent.email.as_str().into(),
            agent.name.as_str().into(),
            agent.created_at.into(),
            agent.blocked_at.into(),
            agent.last_seen_at.into(),
            1_i64.into(),
        ])
        .to_owned();
    tx.connection().execute(&insert).await?;
    tx.record(Entry::new(actor.clone(), "agent.created", "agent", id));
    Ok(id)
}

/// Whether the agent holds this role already, or held it from that very instant.
async fn is_held(tx: &Tx, service: &str, agent: i64, membership: &Membership) -> Result<bool, HandoverError> {
    let column = |name: &str| Expr::col(Alias::new(name));
    let tenant = match &membership.tenant {
        Some(tenant) => column("tenant").eq(tenant.as_str()),
        None => column("tenant").is_null(),
    };
    let same = match membership.revoked_at {
        Some(_) => Condition::all().add(column("created_at").eq(membership.created_at)),
        None => Condition::all().add(column("revoked_at").is_null()),
    };
    let select = Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("memberships"))
        .and_where(column("agent_id").eq(agent))
        .and_where(column("service").eq(service))
        .and_where(column("role").eq(membership.role.as_str()))
        .and_where(tenant)
        .cond_where(same)
        .limit(1)
        .to_owned();
    Ok(tx.connection().query_one(&select).await?.is_some())
}
