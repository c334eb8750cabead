//! `pepiniere switch`: cuts a service or one thing it does, and puts it back, when pages are no help.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;
use socle::audit::Actor;
use socle::config::Config;
use socle::service::{Finished, Report};

use crate::command_line::open_house;
use crate::services;

fn one(command: Command) -> Command {
    command
        .arg(Arg::new("service").value_name("SERVICE").required(true).help("The service: registry"))
        .arg(Arg::new("name").value_name("SWITCH").required(true).help("The switch: see switch list"))
}

pub fn command() -> Command {
    Command::new("switch")
        .about("Cut a service (maintenance) or one thing it does, and put it back")
        .subcommand_required(true)
        .subcommand(Command::new("list").about("What can be cut, and what is"))
        .subcommand(
            one(Command::new("off").about("Cut it, at once")).arg(
                Arg::new("reason")
                    .long("reason")
                    .required(true)
                    .action(ArgAction::Set)
                    .help("What people read meanwhile, in French"),
            ),
        )
        .subcommand(one(Command::new("on").about("Put it back")))
}

pub async fn run(config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let house = open_house(config).await?;
    let Some((verb, given)) = arguments.subcommand().filter(|(verb, _)| *verb != "list") else {
        let (mut lines, mut values) = (Vec::new(), Vec::new());
        for service in services() {
            let sheet = service.sheet();
            for switch in socle::web::switches_of(sheet) {
                let cut = house.switches.cut(sheet.id, switch.name);
                let state = cut.as_ref().map_or_else(
                    || "on".to_owned(),
                    |cut| format!("off since {:.0}: {}", cut.since, cut.reason),
                );
                lines.push(format!("{} {}: {state}", sheet.id, switch.name));
                values.push(json!({"service": sheet.id, "switch": switch.name, "on": cut.is_none(), "reason": cut.map(|cut| cut.reason)}));
            }
        }
        report.result(&lines.join("\n"), &json!(values));
        return Ok(Finished::Done);
    };
    let named = |name: &str| given.get_one::<String>(name).cloned().unwrap_or_default();
    let (wanted, name) = (named("service"), named("name"));
    let Some(service) = services().into_iter().find(|one| one.sheet().id == wanted) else {
        eprintln!("SERVICE: no service is called {wanted:?}");
        return Ok(Finished::ProblemsInInput);
    };
    let sheet = service.sheet();
    let known: Vec<_> = socle::web::switches_of(sheet).map(|switch| switch.name).collect();
    if !known.contains(&name.as_str()) {
        eprintln!("SWITCH: {name:?} is no switch of {wanted}; expected one of {}", known.join(", "));
        return Ok(Finished::ProblemsInInput);
    }
    let reason = (verb == "off").then(|| named("reason").trim().to_owned());
    if reason.as_deref() == Some("") {
        eprintln!("--reason: empty; expected a sentence that people will read");
        return Ok(Finished::ProblemsInInput);
    }
    house.switches.set(Actor::Program("command line"), sheet.id, &name, reason).await?;
    report.result(
        &format!("{wanted} {name} is {verb}; a serving process follows within two seconds"),
        &json!({"service": wanted, "switch": name, "on": verb == "on"}),
    );
    Ok(Finished::Done)
}
