//! An operator goes from a request to its first accepted journey alone, and the team sees who is stuck where, since when.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use socle::config::Config;
use testkit::{Agent, Answer, JourneyBody, OperatorServer, StoreKind, TestHouse, on_both_stores};

const EMAIL: &str = "lea.moreau@covoit-lac.exemple.fr";
const REQUEST: [(&str, &str); 7] = [
    ("name", "Covoit’Lac"),
    ("legal_name", "Coopérative Covoit’Lac"),
    ("siret", "900 000 005 00011"),
    ("person", "Léa Moreau"),
    ("email", EMAIL),
    ("technical_email", "technique@covoit-lac.exemple.fr"),
    ("conditions", "oui"),
];

fn visitor(house: &TestHouse) -> Agent {
    Agent::nobody(house.client.clone(), &house.base_url)
}

/// The last link of this kind in the messages that would have been sent.
async fn last_link(house: &TestHouse, beginning: &str) -> String {
    let page = visitor(house).open("/demonstration/messages").await.text;
    let link = page.split(&format!("{}{beginning}", house.base_url)).nth(1).expect("a link");
    format!("{beginning}{}", link.split_whitespace().next().expect("a link"))
}

/// Asks to join and confirms: the page that says so.
async fn join(house: &TestHouse, request: &[(&str, &str)]) -> Answer {
    let sent = visitor(house).submit("/registre/rejoindre", request).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let link = last_link(house, "/registre/rejoindre/").await;
    let opened = visitor(house).open(&link).await;
    assert_eq!(opened.status, 200, "opening the link uses nothing up: mail scanners open links");
    visitor(house).submit(&link, &[]).await
}

/// Signs in by the link received at this address.
async fn sign_in(house: &TestHouse, email: &str) -> Agent {
    let fields = [("email", email), ("suite", "/registre/raccordement")];
    assert_eq!(visitor(house).submit("/connexion", &fields).await.status, 200);
    let link = last_link(house, "/connexion/lien/").await;
    let followed = visitor(house).submit(&link, &[]).await;
    assert_eq!((followed.status, followed.header("location")), (303, Some("/registre/raccordement")));
    let cookie =
        followed.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session");
    visitor(house).with_cookie(cookie)
}

/// An operator that has just joined: its administrator and its number.
async fn candidate(house: &TestHouse) -> (Agent, i64) {
    let joined = join(house, &REQUEST).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let scope = socle::rights::Scope::All;
    let operators =
        registry::store::operator::list(&house.registry.database, &scope).await.expect("operators");
    let number = operators.iter().find(|operator| operator.name == "Covoit’Lac").expect("the operator").id;
    (sign_in(house, EMAIL).await, number)
}

/// The number of the step that the page asks for.
async fn current_step(agent: &Agent) -> String {
    let page = agent.open("/registre/raccordement").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let before = page.text.split("À faire maintenant").next().unwrap_or_default().to_owned();
    if before.len() == page.text.len() {
        return "none".to_owned();
    }
    before.rsplit("id=\"etape-").next().and_then(|rest| rest.split('"').next()).expect("a step").to_owned()
}

/// The bodies that the example of a step sends, in order.
async fn examples(agent: &Agent, step: usize) -> Vec<Value> {
    let page = agent.open("/registre/raccordement").await.text;
    let example = page.split(&format!("Exemple de l’étape {step}\">")).nth(1).expect("an example");
    let text =
        example.split("</pre>").next().unwrap_or_default().replace("&#34;", "\"").replace("&#39;", "'");
    let bodies = text.split("-d '").skip(1).filter_map(|rest| rest.split('\'').next());
    bodies.map(|body| serde_json::from_str(body).expect("JSON")).collect()
}

