//! Data keys are listed, rotated, wrapped again and destroyed from the command line, beside a house that serves.

use std::process::{Command, Output};

use jiff::SignedDuration;
use serde_json::{Value, json};
use socle::seal::SealError;
use testkit::{TestHouse, on_both_stores};

fn keys(house: &TestHouse, arguments: &[&str]) -> Output {
    let store = &house.config().store;
    let mut command = Command::new(env!("CARGO_BIN_EXE_pepiniere"));
    command.arg("keys").args(arguments).args(["--format", "json"]);
    command.env("PEPINIERE_STORE__FOLDER", &store.folder);
    if let Some(url) = &store.postgres {
        command.env("PEPINIERE_STORE__POSTGRES", url);
        command.env("PEPINIERE_STORE__SCHEMA_PREFIX", &store.schema_prefix);
    }
    command.output().expect("the program")
}

fn done(house: &TestHouse, arguments: &[&str]) -> Value {
    let output = keys(house, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON line")
}

const OF_TENANT: [&str; 4] = ["--service", "registry", "--tenant", "operator:1"];

on_both_stores! {
    /// The serving process believes what it read of a key for a minute, then sees what another process did.
    async fn a_key_destroyed_elsewhere_is_soon_gone_here(house: TestHouse) {
        let keyring = &house.registry.keyring;
        let first = keyring.current("operator:1", "journeys").await.expect("a key");
        let sealed = first.seal("a place", b"a name");
        let other = keyring.current("operator:2", "journeys").await.expect("a key").seal("a place", b"other");

        let rotated = done(&house, &[&["rotate"], OF_TENANT.as_slice()].concat());
        house.wait(SignedDuration::from_secs(60));
        let second = keyring.current("operator:1", "journeys").await.expect("a key");
        assert_eq!(json!(second.id()), rotated["changed"][0]["key"], "new values are sealed by the new key");
        assert_eq!(keyring.open("a place", &sealed).await.expect("old values open"), b"a name");

        let unsure = keys(&house, &[&["destroy"], OF_TENANT.as_slice()].concat());
        assert_eq!(unsure.status.code(), Some(2), "it takes a --yes");
        let destroyed = done(&house, &[&["destroy", "--yes"], OF_TENANT.as_slice()].concat());
        assert_eq!(destroyed["changed"], json!([{"purpose": "journeys", "destroyed": 2}]));
        house.wait(SignedDuration::from_secs(60));
        let gone = keyring.open("a place", &sealed).await;
        assert!(matches!(gone, Err(SealError::Destroyed)), "{gone:?}");
        let third = keyring.current("operator:1", "journeys").await.expect("a new key");
        assert!(third.id() > second.id(), "nothing is sealed by a destroyed key");
        assert_eq!(keyring.open("a place", &other).await.expect("another tenant's value"), b"other");

        let listed = done(&house, &["list"]);
        let ended = listed["keys"].as_array().expect("a list").iter().filter(|key| !key["destroyed_at"].is_null());
        assert_eq!(ended.count(), 2);
        for refused in [["rotate", "operator:9"], ["rotate", "*"]] {
            let output = keys(&house, &[refused[0], "--service", "registry", "--tenant", refused[1]]);
            assert_eq!(output.status.code(), Some(1), "{refused:?}");
        }
    }
}

on_both_stores! {
    /// A new master key comes first in the file; once all is wrapped again, the old one may leave.
    async fn a_master_key_is_replaced(house: TestHouse) {
        let sealed = house.registry.keyring.current("operator:1", "journeys").await.expect("a key").seal("p", b"v");
        let file = house.config().master_key_file();
        let old = std::fs::read_to_string(&file).expect("a key file");
        let new = format!("k-second {}\n", "5a".repeat(32));
        std::fs::write(&file, format!("{new}{old}")).expect("two keys");
        let wrapped = done(&house, &["rewrap"]);
        assert_eq!(wrapped["master_key"], "k-second");
        assert!(wrapped["rewrapped"]["registry"].as_u64().expect("a count") >= 1);
        // The serving process has not read the new key: what it opened goes on opening until it is restarted.
        house.wait(SignedDuration::from_secs(60));
        assert_eq!(house.registry.keyring.open("p", &sealed).await.expect("a value"), b"v");
        std::fs::write(&file, new).expect("the new key alone");
        let listed = done(&house, &["list"]);
        let all = listed["keys"].as_array().expect("a list");
        assert!(all.iter().all(|key| key["master_key"] == "k-second"), "{listed}");
        let house = house.restart().await.expect("a house under the new key");
        assert_eq!(house.registry.keyring.open("p", &sealed).await.expect("what was sealed before"), b"v");
    }
}
