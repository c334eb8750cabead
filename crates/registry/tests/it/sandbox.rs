//! The sandbox is a registry of its own: what is tried there is never seen from the real side.

use std::collections::{BTreeSet, VecDeque};

use jiff::SignedDuration;
use registry::store::{PAYLOADS, tenant};
use reqwest::Method;
use serde_json::json;
use testkit::{Agent, JourneyBody, on_both_stores};

on_both_stores! {
    async fn keys_and_tokens_open_their_own_side_only(house: TestHouse) {
        let real = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(real.id)).await;
        let tried = house.sandbox_server(&admin, real.id).await;
        let journey = JourneyBody::fictional(house.now());
        assert_eq!(tried.send(&journey).await.status, 201);
        assert_eq!(real.read(journey.id()).await.status, 404, "not there on the real side");
        let ask = async |base: &str, token: &str| {
            let url = format!("{}{base}/v3.4/changes", house.base_url);
            house.client.get(url).bearer_auth(token).send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(ask("/bac-a-sable", &tried.token()).await, 200);
        assert_eq!(ask("", &real.token()).await, 200);
        assert_eq!(ask("", &tried.token()).await, 401, "a token of the sandbox opens nothing real");
        assert_eq!(ask("/bac-a-sable", &real.token()).await, 401, "nor the other way round");
        let exchange = async |base: &str, server: &testkit::OperatorServer| {
            let url = format!("{}{base}/v3.4/auth/access_token", house.base_url);
            let body = json!({"access_key": server.access_key, "secret_key": server.secret_key});
            house.client.post(url).json(&body).send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(exchange("", &tried).await, 401);
        assert_eq!(exchange("/bac-a-sable", &real).await, 401);
        let stale = testkit::Agent::nobody(house.client.clone(), &house.base_url).with_cookie("pepiniere_session=ancienne");
        assert_eq!(stale.open("/bac-a-sable/openapi.json").await.status, 200, "open to anyone, whatever the browser holds");
        assert_eq!(stale.open("/bac-a-sable/v3.4/changes").await.status, 401);
        let described = admin.open("/bac-a-sable/openapi.json").await.json();
        assert_eq!(described["servers"][0]["url"], format!("{}/bac-a-sable/v3.4", house.base_url));
    }
}

on_both_stores! {
    async fn a_number_that_could_be_somebody_s_is_refused(house: TestHouse) {
        let real = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(real.id)).await;
        let tried = house.sandbox_server(&admin, real.id).await;
        let real_number = JourneyBody::an_hour_before(house.now());
        let refused = tried.send(&real_number).await;
        assert_eq!(refused.status, 400);
        let told = refused.json()["error"]["data"].as_str().expect("a reason").to_owned();
        assert!(told.starts_with("data/driver/identity/phone") && told.contains("reserved for fiction"), "{told}");
        let cut = JourneyBody::fictional(house.now())
            .without("/passenger/identity/phone")
            .with("/passenger/identity/phone_trunc", "+336010203");
        assert!(tried.send(&cut).await.text.contains("passenger/identity/phone_trunc"));
        assert_eq!(tried.send(&JourneyBody::fictional(house.now())).await.status, 201);
        assert_eq!(real.send(&JourneyBody::fictional(house.now())).await.status, 400, "fiction is no proof");
        assert_eq!(real.send(&real_number).await.status, 201);
    }
}

/// Every page that can be reached by links from `first`, without the sandbox's own.
async fn everything(agent: &Agent, first: &[&str]) -> Vec<(String, String)> {
    let mut waiting: VecDeque<String> = first.iter().map(|path| (*path).to_owned()).collect();
    let (mut seen, mut pages) = (BTreeSet::new(), Vec::new());
    while let Some(path) = waiting.pop_front() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = agent.open(&path).await;
        for link in page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = link.replace("&amp;", "&");
            let link = if link.starts_with('?') {
                format!("{}{link}", path.split('?').next().unwrap_or_default())
            } else {
                link
            };
            let ours = ["/registre", "/stats", "/v3", "/openapi", "/confidentialite"];
            if ours.iter().any(|start| link.starts_with(start)) && !link.starts_with("/registre/bac-a-sable")
            {
                waiting.push_back(link.split('#').next().unwrap_or_default().to_owned());
            }
        }
        pages.push((path, page.text));
        assert!(pages.len() < 400, "links go round in circles: {waiting:?}");
    }
    pages
}

