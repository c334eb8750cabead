//! `pepiniere invite`: gives a role, and so lets the first administrator in.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;
use socle::audit::Actor;
use socle::config::Config;
use socle::people::{Email, NewMembership};
use socle::service::{Finished, Report};

use crate::command_line::open_house;
use crate::services;

fn text(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).required(true)
}

pub fn command() -> Command {
    Command::new("invite")
        .about("Give a person a role in a service; they sign in with their e-mail address")
        .arg(text("service", "The service: registry"))
        .arg(text("role", "The role: registry.admin"))
        .arg(text("email", "Their e-mail address"))
        .arg(text("name", "Their name, as they write it"))
        .arg(text("organisation", "What their organisation is called"))
        .arg(Arg::new("tenant").long("tenant").help("What the role is limited to: operator:12"))
}

pub async fn run(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let given = |name: &str| arguments.get_one::<String>(name).cloned().unwrap_or_default();
    let (service, role) = (given("service"), given("role"));
    let Some(wanted) = services().into_iter().find(|one| one.sheet().id == service) else {
        eprintln!("--service: no service is called {service:?}");
        return Ok(Finished::ProblemsInInput);
    };
    let sheet = wanted.sheet();
    let known: Vec<_> =
        sheet.rights.roles.iter().filter(|role| role.for_people).map(|role| role.name).collect();
    if !known.contains(&role.as_str()) {
        eprintln!("--role: {role:?} is no role of {service}; expected one of {}", known.join(", "));
        return Ok(Finished::ProblemsInInput);
    }
    let email = match Email::parse(&given("email")) {
        Ok(email) => email,
        Err(error) => {
            eprintln!("--email: {error}");
            return Ok(Finished::ProblemsInInput);
        }
    };
    let tenant = arguments.get_one::<String>("tenant").cloned();
    let house = open_house(config).await?;
    let room = wanted.open(&house).await?;
    if let Err(refused) = room.check_tenant(&role, tenant.as_deref()).await? {
        eprintln!("--tenant: {refused}");
        return Ok(Finished::ProblemsInInput);
    }
    let address = email.as_str().to_owned();
    let membership = NewMembership { service, role, tenant, tenant_name: given("organisation") };
    let given =
        house.people.give_role(Actor::Program("command line"), email, given("name"), membership).await?;
    report.result(
        &format!(
            "{address} is {} of {}; they sign in at {}/connexion",
            given.role,
            given.service,
            house.config.base_url()
        ),
        &json!({"email": address, "role": given.role, "service": given.service, "tenant": given.tenant}),
    );
    Ok(Finished::Done)
}
