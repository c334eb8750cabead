//! The public portfolio: taken from the programme's content, read by anyone.

use std::collections::BTreeMap;
use std::path::Path;

use incubator::Incubator;
use incubator::import;
use incubator::model::portfolio::{Content, Episode, History, Stage};
use incubator::store::import::{Changes, import as take};
use jiff::civil::date;
use socle::audit::Actor;
use testkit::{Agent, TestHouse, on_both_stores};

const HERITAGE: &str = "---\ntitle: Trésors ouverts\nmission: Décrire et diffuser des biens culturels\nincubator: atelier\nsponsors:\n  - /organisations/musees\ncontact: camille.dupont@exemple.fr\ncontact_dinum: camille.dupont\nphases:\n  - name: investigation\n    start: 2018-04-01\n  - name: consolidation\n    start: 2026-04-06\n  - name: transfere\n    start: 2026-12-18\nlink: https://tresors.exemple.fr\nstats_url: https://tresors.exemple.fr/stats\nusertypes: [particulier, archivistes amateurs]\nthematiques: [Culture]\n---\n\nRéférent : Camille Dupont\n";
const DROPPED: &str = "---\ntitle: Idée brève\nmission: Vérifier une idée\nincubator: atelier\nphases:\n  - name: investigation\n    start: 2025-01-13\n  - name: abandon-investigation\n    start: 2025-03-31\nlink: javascript:alert(1)\nthematiques: [Culture]\n---\n";

/// Writes a copy of the programme's repository.
fn repository(folder: &Path, heritage: &str) {
    let content = folder.join("content");
    for (kind, name, text) in [
        ("_startups", "tresors", heritage),
        ("_startups", "idee", DROPPED),
        (
            "_incubators",
            "atelier",
            "---\ntitle: Atelier des patrimoines\nowner: /organisations/nulle-part\n---\n",
        ),
        (
            "_organisations",
            "musees",
            "---\nname: Direction des musées\nacronym: null\ntype: administration-centrale\n---\n",
        ),
        ("_authors", "camille.dupont", "---\nfullname: Camille Dupont\n---\n"),
    ] {
        std::fs::create_dir_all(content.join(kind)).expect("a folder");
        std::fs::write(content.join(kind).join(format!("{name}.md")), text).expect("a file");
    }
}

async fn taken(house: &TestHouse, heritage: &str) -> (Content, Changes) {
    let folder = tempfile::tempdir().expect("a folder");
    repository(folder.path(), heritage);
    let content = import::read(folder.path()).expect("a repository");
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let changes = take(&incubator.database, Actor::Program("tests"), &content).await.expect("a store");
    (content, changes)
}

fn anyone(house: &TestHouse) -> Agent {
    Agent::nobody(house.client.clone(), &house.base_url)
}

on_both_stores! {
    async fn a_phase_is_resolved_as_of_a_day(house: TestHouse) {
        taken(&house, HERITAGE).await;
        let reader = anyone(&house);
        let page = reader.open("/incubateur/services/tresors?au=2026-07-20").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Consolidation (en cours)") && page.text.contains("Transféré (annoncée)"), "{}", page.text);
        let page = reader.open("/incubateur/services/tresors?au=2026-12-18").await.text;
        assert!(page.contains("Transféré (en cours)"), "{page}");
        // Today, in the tests, it is still supported; after its transfer it is not among those one supports.
        assert!(reader.open("/incubateur").await.text.contains("Trésors ouverts"));
        assert!(!reader.open("/incubateur?au=2027-01-01").await.text.contains("Trésors ouverts"));
        assert!(reader.open("/incubateur?au=2027-01-01&phase=transfere").await.text.contains("Trésors ouverts"));
        let csv = reader.open("/incubateur/donnees/startups.csv?au=2026-07-20").await.text;
        assert!(csv.contains("tresors;Trésors ouverts") && csv.contains("consolidation"), "{csv}");
    }
}

