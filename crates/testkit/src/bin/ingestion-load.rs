//! Sends journeys over keep-alive connections for a while and prints what was acknowledged: a figure, not a test.
//!
//! `ingestion-load BASE_URL DEMO_JSON [--connections 32] [--seconds 20] [--crowd 1]`
//!
//! With `--crowd 1`, all journeys are those of one driver, one trip, one day: the worst a server can do.
//!
//! Speaks to 127.0.0.1 only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use testkit::JourneyBody;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

struct Options {
    address: String,
    connections: u64,
    seconds: u64,
    /// Every journey is of the same driver.
    crowd: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, demo, ..] = arguments.as_slice() else {
        anyhow::bail!("usage: ingestion-load BASE_URL DEMO_JSON [--connections 32] [--seconds 20]");
    };
    let option = |name: &str, default: u64| {
        let position = arguments.iter().position(|argument| argument == name);
        position.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let address = base_url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    anyhow::ensure!(address.starts_with("127.0.0.1:"), "only this machine is loaded: 127.0.0.1");
    let options = Arc::new(Options {
        address,
        connections: option("--connections", 32),
        seconds: option("--seconds", 20).min(120),
        crowd: option("--crowd", 0) == 1,
    });
    let demo: serde_json::Value = serde_json::from_slice(&std::fs::read(demo)?)?;
    let key = &demo["operators"][0];
    let token = token(base_url, key).await?;
    // One journey as a template; identifiers and people are drawn for each.
    let template = JourneyBody::an_hour_before(now())
        .without("/driver/identity/phone")
        .without("/passenger/identity/phone");
    let template = template
        .with("/driver/identity/phone_trunc", "+336010203")
        .with("/passenger/identity/phone_trunc", "+336010204");
    let template = if options.crowd { template.with("/operator_trip_id", "coach") } else { template };
    let template = Arc::new(template.to_string());
    let template_id = serde_json::from_str::<serde_json::Value>(&template)?["operator_journey_id"]
        .as_str()
        .context("an identifier")?
        .to_owned();
    let sequence = Arc::new(AtomicU64::new(0));
    let run = now().as_microsecond();
    let started = Instant::now();
    let until = started + Duration::from_secs(options.seconds);
    let mut tasks = Vec::new();
    for _ in 0..options.connections {
        tasks.push(tokio::spawn(send(
            Arc::clone(&options),
            token.clone(),
            Arc::clone(&template),
            template_id.clone(),
            run,
            Arc::clone(&sequence),
            until,
        )));
    }
    let mut latencies = Vec::new();
    let mut others = 0_u64;
    for task in tasks {
        let (mine, other) = task.await??;
        latencies.extend(mine);
        others += other;
    }
    let seconds = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let rank = ((latencies.len() as f64 * share) as usize).min(latencies.len().saturating_sub(1));
        latencies.get(rank).copied().unwrap_or_default().as_secs_f64() * 1_000.0
    };
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let rate = latencies.len() as f64 / seconds;
    println!(
        "{} journeys acknowledged in {seconds:.1} s: {rate:.0}/s, p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms, {others} other answers, {} connections",
        latencies.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        options.connections
    );
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a load speaks of the present")]
fn now() -> Timestamp {
    Timestamp::now()
}

async fn token(base_url: &str, key: &serde_json::Value) -> anyhow::Result<String> {
    let body = serde_json::json!({"access_key": key["access_key"], "secret_key": key["secret_key"]});
    let answer =
        testkit::http_client().post(format!("{base_url}/v3.3/auth/access_token")).json(&body).send().await?;
    let answer: serde_json::Value = serde_json::from_str(&answer.text().await?)?;
    Ok(answer["access_token"].as_str().context("a token")?.to_owned())
}

async fn send(
    options: Arc<Options>,
    token: String,
    template: Arc<String>,
    template_id: String,
    run: i64,
    sequence: Arc<AtomicU64>,
    until: Instant,
) -> anyhow::Result<(Vec<Duration>, u64)> {
    let mut stream = TcpStream::connect(&options.address).await?;
    stream.set_nodelay(true)?;
    let mut latencies = Vec::new();
    let mut others = 0;
    let mut buffer = vec![0_u8; 4096];
    let keys: Vec<&str> = ["\"identity_key\":\""].to_vec();
    while Instant::now() < until {
        let number = sequence.fetch_add(1, Ordering::Relaxed);
        let id = format!("load-{run}-{number}");
        let mut body = template.replace(&template_id, &id);
        // Two people nobody else is: the last 32 digits of each key carry the number.
        let mut from = 0;
        for (role, key) in [(0, keys[0]), (1, keys[0])] {
            if let Some(at) = body[from..].find(key) {
                let start = from + at + key.len();
                let person = if options.crowd && role == 0 { 0 } else { number };
                body.replace_range(start..start + 48, &format!("{run:016x}{person:016x}{role:016x}"));
                from = start + 64;
            }
        }
        let request = format!(
            "POST /v3.3/journeys HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            options.address,
            body.len()
        );
        let started = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        let status = loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            anyhow::ensure!(read > 0, "the server closed the connection");
            filled += read;
            let text = std::str::from_utf8(&buffer[..filled]).unwrap_or_default();
            let Some((head, rest)) = text.split_once("\r\n\r\n") else { continue };
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").and_then(|length| length.parse().ok()))
                .unwrap_or(0);
            if rest.len() >= length {
                break head.get(9..12).unwrap_or_default().to_owned();
            }
        };
        if status == "201" {
            latencies.push(started.elapsed());
        } else {
            others += 1;
        }
    }
    Ok((latencies, others))
}
