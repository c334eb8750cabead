//! The program is killed while journeys come in: what it acknowledged is there afterwards, once.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::JourneyBody;

/// How many journeys are acknowledged before the program is killed.
const BEFORE_KILLING: usize = 20_000;

/// The program, with a demonstration that has no journey of its own to wait for.
fn start(data: &Path, port: u16) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pepiniere"))
        .args(["demo", "--listen", &format!("127.0.0.1:{port}"), "--data"])
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program")
}

async fn answers(client: &reqwest::Client, base: &str) {
    for _ in 0..900 {
        if client.get(format!("{base}/healthz")).send().await.is_ok_and(|answer| answer.status() == 200) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the program does not answer");
}

async fn token(client: &reqwest::Client, base: &str, data: &Path) -> String {
    let demo: Value =
        serde_json::from_slice(&std::fs::read(data.join("demo.json")).expect("demo.json")).expect("JSON");
    let key = &demo["operators"][0];
    let body = json!({"access_key": key["access_key"], "secret_key": key["secret_key"]});
    let answer =
        client.post(format!("{base}/v3.3/auth/access_token")).json(&body).send().await.expect("an answer");
    let answer: Value = serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON");
    answer["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    let data = tempfile::tempdir().expect("a folder");
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let base = format!("http://127.0.0.1:{port}");
    let client = testkit::http_client();
    let mut program = start(data.path(), port);
    answers(&client, &base).await;
    let bearer = token(&client, &base, data.path()).await;

    let killed = Arc::new(AtomicBool::new(false));
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let senders: Vec<_> = (0..16)
        .map(|sender| {
            let (client, base, bearer) = (client.clone(), base.clone(), bearer.clone());
            let (killed, count) = (Arc::clone(&killed), Arc::clone(&count));
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    if killed.load(Ordering::Relaxed) {
                        break;
                    }
                    let journey = JourneyBody::an_hour_before(now())
                        .of(&format!("d{sender}-{number}"), &format!("p{sender}-{number}"));
                    let request = client.post(format!("{base}/v3.3/journeys")).bearer_auth(&bearer);
                    let Ok(answer) = request.body(journey.to_string()).send().await else { break };
                    assert_eq!(answer.status(), 201);
                    acknowledged.push(journey);
                    count.fetch_add(1, Ordering::Relaxed);
                }
                acknowledged
            })
        })
        .collect();
    while count.load(Ordering::Relaxed) < BEFORE_KILLING {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    program.kill().expect("SIGKILL");
    killed.store(true, Ordering::Relaxed);
    program.wait().expect("an end");
    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(sender.await.expect("a sender"));
    }
    assert!(acknowledged.len() >= BEFORE_KILLING);

    let mut program = start(data.path(), port);
    answers(&client, &base).await;
    let bearer = token(&client, &base, data.path()).await;
    let checkers: Vec<_> = acknowledged
        .chunks(acknowledged.len().div_ceil(16))
        .map(|some| {
            let (client, base, bearer, some) = (client.clone(), base.clone(), bearer.clone(), some.to_vec());
            tokio::spawn(async move {
                for journey in some {
                    let again = client.post(format!("{base}/v3.3/journeys")).bearer_auth(&bearer);
                    let status = again.body(journey.to_string()).send().await.expect("an answer").status();
                    assert_eq!(status, 409, "{} was acknowledged and is missing", journey.id());
                }
            })
        })
        .collect();
    for checker in checkers {
        checker.await.expect("nothing is missing");
    }
    program.kill().expect("SIGKILL");
    program.wait().expect("an end");
    let doctor = Command::new(env!("CARGO_BIN_EXE_pepiniere"))
        .args(["doctor", "--format", "json"])
        .env("PEPINIERE_STORE__FOLDER", data.path())
        .output()
        .expect("a doctor");
    let report: Value = serde_json::from_slice(&doctor.stdout).expect("one JSON line");
    assert_eq!((doctor.status.code(), &report["healthy"]), (Some(0), &json!(true)), "{report}");
}

#[expect(clippy::disallowed_methods, reason = "the program runs on the machine's clock")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
