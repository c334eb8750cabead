//! `pepiniere doctor`: is the house in order?

use geography::AomSource;
use serde_json::json;
use socle::audit;
use socle::config::Config;
use socle::service::{Finished, Report};
use socle::store::{Database, Store};

use crate::command_line::open_house;
use crate::services;

/// Countries of the European Union, ISO 3166-1 alpha-2 (27 members since 1 February 2020).
const EUROPEAN_UNION: [&str; 27] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT",
    "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

/// A thing that was looked at.
struct Finding {
    what: String,
    /// `ok`, `warning` or `problem`.
    level: &'static str,
    text: String,
}

impl Finding {
    fn new(what: impl Into<String>, level: &'static str, text: impl Into<String>) -> Self {
        Self { what: what.into(), level, text: text.into() }
    }
}

pub async fn run(config: Config, report: Report) -> anyhow::Result<Finished> {
    if let Store::Sqlite { folder } = config.store() {
        // Opening would make a house there: whoever mistyped the folder wants to know.
        anyhow::ensure!(
            folder.is_dir(),
            "[store] folder: {} does not exist, nothing was created; give the folder of a house, or make one there with `pepiniere migrate`",
            folder.display()
        );
    }
    let mut findings = look_at_configuration(&config);
    match open_house(config).await {
        Ok(house) => {
            let geography = &house.places.reference;
            findings.push(Finding::new(
                "geography",
                "ok",
                format!("{} communes, {}", geography.communes().len(), authorities(geography.aom_source())),
            ));
            if let Some(proconnect) = &house.proconnect {
                let found = match proconnect.check().await {
                    Ok(()) => ("ok", format!("{} answers", proconnect.issuer())),
                    // E-mail still works.
                    Err(failure) => ("warning", format!("{}: {failure}", proconnect.issuer())),
                };
                findings.push(Finding::new("proconnect", found.0, found.1));
            }
            findings.push(look_at_chain(house.people.database()).await);
            for service in services() {
                let sheet = service.sheet();
                for fault in sheet.rights.faults() {
                    findings.push(Finding::new(format!("{} rights", sheet.id), "problem", fault));
                }
                if let Err(error) = sheet.processing() {
                    findings.push(Finding::new(
                        format!("{} privacy", sheet.id),
                        "problem",
                        error.to_string(),
                    ));
                }
                match service.open(&house).await {
                    Ok(room) => {
                        for one in room.databases() {
                            findings.push(look_at_chain(&one.database).await);
                        }
                    }
                    Err(error) => findings.push(Finding::new(sheet.id, "problem", format!("{error:#}"))),
                }
            }
        }
        Err(error) => findings.push(Finding::new("store", "problem", format!("{error:#}"))),
    }
    let problems = findings.iter().filter(|finding| finding.level == "problem").count();
    let lines: Vec<_> =
        findings.iter().map(|one| format!("{:8} {:22} {}", one.level, one.what, one.text)).collect();
    let listed: Vec<_> =
        findings.iter().map(|one| json!({"what": one.what, "level": one.level, "text": one.text})).collect();
    report.result(&lines.join("\n"), &json!({"healthy": problems == 0, "findings": listed}));
    Ok(if problems == 0 { Finished::Done } else { Finished::ProblemsInInput })
}

/// Where the mobility authorities come from.
fn authorities(source: &AomSource) -> String {
    match source {
        AomSource::List(edition) => format!("authorities of {} ({})", edition.year, edition.source),
        AomSource::EpciStandsIn(_) => "no list of authorities: each EPCI stands for its own".to_owned(),
    }
}

fn look_at_configuration(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in &config.providers {
        let country = provider.hosting_country.to_uppercase();
        let inside = EUROPEAN_UNION.contains(&country.as_str());
        let level = if inside {
            "ok"
        } else if provider.personal_data {
            "problem"
        } else {
            "warning"
        };
        let text = if level == "problem" {
            format!("personal data would be kept in {country}, outside the European Union: refused")
        } else {
            format!("{}, hosted in {country}", provider.purpose)
        };
        findings.push(Finding::new(format!("provider {}", provider.name), level, text));
    }
    if config.mail.smtp.is_none() && !config.demonstration {
        findings.push(Finding::new(
            "mail",
            "warning",
            "[mail] smtp is not set: sign-in links wait in the outbox",
        ));
    }
    if config.contact.publisher.contains("compléter") {
        findings.push(Finding::new(
            "contact",
            "warning",
            "[contact] is not filled in: the legal notice is incomplete",
        ));
    }
    if !config.base_url().starts_with("https://") {
        findings.push(Finding::new(
            "address",
            "warning",
            "[server] base_url is not https: cookies travel in clear",
        ));
    }
    findings
}

async fn look_at_chain(database: &Database) -> Finding {
    let what = format!("{} audit", database.name());
    match audit::verify(database).await {
        Ok(verified) => Finding::new(
            what,
            "ok",
            format!("{} groups, {} entries, chain unbroken", verified.groups, verified.entries),
        ),
        Err(broken) => Finding::new(what, "problem", broken.to_string()),
    }
}
