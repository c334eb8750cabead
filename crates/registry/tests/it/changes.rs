//! Nobody needs to poll journey by journey: a feed by cursor, and signed notifications.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::{JourneyBody, on_both_stores};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

on_both_stores! {
    async fn the_feed_tells_each_change_once(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let (kept, gone) = (JourneyBody::an_hour_before(house.now()), JourneyBody::an_hour_before(house.now()).of("carl", "dora"));
        operator.send(&kept).await;
        operator.send(&gone).await;
        house.settle().await;
        let read = async |after: &str| operator.ask(Method::GET, &format!("/changes?after={after}"), None).await.json();
        let first = read("0").await;
        let told: Vec<_> = first["changes"].as_array().expect("changes").iter().map(|one| one["status"].clone()).collect();
        assert_eq!(told, ["ok", "ok"], "each journey once, as it is now");
        assert_eq!(first["more"], false);
        let cursor = first["cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(read(&cursor).await["changes"], json!([]));
        operator.cancel(gone.id()).await;
        let second = read(&cursor).await;
        assert_eq!(second["changes"].as_array().map(Vec::len), Some(1));
        assert_eq!(second["changes"][0]["operator_journey_id"], gone.id());
        assert_eq!(second["changes"][0]["status"], "canceled");
        for wrong in ["after=x", "after=-1", "after=", "limit=0", "limit=5001"] {
            let answer = operator.ask(Method::GET, &format!("/changes?{wrong}"), None).await;
            assert_eq!(answer.status, 400, "{wrong}");
        }
    }
}

/// What a server received: headers and body.
type Received = Arc<Mutex<Vec<(String, String)>>>;

/// A server that fails once, then keeps what it receives.
async fn listening_server() -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/notifications", listener.local_addr().expect("an address"));
    let received = Received::default();
    let keep = Arc::clone(&received);
    tokio::spawn(async move {
        let mut failed = false;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let (head, body) = loop {
                let mut chunk = [0; 4096];
                let Ok(read) = stream.read(&mut chunk).await else { return };
                bytes.extend_from_slice(&chunk[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length: usize = head
                    .lines()
                    .find_map(|line| {
                        line.to_lowercase().strip_prefix("content-length: ").and_then(|n| n.parse().ok())
                    })
                    .unwrap_or(0);
                if body.len() >= length {
                    break (head.to_owned(), body.to_owned());
                }
            };
            let answer = if failed {
                "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
            } else {
                "HTTP/1.1 500 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            };
            if failed {
                keep.lock().expect("a list").push((head, body));
            }
            failed = true;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, received)
}

on_both_stores! {
    async fn a_subscriber_is_notified_with_a_signature(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let (url, received) = listening_server().await;
        let opened = operator.ask(Method::POST, "/subscriptions", Some(json!({"url": url}).to_string())).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        let secret = opened.json()["secret"].as_str().expect("a secret").to_owned();
        let journey = JourneyBody::an_hour_before(house.now());
        operator.send(&journey).await;
        house.settle().await;
        let mut notified = None;
        for _ in 0..400 {
            // The first delivery fails: the next tries come after longer and longer pauses.
            house.wait(jiff::SignedDuration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(50)).await;
            let found = received.lock().expect("a list").iter().find(|(_, body)| body.contains("\"ok\"")).cloned();
            if found.is_some() {
                notified = found;
                break;
            }
        }
        let (head, body) = notified.expect("a notification");
        let told: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(told["changes"][0]["operator_journey_id"], journey.id());
        let header = head.lines().find_map(|line| line.strip_prefix("x-pepiniere-signature: ")).expect("a signature");
        let (moment, signature) = header.split_once(",v1=").expect("both parts");
        let moment = moment.strip_prefix("t=").expect("a moment");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(format!("{moment}.{body}").as_bytes());
        assert_eq!(signature, hex::encode(mac.finalize().into_bytes()));

        let id = opened.json()["id"].as_str().expect("an id").to_owned();
        let stranger = house.operator("Trajets Partagés").await;
        assert_eq!(stranger.ask(Method::DELETE, &format!("/subscriptions/{id}"), None).await.status, 404);
        assert_eq!(stranger.ask(Method::GET, "/subscriptions", None).await.json(), json!([]));
        assert_eq!(operator.ask(Method::DELETE, &format!("/subscriptions/{id}"), None).await.status, 204);
        assert_eq!(operator.ask(Method::GET, "/subscriptions", None).await.json(), json!([]));
    }
}
