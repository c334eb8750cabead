//! Measures what people of an incubator wait for, with as many agreements and ledger lines as asked: every page, and the
//! whole portfolio's duties computed again. Prints figures; asserts nothing.
//!
//! `incubator-speed FOLDER [AGREEMENTS] [LINES]` (the store is said by the usual `PEPINIERE_STORE__…` variables, or is
//! `FOLDER`'s).

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use incubator::store::{agreement, outlook};
use incubator::{Incubator, file};
use socle::audit::Actor;
use socle::clock::{Clock as _, SettableClock, SystemClock};
use socle::config::Config;
use testkit::TestHouse;

/// A page is measured this many times: the first view, then the others.
const VIEWS: usize = 6;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder =
        PathBuf::from(arguments.next().context("usage: incubator-speed FOLDER [AGREEMENTS] [LINES]")?);
    let agreements: usize = arguments.next().map_or(Ok(10_000), |count| count.parse())?;
    let lines: usize = arguments.next().map_or(Ok(1_000_000), |count| count.parse())?;
    let mut config = Config::read(None)?;
    config.store.folder = folder;
    config.demonstration = true;
    config.limits.rate_multiplier = 1_000;
    let clock = Arc::new(SettableClock::at(SystemClock.now()));
    let house = TestHouse::start_on(config, tempfile::TempDir::new()?, clock).await?;
    let incubator = Incubator::open(&house.registry.house).await?;
    fill(&incubator, agreements, lines.div_ceil(agreements.max(1))).await?;

    let knowledge = incubator.knowledge().await?;
    for name in ["unchanged", "unchanged, again"] {
        let started = Instant::now();
        let ran = outlook::refresh_all(&incubator.database, &knowledge, incubator.today()).await?;
        println!(
            "duties of the portfolio, {name}: {:.1} s, {} written",
            started.elapsed().as_secs_f64(),
            ran.done
        );
    }
    let later = incubator.today().saturating_add(jiff::Span::new().months(1));
    let started = Instant::now();
    let ran = outlook::refresh_all(&incubator.database, &knowledge, later).await?;
    println!(
        "duties of the portfolio, a month later: {:.1} s, {} written",
        started.elapsed().as_secs_f64(),
        ran.done
    );

    let finance = house.agent_in("incubator", "incubator.finance", None).await;
    let sponsor =
        house.agent_in("incubator", "agreement.sponsor", Some("convention:banc-7".to_owned())).await;
    println!("== pages: first view, then the slowest of {} more (ms)", VIEWS - 1);
    for (who, agent, path) in [
        ("finance", &finance, "/incubateur/conventions"),
        ("finance", &finance, "/incubateur/conventions?page=200"),
        ("finance", &finance, "/incubateur/conventions?q=banc+99"),
        ("finance", &finance, "/incubateur/conventions?etat=late"),
        ("finance", &finance, "/incubateur/echeances"),
        ("finance", &finance, "/incubateur/conventions/banc-7"),
        ("finance", &finance, "/incubateur/conventions/banc-7/texte"),
        ("finance", &finance, "/incubateur/conventions/banc-7/echeances"),
        ("finance", &finance, "/incubateur/conventions/banc-7/credits"),
        ("finance", &finance, "/incubateur/conventions/banc-7/vie"),
        ("sponsor", &sponsor, "/incubateur/conventions"),
        ("sponsor", &sponsor, "/incubateur/echeances"),
    ] {
        let mut times = Vec::new();
        for _ in 0..VIEWS {
            let asked = Instant::now();
            let answer = agent.open(path).await;
            times.push(asked.elapsed().as_secs_f64() * 1_000.0);
            anyhow::ensure!(answer.status == 200, "{path}: {}", answer.status);
        }
        let slowest = times[1..].iter().copied().fold(0.0, f64::max);
        println!("{:>8.1} {slowest:>8.1}  {who:<10} {path}", times[0]);
    }
    Ok(())
}

/// Files agreements that differ by their dates and amounts, with as many ledger lines each.
async fn fill(incubator: &Incubator, agreements: usize, lines: usize) -> anyhow::Result<()> {
    let knowledge = incubator.knowledge().await?;
    let started = Instant::now();
    for rank in 0..agreements {
        let text = text(rank, lines);
        let agreement = file::read("bench.yaml", &text, &incubator.library)?;
        let kept = agreement::file(
            &incubator.database,
            &incubator.keyring,
            &knowledge,
            Actor::Program("bench"),
            agreement,
        );
        if kept.await?.is_err() {
            println!("{rank} agreements were there already");
            return Ok(());
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{agreements} agreements with {lines} lines each filed in {seconds:.0} s");
    Ok(())
}

fn text(rank: usize, lines: usize) -> String {
    let month = 1 + rank % 12;
    let year = 2024 + rank % 3;
    let mut text = format!(
        "reference: banc-{rank}
title: Délégation du banc {rank}
kind: delegation
scope: product
signature: {{ on: {year}-{month:02}-05 }}
bodies:
  - {{ key: un, name: Ministère {rank} }}
  - {{ key: deux, name: Direction {rank} }}
  - {{ key: trois, name: Contrôle {rank} }}
parties:
  - {{ body: un, roles: [delegating], represented_by: A, signed_by: A, signed_on: {year}-{month:02}-04 }}
  - {{ body: deux, roles: [delegate], represented_by: B, signed_by: B, signed_on: {year}-{month:02}-05 }}
products:
  - {{ key: produit-{rank}, name: Produit {rank}, is_procedure: true, authenticates_users: true, phases: [{{ phase: construction, from: 2023-01-01 }}] }}
effect: {{ rule: on_signature }}
term: {{ months: 36 }}
covered_acts: [commit, perform, pay]
plan:
  - {{ year: {year}, ae: 9 000 000, cp: 9 000 000, nature: maximum }}
clauses:
  - {{ clause: object, article: \"1\", text: Objet. }}
  - {{ clause: manifesto, article: \"2\", text: Manifeste. }}
  - {{ clause: committee.periodic, article: \"2\", debtor: [un], creditor: [deux], parameters: {{ every_months: 6, chair: [un] }}, text: Un comité tous les six mois. }}
  - {{ clause: chorus_rights, article: \"2\", parameters: {{ from: [un] }}, text: Habilitations. }}
  - {{ clause: copies, article: \"3\", parameters: {{ recipients: [trois] }}, text: Une copie. }}
  - {{ clause: stats_public, article: \"4\", text: Statistiques. }}
  - {{ clause: risk_workshops, article: \"4\", parameters: {{ phase: [construction] }}, text: Ateliers. }}
  - {{ clause: franceconnect_if_authenticated, article: \"4\", text: FranceConnect. }}
  - {{ clause: account.monthly, article: \"5\", text: Compte du mois. }}
  - {{ clause: account.final, article: \"5\", text: Compte au terme. }}
  - {{ clause: ceiling, article: \"5\", text: Plafond. }}
  - {{ clause: shortage, article: \"5\", text: Insuffisance. }}
  - {{ clause: unspent, article: \"5\", text: Non consommé. }}
  - {{ clause: notice, article: \"7\", parameters: {{ months: 3 }}, text: Préavis. }}
  - {{ clause: publication, article: \"8\", parameters: {{ channel: data.gouv.fr }}, text: Publication. }}
"
    );
    text.push_str("ledger:\n");
    for line in 0..lines {
        // Writing to a text never fails.
        let _ = writeln!(
            text,
            "  - {{ date: {year}-{month:02}-{:02}, kind: availability, ae: {}, cp: {}, document: N-{line} }}",
            6 + line % 20,
            100 + line,
            90 + line
        );
    }
    text
}
