use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::on_both_stores;

on_both_stores! {
    /// Spec §17.8.
    async fn a_token_lasts_five_minutes(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        house.wait(SignedDuration::from_secs(299));
        assert_eq!(operator.read("unknown").await.status, 404);
        house.wait(SignedDuration::from_secs(1));
        let ended = operator.read("unknown").await;
        assert_eq!(ended.status, 401);
        assert_eq!(ended.json()["error"]["code"], -32501);
    }
}

on_both_stores! {
    async fn another_operator_s_journey_does_not_exist(house: TestHouse) {
        let (mine, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        let journey = testkit::JourneyBody::an_hour_before(house.now());
        assert_eq!(mine.send(&journey).await.status, 201);
        assert_eq!(other.read(journey.id()).await.status, 404);
        assert_eq!(other.correct(journey.id(), &journey).await.status, 404);
        assert_eq!(other.cancel(journey.id()).await.status, 404);
        house.settle().await;
        assert_eq!(other.list("status=ok").await.json(), json!([]));
        assert_eq!(other.ask(Method::GET, "/changes", None).await.json()["changes"], json!([]));
        assert_eq!(mine.status(journey.id()).await, "ok");
    }
}

on_both_stores! {
    async fn an_administrator_makes_and_revokes_keys(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(operator.id)).await;
        let made = admin.ask(Method::POST, "/v3.3/auth/credentials", None).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let (access_key, secret_key) = (made.json()["access_key"].clone(), made.json()["secret_key"].clone());

        let listed = admin.open("/v3.3/auth/credentials").await.json();
        let ids: Vec<&Value> = listed.as_array().expect("a list").iter().map(|key| &key["token_id"]).collect();
        assert!(ids.contains(&&access_key));
        assert_eq!(listed[0]["role"], "operator.application");
        assert!(!listed.to_string().contains(secret_key.as_str().expect("a secret")), "a secret is shown once");

        let exchange = json!({"access_key": access_key, "secret_key": secret_key});
        let token = async || {
            let url = format!("{}/v3.3/auth/access_token", house.base_url);
            testkit::Answer::of(house.client.post(url).json(&exchange).send().await.expect("an answer")).await
        };
        let given = token().await;
        assert_eq!(given.status, 201);
        let bearer = given.json()["access_token"].as_str().expect("a token").to_owned();
        let with_token = async || {
            let url = format!("{}/v3.3/journeys/unknown", house.base_url);
            house.client.get(url).bearer_auth(&bearer).send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(with_token().await, 404);

        let path = format!("/v3.3/auth/credentials?token_id={}", access_key.as_str().expect("a key"));
        let stranger = house.operator("Trajets Partagés").await;
        let stranger = house.agent("operator.admin", Some(stranger.id)).await;
        assert_eq!(stranger.ask(Method::DELETE, &path, None).await.status, 404, "not theirs");
        assert_eq!(admin.ask(Method::DELETE, &path, None).await.status, 204);
        assert_eq!(with_token().await, 401, "tokens die with their key");
        assert_eq!(token().await.status, 401);
        assert_eq!(admin.ask(Method::DELETE, &path, None).await.status, 404, "once");
    }
}

on_both_stores! {
    async fn wrong_keys_and_tokens_are_refused(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let exchange = async |body: Value| {
            let url = format!("{}/v3.3/auth/access_token", house.base_url);
            testkit::Answer::of(house.client.post(url).json(&body).send().await.expect("an answer")).await.status
        };
        assert_eq!(exchange(json!({"access_key": operator.access_key, "secret_key": "wrong"})).await, 401);
        assert_eq!(exchange(json!({"access_key": "unknown", "secret_key": operator.secret_key})).await, 401);
        assert_eq!(exchange(json!({"access_key": operator.access_key})).await, 400);
        assert_eq!(exchange(json!({"access_key": 1, "secret_key": 2})).await, 400);

        let token = operator.token();
        let (head, rest) = token.split_once('.').expect("a token");
        let (claims, signature) = rest.split_once('.').expect("a token");
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        for forged in [
            format!("{head}.{claims}.AAAA{}", &signature[4..]),
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{signature}"),
            format!("{head}.{claims}"),
            "a.b.c".to_owned(),
            String::new(),
        ] {
            let url = format!("{}/v3.3/journeys/unknown", house.base_url);
            let answer = house.client.get(url).bearer_auth(&forged).send().await.expect("an answer");
            assert_eq!(answer.status(), 401, "{forged}");
        }
        let url = format!("{}/v3.3/journeys/unknown", house.base_url);
        assert_eq!(house.client.get(&url).send().await.expect("an answer").status(), 401, "nobody");
        assert_eq!(house.client.get(&url).header("authorization", "Basic YTpi").send().await.expect("an answer").status(), 401);
    }
}

on_both_stores! {
    async fn a_suspended_operator_sends_nothing(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let (staff, team) = (house.agent("operator.admin", Some(operator.id)).await, house.agent("registry.admin", None).await);
        let path = format!("/registre/operateurs/{}/suspendre", operator.id);
        let confirmation = team.open(&path).await;
        assert_eq!(confirmation.status, 200);
        assert_eq!(team.submit(&path, &[]).await.status, 303, "{}", confirmation.text);
        let journey = testkit::JourneyBody::an_hour_before(house.now());
        assert_eq!(operator.send(&journey).await.status, 401, "not by its server");
        let by_hand = staff.ask(Method::POST, "/v3.3/journeys", Some(("application/json", journey.to_string()))).await;
        assert_eq!(by_hand.status, 403, "not by its people");
        assert_eq!(operator.ask_token().await.status, 401);
    }
}

on_both_stores! {
    async fn a_key_asked_twice_is_made_once(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let admin = house.agent("operator.admin", Some(operator.id)).await;
        let ask = async |path: &str, body: Option<&Value>| admin.post_once(path, body, "only-once").await;
        let before = admin.open("/v3.3/auth/credentials").await.json().as_array().map_or(0, Vec::len);
        let path = "/v3.3/auth/credentials";
        let (one, two) = tokio::join!(ask(path, None), ask(path, None));
        assert_eq!((one.status, two.status), (201, 201), "{} {}", one.text, two.text);
        assert_eq!(one.text, two.text, "the same key and the same secret");
        let after = admin.open("/v3.3/auth/credentials").await.json().as_array().map_or(0, Vec::len);
        assert_eq!(after, before + 1);
        let colleague = house.agent("operator.admin", Some(operator.id)).await;
        let theirs = colleague.post_once(path, None, "only-once").await;
        assert_eq!(theirs.status, 422, "a colleague's key gives out no secret: {}", theirs.text);
        let target = json!({"url": "https://covoiturage.exemple.fr/notifications"});
        assert_eq!(ask("/v3.3/subscriptions", Some(&target)).await.status, 422, "a key belongs to its request");
        let other = async || admin.post_once("/v3.3/subscriptions", Some(&target), "another").await;
        let (one, two) = (other().await, other().await);
        assert_eq!((one.status, &one.text), (201, &two.text));
        assert_eq!(admin.open("/v3.3/subscriptions").await.json().as_array().map_or(0, Vec::len), 1);
    }
}
