//! Publication of agreements: what is hidden, where it goes, and what anyone may read.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use incubator::Incubator;
use serde_json::{Value, json};
use socle::audit;
use socle::config::{Config, DataGouv};
use testkit::{Agent, StoreKind, TestHouse, on_both_stores};

use crate::agreements::{agent, filed};

const BASE: &str = "/incubateur/conventions/moulins";
const PUBLIC: &str = "/incubateur/conventions-publiees/moulins";
const KEY: &str = "cle-d-essai-0123456789";

/// Signed, in force once published on data.gouv.fr; full of what must not be published.
const MILLS: &str = "reference: moulins
title: Partenariat des moulins
kind: partnership
scope: product
signature: { on: 2026-10-01 }
bodies:
  - { key: agence, name: Agence des moulins }
  - { key: direction, name: Direction du numérique }
  - { key: dsaf, name: Mission d’appui }
parties:
  - { body: agence, roles: [funder], represented_by: Rose Quenneville, representative_title: directrice générale, signed_by: Rose Quenneville, signed_on: 2026-10-01 }
  - { body: direction, roles: [operator], represented_by: Paul Ibarra, signed_by: Lise Amboise, signature_delegation: \"Pour le directeur et par délégation\", signed_on: 2026-10-01 }
products:
  - { key: moulins, name: Moulins ouverts, is_procedure: false, authenticates_users: false, phases: [{ phase: construction, from: 2026-10-01 }] }
effect: { rule: on_publication, channel: data.gouv.fr }
term: { until: 2027-12-31 }
covered_acts: [commit, perform, pay]
plan:
  - { year: 2026, ae: 50 000, cp: 20 000, nature: firm }
  - { year: 2027, ae: 0, cp: 30 000, nature: firm }
imputations:
  - { functional_domain: 0999-07-01, financial_centre: 0999-FICT-MOUL, activity: 099900000001 }
contributions:
  - funder: agence
    amount: 50 000
    payment: on-signature
    fund: 1-2-00548
    pay_to: { holder: Régie des moulins, bank: \"30001\", branch: \"00064\", account: \"00000092441\", key: \"40\" }
clauses:
  - { clause: committee.periodic, article: \"2\", debtor: [agence], creditor: [direction], parameters: { every_months: 6, chair: [agence] }, text: \"Mme Quenneville préside, M. Jean Saltier l’assiste (saltier@moulins.exemple.fr, 01 99 00 12 34).\" }
  - { clause: object, article: \"1\", text: \"Restaurer les moulins, dont le projet Alouette.\" }
  - { clause: contribution, article: \"3\", text: \"Le versement va au compte FR76 3000 1000 6400 0000 9244 140.\" }
  - { clause: publication, article: \"8\", debtor: [dsaf], parameters: { channel: matignon-infos-services }, text: \"Publiée sur l’intranet.\" }
  - { clause: publication, article: \"8\", debtor: [direction], parameters: { channel: data.gouv.fr }, text: \"Publiée sur data.gouv.fr.\" }
";

/// What nobody outside may read.
const SECRETS: [&str; 10] = [
    "Quenneville",
    "Ibarra",
    "Amboise",
    "Saltier",
    "saltier@",
    "01 99 00 12 34",
    "0000 9244",
    "00000092441",
    "Régie des moulins",
    KEY,
];

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace("&#39;", "'")
}

fn tells_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!plain(text).contains(secret), "{secret}: {text}");
    }
}

/// A catalogue of the kind of data.gouv.fr, on loopback: what it holds, what it was asked, how it is to answer.
#[derive(Default)]
struct Held {
    datasets: BTreeMap<String, Value>,
    /// By data set, then by file: name, bytes.
    files: BTreeMap<String, BTreeMap<String, (Value, Vec<u8>)>>,
    asked: Vec<String>,
    /// The status it gives to everything, and its words, while not none.
    broken: Option<(u16, String)>,
    slow: bool,
}

struct Catalogue {
    api: String,
    held: Arc<Mutex<Held>>,
}

fn refused(status: u16, told: &Value) -> Response {
    (StatusCode::from_u16(status).expect("a status"), Json(told.clone())).into_response()
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if held.lock().expect("it").slow {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    }
    let mut held = held.lock().expect("it");
    held.asked.push(format!("{method} {}", uri.path()));
    if headers.get("x-api-key").is_none_or(|key| key != KEY) {
        return refused(401, &json!({"message": "Invalid API Key"}));
    }
    if let Some((status, told)) = &held.broken {
        return refused(*status, &json!({"message": told}));
    }
    let path = uri.path().trim_start_matches("/api/1/datasets/").trim_end_matches('/').to_owned();
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let sent = || serde_json::from_slice::<Value>(&body).expect("JSON");
    match (method.as_str(), steps.as_slice()) {
        ("POST", []) => {
            let mut made = sent();
            if made["title"].as_str().is_none_or(str::is_empty) || made["description"].as_str().is_none() {
                return refused(400, &json!({"errors": {"title": ["required"]}}));
            }
            let id = format!("d{}", held.datasets.len() + 1);
            made["id"] = json!(id);
            made["page"] = json!(format!("https://www.data.gouv.fr/datasets/{id}/"));
            held.datasets.insert(id, made.clone());
            (StatusCode::CREATED, Json(made)).into_response()
        }
        ("PUT", [id]) => {
            let Some(kept) = held.datasets.get_mut(*id) else { return refused(404, &json!({})) };
            for (name, value) in sent().as_object().expect("an object") {
                kept[name] = value.clone();
            }
            Json(kept.clone()).into_response()
        }
        ("POST", [id, "upload"]) if held.datasets.contains_key(*id) => {
            let files = held.files.entry((*id).to_owned()).or_default();
            let made = format!("f{}", files.len() + 1);
            files.insert(made.clone(), (json!({}), body.to_vec()));
            (StatusCode::CREATED, Json(json!({"id": made}))).into_response()
        }
        ("POST", [id, "resources", file, "upload"]) => {
            let kept = held.files.get_mut(*id).and_then(|files| files.get_mut(*file));
            let Some(kept) = kept else { return refused(404, &json!({})) };
            kept.1 = body.to_vec();
            Json(json!({"id": file})).into_response()
        }
        ("PUT", [id, "resources", file]) => {
            let kept = held.files.get_mut(*id).and_then(|files| files.get_mut(*file));
            let Some(kept) = kept else { return refused(404, &json!({})) };
            kept.0 = sent();
            Json(kept.0.clone()).into_response()
        }
        _ => refused(404, &json!({})),
    }
}

impl Catalogue {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let api = format!("http://{}/api/1", listener.local_addr().expect("an address"));
        let held = Arc::new(Mutex::new(Held::default()));
        let site = Router::new().fallback(answer).with_state(Arc::clone(&held));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { api, held }
    }

    fn breaks(&self, status: u16, told: &str) {
        self.held.lock().expect("it").broken = Some((status, told.to_owned()));
    }

    fn works(&self) {
        self.held.lock().expect("it").broken = None;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.held.lock().expect("it").asked)
    }

    /// A house that publishes there.
    async fn house(&self, store: StoreKind) -> TestHouse {
        let mut config = Config { demonstration: true, ..Config::default() };
        config.limits.rate_multiplier = 1_000;
        config.limits.allow_internal_calls = true;
        config.data_gouv = Some(DataGouv {
            api: self.api.clone(),
            key: Some(KEY.to_owned()),
            organisation: Some("organisation-fictive".to_owned()),
            ..DataGouv::default()
        });
        TestHouse::start_with(store, config).await.expect("a house")
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let field =
        page.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next());
    field.unwrap_or_else(|| panic!("{name}: {page}")).to_owned()
}

async fn sent(by: &Agent) -> testkit::Answer {
    let page = by.open(&format!("{BASE}/publication/envoyer")).await.text;
    let read = hidden(&page, "read");
    by.submit(&format!("{BASE}/publication/envoyer"), &[("read", &read), ("reread", "oui")]).await
}

async fn log(house: &TestHouse) -> Vec<String> {
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let page = audit::Page { before: None, only: audit::everything(), limit: 100 };
    let rows = audit::latest(&incubator.database, &page).await.expect("the log");
    for row in &rows {
        assert!(!row.facts.contains(KEY), "the key is in the log");
    }
    rows.into_iter().map(|row| row.action).rev().collect()
}

fn anyone(house: &TestHouse) -> Agent {
    Agent::nobody(house.client.clone(), &house.base_url)
}

on_both_stores! {
    async fn what_names_people_or_gives_an_account_is_hidden_and_the_rest_is_told(house: TestHouse) {
        let legal = filed(&house, MILLS).await;
        let page = plain(&legal.open(&format!("{BASE}/publication")).await.text);
        for told in ["Reste à publier : Matignon Infos Services, data.gouv.fr", "la convention n’est pas en vigueur",
            "Mission d’appui", "Fait entrer la convention en vigueur", "article 2", "représentant de Agence des moulins"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let preview = legal.open(&format!("{BASE}/publication/apercu")).await.text;
        tells_no_secret(&preview);
        for told in ["Mme [occulté] préside, M. [occulté] l’assiste ([occulté], [occulté]).", "[occulté], directrice générale",
            "[occulté], Pour le directeur et par délégation, le 1er octobre 2026", "compte [occulté]", "0999-FICT-MOUL", "50 000 €", "projet Alouette"] {
            assert!(plain(&preview).contains(told), "{told}: {preview}");
        }

        // What the rules do not know is added by hand; what no rule asks for is a choice.
        let form = legal.open(&format!("{BASE}/publication")).await.text;
        let version = hidden(&form, "version");
        let choose = |words: &'static str| {
            let fields = [("words", words.to_owned()), ("imputations", "oui".to_owned()), ("version", version.clone())];
            let legal = &legal;
            async move {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                legal.submit(&format!("{BASE}/publication/occultations"), &fields).await
            }
        };
        let short = choose("projet Alouette\nx").await;
        assert_eq!(short.status, 422);
        assert!(plain(&short.text).contains("« x » : un mot à occulter a deux lettres au moins"), "{}", short.text);
        assert_eq!(choose("projet Alouette").await.status, 303);
        let stale = choose("autre chose").await;
        assert_eq!(stale.status, 409, "somebody chose meanwhile");
        let preview = legal.open(&format!("{BASE}/publication/apercu")).await.text;
        assert!(!preview.contains("Alouette") && !preview.contains("0999-FICT-MOUL"), "{preview}");
        assert!(preview.contains("Détail des imputations Chorus"), "it says what it hides");

        // The files say the same.
        let pdf = legal.save(&format!("{BASE}/publication/convention.pdf")).await.expect("a file");
        let again = legal.save(&format!("{BASE}/publication/convention.pdf")).await.expect("a file");
        assert_eq!(pdf, again, "the same text, the same bytes");
        let document = lopdf::Document::load_mem(&pdf).expect("a PDF");
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        let text = document.extract_text(&pages).expect("its text");
        tells_no_secret(&text);
        assert!(document.catalog().expect("a catalogue").has(b"MarkInfo"), "tagged");
        let zip = legal.save(&format!("{BASE}/publication/dossier.zip")).await.expect("a pack");
        let mut zip = zip::ZipArchive::new(Cursor::new(zip)).expect("a zip");
        for name in ["convention-moulins.pdf", "convention-moulins.txt", "metadonnees.json", "LISEZ-MOI.txt"] {
            let mut bytes = Vec::new();
            zip.by_name(name).expect(name).read_to_end(&mut bytes).expect("its bytes");
            tells_no_secret(&String::from_utf8_lossy(&bytes));
        }
        let metadata = legal.open(&format!("{BASE}/publication/metadonnees.json")).await.text;
        let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
        assert_eq!((&metadata["license"], &metadata["frequency"]), (&json!("lov2"), &json!("irregular")));
        assert_eq!(metadata["resources"][0]["format"], "pdf");
        assert_eq!(metadata["resources"][0]["filesize"], pdf.len());

        // Nothing of it is public yet; without a key, nothing can be sent, and the page says what to do.
        let anyone = anyone(&house);
        for closed in [PUBLIC.to_owned(), format!("{PUBLIC}/convention.pdf"), format!("{PUBLIC}/metadonnees.json")] {
            assert_eq!(anyone.open(&closed).await.status, 404, "{closed}");
        }
        assert!(!anyone.open("/incubateur/donnees/conventions.json").await.text.contains("moulins"));
        let send = legal.open(&format!("{BASE}/publication/envoyer")).await.text;
        assert!(send.contains("pas de clé pour data.gouv.fr") && send.contains("dossier.zip"), "{send}");
        assert_eq!(legal.submit(&format!("{BASE}/publication/envoyer"), &[("reread", "oui")]).await.status, 409);
        let finance = agent(&house, "incubator.finance", None).await;
        assert_eq!(finance.open(&format!("{BASE}/publication")).await.status, 200);
        assert_eq!(finance.open(&format!("{BASE}/publication/envoyer")).await.status, 403);
    }
}

on_both_stores! {
    async fn published_by_hand_it_is_public_as_of_that_day(house: TestHouse) {
        let legal = filed(&house, MILLS).await;
        let anyone = anyone(&house);
        let fact = |channel: &'static str, day: &'static str| [("channel", channel), ("day", day), ("told", "https://exemple.fr/moulins")];
        let publish = format!("{BASE}/vie/publication");
        assert_eq!(legal.submit(&publish, &fact("matignon-infos-services", "2026-10-05")).await.status, 303);
        assert_eq!(anyone.open(PUBLIC).await.status, 404, "an intranet is not public");
        assert_eq!(legal.submit(&publish, &fact("data.gouv.fr", "2026-10-12")).await.status, 303);
        let page = legal.open(&format!("{BASE}/publication")).await.text;
        assert!(page.contains("elle est publiée partout") && page.contains("12\u{a0}octobre 2026"), "{page}");
        let shown = anyone.open(PUBLIC).await.text;
        tells_no_secret(&shown);
        assert!(plain(&shown).contains("Texte au 12 octobre 2026") && shown.contains("https://exemple.fr/moulins"), "{shown}");
        assert!(anyone.open("/incubateur/conventions-publiees").await.text.contains("Partenariat des moulins"));

        // An amendment signed since is not public before it is published too.
        let amendment = [("number", "1"), ("signed", "2026-11-02"), ("until", "2028-06-30"), ("told", "Une année de plus, dit Rose Quenneville.")];
        assert_eq!(legal.submit(&format!("{BASE}/vie/avenant"), &amendment).await.status, 303);
        assert!(!anyone.open(PUBLIC).await.text.contains("Avenant"));
        let page = plain(&legal.open(&format!("{BASE}/publication")).await.text);
        assert!(page.contains("à republier") && page.contains("Avenant n° 1 signé depuis"), "{page}");
        assert_eq!(legal.submit(&publish, &fact("data.gouv.fr", "2026-11-10")).await.status, 303);
        let shown = plain(&anyone.open(PUBLIC).await.text);
        assert!(shown.contains("Avenant n° 1, signé le 2 novembre 2026") && shown.contains("30 juin 2028"), "{shown}");
        tells_no_secret(&shown);
        let first = anyone.save(&format!("{PUBLIC}/convention.pdf")).await.expect("a file");
        assert_eq!(Some(first), anyone.save(&format!("{PUBLIC}/convention.pdf")).await);
        let data: Value = serde_json::from_str(&anyone.open("/incubateur/donnees/conventions.json").await.text).expect("JSON");
        let one = &data["agreements"][0];
        assert_eq!((&one["id"], &one["ae"], &one["cp"]), (&json!("moulins"), &json!("50000.00"), &json!("50000.00")));
        assert_eq!((&one["effect_on"], &one["last_day"], &one["published_on"]), (&json!("2026-10-12"), &json!("2028-06-30"), &json!("2026-11-10")));
        let csv = anyone.open("/incubateur/donnees/conventions.csv").await.text;
        assert!(csv.contains("moulins;Partenariat des moulins;partnership;Agence des moulins,Direction du numérique"), "{csv}");
        tells_no_secret(&csv);
    }
}

/// Both stores, with a catalogue of one's own.
fn stores() -> Vec<StoreKind> {
    [Some(StoreKind::Sqlite), StoreKind::postgres()].into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_by_the_api_it_takes_effect_and_a_second_sending_updates_the_same_data_set() {
    for store in stores() {
        let catalogue = Catalogue::start().await;
        let house = catalogue.house(store).await;
        let legal = filed(&house, MILLS).await;
        let unread = legal.submit(&format!("{BASE}/publication/envoyer"), &[]).await;
        assert_eq!(unread.status, 422);
        assert!(unread.text.contains("Relisez le texte"), "{}", unread.text);
        let other =
            legal.submit(&format!("{BASE}/publication/envoyer"), &[("reread", "oui"), ("read", "0")]).await;
        assert!(other.status == 422 && other.text.contains("Le texte a changé"), "{}", other.text);
        assert!(catalogue.asked().is_empty(), "nothing left");

        // It breaks in the middle: what was made there is remembered, nothing is shown to the public, and the page says why.
        catalogue.breaks(503, "");
        assert_eq!(sent(&legal).await.status, 303);
        let page = legal.open(&format!("{BASE}/publication")).await.text;
        assert!(page.contains("Le catalogue est en panne (code 503). Réessayez plus tard"), "{page}");
        catalogue.breaks(400, &format!("bad {KEY}"));
        assert_eq!(sent(&legal).await.status, 303);
        let page = legal.open(&format!("{BASE}/publication")).await.text;
        assert!(
            page.contains("la description est refusée") || page.contains("La description est refusée"),
            "{page}"
        );
        assert!(!page.contains(KEY), "the key is told to nobody");
        assert!(page.contains("à publier") && anyone(&house).open(PUBLIC).await.status == 404);
        catalogue.works();

        let done = sent(&legal).await;
        assert_eq!(done.header("location"), Some(format!("{BASE}/publication?fait=publiee").as_str()));
        let page = plain(&legal.open(&format!("{BASE}/publication")).await.text);
        assert!(
            page.contains("https://www.data.gouv.fr/datasets/d1/") && page.contains("25 novembre 2026"),
            "{page}"
        );
        assert!(!page.contains("a échoué"));
        let standing = plain(&legal.open(BASE).await.text);
        assert!(
            standing.contains("Prend effet avec sa publication sur data.gouv.fr : le 25/11/2026"),
            "{standing}"
        );
        {
            let held = catalogue.held.lock().expect("it");
            let dataset = &held.datasets["d1"];
            assert_eq!((&dataset["private"], &dataset["license"]), (&json!(false), &json!("lov2")));
            assert_eq!(dataset["organization"], "organisation-fictive");
            assert_eq!(dataset["temporal_coverage"], json!({"start": "2026-11-25", "end": "2027-12-31"}));
            tells_no_secret(&dataset.to_string());
            let files = &held.files["d1"];
            assert_eq!(files.len(), 2);
            assert_eq!(files["f1"].0["type"], "main");
            assert!(files["f1"].1.windows(5).any(|five| five == b"%PDF-"));
            tells_no_secret(&String::from_utf8_lossy(&files["f2"].1));
            assert!(String::from_utf8_lossy(&files["f2"].1).contains("LES CLAUSES"));
        }
        catalogue.asked();

        // Again: the same data set, the same files, and no second publication of the same text.
        assert_eq!(sent(&legal).await.status, 303);
        let asked = catalogue.asked();
        assert!(!asked.contains(&"POST /api/1/datasets/".to_owned()), "{asked:?}");
        assert!(asked.contains(&"POST /api/1/datasets/d1/resources/f1/upload/".to_owned()), "{asked:?}");
        let life = legal.open(&format!("{BASE}/vie")).await.text;
        assert_eq!(
            life.matches("Publiée sur data.gouv.fr, le").count(),
            life.matches("<li>Publiée sur data.gouv.fr").count() * 2,
            "in the list and in what may be withdrawn"
        );
        assert_eq!(life.matches("<li>Publiée sur data.gouv.fr").count(), 1, "{life}");

        // A file taken away there comes back; a data set taken away there is made again, at the next try.
        catalogue.held.lock().expect("it").files.get_mut("d1").expect("it").remove("f2");
        assert_eq!(sent(&legal).await.status, 303);
        assert_eq!(catalogue.held.lock().expect("it").files["d1"].len(), 2);
        catalogue.held.lock().expect("it").datasets.clear();
        sent(&legal).await;
        let page = legal.open(&format!("{BASE}/publication")).await.text;
        assert!(page.contains("existe plus sur le catalogue"), "{page}");
        assert_eq!(
            sent(&legal).await.header("location"),
            Some(format!("{BASE}/publication?fait=publiee").as_str())
        );
        let actions = log(&house).await;
        for action in [
            "publication.sending_began",
            "publication.made_there",
            "publication.sending_failed",
            "publication.sent",
        ] {
            assert!(actions.iter().any(|one| one == action), "{action}: {actions:?}");
        }
        let first = actions.iter().position(|one| one == "publication.sent").expect("it");
        assert_eq!(actions[first + 1], "agreement.fact_recorded", "the fact, in the same change");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_send_at_once_make_one_data_set() {
    for store in stores() {
        let catalogue = Catalogue::start().await;
        catalogue.held.lock().expect("it").slow = true;
        let house = catalogue.house(store).await;
        let legal = filed(&house, MILLS).await;
        let head = agent(&house, "incubator.head", None).await;
        let (one, other) = tokio::join!(sent(&legal), sent(&head));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "{} {}", one.text, other.text);
        assert_eq!(catalogue.held.lock().expect("it").datasets.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_calls_nobody_outside_and_a_wrong_section_is_refused_at_once() {
    let mut config = Config { demonstration: true, ..Config::default() };
    config.limits.rate_multiplier = 1_000;
    config.data_gouv = Some(DataGouv { key: Some(KEY.to_owned()), ..DataGouv::default() });
    let house = TestHouse::start_with(StoreKind::Sqlite, config).await.expect("a house");
    let legal = filed(&house, MILLS).await;
    let page = legal.open(&format!("{BASE}/publication/envoyer")).await.text;
    assert!(page.contains("rien n’est envoyé hors de cette machine"), "{page}");
    assert_eq!(legal.submit(&format!("{BASE}/publication/envoyer"), &[("reread", "oui")]).await.status, 409);
    for section in [
        DataGouv::default(),
        DataGouv { key: Some("deux mots".to_owned()), ..DataGouv::default() },
        DataGouv { api: "http://exemple.fr".to_owned(), key: Some(KEY.to_owned()), ..DataGouv::default() },
    ] {
        assert!(!format!("{section:?}").contains(KEY));
        let config = Config { data_gouv: Some(section), ..Config::default() };
        let refused =
            TestHouse::start_with(StoreKind::Sqlite, config).await.err().map(|error| format!("{error:#}"));
        assert!(refused.is_some_and(|told| told.contains("[data_gouv]") && !told.contains(KEY)));
    }
}
