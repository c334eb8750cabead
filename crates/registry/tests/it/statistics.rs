//! What anyone reads: figures with their definition, and the honest absence of those that nothing measures.

use serde_json::Value;
use testkit::{Agent, JourneyBody, on_both_stores};

on_both_stores! {
    async fn the_measures_of_the_agreement_are_public(house: TestHouse) {
        let anyone = Agent::nobody(house.client.clone(), &house.base_url);
        let operator = house.operator("Covoit’Vallée").await;
        house.operator("Trajets Partagés").await;
        let (kept, cancelled) = (
            JourneyBody::an_hour_before(house.now()).with("/distance", 12_400),
            JourneyBody::an_hour_before(house.now()).of("carl", "dora"),
        );
        for journey in [&kept, &cancelled] {
            assert_eq!(operator.send(journey).await.status, 201);
        }
        house.settle().await;
        operator.cancel(cancelled.id()).await;

        let document = anyone.open("/stats.json").await.json();
        assert_eq!(document["format"], "pepiniere-stats/1");
        let indicators = document["indicators"].as_array().expect("a list");
        for indicator in indicators {
            for field in ["product", "name", "title", "definition", "unit", "source", "period", "state"] {
                assert!(indicator.get(field).is_some_and(|value| !value.is_null()), "{field} of {indicator}");
            }
        }
        let since_opening = |name: &str| -> Value {
            indicators
                .iter()
                .find(|one| one["name"] == name && one["period"]["from"].is_null())
                .unwrap_or_else(|| panic!("{name}"))
                .clone()
        };
        assert_eq!(since_opening("operators_connected")["value"], 1.0, "the other operator sent nothing");
        assert_eq!(since_opening("journeys")["value"], 1.0, "a cancelled journey does not count");
        assert_eq!(since_opening("kilometres")["value"], 12.0);
        for awaited in ["authorities_with_campaign", "journeys_growth_in_authorities", "certificates_issued"] {
            let indicator = since_opening(awaited);
            assert_eq!(indicator["state"], "not_measured_yet", "{awaited}");
            assert!(indicator.get("value").is_none(), "which is not zero");
            assert!(indicator["agreement"].as_str().is_some_and(|agreement| agreement.contains("2020")));
        }
        let november = indicators
            .iter()
            .find(|one| one["name"] == "journeys" && one["period"]["from"] == "2026-11-01")
            .expect("the present month");
        assert_eq!((&november["value"], &november["period"]["to"]), (&1.0.into(), &"2026-11-25".into()));

        let page = anyone.open("/stats").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Pas encore mesuré") && page.text.contains("<svg"), "{}", page.text);
        assert!(page.text.contains("novembre 2026"), "each chart has its table");
        let table = anyone.open("/stats.csv").await;
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(table.text.starts_with("product;name;title;"));
        assert!(table.text.contains(";not_measured_yet;"));
    }
}

on_both_stores! {
    async fn public_pages_answer_and_help_reaches_the_team(house: TestHouse) {
        let anyone = Agent::nobody(house.client.clone(), &house.base_url);
        for path in ["/", "/stats", "/connexion", "/mentions-legales", "/confidentialite", "/accessibilite", "/securite",
            "/aide", "/registre", "/registre/api", "/healthz", "/metrics", "/.well-known/security.txt"] {
            assert_eq!(anyone.open(path).await.status, 200, "{path}");
        }
        let lost = anyone.open("/nulle-part").await;
        assert_eq!(lost.status, 404);
        assert!(lost.text.contains("/nulle-part") && lost.text.contains("href=\"/\""), "a way back");
        let empty = anyone.submit("/aide", &[("email", "x"), ("message", "")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text.contains("#field-email") && empty.text.contains("#field-message"));
        let sent = anyone
            .submit("/aide", &[("service", "registry"), ("email", "a@exemple.fr"), ("message", "Ma clé <ne> marche pas")])
            .await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let messages = anyone.open("/demonstration/messages").await.text;
        assert!(messages.contains("Ma clé &#60;ne&#62; marche pas"), "{messages}");
    }
}
