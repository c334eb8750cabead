//! What products change: typed by their team, or read on their own page, here or elsewhere.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use incubator::shipped;
use jiff::SignedDuration;
use serde_json::Value;
use socle::config::Config;
use testkit::{Agent, StoreKind, TestHouse, on_both_stores};

use crate::agreements::{agent, filed};
use crate::objectives::{TEAM, listed, logged, numbers};

/// What a page of a product elsewhere answers.
#[derive(Clone, Default)]
struct Page {
    status: u16,
    body: String,
    etag: String,
    location: String,
    /// How many times it was asked, and how many times with the right tag.
    asked: u32,
    spared: u32,
}

/// A product elsewhere, on loopback.
struct Elsewhere {
    url: String,
    page: Arc<Mutex<Page>>,
}

async fn answer(State(page): State<Arc<Mutex<Page>>>, headers: HeaderMap) -> Response {
    let mut page = page.lock().expect("the page");
    page.asked += 1;
    if headers.get("if-none-match").is_some_and(|tag| tag.as_bytes() == page.etag.as_bytes()) {
        page.spared += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut answer = HeaderMap::new();
    for (name, value) in [("etag", &page.etag), ("location", &page.location)] {
        if !value.is_empty() {
            answer.insert(name, value.parse().expect("a header"));
        }
    }
    (StatusCode::from_u16(page.status).expect("a status"), answer, page.body.clone()).into_response()
}

impl Elsewhere {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/stats.json", listener.local_addr().expect("an address"));
        let page = Arc::new(Mutex::new(Page::default()));
        let site = Router::new().fallback(answer).with_state(Arc::clone(&page));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { url, page }
    }

    fn says(&self, status: u16, body: &str) {
        let mut page = self.page.lock().expect("the page");
        (page.status, page.body) = (status, body.to_owned());
        (page.etag, page.location) = (String::new(), String::new());
    }

    fn sends_to(&self, location: &str) {
        self.says(302, "");
        location.clone_into(&mut self.page.lock().expect("the page").location);
    }

    fn tagged(&self, etag: &str) {
        etag.clone_into(&mut self.page.lock().expect("the page").etag);
    }
}

fn document(day: &str, value: &str) -> String {
    format!(
        r#"{{"indicators":[{{"id":"arbres","title":"Arbres plantés","definition":"Arbres en terre.","unit":"arbres","date":"{day}","value":{value}}},
            {{"id":"prevu","title":"Pas encore mesuré","unit":"€"}}]}}"#
    )
}

async fn lead(house: &TestHouse) -> Agent {
    listed(house, "vergers", "Vergers partagés", "").await;
    again(house).await
}

/// Somebody of the team, signed in now: a session lasts twelve hours.
async fn again(house: &TestHouse) -> Agent {
    agent(house, "product.lead", Some("service:vergers")).await
}

/// The values of the only published indicator: last day, value.
async fn values(house: &TestHouse) -> Vec<(String, f64)> {
    let open = Agent::nobody(house.client.clone(), &house.base_url)
        .open("/incubateur/donnees/indicateurs.json")
        .await;
    let document: Value = serde_json::from_str(&open.text).expect("JSON");
    let values = document["indicators"][0]["values"].as_array().cloned().unwrap_or_default();
    let told = values
        .iter()
        .map(|one| (one["to"].as_str().expect("a day").to_owned(), one["value"].as_f64().expect("a value")));
    told.collect()
}

/// Six hours pass, and a little more; the pages are read.
async fn later(house: &TestHouse) -> u64 {
    house.wait(SignedDuration::from_hours(7));
    house.run_job("incubator", "reading").await
}

