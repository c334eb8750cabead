//! Measures what people wait for, on a registry that already holds journeys: the first view of each page, exports of
//! everything in each format, and the memory they take. Prints figures; asserts nothing.
//!
//! `registry-speed FOLDER` (the store is said by the usual `PEPINIERE_STORE__…` variables, or is `FOLDER`'s).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use registry::model::{Perimeter, Selector, SelectorKind};
use registry::store::territory::NewTerritory;
use registry::store::{operator, territory, territory_tenant};
use socle::audit::Actor;
use socle::clock::{Clock as _, SettableClock, SystemClock};
use socle::config::Config;
use socle::rights::Scope;
use testkit::{Agent, TestHouse};

/// A page is measured this many times: the first view, then the others.
const VIEWS: usize = 6;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("usage: registry-speed FOLDER")?);
    let mut config = Config::read(None)?;
    config.store.folder = folder;
    config.demonstration = true;
    config.limits.rate_multiplier = 1_000;
    let clock = Arc::new(SettableClock::at(SystemClock.now()));
    let started = Instant::now();
    let house = TestHouse::start_on(config, tempfile::TempDir::new()?, clock).await?;
    println!("start: {:.1} s", started.elapsed().as_secs_f64());
    let region = territory(&house, "Banc : région", SelectorKind::Region, "11").await?;
    let department = territory(&house, "Banc : département", SelectorKind::Department, "59").await?;
    let largest =
        operator::list(&house.registry.database, &Scope::All).await?.first().context("operators")?.id;
    let staff = house.agent("operator.admin", Some(largest)).await;
    let team = house.agent("registry.admin", None).await;
    let officer = house.agent("registry.dpo", None).await;
    let of_region = house.agent_of("territory.admin", Some(territory_tenant(region))).await;
    let of_department = house.agent_of("territory.admin", Some(territory_tenant(department))).await;

    println!("== pages: first view, then the slowest of {} more (ms)", VIEWS - 1);
    let year = "from=2025-01-01&to=2100-01-01";
    for (who, agent, path) in [
        ("anyone", &staff, "/stats".to_owned()),
        ("anyone", &staff, "/stats.json".to_owned()),
        ("operator", &staff, "/registre".to_owned()),
        ("operator", &staff, "/registre/trajets".to_owned()),
        ("operator", &staff, format!("/registre/trajets?{year}")),
        ("operator", &staff, format!("/registre/trajets?{year}&status=terms_violation_error")),
        ("operator", &staff, "/registre/chiffres".to_owned()),
        ("operator", &staff, "/registre/exports".to_owned()),
        ("team", &team, "/registre".to_owned()),
        ("team", &team, format!("/registre/trajets?{year}")),
        ("team", &team, format!("/registre/trajets?{year}&commune=75056")),
        ("team", &team, "/registre/chiffres".to_owned()),
        ("team", &team, "/registre/operateurs".to_owned()),
        ("team", &team, "/registre/territoires".to_owned()),
        ("team", &team, "/registre/files".to_owned()),
        ("team", &team, "/registre/journal".to_owned()),
        ("officer", &officer, "/registre/donnees".to_owned()),
        ("officer", &officer, "/registre/violations".to_owned()),
        ("department", &of_department, format!("/registre/territoires/{department}")),
        ("region", &of_region, format!("/registre/territoires/{region}")),
        ("region", &of_region, format!("/registre/territoires/{region}/perimetre")),
    ] {
        let mut times = Vec::new();
        for _ in 0..VIEWS {
            let asked = Instant::now();
            let answer = agent.open(&path).await;
            times.push(asked.elapsed().as_secs_f64() * 1_000.0);
            anyhow::ensure!(answer.status == 200, "{path}: {}", answer.status);
        }
        let slowest = times[1..].iter().copied().fold(0.0, f64::max);
        println!("{:>8.1} {slowest:>8.1}  {who:<10} {path}", times[0]);
    }

    println!(
        "== exports of everything the registry holds, for its team (memory before: {} MB)",
        own_memory()
    );
    for format in ["csv", "parquet", "xlsx"] {
        export(&team, format).await?;
    }
    println!("== export of the region");
    export(&of_region, "csv").await?;
    Ok(())
}

async fn territory(house: &TestHouse, name: &str, kind: SelectorKind, code: &str) -> anyhow::Result<i64> {
    let reference = &house.registry.house.places.reference;
    let new = NewTerritory {
        uuid: uuid::Uuid::new_v4().to_string(),
        name: name.to_owned(),
        siret: "90000000900016".to_owned(),
        contact_email: "banc@exemple.fr".to_owned(),
        perimeter: Perimeter::of(reference, vec![Selector::new(kind, code)]),
    };
    let counted = Instant::now();
    let made = territory::register(&house.registry.database, Actor::Program("bench"), new).await?;
    println!("figures of {name} counted: {:.1} s", counted.elapsed().as_secs_f64());
    Ok(made.id)
}

async fn export(agent: &Agent, format: &str) -> anyhow::Result<()> {
    let asked = Instant::now();
    let form = [("from", "2020-01-01"), ("to", "2030-01-01"), ("format", format)];
    let answer = agent.submit("/registre/exports", &form).await;
    anyhow::ensure!(answer.status == 303, "{}", answer.text);
    let mut memory = 0;
    let page = loop {
        memory = memory.max(own_memory());
        tokio::time::sleep(Duration::from_millis(100)).await;
        let page = agent.open("/registre/exports").await.text;
        if !page.contains("Annuler</button>") {
            break page;
        }
    };
    let written = asked.elapsed().as_secs_f64();
    let (_, rest) = page.split_once("href=\"/registre/exports/").context("an export")?;
    let (id, rest) = rest.split_once('/').context("its number")?;
    let told = page.split_once("</span><br>").context("what it holds")?.1;
    let lines: String = told.chars().take_while(|sign| *sign != ',').filter(char::is_ascii_digit).collect();
    let lines: f64 = lines.parse().with_context(|| format!("{told:.60} {rest:.60}"))?;
    let saved = Instant::now();
    let bytes = agent.weigh(&format!("/registre/exports/{id}/fichier")).await.context("the file")?;
    println!(
        "{format:>8}: {lines} lines in {written:.1} s: {:.0}/s; {} MB, saved in {:.1} s; memory of its own at most {} MB",
        lines / written,
        bytes / 1_000_000,
        saved.elapsed().as_secs_f64(),
        memory,
    );
    Ok(())
}

/// Megabytes this process holds, without the pages of files it maps; zero where Linux does not say.
fn own_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1_024
}