/// Does steps 2 to 5 by copying the examples of the page.
async fn try_everything(house: &TestHouse, admin: &Agent, operator: i64) -> OperatorServer {
    let server = house.sandbox_server(admin, operator).await.speaking("v3.4");
    let send =
        async |body: &Value| server.ask(Method::POST, "/journeys", Some(body.to_string())).await.status;
    assert_eq!(current_step(admin).await, "3");
    let example = examples(admin, 3).await;
    assert_eq!(example[0]["access_key"], server.access_key.as_str(), "the operator's own key");
    assert_eq!(send(&example[1]).await, 201);
    assert_eq!(current_step(admin).await, "4");
    let example = examples(admin, 4).await;
    assert_eq!((send(&example[1]).await, send(&example[2]).await, send(&example[3]).await), (201, 409, 201));
    assert_eq!(current_step(admin).await, "5");
    let example = examples(admin, 5).await;
    assert_eq!(send(&example[1]).await, 201);
    let path = format!("/journeys/{}", example[1]["operator_journey_id"].as_str().expect("an identifier"));
    let corrected = server.ask(Method::PATCH, &path, Some(example[2].to_string())).await;
    assert_eq!(corrected.status, 200, "{}", corrected.text);
    assert_eq!(current_step(admin).await, "5", "a cancellation is still missing");
    let canceled = server.ask(Method::POST, &format!("{path}/cancel"), Some(example[3].to_string())).await;
    assert_eq!(canceled.status, 200, "{}", canceled.text);
    server
}

async fn give_notice(admin: &Agent) {
    let fields = [("url", "https://covoit-lac.exemple.fr/vos-donnees")];
    assert_eq!(admin.submit("/registre/raccordement/information", &fields).await.status, 303);
}

