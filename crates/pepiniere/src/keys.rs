//! `pepiniere keys …`: the data keys of each database, and the master key that wraps them.

use std::collections::BTreeSet;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use socle::audit::Actor;
use socle::config::Config;
use socle::seal::{KeyLine, Keyring};
use socle::service::{Finished, Report};

use crate::command_line::{WrongUsage, open_house};
use crate::services;

/// Who the audit log says acted.
const ACTOR: Actor = Actor::Program("command line");

fn text(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).required(true)
}

fn chosen(name: &'static str, about: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .arg(text("service", "The database: socle, registry, registry_sandbox"))
        .arg(text("tenant", "Whose keys: operator:12"))
        .arg(Arg::new("purpose").long("purpose").help("Only the keys for this purpose; otherwise for each"))
}

pub fn command() -> Command {
    Command::new("keys")
        .about("List, rotate, wrap again or destroy data keys")
        .subcommand_required(true)
        .subcommand(Command::new("list").about("Every data key, without its value"))
        .subcommand(chosen("rotate", "Draw new keys for a tenant; what the old ones sealed still opens"))
        .subcommand(
            Command::new("rewrap").about("Wrap every data key with the first master key of the key file"),
        )
        .subcommand(
            chosen("destroy", "Destroy the keys of a tenant: what they sealed is erased for ever").arg(
                Arg::new("yes").long("yes").action(ArgAction::SetTrue).help("It cannot be undone: say so"),
            ),
        )
}

pub async fn run(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let (action, arguments) = arguments.subcommand().unwrap_or(("list", arguments));
    if action == "destroy" && !arguments.get_flag("yes") {
        let text =
            "keys destroy: what these keys sealed can never be read again; add --yes to do it".to_owned();
        return Err(WrongUsage(text).into());
    }
    let house = open_house(config).await?;
    let mut keyrings = vec![("socle", house.people.keyring().clone())];
    for service in services() {
        let open = service.open(&house).await?.databases();
        keyrings.extend(open.into_iter().map(|one| (one.database.name(), one.keyring)));
    }
    match action {
        "list" => list(&keyrings, report).await,
        "rewrap" => rewrap(&keyrings, house.master.current(), report).await,
        _ => change(&keyrings, action, arguments, report).await,
    }
}

type Keyrings = [(&'static str, Keyring)];

async fn list(keyrings: &Keyrings, report: Report) -> anyhow::Result<Finished> {
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for (service, keyring) in keyrings {
        for key in keyring.list().await? {
            let state = key.destroyed_at.map_or_else(|| "live".to_owned(), |at| format!("destroyed {at:.0}"));
            lines.push(format!(
                "{service:16} {:>8} {:20} {:10} wrapped by {:12} created {:.0} {state}",
                key.id, key.tenant, key.purpose, key.master_key, key.created_at
            ));
            values.push(value(service, &key));
        }
    }
    report.result(&lines.join("\n"), &json!({"keys": values}));
    Ok(Finished::Done)
}

fn value(service: &str, key: &KeyLine) -> Value {
    json!({
        "service": service, "id": key.id, "tenant": key.tenant, "purpose": key.purpose,
        "master_key": key.master_key, "created_at": key.created_at, "destroyed_at": key.destroyed_at,
    })
}

async fn rewrap(keyrings: &Keyrings, master: &str, report: Report) -> anyhow::Result<Finished> {
    let (mut lines, mut counts) = (Vec::new(), serde_json::Map::new());
    for (service, keyring) in keyrings {
        let count = keyring.rewrap(ACTOR).await?;
        lines.push(format!("{service:16} {count} keys wrapped again with {master}"));
        counts.insert((*service).to_owned(), count.into());
    }
    report.result(&lines.join("\n"), &json!({"master_key": master, "rewrapped": counts}));
    Ok(Finished::Done)
}

/// Rotates or destroys the live keys of one tenant.
async fn change(
    keyrings: &Keyrings,
    action: &str,
    arguments: &ArgMatches,
    report: Report,
) -> anyhow::Result<Finished> {
    let given = |name: &str| arguments.get_one::<String>(name).cloned();
    let (service, tenant) = (given("service").unwrap_or_default(), given("tenant").unwrap_or_default());
    let Some((service, keyring)) = keyrings.iter().find(|(name, _)| *name == service) else {
        let known: Vec<_> = keyrings.iter().map(|(name, _)| *name).collect();
        eprintln!("--service: no database is called {service:?}; expected one of {}", known.join(", "));
        return Ok(Finished::ProblemsInInput);
    };
    let live: Vec<_> = keyring.list().await?.into_iter().filter(|key| key.destroyed_at.is_none()).collect();
    let purposes: BTreeSet<_> = live
        .iter()
        .filter(|key| key.tenant == tenant && given("purpose").is_none_or(|only| only == key.purpose))
        .map(|key| key.purpose.as_str())
        .collect();
    if purposes.is_empty() {
        let known: BTreeSet<_> = live.iter().map(|key| format!("{} ({})", key.tenant, key.purpose)).collect();
        let known: Vec<_> = known.into_iter().collect();
        eprintln!("--tenant: no live key of {tenant:?} in {service}; expected one of {}", known.join(", "));
        return Ok(Finished::ProblemsInInput);
    }
    // Tokens of two linkage keys cannot be compared, and what "*" seals is everybody's (docs/adr/0002-encryption.md).
    if tenant == "*" && (action == "destroy" || purposes.contains("linkage")) {
        eprintln!(
            "--tenant: the keys of \"*\" serve the whole database: they are not destroyed, nor is its linkage key rotated; give one tenant, or --purpose"
        );
        return Ok(Finished::ProblemsInInput);
    }
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for purpose in purposes {
        if action == "destroy" {
            let count = keyring.destroy(ACTOR, &tenant, purpose).await?;
            lines.push(format!("{count} keys of {tenant} ({purpose}) destroyed in {service}"));
            values.push(json!({"purpose": purpose, "destroyed": count}));
        } else {
            let id = keyring.rotate(ACTOR, &tenant, purpose).await?;
            lines.push(format!("key {id} of {tenant} ({purpose}) drawn in {service}"));
            values.push(json!({"purpose": purpose, "key": id}));
        }
    }
    lines.push("A serving process follows within a minute".to_owned());
    report.result(&lines.join("\n"), &json!({"service": service, "tenant": tenant, "changed": values}));
    Ok(Finished::Done)
}