on_both_stores! {
    async fn nothing_of_the_sandbox_is_seen_from_the_real_side(house: TestHouse) {
        let real = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(real.id)).await;
        let tried = house.sandbox_server(&admin, real.id).await;
        let territory = crate::territories::territory(&house, "Grand Figeac").await;
        let proof = JourneyBody::an_hour_before(house.now());
        assert_eq!(real.send(&proof).await.status, 201);

        // Thirty journeys of the sandbox: accepted, refused, corrected, cancelled, all recognisable.
        let mut markers = vec!["repere-".to_owned(), "45678901200012".to_owned(), tried.access_key.clone()];
        let mut fictional = Vec::new();
        for n in 0..30 {
            let mut journey = JourneyBody::fictional(house.now())
                .of_fiction(&format!("repere-conductrice-{n}"), &format!("repere-passager-{n}"))
                .with("/operator_journey_id", format!("repere-trajet-{n}"))
                .with("/licence_plate", format!("repere-plaque-{n}"))
                .with("/incentives", json!([{"index": 0, "siret": "45678901200012", "amount": 1234}]))
                .trip(&format!("repere-voyage-{n}"));
            if n % 10 == 9 {
                journey = journey.with("/distance", 900);
            }
            assert_eq!(tried.send(&journey).await.status, if n % 10 == 9 { 422 } else { 201 });
            for end in ["driver", "passenger"] {
                for field in ["phone", "identity_key"] {
                    let value = journey.0[end]["identity"][field].as_str().expect("a text").to_owned();
                    fictional.push((if field == "phone" { "phone" } else { "identity_key" }, value.clone()));
                    markers.push(value);
                }
            }
        }
        let corrected = JourneyBody::fictional(house.now()).trip("repere-voyage-corrige");
        assert_eq!(tried.correct("repere-trajet-1", &corrected).await.status, 200);
        assert_eq!(tried.cancel("repere-trajet-2").await.status, 200);
        house.settle().await;
        assert_eq!(tried.status("repere-trajet-0").await, "ok");
        let there = admin.open("/registre/bac-a-sable/trajets").await;
        assert!(there.text.contains("30 trajets") && there.text.contains("rien de ce que vous voyez ici n’est réel"));

        let mut read = Vec::new();
        let team = house.agent("registry.admin", None).await;
        let dpo = house.agent("registry.dpo", None).await;
        let authority = house.agent_of("territory.admin", Some(registry::store::territory_tenant(territory))).await;
        let year = "/registre/trajets?from=2026-01-01&to=2026-12-31";
        for agent in [&team, &dpo, &authority, &admin] {
            let begin = ["/registre", "/stats", "/stats.json", "/openapi.json", year, "/registre/donnees"];
            read.extend(everything(agent, &begin).await);
        }
        for status in ["ok", "pending", "terms_violation_error", "acquisition_error", "canceled"] {
            let path = format!("/journeys?status={status}&limit=1000");
            read.push((path.clone(), real.ask(Method::GET, &path, None).await.text));
        }
        for path in ["/changes?limit=5000", "/subscriptions", "/journeys/repere-trajet-0"] {
            read.push((path.to_owned(), real.ask(Method::GET, path, None).await.text));
        }
        read.push(("/auth/credentials".to_owned(), admin.open("/v3.4/auth/credentials").await.text));
        let paths: BTreeSet<&str> = read.iter().map(|(path, _)| path.as_str()).collect();
        for walked in ["/registre/trajets", "/registre/cles", "/registre/operateurs", "/registre/territoires", "/registre/files", "/registre/journal", "/registre/violations", "/stats.json"] {
            assert!(paths.iter().any(|path| path.starts_with(walked)), "{walked} was not walked: {paths:?}");
        }
        for (path, text) in &read {
            // A page that answers about an address repeats it: only what was not asked counts.
            for marker in markers.iter().filter(|marker| !path.contains(marker.as_str())) {
                assert!(!text.contains(marker.as_str()), "{marker} is on {path}: {text}");
            }
        }
        for (kind, value) in &fictional {
            // Numbers of fiction cannot even be asked about on the real side.
            let asked = [("kind", *kind), ("value", value.as_str()), ("proof", "rappelée")];
            let answer = dpo.submit("/registre/donnees/personne", &asked).await;
            assert!(answer.status == 422 || answer.text.contains("ne connaît personne"), "{value}: {}", answer.text);
            // The sandbox has its own search, for a real person sent there by mistake.
            let there = dpo.submit("/registre/bac-a-sable/donnees/personne", &asked).await;
            assert!(there.status == 200 && there.text.contains("Lui remettre ses données"), "{value}: {}", there.text);
        }
        let count = |text: &str| text.matches("repere-").count();
        let log = socle::audit::Page { before: None, only: socle::audit::everything(), limit: 10_000 };
        let entries = socle::audit::latest(&house.registry.database, &log).await.expect("entries");
        assert_eq!(count(&format!("{entries:?}")), 0, "the audit log");
        let document = admin.open("/stats.json").await.json();
        let journeys = document["indicators"].as_array().expect("a list").iter().find(|one| one["name"] == "journeys" && one["period"]["from"].is_null());
        assert_eq!(journeys.expect("journeys")["value"].as_f64(), Some(1.0), "the proof alone is counted");

        // Nor do the keys of one side open what the other sealed.
        let sandbox = house.registry.sandbox().expect("a sandbox");
        let sealed = sandbox.keyring.current(&tenant(real.id), PAYLOADS).await.expect("a key").seal("a place", b"repere");
        assert!(house.registry.keyring.open("a place", &sealed).await.is_err());
        for database in [&house.registry.database, &sandbox.database] {
            socle::audit::verify(database).await.expect("an unbroken chain");
        }
    }
}

