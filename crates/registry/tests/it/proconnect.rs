//! How an agent signs in by `ProConnect`, and how nobody else does, whatever a provider answers.

use jiff::SignedDuration;
use serde_json::{Value, json};
use socle::audit::Actor;
use socle::config::Config;
use socle::people::{Email, NewMembership};
use testkit::{Agent, Answer, Provider, Said, StoreKind, TestHouse, start_of_tests};

/// A change to what the provider says.
type Lie = Box<dyn FnOnce(&mut Said) + Send>;

const CAMILLE: &str = "camille.martin@exemple.fr";

/// A story in a house that has a provider, on both stores.
macro_rules! with_a_provider {
    ($(async fn $name:ident($house:ident: TestHouse, $provider:ident: Provider) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn story(store: StoreKind) {
                let $provider = Provider::start(start_of_tests()).await;
                let $house = house(store, &$provider).await;
                $body
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story(StoreKind::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(store) = StoreKind::postgres() {
                    story(store).await;
                }
            }
        }
    )*};
}

async fn house(store: StoreKind, provider: &Provider) -> TestHouse {
    let mut config = Config { demonstration: true, ..Config::default() };
    config.limits.rate_multiplier = 1_000;
    config.limits.allow_internal_calls = true;
    config.proconnect = Some(provider.section(&["900000001"]));
    TestHouse::start_with(store, config).await.expect("a house")
}

/// Gives Camille a role without signing in.
async fn invited(house: &TestHouse, role: &str) -> i64 {
    let role = NewMembership {
        service: "registry".to_owned(),
        role: role.to_owned(),
        tenant: None,
        tenant_name: "Registre".to_owned(),
    };
    let email = Email::parse(CAMILLE).expect("an address");
    let people = &house.registry.house.people;
    people
        .give_role(Actor::Program("tests"), email, "Camille".to_owned(), role)
        .await
        .expect("a role")
        .agent_id
}

/// A cookie that an answer sets, as a browser sends it back.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.iter().filter(|(known, _)| known == "set-cookie");
    let mut pairs = set.filter_map(|(_, value)| value.split(';').next());
    pairs.find(|pair| pair.starts_with(name) && !pair.ends_with('=')).map(str::to_owned)
}

/// A browser that left for the provider, and where it was sent.
async fn left(house: &TestHouse) -> (Agent, String) {
    let nobody = Agent::nobody(house.client.clone(), &house.base_url);
    let sent = nobody.open("/connexion/proconnect?suite=%2Fregistre%2Ftrajets").await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let browser = nobody.with_cookie(&cookie(&sent, "pepiniere_proconnect").expect("the browser's secret"));
    (browser, sent.header("location").expect("the provider's address").to_owned())
}

/// Goes there and back as Camille.
async fn comes(house: &TestHouse, provider: &Provider, lie: impl FnOnce(&mut Said)) -> (Agent, Answer) {
    let (browser, location) = left(house).await;
    let back = provider.vouch(&location, "camille-42", CAMILLE, lie);
    let answer = browser.open(&back).await;
    (browser, answer)
}

/// The link and the code of the last letter.
async fn letter(browser: &Agent) -> (String, String) {
    let page = browser.open("/demonstration/messages").await.text;
    let link = page.split("/connexion/lien/").nth(1).and_then(|rest| rest.split_whitespace().next());
    let code = page.split("restée ouverte : ").nth(1).map(|rest| rest[..6].to_owned());
    (format!("/connexion/lien/{}", link.expect("a link")), code.expect("a code"))
}

fn challenge(page: &Answer) -> String {
    let id = page.text.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    id.expect("a challenge").to_owned()
}

