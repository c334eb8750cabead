use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement};
use serde_json::json;

use super::{Course, DestructionError};
use crate::audit::{Actor, Entry};
use crate::house::House;
use crate::store::Instant;

const ACTOR: Actor = Actor::Program("command line");

/// Agents who have, or had, a role in this service and in no other. Service identifiers are words of the program.
fn only_here(service: &str) -> String {
    format!(
        "id IN (SELECT agent_id FROM memberships WHERE service = '{service}')
         AND id NOT IN (SELECT agent_id FROM memberships WHERE service <> '{service}')"
    )
}

/// How many roles the service has, and how many accounts have no other.
pub(super) async fn count(house: &House, service: &str) -> Result<(u64, u64), DestructionError> {
    let connection = house.people.database().read();
    let backend = connection.get_database_backend();
    let mut counts = [0; 2];
    let of = [
        format!("SELECT COUNT(*) FROM memberships WHERE service = '{service}'"),
        format!("SELECT COUNT(*) FROM agents WHERE {}", only_here(service)),
    ];
    for (count, sql) in counts.iter_mut().zip(of) {
        let row = connection.query_one_raw(Statement::from_string(backend, sql)).await?;
        let found: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        *count = found.unsigned_abs();
    }
    Ok(counts.into())
}

/// Writes in the house's log that the service ends, with the end of its own log: what came before can be compared.
pub(super) async fn record_beginning(
    house: &House,
    service: &'static str,
    course: &Course,
) -> Result<(), DestructionError> {
    let facts = json!({"databases": marks(course)});
    record(house, "service.destruction_begun", service, facts).await
}

/// Writes in the house's log the fingerprint of the certificate.
pub(super) async fn record_end(
    house: &House,
    service: &'static str,
    certificate_sha256: &str,
    course: &Course,
) -> Result<(), DestructionError> {
    let facts = json!({"certificate_sha256": certificate_sha256, "databases": marks(course)});
    record(house, "service.destroyed", service, facts).await
}

/// Where the audit chain of each database stood.
fn marks(course: &Course) -> Vec<serde_json::Value> {
    let databases = course.stock.databases.iter();
    databases
        .map(|one| json!({"name": one.name, "commit_group": one.mark.commit_group, "link": one.mark.link}))
        .collect()
}

async fn record(
    house: &House,
    action: &'static str,
    service: &'static str,
    facts: serde_json::Value,
) -> Result<(), DestructionError> {
    house
        .people
        .database()
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(ACTOR, action, "service", service).with_facts(facts));
                Ok(())
            })
        })
        .await
}

/// The messages that name those who go, sent or not: invitations to a role of the service, requests for help to it, and to the
/// agents of this service alone, warnings and sign-in links. A challenge that ended is forgotten before its letter: a letter without
/// one signs nobody in, and goes too, whoever it was for.
fn letters(here: &str, roles: &str) -> [String; 4] {
    [
        format!("dedup IN (SELECT 'invitation ' || id FROM memberships WHERE {roles})"),
        format!("dedup IN (SELECT 'help ' || id FROM help_requests WHERE {roles})"),
        format!(
            "EXISTS (SELECT 1 FROM agents WHERE {here} AND outbox.dedup LIKE 'dormant ' || agents.id || ' %')"
        ),
        format!(
            "dedup LIKE 'sign-in %' AND dedup NOT IN (SELECT 'sign-in ' || challenges.id FROM challenges \
             WHERE agent_id NOT IN (SELECT id FROM agents WHERE {here}))"
        ),
    ]
}

/// Takes the roles of the service away, with their sessions, the letters about them, requests for help and switches; empties the accounts
/// of those who have no other role. The row of an account stays, without name or address: logs name its number.
pub(super) async fn erase(house: &House, service: &'static str) -> Result<(), DestructionError> {
    house
        .people
        .database()
        .write(move |tx| {
            Box::pin(async move {
                let now = Instant::from(tx.now()).0;
                let (here, roles) = (only_here(service), format!("service = '{service}'"));
                let of_roles = format!("membership_id IN (SELECT id FROM memberships WHERE {roles})");
                let of_agents = format!("agent_id IN (SELECT id FROM agents WHERE {here})");
                let connection = tx.connection();
                for letters in letters(&here, &roles) {
                    run(connection, format!("DELETE FROM outbox WHERE {letters}")).await?;
                }
                run(connection, format!("DELETE FROM sessions WHERE {of_roles}")).await?;
                for table in
                    ["sessions", "challenges", "code_generators", "identities", "identities_to_confirm"]
                {
                    run(connection, format!("DELETE FROM {table} WHERE {of_agents}")).await?;
                }
                let agents = run(connection, format!(
                    "UPDATE agents SET name = 'Compte effacé', email = 'efface-' || id || '@invalid', blocked_at = {now}, version = version + 1 WHERE {here}"
                )).await?;
                let memberships = run(connection, format!("DELETE FROM memberships WHERE {roles}")).await?;
                let help = run(connection, format!("DELETE FROM help_requests WHERE {roles}")).await?;
                let switches = run(connection, format!("DELETE FROM switches WHERE {roles}")).await?;
                tx.record(Entry::new(ACTOR, "service.people_erased", "service", service).with_facts(json!({
                    "memberships": memberships, "agents": agents, "help_requests": help, "switches": switches,
                })));
                Ok(())
            })
        })
        .await
}

async fn run(connection: &DatabaseTransaction, sql: String) -> Result<u64, DestructionError> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}
