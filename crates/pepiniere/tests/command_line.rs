//! What the command line promises: reports for people and machines, exit codes.

use std::process::{Command, Output};

use serde_json::Value;

fn pepiniere(folder: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pepiniere"))
        .args(arguments)
        .env("PEPINIERE_STORE__FOLDER", folder)
        .output()
        .expect("the program")
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text.trim_end().lines().count(), 1, "one line on standard output: {text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_house_is_prepared_filled_and_examined() {
    let data = tempfile::tempdir().expect("a folder");
    let migrated = pepiniere(data.path(), &["migrate", "--format", "json"]);
    assert_eq!(migrated.status.code(), Some(0), "{}", String::from_utf8_lossy(&migrated.stderr));
    assert_eq!(json(&migrated)["up_to_date"], serde_json::json!(["socle", "registry", "incubator"]));

    let generate =
        ["registry", "generate", "--journeys", "40", "--months", "2", "--seed", "7", "--format", "json"];
    let generated = json(&pepiniere(data.path(), &generate));
    assert_eq!(generated["journeys"], 40);

    let invite = [
        "invite",
        "--service",
        "registry",
        "--role",
        "registry.admin",
        "--email",
        "a@exemple.fr",
        "--name",
        "A",
        "--organisation",
        "R",
        "--format",
        "json",
    ];
    assert_eq!(json(&pepiniere(data.path(), &invite))["role"], "registry.admin");

    let examined = pepiniere(data.path(), &["doctor", "--format", "json"]);
    assert_eq!(examined.status.code(), Some(0));
    assert_eq!(json(&examined)["healthy"], true);
}

#[test]
fn wrong_usage_and_wrong_input_are_told_apart() {
    let data = tempfile::tempdir().expect("a folder");
    assert_eq!(pepiniere(data.path(), &["dance"]).status.code(), Some(2), "wrong usage");
    assert_eq!(pepiniere(data.path(), &["migrate"]).status.code(), Some(0));
    let role = [
        "invite",
        "--service",
        "registry",
        "--role",
        "king",
        "--email",
        "a@exemple.fr",
        "--name",
        "A",
        "--organisation",
        "R",
    ];
    let refused = pepiniere(data.path(), &role);
    assert_eq!(refused.status.code(), Some(1), "a problem in the input");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("expected one of registry.admin"));
    let nowhere = [
        "invite",
        "--service",
        "registry",
        "--role",
        "operator.admin",
        "--email",
        "a@exemple.fr",
        "--name",
        "A",
        "--organisation",
        "R",
    ];
    let refused = pepiniere(data.path(), &nowhere);
    assert_eq!(refused.status.code(), Some(1), "an operator's role needs an operator");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("expected operator:NUMBER"));
    assert_eq!(
        pepiniere(data.path(), &["serve", "--services", "nope"]).status.code(),
        Some(2),
        "wrong usage"
    );
    let missing = pepiniere(data.path(), &["serve", "--config", "/nowhere/pepiniere.toml"]);
    assert_eq!(missing.status.code(), Some(3), "something is missing around the program");
}

#[test]
fn personal_data_outside_the_european_union_are_refused() {
    let data = tempfile::tempdir().expect("a folder");
    let config = data.path().join("pepiniere.toml");
    let provider =
        "[[providers]]\nname = \"X\"\npurpose = \"mail\"\nhosting_country = \"US\"\npersonal_data = true\n";
    std::fs::write(&config, provider).expect("a file");
    let examined =
        pepiniere(data.path(), &["doctor", "--format", "json", "--config", config.to_str().expect("a path")]);
    assert_eq!(examined.status.code(), Some(1));
    assert!(json(&examined).to_string().contains("outside the European Union"));
}

#[test]
fn a_missing_master_key_is_said_and_not_replaced() {
    let data = tempfile::tempdir().expect("a folder");
    assert_eq!(pepiniere(data.path(), &["migrate"]).status.code(), Some(0));
    let generate = ["registry", "generate", "--journeys", "5"];
    assert_eq!(pepiniere(data.path(), &generate).status.code(), Some(0));
    let key = data.path().join("master.key");
    std::fs::rename(&key, data.path().join("elsewhere")).expect("a lost key");
    let lost = pepiniere(data.path(), &generate);
    assert_eq!(lost.status.code(), Some(3), "something is missing around the program");
    assert!(String::from_utf8_lossy(&lost.stderr).contains("master.key is missing"));
    assert!(!key.exists(), "no other key takes its place");
    std::fs::write(&key, format!("k-other {}\n", "ab".repeat(32))).expect("another key");
    let refused = pepiniere(data.path(), &generate);
    assert_ne!(refused.status.code(), Some(0));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("master key k-"),
        "{}",
        String::from_utf8_lossy(&refused.stderr)
    );
}