on_both_stores! {
    async fn the_portfolio_is_searched_by_anyone(house: TestHouse) {
        let empty = anyone(&house).open("/incubateur").await.text;
        assert!(empty.contains("Le portefeuille est vide"), "{empty}");
        taken(&house, HERITAGE).await;
        let reader = anyone(&house);
        let found = |text: &str| (text.contains("Trésors ouverts"), text.contains("Idée brève"));
        assert_eq!(found(&reader.open("/incubateur?phase=tous").await.text), (true, true));
        assert_eq!(found(&reader.open("/incubateur").await.text), (true, false), "what is supported");
        assert_eq!(found(&reader.open("/incubateur?phase=tous&q=tresors").await.text), (true, false), "without accents");
        assert_eq!(found(&reader.open("/incubateur?phase=abandon-investigation").await.text), (false, true));
        let none = reader.open("/incubateur?q=licorne").await.text;
        assert!(none.contains("Aucun service ne correspond"), "{none}");
        let carriers = reader.open("/incubateur/incubateurs").await.text;
        assert!(carriers.contains("Atelier des patrimoines"), "{carriers}");
        assert_eq!(reader.open("/incubateur/services/ailleurs").await.status, 404);
        let stats = reader.open("/stats.json").await.json();
        let active = stats["indicators"].as_array().expect("a list").iter().find(|one| one["name"] == "active_products");
        assert_eq!(active.expect("an indicator")["value"].as_f64(), Some(1.0));
    }
}

on_both_stores! {
    async fn nothing_personal_is_taken_nor_shown(house: TestHouse) {
        taken(&house, HERITAGE).await;
        let reader = anyone(&house);
        for path in [
            "/incubateur?phase=tous", "/incubateur/services/tresors", "/incubateur/services/idee", "/incubateur/incubateurs",
            "/incubateur/donnees/startups.json", "/incubateur/donnees/startups.csv", "/stats", "/stats.json",
        ] {
            let text = reader.open(path).await.text;
            assert!(!text.to_lowercase().contains("dupont"), "{path}: {text}");
        }
        let page = reader.open("/incubateur/services/idee").await.text;
        assert!(!page.contains("javascript:"), "what is typed as an address is not followed: {page}");
    }
}

on_both_stores! {
    async fn the_same_content_twice_changes_nothing_and_a_broken_sheet_is_named(house: TestHouse) {
        let (_, first) = taken(&house, HERITAGE).await;
        assert_eq!((first.created, first.updated, first.unchanged), (4, 0, 0));
        let (_, again) = taken(&house, HERITAGE).await;
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 4));
        let (_, changed) = taken(&house, &HERITAGE.replace("2026-04-06", "2026-05-01")).await;
        assert_eq!((changed.created, changed.updated, changed.unchanged), (0, 1, 3));
        let page = anyone(&house).open("/incubateur/services/tresors?au=2026-07-20").await.text;
        assert!(page.contains("1er\u{a0}mai 2026"), "{page}");

        let (content, broken) = taken(&house, "---\ntitle: [\n---\n").await;
        assert_eq!((broken.created, broken.updated, broken.unchanged), (0, 0, 3), "the others are read");
        assert_eq!(content.refused.len(), 1);
        assert!(content.refused[0].file.ends_with("tresors.md"), "{:?}", content.refused);
        assert_eq!(anyone(&house).open("/incubateur/services/tresors").await.status, 200, "what was known stays");
        assert!(import::read(Path::new("/nowhere")).is_err());
    }
}

#[test]
fn the_public_content_is_read_as_the_programme_counts_it() {
    // Facts about the content as published, beside the repository on machines that have them; they are never committed.
    let facts =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/incubateur/startups_phases.csv");
    let Ok(mut reader) = csv::Reader::from_path(&facts) else {
        eprintln!("skipped: {} is not there", facts.display());
        return;
    };
    let mut histories: BTreeMap<String, Vec<Episode>> = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("a row");
        let day = |text: &str| text.get(..10).map(|day| day.parse().expect("a date"));
        histories.entry(row[0].to_owned()).or_default().push(Episode {
            stage: row[1].parse().expect("a phase"),
            from: day(&row[2]).expect("a start"),
            to: day(&row[3]),
            comment: String::new(),
        });
    }
    let histories: BTreeMap<String, History> =
        histories.into_iter().map(|(slug, all)| (slug, History(all))).collect();
    let day = date(2026, 7, 20);
    let stage = |history: &History| history.on(day).map(|one| one.stage);
    let active = histories.values().filter(|one| stage(one).is_some_and(Stage::is_active));
    assert_eq!((histories.len(), active.count()), (662, 245));
    let misplaced: Vec<&str> = histories
        .iter()
        .filter(|(_, one)| one.latest_start() != stage(one))
        .map(|(slug, _)| slug.as_str())
        .collect();
    assert_eq!(
        misplaced,
        [
            "api-telerecours",
            "clara",
            "data.etat",
            "espace-membre",
            "fichiers",
            "la.communaute.de.linclusion",
            "messages",
            "place-de-marche-inclusion",
            "pop",
            "reva"
        ]
    );
}
