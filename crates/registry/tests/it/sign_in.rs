//! How an agent signs in: a link or a code by e-mail, a second proof where the role asks it.

use socle::audit::Actor;
use socle::people::{Email, NewMembership};
use testkit::{Agent, Answer, TestHouse, on_both_stores};

/// Gives a role without signing in; returns the address.
async fn invited(house: &TestHouse, role: &str) -> String {
    let email = "camille.martin@exemple.fr".to_owned();
    let role = NewMembership {
        service: "registry".to_owned(),
        role: role.to_owned(),
        tenant: None,
        tenant_name: "Registre".to_owned(),
    };
    let address = Email::parse(&email).expect("an address");
    house
        .registry
        .house
        .people
        .give_role(Actor::Program("tests"), address, "Camille".to_owned(), role)
        .await
        .expect("a role");
    email
}

/// The link and the code of the last message, read where a demonstration shows them.
async fn last_message(house: &TestHouse, visitor: &Agent) -> (String, String) {
    let page = visitor.open("/demonstration/messages").await.text;
    let link = page
        .split("/connexion/lien/")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .expect("a link");
    let code = page.split("restée ouverte : ").nth(1).map(|rest| rest[..6].to_owned()).expect("a code");
    let _ = house;
    (format!("/connexion/lien/{link}"), code)
}

fn challenge_of(page: &Answer) -> String {
    page.text
        .split("name=\"id\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a challenge")
        .to_owned()
}