#[test]
fn a_mistyped_folder_is_said_and_not_made() {
    let data = tempfile::tempdir().expect("a folder");
    let mistyped = data.path().join("dtaa");
    let examined = pepiniere(&mistyped, &["doctor"]);
    assert_eq!(examined.status.code(), Some(3), "something is missing around the program");
    assert!(String::from_utf8_lossy(&examined.stderr).contains("does not exist, nothing was created"));
    assert!(!mistyped.exists());
}

#[test]
fn a_service_is_cut_and_put_back_by_command() {
    let data = tempfile::tempdir().expect("a folder");
    // A mistyped folder is not a house: nothing is cut, and nothing is made there.
    let nowhere = pepiniere(data.path(), &["switch", "off", "registry", "intake", "--reason", "Panne."]);
    assert_eq!(nowhere.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("no house is in"));
    assert_eq!(pepiniere(data.path(), &["migrate"]).status.code(), Some(0));
    let unknown = pepiniere(data.path(), &["switch", "off", "registry", "engine", "--reason", "Panne."]);
    assert_eq!(unknown.status.code(), Some(1));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(said.contains("\"engine\"") && said.contains("intake"), "{said}");
    let off = ["switch", "off", "registry", "intake", "--reason", "Panne."];
    assert_eq!(pepiniere(data.path(), &off).status.code(), Some(0));
    let intake = |list: &Value| {
        list.as_array().and_then(|all| all.iter().find(|one| one["switch"] == "intake").cloned())
    };
    let list = ["switch", "list", "--format", "json"];
    let told = intake(&json(&pepiniere(data.path(), &list))).expect("the switch");
    assert_eq!((told["on"].as_bool(), told["reason"].as_str()), (Some(false), Some("Panne.")));
    assert_eq!(pepiniere(data.path(), &["switch", "on", "registry", "intake"]).status.code(), Some(0));
    let told = intake(&json(&pepiniere(data.path(), &list))).expect("the switch");
    assert_eq!(told["on"], true);
}

#[test]
fn public_content_is_taken_once_and_told() {
    let data = tempfile::tempdir().expect("a folder");
    let content = data.path().join("beta/content");
    let sheet = "---\ntitle: Carnet\nmission: Noter\nincubator: atelier\nphases:\n  - name: investigation\n    start: 2025-01-13\n  - name: construction\n    start: 2027-01-01\nusertypes: [particulier, lutins]\n---\n";
    for (kind, name, text) in [
        ("_startups", "carnet", sheet),
        ("_startups", "casse", "---\ntitle: [\n---\n"),
        ("_incubators", "atelier", "---\ntitle: Atelier\n---\n"),
    ] {
        std::fs::create_dir_all(content.join(kind)).expect("a folder");
        std::fs::write(content.join(kind).join(format!("{name}.md")), text).expect("a file");
    }
    let (folder, house) = (data.path().join("beta"), data.path().join("house"));
    let import = [
        "incubator",
        "import",
        folder.to_str().expect("a path"),
        "--as-of",
        "2026-07-20",
        "--data",
        house.to_str().expect("a path"),
        "--format",
        "json",
    ];
    let first = pepiniere(data.path(), &import);
    assert_eq!(first.status.code(), Some(1), "a sheet is broken: {}", String::from_utf8_lossy(&first.stderr));
    let told = json(&first);
    assert_eq!(
        (told["products"].as_u64(), told["active_products"].as_u64(), told["created"].as_u64()),
        (Some(1), Some(1), Some(2))
    );
    assert_eq!(told["misplaced_by_latest_start"], serde_json::json!(["carnet"]));
    assert_eq!(told["unmapped"]["user_types"], serde_json::json!({"lutins": 1}));
    assert!(told["refused"][0]["file"].as_str().is_some_and(|file| file.ends_with("casse.md")), "{told}");
    std::fs::remove_file(content.join("_startups/casse.md")).expect("the broken one");
    let again = pepiniere(data.path(), &import);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!((json(&again)["created"].as_u64(), json(&again)["unchanged"].as_u64()), (Some(0), Some(2)));
    assert!(
        house.join("incubator.db").is_file() && !data.path().join("incubator.db").exists(),
        "where --data says"
    );
}

#[test]
fn an_agreement_is_checked_without_a_house() {
    let data = tempfile::tempdir().expect("a folder");
    let shipped =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../incubator/data/agreements/friches.yaml");
    let check = |file: &std::path::Path, day: &str| {
        let file = file.to_str().expect("a path");
        pepiniere(data.path(), &["incubator", "agreement", "check", file, "--date", day])
    };
    let told = check(&shipped, "2020-10-01");
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(text.contains("On 2020-10-01: signed, not in force"), "{text}");
    let bad = data.path().join("bad.yaml");
    std::fs::write(&bad, "reference: x\nkind: pact\n").expect("a file");
    let refused = check(&bad, "2020-10-01");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("bad.yaml:2") && said.contains("pact"), "{said}");
    assert_eq!(std::fs::read_dir(data.path()).expect("a folder").count(), 1, "no house was made");
}