on_both_stores! {
    async fn what_is_tried_is_erased_after_thirty_days(house: TestHouse) {
        let real = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(real.id)).await;
        let tried = house.sandbox_server(&admin, real.id).await;
        let journey = JourneyBody::fictional(house.now());
        assert_eq!(tried.send(&journey).await.status, 201);
        let proof = JourneyBody::an_hour_before(house.now());
        assert_eq!(real.send(&proof).await.status, 201);
        house.settle().await;
        house.wait(SignedDuration::from_hours(24 * 30 - 2));
        assert_eq!(house.run_job("registry_sandbox", "retention").await, 0, "not yet");
        house.wait(SignedDuration::from_hours(2));
        assert_eq!(house.run_job("registry_sandbox", "retention").await, 1);
        tried.renew_token().await;
        assert_eq!(tried.read(journey.id()).await.status, 404);
        real.renew_token().await;
        assert_eq!(real.status(proof.id()).await, "ok", "the proof has its own fifteen months");
    }
}

on_both_stores! {
    async fn a_notification_of_the_sandbox_says_so(house: TestHouse) {
        let real = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(real.id)).await;
        let tried = house.sandbox_server(&admin, real.id).await;
        let sandbox = house.registry.sandbox().expect("a sandbox");
        let target = json!({"url": "http://127.0.0.1:9/notifications"}).to_string();
        for server in [&real, &tried] {
            assert_eq!(server.ask(Method::POST, "/subscriptions", Some(target.clone())).await.status, 201);
        }
        assert_eq!(real.send(&JourneyBody::an_hour_before(house.now())).await.status, 201);
        assert_eq!(tried.send(&JourneyBody::fictional(house.now())).await.status, 201);
        house.settle().await;
        for (side, says) in [(&house.registry, false), (sandbox.as_ref(), true)] {
            house.run_job(side.database.name(), "notification").await;
            let posted = socle::outbox::latest(&side.database, &side.keyring, 10).await.expect("messages");
            assert!(!posted.is_empty(), "{}", side.database.name());
            for (_, message) in posted {
                let socle::outbox::Message::Webhook { body, .. } = message else { continue };
                assert_eq!(body.contains("\"sandbox\":true"), says, "{body}");
            }
        }
    }
}

on_both_stores! {
    async fn another_operator_s_trials_do_not_exist(house: TestHouse) {
        let (one, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        let admin = house.agent("operator.admin", Some(one.id)).await;
        let stranger = house.agent("operator.admin", Some(other.id)).await;
        let tried = house.sandbox_server(&admin, one.id).await;
        let journey = JourneyBody::fictional(house.now());
        assert_eq!(tried.send(&journey).await.status, 201);
        let sandbox = house.registry.sandbox().expect("a sandbox");
        let number = registry::store::journey::find(sandbox.database.read(), one.id, journey.id()).await.expect("a store").expect("a journey").id;
        let page = format!("/registre/bac-a-sable/trajets/{number}");
        assert_eq!(admin.open(&page).await.status, 200);
        assert_eq!(stranger.open(&page).await.status, 404);
        assert_eq!(stranger.submit(&format!("{page}/envoi"), &[]).await.status, 404);
        let nobody = Agent::nobody(house.client.clone(), &house.base_url);
        assert_eq!(nobody.open(&page).await.status, 303);
        let revocation = format!("/registre/bac-a-sable/cles/{}/revoquer", tried.access_key);
        assert_eq!(stranger.submit(&revocation, &[]).await.status, 404);
        assert_eq!(admin.submit(&revocation, &[]).await.status, 303);
        assert_eq!(tried.read(journey.id()).await.status, 401, "a revoked key opens nothing any more");
    }
}

on_both_stores! {
    async fn what_is_tried_stays_small(house: TestHouse) {
        let real = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(real.id)).await;
        let tried = house.sandbox_server(&admin, real.id).await;
        let large = JourneyBody::fictional(house.now()).with("/operator_trip_id", "x".repeat(70 * 1024));
        assert_eq!(tried.send(&large).await.status, 413);
        assert_eq!(tried.send(&JourneyBody::fictional(house.now())).await.status, 201);
    }
}
