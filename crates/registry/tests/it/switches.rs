//! What goes wrong is cut at once, without stopping the program and without losing anything.

use testkit::{Agent, JourneyBody, on_both_stores};

async fn cut(admin: &Agent, switch: &str, reason: &str) {
    let form = [("geste", "couper"), ("raison", reason)];
    let done = admin.submit(&format!("/interrupteurs/registry/{switch}"), &form).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn put_back(admin: &Agent, switch: &str) {
    let done = admin.submit(&format!("/interrupteurs/registry/{switch}"), &[("geste", "remettre")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

on_both_stores! {
    async fn reception_is_cut_and_put_back(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let admin = house.agent("registry.admin", None).await;
        let before = JourneyBody::an_hour_before(house.now());
        assert_eq!(operator.send(&before).await.status, 201);
        let silent = admin.submit("/interrupteurs/registry/intake", &[("geste", "couper"), ("raison", " ")]).await;
        assert_eq!(silent.status, 422);
        assert!(silent.text.contains("Dites pourquoi"), "{}", silent.text);
        cut(&admin, "intake", "Contrôle en cours, retour à 16 h.").await;

        let during = JourneyBody::an_hour_before(house.now()).of("chloe", "denis");
        let refused = operator.send(&during).await;
        assert_eq!(refused.status, 503, "{}", refused.text);
        assert_eq!(refused.header("retry-after"), Some("120"));
        assert!(refused.text.contains("Contrôle en cours, retour à 16 h."), "{}", refused.text);
        assert_eq!(operator.correct(before.id(), &before).await.status, 503);
        assert_eq!(operator.cancel(before.id()).await.status, 503);
        assert_eq!(operator.read(before.id()).await.status, 200, "reading goes on");
        let staff = house.agent("operator.user", Some(operator.id)).await;
        let page = staff.open("/registre").await;
        assert!(page.text.contains("Réception des trajets : coupé depuis"), "{}", page.text);

        put_back(&admin, "intake").await;
        assert_eq!(operator.send(&during).await.status, 201, "nothing was used up");
        let log = admin.open("/registre/journal").await.text;
        assert!(!log.contains("switch.cut"), "words, not names");
    }
}

on_both_stores! {
    async fn a_service_is_in_maintenance(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let admin = house.agent("registry.admin", None).await;
        let staff = house.agent("operator.admin", Some(operator.id)).await;
        cut(&admin, "service", "Mise à jour jusqu’à 15 h.").await;
        for path in ["/registre", "/registre/trajets", "/registre/api"] {
            let page = staff.open(path).await;
            assert_eq!(page.status, 503, "{path}");
            assert!(page.text.contains("Mise à jour jusqu’à 15 h."), "{path}: {}", page.text);
            assert!(page.text.contains("<h1"), "a page, dressed");
        }
        let refused = operator.send(&JourneyBody::an_hour_before(house.now())).await;
        assert_eq!(refused.status, 503);
        assert_eq!(refused.json()["reason"], "Mise à jour jusqu’à 15 h.");
        assert_eq!(operator.ask_token().await.status, 503);
        for path in ["/", "/stats", "/connexion"] {
            assert_eq!(staff.open(path).await.status, 200, "{path}: the rest of the house is open");
        }
        assert_eq!(admin.open("/registre/trajets").await.status, 200, "whoever holds the switches looks");
        // Signed in with one proof only, they are asked for the second one, not shut out.
        let people = &house.registry.house.people;
        let address = socle::people::Email::parse(&admin.email).expect("an address");
        let account = people.agent_by_email(&address).await.expect("a store").expect("an account");
        let session = people.open_session(account.id, &socle::people::Method::EmailLink.into(), None).await.expect("a session");
        let once = admin.with_cookie(&format!("{}={session}", socle::people::SESSION_COOKIE));
        let asked = once.open("/registre").await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        assert!(asked.header("location").is_some_and(|to| to.starts_with("/connexion/code")), "{:?}", asked.header("location"));

        let house = house.restart().await.expect("the same house");
        let staff = Agent::nobody(testkit::http_client(), &house.base_url);
        assert_eq!(staff.open("/registre").await.status, 503, "still cut after a restart");
        let admin = house.agent("registry.admin", None).await;
        put_back(&admin, "service").await;
        assert_eq!(staff.open("/registre").await.status, 200);
    }
}

on_both_stores! {
    async fn journeys_wait_while_their_examination_is_cut(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let admin = house.agent("registry.admin", None).await;
        cut(&admin, "verification", "Règle à corriger.").await;
        let first = JourneyBody::an_hour_before(house.now());
        assert_eq!(operator.send(&first).await.status, 201);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(operator.status(first.id()).await, "pending");
        put_back(&admin, "verification").await;
        assert_eq!(operator.send(&JourneyBody::an_hour_before(house.now()).of("chloe", "denis")).await.status, 201);
        house.settle().await;
        assert_eq!(operator.status(first.id()).await, "ok");
    }
}
