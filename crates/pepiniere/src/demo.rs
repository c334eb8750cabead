//! `pepiniere demo`: everything on the embedded store, with fictional data.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ArgMatches;
use serde_json::json;
use socle::clock::SystemClock;
use socle::config::Config;
use socle::places::Places;
use socle::service::{Demonstration, Finished, Progress, Report};

use crate::serving;

/// What a demonstration multiplies rate limits by: people and tests try the same operator again and again.
const RATE_MULTIPLIER: u32 = 100;

pub async fn run(mut config: Config, arguments: &ArgMatches, report: Report) -> anyhow::Result<Finished> {
    let listen = *arguments.get_one::<SocketAddr>("listen").context("--listen")?;
    let folder = arguments.get_one::<PathBuf>("data").context("--data")?.clone();
    let listener = serving::bind(listen).await?;
    let file = folder.join("demo.json");
    if arguments.get_flag("fresh") && file.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    }
    // One click must never open real data.
    if !file.exists() && folder.join("socle.db").exists() {
        anyhow::bail!(
            "{} holds a house that is no demonstration: choose another folder with --data",
            folder.display()
        );
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    let address = listener.local_addr()?;
    config.demonstration = true;
    config.server.listen = address;
    config.store.folder.clone_from(&folder);
    config.store.postgres = None;
    config.limits.rate_multiplier = RATE_MULTIPLIER;
    config.limits.allow_internal_calls = true;
    config
        .feedback
        .entry("registry".to_owned())
        .or_insert_with(|| "https://jedonnemonavis.numerique.gouv.fr/".to_owned());
    let base_url = config.base_url();
    report.progress("opening the embedded store…");
    let places = Arc::new(Places::open(&folder)?);
    let (house, rooms) = serving::open(config, Arc::new(SystemClock), places, None).await?;
    let previous: Option<Demonstration> =
        std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let progress: Progress = Arc::new(move |text: String| report.progress(&text));
    let mut offered = Demonstration::default();
    for room in rooms.0.iter() {
        report.progress(&format!("demonstration data: {}…", room.sheet().name));
        let one = room.demonstrate(previous.as_ref(), &progress).await?;
        offered.accounts.extend(one.accounts);
        offered.operators.extend(one.operators);
    }
    let described =
        json!({"base_url": base_url, "accounts": offered.accounts, "operators": offered.operators});
    let text = serde_json::to_string_pretty(&described)?;
    std::fs::write(&file, text).with_context(|| format!("{}", file.display()))?;
    let running = serving::listen(house, rooms, listener, true)?;
    report.result(
        &format!(
            "\nReady. Open {base_url}\n\n  sign in as anyone in one click   {base_url}/demonstration\n  addresses and operator keys      {}\n\nCtrl-C stops; data stay in {}.",
            file.display(),
            folder.display()
        ),
        &json!({"base_url": base_url, "demo": file.display().to_string()}),
    );
    serving::until_told().await;
    running.stop().await;
    Ok(Finished::Done)
}