on_both_stores! {
    async fn alone_from_the_request_to_the_first_accepted_journey(house: TestHouse) {
        let joined = join(&house, &REQUEST).await;
        assert_eq!(joined.status, 200, "{}", joined.text);
        assert!(joined.header("set-cookie").is_none(), "nobody is signed in by confirming");
        let admin = sign_in(&house, EMAIL).await;
        let desk = admin.open("/registre").await;
        assert!(desk.text.contains("Votre raccordement") && desk.text.contains("Étape 2 sur 9"), "{}", desk.text);
        assert_eq!(current_step(&admin).await, "2", "the conditions were accepted with the request");
        let operator: i64 = admin.open("/v3.4/auth/credentials").await.json().as_array().map_or(-1, |keys| i64::try_from(keys.len()).unwrap_or(-1));
        assert_eq!(operator, 0, "no key yet");
        let scope = socle::rights::Scope::All;
        let operator = registry::store::operator::list(&house.registry.database, &scope).await.expect("operators")[0].id;
        try_everything(&house, &admin, operator).await;
        assert_eq!(current_step(&admin).await, "6");
        let wrong = admin.submit("/registre/raccordement/information", &[("url", "notre site")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("value=\"notre site\"") && wrong.text.contains("href=\"#field-url\""), "{}", wrong.text);
        give_notice(&admin).await;
        assert_eq!(current_step(&admin).await, "8", "the conditions are accepted already");
        let (access_key, secret_key) = admin.submit("/registre/cles", &[("label", "production")]).await.new_key();
        assert_eq!(current_step(&admin).await, "9");
        let server = OperatorServer::new(house.client.clone(), &house.base_url, operator, access_key, secret_key);
        server.renew_token().await;
        let proof = JourneyBody::an_hour_before(house.now());
        assert_eq!(server.send(&proof).await.status, 201);
        house.settle().await;
        assert_eq!(server.status(proof.id()).await, "ok");
        assert_eq!(current_step(&admin).await, "none");
        let page = admin.open("/registre/raccordement").await.text;
        assert!(page.contains("est connecté depuis") && page.contains("tout est fait"), "{page}");
        let team = house.agent("registry.user", None).await;
        assert!(team.open("/registre/accompagnement").await.text.contains("Personne n’est arrêté"));
        socle::audit::verify(&house.registry.database).await.expect("an unbroken chain");
    }
}

on_both_stores! {
    async fn a_link_serves_once_and_ages(house: TestHouse) {
        visitor(&house).submit("/registre/rejoindre", &REQUEST).await;
        let link = last_link(&house, "/registre/rejoindre/").await;
        let (id, _) = link.rsplit_once('/').expect("two halves");
        assert_eq!(visitor(&house).submit(&format!("{id}/devinette"), &[]).await.status, 410, "a guess");
        house.wait(SignedDuration::from_hours(47));
        assert_eq!(visitor(&house).submit(&link, &[]).await.status, 200);
        let again = visitor(&house).submit(&link, &[]).await;
        assert_eq!(again.status, 410, "once");
        assert!(again.text.contains("déjà servi"), "{}", again.text);
        visitor(&house).submit("/registre/rejoindre", &REQUEST).await;
        let late = last_link(&house, "/registre/rejoindre/").await;
        assert_ne!(late, link);
        house.wait(SignedDuration::from_hours(48));
        assert_eq!(visitor(&house).submit(&late, &[]).await.status, 410, "too old");
        let scope = socle::rights::Scope::All;
        let operators = registry::store::operator::list(&house.registry.database, &scope).await.expect("operators");
        assert_eq!(operators.len(), 1, "one operator for one confirmation");
    }
}

on_both_stores! {
    async fn a_request_tells_nothing_and_is_forgotten(house: TestHouse) {
        let (_, _) = candidate(&house).await;
        let words = |answer: &Answer, email: &str| answer.text.replace(email, "…");
        let known = visitor(&house).submit("/registre/rejoindre", &REQUEST).await;
        let mut other = REQUEST;
        other[4] = ("email", "inconnue@exemple.fr");
        let unknown = visitor(&house).submit("/registre/rejoindre", &other).await;
        assert_eq!(words(&known, EMAIL), words(&unknown, "inconnue@exemple.fr"), "nobody learns who is known");
        for _ in 0..6 {
            assert_eq!(visitor(&house).submit("/registre/rejoindre", &other).await.status, 200);
        }
        let messages = visitor(&house).open("/demonstration/messages").await.text;
        assert_eq!(messages.matches("inconnue@exemple.fr").count(), 3, "a mailbox is not flooded");
        let mut wrong = REQUEST;
        wrong[2] = ("siret", "12");
        wrong[6] = ("conditions", "");
        let refused = visitor(&house).submit("/registre/rejoindre", &wrong).await;
        assert_eq!(refused.status, 422);
        for expected in ["14 chiffres", "href=\"#field-siret\"", "href=\"#field-conditions\"", "value=\"Léa Moreau\""] {
            assert!(refused.text.contains(expected), "{expected}: {}", refused.text);
        }
        let team = house.agent("registry.user", None).await;
        let page = team.open("/registre/accompagnement").await.text;
        assert!(page.contains("4 demandes attendent"), "{page}");
        assert!(!page.contains("inconnue@exemple.fr"), "counted, not named: {page}");
        house.wait(SignedDuration::from_hours(24 * 7 + 1));
        assert_eq!(house.run_job("registry", "forgetting").await, 5, "with the one that was confirmed");
        let team = house.agent("registry.user", None).await;
        assert!(team.open("/registre/accompagnement").await.text.contains("Aucune demande n’attend"));
        let log = house.agent("registry.admin", None).await.open("/registre/journal").await.text;
        assert!(log.contains("Demandes anciennes effacées") && !log.contains(EMAIL), "{log}");
    }
}

on_both_stores! {
    async fn nothing_real_opens_before_the_steps_are_done(house: TestHouse) {
        let (admin, operator) = candidate(&house).await;
        let keys = admin.open("/registre/cles").await.text;
        assert!(keys.contains("Voir les étapes qui manquent") && !keys.contains("Créer la clé"), "{keys}");
        let early = admin.submit("/registre/cles", &[("label", "trop tôt")]).await;
        assert_eq!(early.status, 409);
        assert!(early.text.contains("il manque des étapes"), "{}", early.text);
        let by_api = admin.ask(Method::POST, "/v3.4/auth/credentials", None).await;
        assert_eq!(by_api.status, 409, "{}", by_api.text);
        let team = house.agent("registry.admin", None).await;
        let by_team = team.ask(Method::POST, &format!("/v3.4/auth/credentials?operator_id={operator}"), None).await;
        assert_eq!(by_team.status, 409, "nor by the team: {}", by_team.text);
        let journey = JourneyBody::an_hour_before(house.now());
        let by_hand = admin.ask(Method::POST, "/v3.4/journeys", Some(("application/json", journey.to_string()))).await;
        assert_eq!(by_hand.status, 403, "nor without a key: {}", by_hand.text);
        assert!(by_hand.text.contains("/registre/raccordement"), "{}", by_hand.text);
        let tried = JourneyBody::fictional(house.now());
        let in_sandbox = admin.ask(Method::POST, "/bac-a-sable/v3.4/journeys", Some(("application/json", tried.to_string()))).await;
        assert_eq!(in_sandbox.status, 201, "the sandbox is open at once: {}", in_sandbox.text);
        let staff = house.agent("operator.user", Some(operator)).await;
        let read = staff.open("/registre/raccordement").await;
        assert_eq!(read.status, 200);
        assert!(!read.text.contains("Enregistrer l’adresse"), "staff reads: {}", read.text);
        assert_eq!(staff.submit("/registre/raccordement/information", &[("url", "https://exemple.fr/")]).await.status, 403);
    }
}

on_both_stores! {
    async fn where_the_team_must_agree_it_is_asked(house: TestHouse) {
        let kind = match &house.config().store.postgres {
            Some(url) => StoreKind::Postgres { url: url.clone() },
            None => StoreKind::Sqlite,
        };
        let mut config = Config { demonstration: true, ..Config::default() };
        config.limits.rate_multiplier = 1_000;
        config.onboarding.approval = true;
        let house = TestHouse::start_with(kind, config).await.expect("a house that asks");
        let (admin, operator) = candidate(&house).await;
        try_everything(&house, &admin, operator).await;
        give_notice(&admin).await;
        let page = admin.open("/registre/raccordement").await.text;
        assert!(page.contains("l’équipe du registre doit maintenant donner son accord"), "{page}");
        let early = admin.submit("/registre/cles", &[("label", "production")]).await;
        assert_eq!(early.status, 409);
        assert!(early.text.contains("doit donner son accord"), "{}", early.text);
        let detail = format!("/registre/accompagnement/{operator}");
        let (team, head) = (house.agent("registry.user", None).await, house.agent("registry.admin", None).await);
        let waiting = team.open("/registre/accompagnement?etape=accord").await.text;
        assert!(waiting.contains("Attend l’accord de l’équipe") && waiting.contains("Covoit’Lac"), "{waiting}");
        assert_eq!(team.submit(&format!("{detail}/accord"), &[]).await.status, 403, "the administration decides");
        assert!(head.open(&detail).await.text.contains("Donner l’accord"));
        assert_eq!(head.submit(&format!("{detail}/accord"), &[]).await.status, 303);
        assert_eq!(current_step(&admin).await, "8");
        assert!(head.open(&detail).await.text.contains("Clore la demande"), "until the key is drawn");
        admin.submit("/registre/cles", &[("label", "production")]).await.new_key();
        assert_eq!(current_step(&admin).await, "9");
        let late = head.submit(&format!("{detail}/clore"), &[("because", "trop tard")]).await;
        assert_eq!(late.status, 409, "a real key is not left working by a closed request: {}", late.text);
    }
}

on_both_stores! {
    async fn the_team_sees_who_is_stuck_where_since_when(house: TestHouse) {
        let registered = house.operator("La Ligne Rurale").await;
        house.wait(SignedDuration::from_hours(24 * 2));
        let (admin, operator) = candidate(&house).await;
        let server = house.sandbox_server(&admin, operator).await;
        assert_eq!(server.send(&JourneyBody::fictional(house.now())).await.status, 201);
        let short = JourneyBody::fictional(house.now()).of_fiction("carl", "dora").with("/distance", 900);
        assert_eq!(server.send(&short).await.status, 422);
        house.wait(SignedDuration::from_hours(24 * 3));

        let team = house.agent("registry.user", None).await;
        let list = team.open("/registre/accompagnement").await.text;
        let row = |list: &str, name: &str| list.split("<tr>").find(|row| row.contains(name)).unwrap_or_default().to_owned();
        let stuck = row(&list, "Covoit’Lac");
        for expected in ["4. Recevoir un refus", "27\u{a0}novembre 2026", "depuis 3 jours", "trop court (distance_too_short)", EMAIL] {
            assert!(stuck.contains(expected), "{expected}: {stuck}");
        }
        let other = row(&list, "La Ligne Rurale");
        assert!(other.contains("2. Créer une clé du bac à sable") && other.contains("depuis 5 jours"), "{other}");
        assert!(list.find("La Ligne Rurale") < list.find("Covoit’Lac"), "who waits the longest comes first");
        let filtered = team.open("/registre/accompagnement?etape=refus-essai").await.text;
        assert!(row(&filtered, "Covoit’Lac").contains("depuis 3 jours") && row(&filtered, "La Ligne Rurale").is_empty());
        assert!(team.open("/registre/accompagnement?etape=trajet").await.text.contains("Personne n’est arrêté à cette étape"));

        let detail = format!("/registre/accompagnement/{operator}");
        assert_eq!(team.submit(&format!("{detail}/note"), &[("text", " ")]).await.status, 422);
        assert_eq!(team.submit(&format!("{detail}/note"), &[("text", "Appelés lundi : ils lisent mal les 422.")]).await.status, 303);
        let page = team.open(&detail).await.text;
        assert!(page.contains("Camille Test") && page.contains("ils lisent mal les 422"), "{page}");
        assert!(page.contains("technique@covoit-lac.exemple.fr"));
        assert!(!page.contains("Clore la demande"), "the administration decides: {page}");
        assert_eq!(admin.open(&detail).await.status, 303, "the session ended; and operators read their own page");
        let admin = sign_in(&house, EMAIL).await;
        assert_eq!(admin.open(&detail).await.status, 403);

        // A closed request closes the sandbox, and says why.
        let head = house.agent("registry.admin", None).await;
        assert_eq!(head.submit(&format!("{detail}/clore"), &[("because", "")]).await.status, 422, "why?");
        assert_eq!(head.submit(&format!("{detail}/clore"), &[("because", "Société dissoute.")]).await.status, 303);
        assert_eq!(server.ask_token().await.status, 401);
        assert!(admin.open("/registre/raccordement").await.text.contains("Société dissoute."));
        assert!(row(&team.open("/registre/accompagnement").await.text, "Covoit’Lac").is_empty());
        assert!(team.open("/registre/accompagnement?etape=close").await.text.contains("Covoit’Lac"));
        assert_eq!(head.submit(&format!("{detail}/rouvrir"), &[]).await.status, 303);
        assert_eq!(server.ask_token().await.status, 201);

        // An operator that the team registered sends as before, and is told to be silent after thirty days.
        registered.renew_token().await;
        assert_eq!(registered.send(&JourneyBody::an_hour_before(house.now())).await.status, 201);
        house.settle().await;
        assert!(row(&team.open("/registre/accompagnement").await.text, "La Ligne Rurale").is_empty());
        house.wait(SignedDuration::from_hours(24 * 32));
        let team = house.agent("registry.user", None).await;
        let silent = row(&team.open("/registre/accompagnement?etape=silence").await.text, "La Ligne Rurale");
        assert!(silent.contains("aucun trajet valide depuis 30 jours"), "{silent}");
        let refused = head_of(&house).await.submit(&format!("/registre/accompagnement/{}/clore", registered.id), &[("because", "x")]).await;
        assert_eq!(refused.status, 409, "no request to close: {}", refused.text);
    }
}

async fn head_of(house: &TestHouse) -> Agent {
    house.agent("registry.admin", None).await
}

on_both_stores! {
    async fn operators_that_the_team_registers_keep_working(house: TestHouse) {
        let team = house.agent("registry.admin", None).await;
        let fields = [("name", "Trajets Partagés"), ("legal_name", "Trajets Partagés SAS"), ("siret", "90000000200018"), ("email", "a@exemple.fr")];
        let registered = team.submit("/registre/operateurs", &fields).await;
        let number: i64 = registered.header("location").and_then(|to| to.split(['/', '?']).nth(3)?.parse().ok()).expect("a number");
        let admin = house.agent("operator.admin", Some(number)).await;
        assert_eq!(current_step(&admin).await, "2", "the team made its account");
        let accepted = async |version: &str| {
            admin.submit("/registre/raccordement/conditions", &[("conditions", "oui"), ("version", version)]).await.status
        };
        assert_eq!(accepted("2020-01").await, 422, "another version than the one shown");
        assert_eq!(accepted("2026-11").await, 303);
        assert_eq!(accepted("2026-11").await, 303, "twice changes nothing");
        let made = admin.ask(Method::POST, "/v3.4/auth/credentials", None).await;
        assert_eq!(made.status, 201, "registered by the team, open from the start: {}", made.text);
        let body = json!({"access_key": made.json()["access_key"], "secret_key": made.json()["secret_key"]});
        let url = format!("{}/v3.4/auth/access_token", house.base_url);
        let token = Answer::of(house.client.post(url).json(&body).send().await.expect("an answer")).await;
        assert_eq!(token.status, 201);
    }
}

on_both_stores! {
    async fn what_a_crash_cuts_the_next_use_finishes(house: TestHouse) {
        // The operator exists on the real side only, as if the program had been killed just after.
        let operator = house.operator("Covoit’Vallée").await;
        let sandbox = house.registry.sandbox().expect("a sandbox");
        let there = async || {
            let scope = socle::rights::Scope::All;
            registry::store::operator::list(&sandbox.database, &scope).await.expect("operators")
        };
        assert_eq!(there().await, []);
        let admin = house.agent("operator.admin", Some(operator.id)).await;
        assert_eq!(admin.open("/registre/bac-a-sable/cles").await.status, 200);
        let brought = there().await;
        assert_eq!((brought[0].id, brought[0].contact_email.as_str()), (operator.id, ""), "the contact stays where it is");
        // A request whose operator was made, but not its administrator: the same link finishes it, for one operator.
        visitor(&house).submit("/registre/rejoindre", &REQUEST).await;
        let link = last_link(&house, "/registre/rejoindre/").await;
        let mut halves = link.rsplit('/').map(str::to_owned);
        let (secret, id) = (halves.next().expect("a secret"), halves.next().expect("an identifier"));
        let cut = registry::store::join_request::Link { id, secret };
        let (database, keyring) = (&house.registry.database, &house.registry.keyring);
        let made = registry::store::join_request::confirm(database, keyring, &cut).await.expect("a store").expect("an operator");
        assert_eq!(visitor(&house).submit(&link, &[]).await.status, 200, "the link still serves");
        assert_eq!(visitor(&house).submit(&link, &[]).await.status, 410, "once");
        let admin = sign_in(&house, EMAIL).await;
        assert!(admin.open("/registre/raccordement").await.text.contains("Covoit’Lac"));
        let scope = socle::rights::Scope::All;
        let operators = registry::store::operator::list(database, &scope).await.expect("operators");
        assert_eq!(operators.iter().filter(|one| one.name.starts_with("Covoit’Lac")).map(|one| one.id).collect::<Vec<_>>(), [made.operator.id]);

        house.operator("Trajets Partagés").await;
        assert_eq!(house.run_job("registry_sandbox", "operators").await, 1, "or the job does");
        assert_eq!(house.run_job("registry_sandbox", "operators").await, 0);
        assert_eq!(there().await.len(), 3);
    }
}