on_both_stores! {
    async fn a_team_types_values_corrects_one_and_anyone_reads_them(house: TestHouse) {
        let lead = lead(&house).await;
        let anyone = Agent::nobody(house.client.clone(), &house.base_url);
        let list = format!("{TEAM}/indicateurs");
        assert!(lead.open(&list).await.text.contains("Aucun indicateur n’est suivi"));
        let bad = lead.submit(&format!("{list}/nouveau"), &[("target", "beaucoup"), ("source", "ailleurs")]).await;
        assert_eq!(bad.status, 422);
        for told in ["Dites ce qui est mesuré", "compté exactement", "ce que l’indicateur montre", "la nature de la valeur",
            "«\u{a0}beaucoup\u{a0}» n’est pas un nombre", "une des mesures de la page"] {
            assert!(bad.text.contains(told), "{told}: {}", bad.text);
        }
        let new = [("title", "Habitants satisfaits"), ("definition", "Réponses positives"), ("unit", "%"), ("axis", "useful"),
            ("kind", "rate"), ("baseline", "50"), ("target", "90"), ("target_day", "2027-06-30"), ("published", "oui")];
        let made = lead.submit(&format!("{list}/nouveau"), &new).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let here = made.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned();
        assert!(!anyone.open("/incubateur/services/vergers").await.text.contains("Ce qu’il change"), "nothing is measured yet");

        let typed = |day: &'static str, part: &'static str, all: &'static str| [("day", day), ("numerator", part), ("denominator", all)];
        assert_eq!(lead.submit(&here, &typed("2026-09-30", "120", "200")).await.status, 303);
        assert_eq!(lead.submit(&here, &typed("2026-10-31", "147", "210")).await.status, 303);
        assert_eq!(lead.submit(&here, &typed("2026-10-31", "1", "2")).await.status, 422, "that day has a value");
        assert_eq!(lead.submit(&here, &typed("2026-12-31", "1", "2")).await.status, 422, "the future is not measured");
        assert_eq!(lead.submit(&here, &typed("2026-11-20", "1", "0")).await.status, 422, "nothing to share");
        let wrong = [("day", "2026-11-20"), ("numerator", "1"), ("denominator", "2"), ("value", "80")];
        assert!(lead.submit(&here, &wrong).await.text.contains("ne correspond pas"));
        let page = lead.open(&here).await.text;
        assert!(page.contains("70\u{a0}%") && page.contains("50\u{a0}% du chemin") && page.contains("147 sur 210"), "{page}");

        let point = numbers(&page, "/valeurs/")[0];
        let correct = format!("{here}/valeurs/{point}");
        assert_eq!(lead.submit(&correct, &[("value", "66")]).await.status, 422, "a correction says why");
        assert_eq!(lead.submit(&correct, &[("value", "66"), ("reason", "doublons")]).await.status, 303);
        assert_eq!(lead.submit(&correct, &[("value", "65"), ("reason", "encore")]).await.status, 404, "it was replaced");
        let page = lead.open(&here).await.text;
        assert!(page.contains("<s>70\u{a0}%</s>") && page.contains("remplacée&nbsp;: doublons") && page.contains("40\u{a0}% du chemin"), "{page}");

        let public = anyone.open("/incubateur/services/vergers").await.text;
        for told in ["Ce qu’il change", "Habitants satisfaits", "66", "Réponses positives", "90\u{a0}% pour le 30\u{a0}juin 2027", "Voir le tableau"] {
            assert!(public.contains(told), "{told}: {public}");
        }
        assert!(!public.contains("doublons"));
        let csv = anyone.open("/incubateur/donnees/indicateurs.csv").await.text;
        assert!(csv.contains("vergers;habitants-satisfaits;Habitants satisfaits") && csv.contains(";2026-10-31;66;;;"), "{csv}");
        assert_eq!(values(&house).await, [("2026-09-30".to_owned(), 60.0), ("2026-10-31".to_owned(), 66.0)]);
        let stats = anyone.open("/stats.json").await.json();
        let counted = stats["indicators"].as_array().expect("a list").iter().find(|one| one["name"] == "products_with_published_indicators");
        assert_eq!(counted.expect("a count")["value"].as_f64(), Some(1.0));

        let form = lead.open(&format!("{here}/changer")).await.text;
        assert!(form.contains("value=\"90\""), "{form}");
        let hidden = [("version", "1"), ("title", "Habitants satisfaits"), ("definition", "Réponses positives"), ("axis", "useful"), ("kind", "rate")];
        assert_eq!(lead.submit(&format!("{here}/changer"), &hidden).await.status, 303);
        assert_eq!(lead.submit(&format!("{here}/changer"), &hidden).await.status, 409);
        assert!(!anyone.open("/incubateur/services/vergers").await.text.contains("Habitants satisfaits"), "no longer published");
        assert!(values(&house).await.is_empty());
        assert_eq!(lead.submit(&format!("{here}/retirer"), &[]).await.status, 303);
        assert_eq!(lead.open(&here).await.status, 404);
        for (action, times) in [("indicator.added", 1), ("indicator.point_recorded", 2), ("indicator.point_corrected", 1), ("indicator.changed", 1), ("indicator.retired", 1)] {
            assert_eq!(logged(&house, action).await, times, "{action}");
        }
    }
}

