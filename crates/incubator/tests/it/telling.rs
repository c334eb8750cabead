//! Duties that come to people: a letter a month, and a calendar.

use jiff::SignedDuration;
use testkit::{Agent, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

on_both_stores! {
    async fn a_calendar_shows_what_its_role_may_read_and_ends_with_it(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;
        let made = sponsor.submit("/incubateur/echeances/recevoir/calendrier", &[]).await;
        let secret = made.text.split("/incubateur/calendrier/").nth(1).and_then(|rest| rest.split('<').next()).expect("an address").trim().to_owned();
        let anyone = Agent::nobody(house.client.clone(), &house.base_url);
        let calendar = anyone.open(&format!("/incubateur/calendrier/{secret}")).await;
        assert_eq!(calendar.status, 200);
        assert!(calendar.header("content-type").is_some_and(|kind| kind.starts_with("text/calendar")));
        assert!(calendar.text.contains("DTSTART;VALUE=DATE:20270302") && calendar.text.contains("SUMMARY:Tenir le comité"), "{}", calendar.text);
        assert!(calendar.text.contains("objectif interne"), "a target is told as such: {}", calendar.text);
        assert!(!sponsor.open("/incubateur/echeances/recevoir").await.text.contains(&secret), "told once");
        assert_eq!(anyone.open("/incubateur/calendrier/devine").await.status, 404);
        assert_eq!(sponsor.submit("/incubateur/echeances/recevoir/arreter", &[]).await.status, 303);
        assert_eq!(anyone.open(&format!("/incubateur/calendrier/{secret}")).await.status, 404);
    }
}

on_both_stores! {
    async fn a_digest_comes_once_a_month_and_never_to_who_wants_none(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let coach = agent(&house, "product.coach", Some("service:vergers")).await;
        let elsewhere = agent(&house, "product.lead", Some("service:ailleurs")).await;
        assert_eq!(coach.submit("/incubateur/echeances/recevoir", &[("period", "never")]).await.status, 303);
        house.run_job("incubator", "digest").await;
        house.run_job("incubator", "digest").await;
        let incubator = incubator::Incubator::open(&house.registry.house).await.expect("the incubator");
        let letters = || async {
            let posted = socle::outbox::latest(&incubator.database, &incubator.keyring, 100).await.expect("letters");
            posted.into_iter().filter_map(|(_, message)| match message {
                socle::outbox::Message::Mail { to, text, .. } => Some((to, text)),
                socle::outbox::Message::Webhook { .. } => None,
            }).collect::<Vec<_>>()
        };
        let told = letters().await;
        let to = |who: &Agent, all: &[(String, String)]| all.iter().filter(|(to, _)| *to == who.email).count();
        assert_eq!((to(&lead, &told), to(&coach, &told), to(&elsewhere, &told)), (1, 0, 0));
        let (_, text) = told.iter().find(|(to, _)| *to == lead.email).expect("a letter");
        assert!(text.contains("En retard") && text.contains("Délégation vergers partagés, article 2"), "{text}");
        house.wait(SignedDuration::from_hours(24 * 7));
        house.run_job("incubator", "digest").await;
        assert_eq!(to(&lead, &letters().await), 2, "another month");
    }
}