/// Camille's first sign-in, confirmed; returns her session.
async fn joined(house: &TestHouse, provider: &Provider) -> Agent {
    let (browser, asked) = comes(house, provider, |_| {}).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let (_, code) = letter(&browser).await;
    let fields = [("id", challenge(&asked)), ("code", code), ("proconnect", "1".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let entered = browser.submit("/connexion/code-recu", &fields).await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/registre/trajets")));
    browser.with_cookie(&cookie(&entered, "pepiniere_session").expect("a session"))
}

/// The reasons of the refusals in the log, the latest first.
async fn refusals(house: &TestHouse) -> Vec<String> {
    let database = house.registry.house.people.database();
    let (rows, _) =
        socle::audit::leaf(database, socle::audit::everything(), socle::audit::Place::default(), 200)
            .await
            .expect("the log");
    let refused = rows.iter().filter(|row| row.action == "sign_in.refused");
    let facts = refused.filter_map(|row| serde_json::from_str::<Value>(&row.facts).ok());
    facts.map(|facts| facts["reason"].as_str().unwrap_or_default().to_owned()).collect()
}

with_a_provider! {
    async fn an_address_answers_once_then_proconnect_is_enough(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        let offered = Agent::nobody(house.client.clone(), &house.base_url).open("/connexion?suite=%2Frole").await.text;
        assert!(offered.contains("href=\"/connexion/proconnect?suite=%2Frole\""), "{offered}");
        let (browser, asked) = comes(&house, &provider, |_| {}).await;
        assert!(asked.text.contains("Confirmez votre adresse"), "{}", asked.text);
        assert!(cookie(&asked, "pepiniere_session").is_none(), "nobody is in yet");
        let wrong = [("id", challenge(&asked)), ("code", "12345".to_owned()), ("proconnect", "1".to_owned())];
        let wrong = wrong.each_ref().map(|(name, value)| (*name, value.as_str()));
        let again = browser.submit("/connexion/code-recu", &wrong).await;
        assert_eq!(again.status, 422);
        assert!(again.text.contains("Confirmez votre adresse"), "the same page comes back");
        let (link, _) = letter(&browser).await;
        let entered = browser.submit(&link, &[]).await;
        assert_eq!((entered.status, entered.header("location")), (303, Some("/registre/trajets")));

        let (_, straight) = comes(&house, &provider, |_| {}).await;
        assert_eq!((straight.status, straight.header("location")), (303, Some("/registre/trajets")));
        let (_, renamed) = comes(&house, &provider, |said| said.user_info["email"] = "nouveau.nom@exemple.fr".into()).await;
        assert_eq!(renamed.status, 303, "who one is does not depend on the address any more");
        let (_, elsewhere) = comes(&house, &provider, |said| said.user_info["idp_id"] = "un autre".into()).await;
        assert!(elsewhere.text.contains("Confirmez votre adresse"), "the same number at another identity provider");
    }

    async fn what_cannot_be_verified_lets_nobody_in(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        joined(&house, &provider).await;
        let now = start_of_tests().as_second();
        let lies: Vec<(&str, Lie)> = vec![
            ("a changed token", Box::new(|said| said.altered.0 = true)),
            ("changed userinfo", Box::new(|said| said.altered.1 = true)),
            ("userinfo without signature", Box::new(|said| said.signed = false)),
            ("another nonce", Box::new(|said| said.id_token["nonce"] = "n".repeat(43).into())),
            ("no nonce", Box::new(|said| said.id_token["nonce"] = Value::Null)),
            ("another client", Box::new(|said| said.id_token["aud"] = "autre".into())),
            ("another client too", Box::new(|said| said.id_token["aud"] = json!(["pepiniere", "autre"]))),
            ("another issuer", Box::new(|said| said.id_token["iss"] = "https://ailleurs.exemple".into())),
            ("another party", Box::new(|said| said.id_token["azp"] = "autre".into())),
            ("another access token", Box::new(|said| said.id_token["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA".into())),
            ("an expired token", Box::new(move |said| said.id_token["exp"] = now.into())),
            ("an old token", Box::new(move |said| said.id_token["iat"] = (now - 3_600).into())),
            ("userinfo of somebody else", Box::new(|said| said.user_info["sub"] = "dominique-7".into())),
            ("userinfo for another client", Box::new(|said| said.user_info["aud"] = "autre".into())),
            ("userinfo of another issuer", Box::new(|said| said.user_info["iss"] = "https://ailleurs.exemple".into())),
            ("expired userinfo", Box::new(move |said| said.user_info["exp"] = now.into())),
            ("no identity provider", Box::new(|said| said.user_info["idp_id"] = Value::Null)),
        ];
        let count = lies.len();
        for (what, lie) in lies {
            let (_, answer) = comes(&house, &provider, lie).await;
            assert_eq!(answer.status, 502, "{what}: {}", answer.text);
            assert!(cookie(&answer, "pepiniere_session").is_none(), "{what}");
            assert!(answer.text.contains("Recommencer avec ProConnect") && answer.text.contains("Recevoir un lien"), "{what}");
        }
        let (_, weak) = comes(&house, &provider, |said| said.id_token["acr"] = "faible".into()).await;
        assert_eq!(weak.status, 403);
        assert!(weak.text.contains("(faible)"), "{}", weak.text);
        let mut expected = vec!["level".to_owned()];
        expected.extend(vec!["unverified".to_owned(); count]);
        assert_eq!(refusals(&house).await, expected);
    }

    async fn a_return_is_good_once_in_time_and_in_its_browser(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        joined(&house, &provider).await;
        let (browser, location) = left(&house).await;
        let back = provider.vouch(&location, "camille-42", CAMILLE, |_| {});
        let stranger = Agent::nobody(house.client.clone(), &house.base_url);
        assert_eq!(stranger.open(&back).await.status, 410, "a browser that did not leave");
        let (other, _) = left(&house).await;
        assert_eq!(other.open(&back).await.status, 410, "a browser that left for itself");
        assert_eq!(browser.open(&back).await.status, 303);
        assert_eq!(browser.open(&back).await.status, 410, "once");

        let (browser, location) = left(&house).await;
        let back = provider.vouch(&location, "camille-42", CAMILLE, |_| {});
        house.wait(SignedDuration::from_mins(10));
        let late = browser.open(&back).await;
        assert_eq!(late.status, 410);
        assert!(late.text.contains("n’est plus valable"), "{}", late.text);
        assert_eq!(browser.open("/connexion/proconnect/retour").await.status, 410, "without anything");
        assert!(refusals(&house).await.is_empty(), "strangers write nothing in the log");

        let (browser, location) = left(&house).await;
        let state = location.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
        let given_up = browser.open(&format!("/connexion/proconnect/retour?error=access_denied&state={state}")).await;
        assert_eq!(given_up.status, 403);
        assert!(given_up.text.contains("abandonnée"), "{}", given_up.text);
        let (browser, location) = left(&house).await;
        let state = location.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
        let unknown_code = browser.open(&format!("/connexion/proconnect/retour?code=inconnu&state={state}")).await;
        assert_eq!(unknown_code.status, 410);
        let (browser, location) = left(&house).await;
        let state = location.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
        let mixed = browser.open(&format!("/connexion/proconnect/retour?code=x&state={state}&iss=https://ailleurs.exemple")).await;
        assert_eq!(mixed.status, 502, "the answer of another provider (RFC 9207)");
    }

    async fn an_unknown_organisation_is_named_and_refused(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        let agents = house.registry.house.people.agents().await.expect("agents").len();
        let (_, other) = comes(&house, &provider, |said| said.user_info["siret"] = "90000000200016".into()).await;
        assert_eq!(other.status, 403);
        assert!(other.text.contains("90000000200016") && other.text.contains("Écrivez à l’équipe"), "{}", other.text);
        let (_, silent) = comes(&house, &provider, |said| said.user_info["siret"] = Value::Null).await;
        assert_eq!(silent.status, 403);
        assert!(silent.text.contains("SIRET manque"), "{}", silent.text);
        joined(&house, &provider).await;
        let (_, moved) = comes(&house, &provider, |said| said.user_info["siret"] = "90000000200016".into()).await;
        assert_eq!(moved.status, 403, "who was known does not enter from elsewhere");
        assert_eq!(refusals(&house).await, ["organisation", "organisation", "organisation"]);
        assert_eq!(house.registry.house.people.agents().await.expect("agents").len(), agents);
    }

    async fn nobody_without_a_role_enters_and_nothing_is_created(house: TestHouse, provider: Provider) {
        let (_, stranger) = comes(&house, &provider, |_| {}).await;
        assert_eq!(stranger.status, 403);
        assert!(stranger.text.contains(CAMILLE) && stranger.text.contains("de vous inviter"), "{}", stranger.text);
        let (_, nameless) = comes(&house, &provider, |said| said.user_info["email"] = Value::Null).await;
        assert_eq!(nameless.status, 403);
        let people = &house.registry.house.people;
        assert!(people.agents().await.expect("agents").is_empty(), "no account was created");
        let id = invited(&house, "registry.user").await;
        joined(&house, &provider).await;
        let agent = people.agent(id).await.expect("an answer").expect("Camille");
        people.set_blocked(Actor::Program("tests"), &agent, true).await.expect("blocked");
        let (_, blocked) = comes(&house, &provider, |_| {}).await;
        assert_eq!(blocked.status, 403);
        assert!(blocked.text.contains("Votre compte est bloqué"), "{}", blocked.text);
        assert_eq!(refusals(&house).await, ["blocked", "no role", "no role"]);
    }

    async fn an_identity_provider_cannot_take_an_account_by_its_address(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        let lie = |said: &mut Said| said.user_info["idp_id"] = "annuaire compromis".into();
        let (_attacker, asked) = comes(&house, &provider, lie).await;
        assert!(asked.text.contains("Confirmez votre adresse"), "{}", asked.text);
        let victim = Agent::nobody(house.client.clone(), &house.base_url);
        let (link, code) = letter(&victim).await;
        let opened = victim.submit(&link, &[]).await;
        assert_eq!(opened.status, 403, "the link joins nothing from the victim's browser");
        assert!(cookie(&opened, "pepiniere_session").is_none());
        let typed = victim.submit("/connexion/code-recu", &[("id", &challenge(&asked)), ("code", &code)]).await;
        assert_eq!(typed.status, 403);
        let (_, again) = comes(&house, &provider, lie).await;
        assert!(again.text.contains("Confirmez votre adresse"), "nothing was joined");
        for _ in 0..3 {
            comes(&house, &provider, lie).await;
        }
        let (_, flooded) = comes(&house, &provider, lie).await;
        assert_eq!(flooded.status, 429, "a mailbox is not flooded");
    }

    async fn two_proofs_there_are_two_proofs_here(house: TestHouse, provider: Provider) {
        invited(&house, "registry.admin").await;
        let one = joined(&house, &provider).await;
        let asked = one.open("/registre/journal").await;
        assert!(asked.header("location").is_some_and(|to| to.starts_with("/connexion/code")), "one proof is not enough");
        let (browser, entered) = comes(&house, &provider, |said| said.id_token["amr"] = json!(["pwd", "mfa"])).await;
        let two = browser.with_cookie(&cookie(&entered, "pepiniere_session").expect("a session"));
        assert_eq!(two.open("/registre/journal").await.status, 200);
        let log = two.open("/comptes/registry").await.text;
        for line in ["Compte relié à ProConnect", "par ProConnect"] {
            assert!(log.contains(line), "{line}");
        }
    }

    async fn signing_out_ends_both_sessions(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        let camille = joined(&house, &provider).await;
        assert_eq!(camille.open("/registre/trajets").await.status, 200);
        let out = camille.submit("/deconnexion", &[]).await;
        assert_eq!(out.status, 200);
        let there = format!("{}/session/end?id_token_hint=", provider.issuer);
        assert!(out.text.contains(&there) && out.text.contains("post_logout_redirect_uri="), "{}", out.text);
        assert_eq!(camille.open("/registre/trajets").await.status, 303, "the session here is over already");
        let expected = cookie(&out, "pepiniere_sortie").expect("the state");
        let back = camille.with_cookie(&expected);
        let state = expected.split_once('=').expect("a value").1;
        assert_eq!(back.open(&format!("/deconnexion/proconnect?state={state}")).await.status, 200);
        assert_eq!(back.open("/deconnexion/proconnect?state=autre").await.status, 303);
        let by_mail = house.agent("registry.user", None).await.submit("/deconnexion", &[]).await;
        assert_eq!((by_mail.status, by_mail.header("location")), (303, Some("/")), "who came otherwise stays here");
    }

    async fn the_provider_may_change_its_keys(house: TestHouse, provider: Provider) {
        invited(&house, "registry.user").await;
        joined(&house, &provider).await;
        house.wait(SignedDuration::from_mins(2));
        provider.set_time(house.now());
        provider.change_key();
        let (_, entered) = comes(&house, &provider, |_| {}).await;
        assert_eq!(entered.status, 303, "{}", entered.text);
    }

    async fn an_emptied_account_keeps_no_identity(house: TestHouse, provider: Provider) {
        let id = invited(&house, "registry.user").await;
        joined(&house, &provider).await;
        let people = &house.registry.house.people;
        let role = people.roles_of(id).await.expect("roles").remove(0);
        people.take_role(Actor::Program("tests"), "registry", role.id, None, false).await.expect("taken");
        let (_, without) = comes(&house, &provider, |_| {}).await;
        assert_eq!(without.status, 403, "joined, but without a role");
        house.wait(SignedDuration::from_hours(24 * 366));
        provider.set_time(house.now());
        assert_eq!(people.forget_without_role().await.expect("a run"), 1);
        invited(&house, "registry.user").await;
        let (_, asked) = comes(&house, &provider, |_| {}).await;
        assert!(asked.text.contains("Confirmez votre adresse"), "the new account has its own identity: {}", asked.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_provider_the_mail_remains() {
    let mut config = Config { demonstration: true, ..Config::default() };
    config.limits.allow_internal_calls = true;
    let plain = TestHouse::start_with(StoreKind::Sqlite, config.clone()).await.expect("a house");
    let visitor = Agent::nobody(plain.client.clone(), &plain.base_url);
    assert!(!visitor.open("/connexion").await.text.contains("ProConnect"));
    for path in ["/connexion/proconnect", "/connexion/proconnect/retour", "/deconnexion/proconnect"] {
        assert_eq!(visitor.open(path).await.status, 404, "{path}");
    }

    let provider = Provider::start(start_of_tests()).await;
    let mut section = provider.section(&["900000001"]);
    section.issuer = "http://127.0.0.1:9".to_owned();
    config.proconnect = Some(section.clone());
    let cut = TestHouse::start_with(StoreKind::Sqlite, config.clone()).await.expect("a house");
    let answer = Agent::nobody(cut.client.clone(), &cut.base_url).open("/connexion/proconnect").await;
    assert_eq!(answer.status, 502);
    assert!(
        answer.text.contains("ProConnect ne répond pas") && answer.text.contains("Recevoir un lien"),
        "{}",
        answer.text
    );

    section.organisations.clear();
    config.proconnect = Some(section.clone());
    let refused =
        TestHouse::start_with(StoreKind::Sqlite, config.clone()).await.err().expect("a refusal").to_string();
    assert!(refused.contains("at least one SIRET or SIREN"), "{refused}");
    section.organisations.push("900000001".to_owned());
    config.proconnect = Some(section);
    config.limits.allow_internal_calls = false;
    let refused =
        TestHouse::start_with(StoreKind::Sqlite, config).await.err().expect("a refusal").to_string();
    assert!(refused.contains("[proconnect] issuer"), "{refused}");
}