on_both_stores! {
    async fn a_link_signs_in_once(house: TestHouse) {
        let email = invited(&house, "registry.user").await;
        let visitor = Agent::nobody(house.client.clone(), &house.base_url);
        let sent = visitor.submit("/connexion", &[("email", " Camille.Martin@exemple.fr "), ("suite", "/registre/trajets")]).await;
        assert_eq!(sent.status, 200);
        assert!(sent.text.contains(&email));
        let (link, _) = last_message(&house, &visitor).await;
        let opened = visitor.open(&link).await;
        assert_eq!(opened.status, 200, "opening the link uses nothing up: mail scanners open links");
        let followed = visitor.submit(&link, &[]).await;
        assert_eq!((followed.status, followed.header("location")), (303, Some("/registre/trajets")));
        let cookie = followed.header("set-cookie").expect("a session");
        for attribute in ["HttpOnly", "SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert_eq!(visitor.submit(&link, &[]).await.status, 410, "once");
    }
}

on_both_stores! {
    async fn a_code_can_be_typed_and_tries_are_counted(house: TestHouse) {
        invited(&house, "registry.user").await;
        let visitor = Agent::nobody(house.client.clone(), &house.base_url);
        let sent = visitor.submit("/connexion", &[("email", "camille.martin@exemple.fr")]).await;
        let id = challenge_of(&sent);
        let (_, code) = last_message(&house, &visitor).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = visitor.submit("/connexion/code-recu", &[("id", &id), ("code", wrong)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("pas le bon"), "{}", refused.text);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(visitor.submit("/connexion/code-recu", &[("id", &id), ("code", &spaced)]).await.status, 303);

        let sent = visitor.submit("/connexion", &[("email", "camille.martin@exemple.fr")]).await;
        let id = challenge_of(&sent);
        let (_, code) = last_message(&house, &visitor).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            visitor.submit("/connexion/code-recu", &[("id", &id), ("code", wrong)]).await;
        }
        let late = visitor.submit("/connexion/code-recu", &[("id", &id), ("code", &code)]).await;
        assert_eq!(late.status, 422, "after five wrong codes the right one is no longer accepted");
    }
}

on_both_stores! {
    async fn a_link_ages_and_nobody_learns_who_has_an_account(house: TestHouse) {
        invited(&house, "registry.user").await;
        let visitor = Agent::nobody(house.client.clone(), &house.base_url);
        visitor.submit("/connexion", &[("email", "camille.martin@exemple.fr")]).await;
        let (link, _) = last_message(&house, &visitor).await;
        house.wait(jiff::SignedDuration::from_mins(15));
        assert_eq!(visitor.submit(&link, &[]).await.status, 410);
        let unknown = visitor.submit("/connexion", &[("email", "inconnue@exemple.fr")]).await;
        assert_eq!(unknown.status, 200);
        assert!(unknown.text.contains("Si un compte existe"));
        let not_an_address = visitor.submit("/connexion", &[("email", "camille")]).await;
        assert_eq!(not_an_address.status, 422);
        assert!(not_an_address.text.contains("value=\"camille\""), "what was typed is kept");
        assert!(not_an_address.text.contains("href=\"#field-email\""), "the summary leads to the field");
    }
}

on_both_stores! {
    async fn an_administrator_gives_a_second_proof(house: TestHouse) {
        invited(&house, "registry.admin").await;
        let visitor = Agent::nobody(house.client.clone(), &house.base_url);
        visitor.submit("/connexion", &[("email", "camille.martin@exemple.fr")]).await;
        let (link, _) = last_message(&house, &visitor).await;
        let followed = visitor.submit(&link, &[]).await;
        let cookie = followed.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
        let admin = visitor.with_cookie(&cookie);
        let blocked = admin.open("/registre/journal").await;
        assert_eq!(blocked.status, 303);
        assert!(blocked.header("location").is_some_and(|to| to.starts_with("/connexion/code")), "{:?}", blocked.header("location"));

        let page = admin.open("/connexion/code?suite=%2Fregistre%2Fjournal").await.text;
        let secret = page.split("totp/").nth(1).and_then(|rest| rest.split("secret=").nth(1)).expect("a link");
        let secret = secret.split('&').next().expect("a secret").to_owned();
        let again = admin.open("/connexion/code").await.text;
        assert!(again.contains(&secret), "the key stays the same until it is confirmed");
        let wrong = admin.submit("/connexion/code", &[("code", "123")]).await;
        assert_eq!(wrong.status, 422);
        let code = generated(&secret, house.now().as_second());
        let right = admin.submit("/connexion/code", &[("code", &code), ("suite", "/registre/journal")]).await;
        assert_eq!((right.status, right.header("location")), (303, Some("/registre/journal")));
        assert_eq!(admin.open("/registre/journal").await.status, 200);
        assert_eq!(admin.submit("/connexion/code", &[("code", &code)]).await.status, 422, "a code is good once");
    }
}

/// What a code generator shows (RFC 6238), from a Base32 secret.
fn generated(secret: &str, seconds: i64) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let bits: Vec<u8> = secret
        .bytes()
        .flat_map(|letter| {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                .iter()
                .position(|known| *known == letter)
                .expect("Base32");
            (0..5).rev().map(move |bit| u8::try_from(value >> bit & 1).expect("a bit"))
        })
        .collect();
    let key: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).expect("a key");
    mac.update(&(seconds / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes([
        digest[offset] & 127,
        digest[offset + 1],
        digest[offset + 2],
        digest[offset + 3],
    ]);
    format!("{:06}", number % 1_000_000)
}

on_both_stores! {
    async fn asking_again_and_again_tells_nothing(house: TestHouse) {
        invited(&house, "registry.user").await;
        let visitor = Agent::nobody(house.client.clone(), &house.base_url);
        for _ in 0..8 {
            let known = visitor.submit("/connexion", &[("email", "camille.martin@exemple.fr")]).await;
            let unknown = visitor.submit("/connexion", &[("email", "inconnue@exemple.fr")]).await;
            assert_eq!((known.status, unknown.status), (200, 200));
        }
        let messages = visitor.open("/demonstration/messages").await.text;
        assert_eq!(messages.matches("/connexion/lien/").count(), 5, "a mailbox is not flooded");
    }
}

on_both_stores! {
    async fn second_codes_cannot_be_guessed_by_trying(house: TestHouse) {
        let admin = house.agent("registry.admin", None).await;
        admin.open("/connexion/code").await;
        let mut statuses = Vec::new();
        for n in 0..6 {
            statuses.push(admin.submit("/connexion/code", &[("code", &format!("00000{n}"))]).await.status);
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    }
}

on_both_stores! {
    async fn forms_of_other_sites_are_refused_and_nobody_is_sent_away(house: TestHouse) {
        let email = invited(&house, "registry.user").await;
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://ailleurs.exemple")] {
            let url = format!("{}/connexion", house.base_url);
            let request = house.client.post(url).header(name, value).header("content-type", "application/x-www-form-urlencoded");
            let answer = request.body(format!("email={email}")).send().await.expect("an answer");
            assert_eq!(answer.status(), 403, "{name}");
        }
        let visitor = Agent::nobody(house.client.clone(), &house.base_url);
        for away in ["https://ailleurs.exemple/", "//ailleurs.exemple/", "/\\ailleurs.exemple"] {
            let page = visitor.open(&format!("/connexion?suite={away}")).await.text;
            assert!(page.contains("name=\"suite\" value=\"/\""), "{away}");
        }
    }
}

on_both_stores! {
    async fn a_session_ends(house: TestHouse) {
        let agent = house.agent("registry.user", None).await;
        assert_eq!(agent.open("/registre/trajets").await.status, 200);
        house.wait(jiff::SignedDuration::from_hours(12));
        let ended = agent.open("/registre/trajets").await;
        assert_eq!((ended.status, ended.header("location")), (303, Some("/connexion?suite=%2Fregistre%2Ftrajets")));
        let agent = house.agent("registry.user", None).await;
        assert_eq!(agent.submit("/deconnexion", &[]).await.status, 303);
        assert_eq!(agent.open("/registre/trajets").await.status, 303, "signing out ends the session on the server");
    }
}
