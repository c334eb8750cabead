//! A pack is read with nothing of ours: an engine, a CSV reader, a cipher, a digest.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use testkit::{JourneyBody, on_both_stores};

use crate::place::{Place, text};

/// The rows of a table, as its CSV file gives them.
fn rows(pack: &Path, table: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(pack.join(format!("data/{table}.csv"))).expect("a table");
    reader.records().map(|row| row.expect("a row")).collect()
}

fn columns(pack: &Path, table: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(pack.join(format!("data/{table}.csv"))).expect("a table");
    reader.headers().expect("a header").iter().map(str::to_owned).collect()
}

fn field<'a>(pack: &Path, table: &str, row: &'a csv::StringRecord, name: &str) -> &'a str {
    let at = columns(pack, table).iter().position(|column| column == name).expect("a column");
    &row[at]
}

/// Rebuilds the tables in a plain `SQLite` file; returns how many rows each has.
async fn rebuild(pack: &Path, file: &Path) -> Vec<(String, i64)> {
    let mut engine = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        .connect()
        .await
        .expect("SQLite");
    let schema = std::fs::read_to_string(pack.join("schema/sqlite.sql")).expect("a schema");
    sqlx::raw_sql(AssertSqlSafe(schema)).execute(&mut engine).await.expect("tables");
    let told: Value =
        serde_json::from_slice(&std::fs::read(pack.join("schema/tables.json")).expect("a file"))
            .expect("JSON");
    let mut counts = Vec::new();
    for table in told.as_array().expect("tables") {
        let name = table["name"].as_str().expect("a name");
        let kinds: Vec<_> =
            table["columns"].as_array().expect("columns").iter().map(|one| &one["type"]).collect();
        let places = vec!["?"; kinds.len()].join(", ");
        for row in rows(pack, name) {
            let mut insert = sqlx::query(AssertSqlSafe(format!("INSERT INTO \"{name}\" VALUES ({places})")));
            for (kind, value) in kinds.iter().zip(&row) {
                insert = match (value, kind.as_str().expect("a type")) {
                    (r"\N", _) => insert.bind(Option::<i64>::None),
                    (value, "integer") => insert.bind(value.parse::<i64>().expect("an integer")),
                    (value, "boolean") => insert.bind(value == "true"),
                    (value, "bytes") => insert.bind(STANDARD.decode(value).expect("base64")),
                    (value, _) => insert.bind(value.strip_prefix('\\').unwrap_or(value).to_owned()),
                };
            }
            insert.execute(&mut engine).await.expect("a row");
        }
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{name}\"")))
            .fetch_one(&mut engine)
            .await
            .expect("a count");
        counts.push((name.to_owned(), count));
    }
    engine.close().await.expect("an end");
    counts
}

/// The columns that hold sealed values: bytes that are called so, or whose migration says so.
fn sealed_columns(pack: &Path) -> Vec<String> {
    let told = std::fs::read(pack.join("schema/tables.json")).expect("a file");
    let told: Value = serde_json::from_slice(&told).expect("JSON");
    let mut sealed = Vec::new();
    for table in told.as_array().expect("tables") {
        for column in table["columns"].as_array().expect("columns") {
            let text = |field: &str| column[field].as_str().expect("a text");
            let says_so = text("name") == "sealed" || text("meaning").to_lowercase().contains("sealed");
            if text("type") == "bytes" && says_so {
                sealed.push(format!("{}.{}", table["name"].as_str().expect("a name"), text("name")));
            }
        }
    }
    assert!(sealed.contains(&"join_requests.sealed".to_owned()) && sealed.len() >= 6, "{sealed:?}");
    sealed
}

fn open(key: &[u8], nonce: &[u8], sealed: &[u8], place: &str) -> Vec<u8> {
    let nonce: [u8; 24] = nonce.try_into().expect("24 bytes");
    let payload = Payload { msg: sealed, aad: place.as_bytes() };
    let cipher = XChaCha20Poly1305::new_from_slice(key).expect("a key");
    cipher.decrypt(&XNonce::from(nonce), payload).expect("it opens")
}

/// Opens a body as the pack's README says.
fn body_of(pack: &Path, key: &Path, journey: &csv::StringRecord) -> Value {
    let text = std::fs::read_to_string(key).expect("a key");
    let handover = hex::decode(text.trim().split_once(' ').expect("a name").1).expect("digits");
    let of = |name| field(pack, "journeys", journey, name);
    let sealed = STANDARD.decode(of("payload")).expect("base64");
    let number = i64::from_be_bytes(sealed[1..9].try_into().expect("8 bytes"));
    let all = rows(pack, "data_keys");
    let line =
        all.iter().find(|row| field(pack, "data_keys", row, "id") == number.to_string()).expect("a key");
    let of_key = |name| field(pack, "data_keys", line, name);
    let wrapped = STANDARD.decode(of_key("wrapped")).expect("base64");
    let place = format!("{}\0{}", of_key("purpose"), of_key("tenant"));
    let data_key = open(&handover, &wrapped[..24], &wrapped[24..], &place);
    let place = format!("journey {} {}", of("operator_id"), of("operator_journey_id"));
    serde_json::from_slice(&open(&data_key, &sealed[9..33], &sealed[33..], &place)).expect("JSON")
}