on_both_stores! {
    async fn a_page_elsewhere_is_followed_without_asking_the_team(house: TestHouse) {
        let (lead, elsewhere) = (lead(&house).await, Elsewhere::start().await);
        let list = format!("{TEAM}/indicateurs");
        elsewhere.says(200, &document("2026-10-31", "1250"));
        assert_eq!(lead.submit(&format!("{list}/adresse"), &[("url", &elsewhere.url)]).await.status, 303);
        let page = lead.open(&list).await.text;
        assert!(page.contains("Arbres plantés") && page.contains("1\u{202f}250\u{a0}arbres") && page.contains("pas encore mesuré"), "{page}");
        assert!(values(&house).await.is_empty(), "the team chooses what is followed");
        let followed = lead.submit(&format!("{list}/suivre"), &[("entry", "arbres")]).await;
        assert_eq!(followed.status, 303, "{}", followed.text);
        assert!(followed.header("location").is_some_and(|to| to.contains("/changer")));
        assert_eq!(lead.submit(&format!("{list}/suivre"), &[("entry", "arbres")]).await.status, 303);
        assert_eq!(lead.submit(&format!("{list}/suivre"), &[("entry", "poires")]).await.status, 409);
        let october = ("2026-10-31".to_owned(), 1250.0);
        assert_eq!(values(&house).await, std::slice::from_ref(&october));

        // A new month is a new value; the same month again is the same value, up to date.
        assert_eq!(house.run_job("incubator", "reading").await, 0, "not before six hours");
        elsewhere.says(200, &document("2026-11-24", "1300"));
        elsewhere.tagged("\"v2\"");
        assert_eq!(later(&house).await, 1);
        assert_eq!(values(&house).await, [october.clone(), ("2026-11-24".to_owned(), 1300.0)]);
        assert_eq!(later(&house).await, 1);
        assert_eq!(elsewhere.page.lock().expect("the page").spared, 1, "what did not change is not sent again");
        elsewhere.says(200, &document("2026-11-25", "1310.5"));
        later(&house).await;
        later(&house).await;
        assert_eq!(values(&house).await, [october, ("2026-11-25".to_owned(), 1310.5)]);
        let stats = lead.open("/stats.json").await.json();
        let read = stats["indicators"].as_array().expect("a list").iter().find(|one| one["name"] == "products_with_impact_read");
        assert_eq!(read.expect("a count")["value"].as_f64(), Some(1.0));

        // A value that somebody corrected is not overwritten by the next reading.
        let lead = again(&house).await;
        let id = numbers(&lead.open(&list).await.text, "/equipe/indicateurs/")[0];
        let point = numbers(&lead.open(&format!("{list}/{id}")).await.text, "/valeurs/")[0];
        let fixed = [("value", "1 299"), ("reason", "onze arbres comptés deux fois")];
        assert_eq!(lead.submit(&format!("{list}/{id}/valeurs/{point}"), &fixed).await.status, 303);
        elsewhere.says(200, &document("2026-11-25", "1320"));
        later(&house).await;
        assert_eq!(values(&house).await.last(), Some(&("2026-11-25".to_owned(), 1299.0)));
    }
}

on_both_stores! {
    async fn a_page_that_stopped_answering_is_told_to_the_team_and_to_the_portfolio(house: TestHouse) {
        let (lead, elsewhere) = (lead(&house).await, Elsewhere::start().await);
        let list = format!("{TEAM}/indicateurs");
        let managed = async || agent(&house, "incubator.portfolio", None).await.open("/incubateur/mesures").await.text;
        elsewhere.says(200, &document("2026-10-31", "1250"));
        assert_eq!(lead.submit(&format!("{list}/adresse"), &[("url", &elsewhere.url)]).await.status, 303);
        elsewhere.says(503, "");
        later(&house).await;
        later(&house).await;
        assert!(!managed().await.contains("ne répondent plus"), "twice may be chance");
        later(&house).await;
        let lead = again(&house).await;
        for page in [lead.open(&list).await.text, managed().await] {
            for told in ["ne répond plus", "depuis le 25\u{a0}novembre 2026 à 22\u{a0}h\u{a0}00", "le site est en panne (code 503)"] {
                assert!(page.contains(told), "{told}: {page}");
            }
        }
        assert!(lead.open(&list).await.text.contains("1\u{202f}250"), "what was known stays");
        later(&house).await;
        assert_eq!(logged(&house, "reading.lost").await, 1, "said once");
        elsewhere.says(200, &document("2026-11-20", "1300"));
        later(&house).await;
        assert!(!managed().await.contains("ne répondent plus"));
        assert_eq!(logged(&house, "reading.found_again").await, 1);
    }
}

on_both_stores! {
    async fn what_a_page_says_is_not_believed(house: TestHouse) {
        let (lead, elsewhere) = (lead(&house).await, Elsewhere::start().await);
        let other = Elsewhere::start().await;
        other.says(200, &document("2026-10-31", "999"));
        let list = format!("{TEAM}/indicateurs");
        elsewhere.says(200, "<html>");
        assert_eq!(lead.submit(&format!("{list}/adresse"), &[("url", &elsewhere.url)]).await.status, 303);
        assert!(lead.open(&list).await.text.contains("ce n’est pas du JSON"));
        let told = async |expected: &str| {
            assert_eq!(lead.submit(&format!("{list}/lire"), &[]).await.status, 303);
            let page = lead.open(&list).await.text;
            assert!(page.contains(expected), "{expected}: {page}");
        };
        elsewhere.says(200, &"[".repeat(10 * 1024 * 1024));
        told("sa réponse dépasse un mégaoctet").await;
        elsewhere.says(200, &"[".repeat(100_000));
        told("ce n’est pas du JSON").await;
        elsewhere.sends_to(&other.url);
        told("désigne un réseau interne (127.0.0.1)").await;
        assert_eq!(other.page.lock().expect("the page").asked, 0, "it is never called");
        elsewhere.sends_to("/ailleurs");
        told("elle renvoie d’adresse en adresse").await;
        elsewhere.says(404, "");
        told("il n’y a rien à cette adresse").await;
        elsewhere.says(200, r#"{"format":"pepiniere-stats/9","indicators":[]}"#);
        told("sa version du format n’est pas connue ici").await;
        elsewhere.says(200, &document("2026-10-31", "\"<script>alert(1)</script>\"").replace("Arbres en terre.", "<b>gras</b>"));
        told("pas encore mesuré").await;
        let page = lead.open(&list).await.text;
        assert!(!page.contains("<b>gras</b>"), "{page}");
        elsewhere.says(200, &document("2030-01-01", "5"));
        told("pas encore mesuré").await;
    }
}

on_both_stores! {
    async fn the_four_measures_of_the_registry_are_read_from_its_own_page(house: TestHouse) {
        filed(&house, shipped::REGISTRE).await;
        listed(&house, "registre-preuve-covoiturage", "Registre de preuve de covoiturage", "").await;
        let manager = agent(&house, "incubator.portfolio", None).await;
        let officer = agent(&house, "agreement.officer", Some("convention:registre-preuve-covoiturage")).await;
        let list = "/incubateur/services/registre-preuve-covoiturage/equipe/indicateurs";
        let own = format!("{}/stats.json", house.base_url);
        assert_eq!(manager.submit(&format!("{list}/adresse"), &[("url", &own)]).await.status, 303);
        let page = officer.open(list).await.text;
        for told in ["Ce que la convention demande de mesurer", "article 2", "Nombre d’opérateurs nouveaux connectés au registre.",
            "dans le ressort territorial des autorités organisatrices", "Nombre d’attestations de covoiturage délivrées",
            "0\u{a0}opérateurs", "qui ne la mesure pas encore"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert_eq!(officer.submit(&format!("{list}/lire"), &[]).await.status, 403);
        let follow = [("entry", "registry/operators_connected")];
        assert_eq!(manager.submit(&format!("{list}/suivre"), &follow).await.status, 303);
        assert!(officer.open(list).await.text.contains("Suivie ici"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_inside_a_network_is_refused_but_this_house_s_own() {
    let config = Config { demonstration: true, ..Config::default() };
    let house = TestHouse::start_with(StoreKind::Sqlite, config).await.expect("a house");
    let lead = lead(&house).await;
    let list = format!("{TEAM}/indicateurs");
    for (url, why) in [
        ("https://10.0.0.1/stats.json", "réseau interne"),
        ("https://localhost/stats.json", "réseau interne"),
        ("http://exemple.fr/stats.json", "https://"),
        ("https://moi:secret@exemple.fr/", "mot de passe"),
        ("pas une adresse", "lisible"),
    ] {
        let refused = lead.submit(&format!("{list}/adresse"), &[("url", url)]).await;
        assert_eq!(refused.status, 422, "{url}");
        assert!(refused.text.contains(why), "{url}: {}", refused.text);
    }
    let own = format!("{}/stats.json", house.base_url);
    assert_eq!(lead.submit(&format!("{list}/adresse"), &[("url", &own)]).await.status, 303);
    assert!(lead.open(&list).await.text.contains("Opérateurs connectés"));
}