/// Computes the audit chain as the pack's README says; returns its last link.
fn last_link(pack: &Path) -> String {
    let entries = rows(pack, "audit_entries");
    let mut link = Vec::new();
    for group in rows(pack, "audit_groups") {
        let number: i64 = field(pack, "audit_groups", &group, "commit_group").parse().expect("a number");
        let at: i64 = field(pack, "audit_groups", &group, "at").parse().expect("an instant");
        let mut digest = Sha256::new_with_prefix("pepiniere audit 1");
        digest.update(&link);
        digest.update(number.to_be_bytes());
        digest.update(at.to_be_bytes());
        let of_group = |row: &&csv::StringRecord| {
            field(pack, "audit_entries", row, "commit_group") == number.to_string()
        };
        for entry in entries.iter().filter(of_group) {
            let mut parts = Vec::new();
            for name in ["actor", "action", "subject_kind", "subject", "facts"] {
                parts.push(field(pack, "audit_entries", entry, name).as_bytes().to_vec());
            }
            parts.push(match field(pack, "audit_entries", entry, "commitment") {
                r"\N" => Vec::new(),
                value => STANDARD.decode(value).expect("base64"),
            });
            for part in parts {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part);
            }
        }
        link = digest.finalize().to_vec();
        assert_eq!(STANDARD.encode(&link), field(pack, "audit_groups", &group, "link"), "group {number}");
    }
    STANDARD.encode(link)
}

on_both_stores! {
    /// Whoever has the pack and its key, and none of our programs, has everything.
    async fn a_pack_is_read_without_this_program(house: TestHouse) {
        let operator = house.operator("Covoit").await;
        let mut bodies = Vec::new();
        for number in 0..5 {
            let body = JourneyBody::an_hour_before(house.now()).of(&format!("d{number}"), "p");
            operator.send(&body).await;
            bodies.push(body.0);
        }
        let place = Place::of(&house);
        let scratch = tempfile::tempdir().expect("a folder");
        let (pack, key) = (scratch.path().join("pack"), scratch.path().join("handover.key"));
        let given =
            place.done(&["handover", "--service", "registry", "--output", text(&pack), "--key", text(&key)]);

        let told = given["pack"]["tables"].as_array().expect("tables");
        let counts = rebuild(&pack, &scratch.path().join("plain.db")).await;
        assert_eq!(counts.len(), told.len());
        for ((name, count), table) in counts.iter().zip(told) {
            assert_eq!((&table["name"], &table["rows"]), (&name.as_str().into(), &(*count).into()));
        }
        assert!(counts.contains(&("journeys".to_owned(), 5)));

        for (journey, body) in rows(&pack, "journeys").iter().zip(&bodies) {
            assert_eq!(&body_of(&pack, &key, journey), body);
        }
        let head = rows(&pack, "commit_head");
        assert_eq!(last_link(&pack), field(&pack, "commit_head", &head[0], "link"));
        for file in ["README.md", "documentation/registry.md", "compliance/processing.toml", "compliance/risks.toml",
            "compliance/homologation.md", "compliance/impact-assessment.md", "configuration.toml", "schema/postgresql.sql"] {
            assert!(pack.join(file).is_file(), "{file}");
        }
        let inventory = std::fs::read(pack.join("inventory.csv")).expect("an inventory");
        assert_eq!(given["inventory_sha256"], hex::encode(Sha256::digest(inventory)));
        let read_me = std::fs::read_to_string(pack.join("README.md")).expect("a text");
        assert!(!read_me.contains("{{"), "every place is filled in");
        for column in sealed_columns(&pack) {
            assert!(read_me.contains(&format!("`{column}`")), "the README says how {column} is opened");
        }
        let keys = rows(&pack, "data_keys");
        let of_tokens: Vec<_> = keys.iter().filter(|row| field(&pack, "data_keys", row, "purpose") == "tokens").collect();
        assert!(!of_tokens.is_empty());
        for key in of_tokens {
            assert_eq!(field(&pack, "data_keys", key, "wrapped"), r"\N", "the key that lets servers in stays");
            assert_ne!(field(&pack, "data_keys", key, "destroyed_at"), r"\N");
        }
    }
}
