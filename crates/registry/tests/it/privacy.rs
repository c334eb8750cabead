//! Personal data live no longer than promised, and a person may ask what is known of them, or to be forgotten.

use jiff::SignedDuration;
use registry::store::erasure;
use testkit::{Agent, JourneyBody, TestHouse, on_both_stores};

/// Runs the retention rule until nothing is left to erase.
async fn retain(house: &TestHouse) -> u64 {
    let before = erasure::limit(house.now(), house.registry.house.config.retention.journeys_months);
    let mut erased = 0;
    loop {
        let ran = erasure::run(&house.registry.database, before).await.expect("an erasure");
        erased += ran.done;
        if !ran.more {
            return erased;
        }
    }
}

async fn journeys_counted(house: &TestHouse) -> f64 {
    let anyone = Agent::nobody(house.client.clone(), &house.base_url);
    let document = anyone.open("/stats.json").await.json();
    let journeys = document["indicators"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| one["name"] == "journeys" && one["period"]["from"].is_null())
        .expect("journeys");
    journeys["value"].as_f64().expect("a number")
}

on_both_stores! {
    async fn a_journey_is_erased_after_fifteen_months_and_stays_counted(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let (old, refused) = (
            JourneyBody::an_hour_before(house.now()),
            JourneyBody::an_hour_before(house.now()).of("carl", "dora").with("/distance", 900),
        );
        assert_eq!(operator.send(&old).await.status, 201);
        assert_eq!(operator.send(&refused).await.status, 422);
        house.settle().await;
        // 25 November 2026 + 15 months: 25 February 2028; the day itself is still kept.
        house.wait(SignedDuration::from_hours(24 * 457));
        operator.renew_token().await;
        let young = JourneyBody::an_hour_before(house.now());
        assert_eq!(operator.send(&young).await.status, 201);
        house.settle().await;
        assert_eq!(retain(&house).await, 0, "fifteen months to the day");
        house.wait(SignedDuration::from_hours(24));
        assert_eq!(retain(&house).await, 2);
        operator.renew_token().await;
        assert_eq!(operator.read(old.id()).await.status, 404);
        assert_eq!(operator.status(young.id()).await, "ok");
        assert!((journeys_counted(&house).await - 2.0).abs() < f64::EPSILON, "figures survive");
        let dpo = house.agent("registry.dpo", None).await;
        let page = dpo.open("/registre/donnees").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("<dd>2</dd>") && page.text.contains("15 mois"), "{}", page.text);
        socle::audit::verify(&house.registry.database).await.expect("an unbroken chain");
        assert_eq!(retain(&house).await, 0, "once");
    }
}

on_both_stores! {
    async fn a_person_reads_what_is_known_of_them_then_is_forgotten(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let (first, second, others) = (
            JourneyBody::an_hour_before(house.now()).of("alice", "bob").with("/licence_plate", "AA-123-BB"),
            JourneyBody::an_hour_before(house.now() - SignedDuration::from_hours(4)).of("carl", "alice"),
            JourneyBody::an_hour_before(house.now()).of("eve", "finn"),
        );
        for journey in [&first, &second, &others] {
            assert_eq!(operator.send(journey).await.status, 201);
        }
        house.settle().await;
        let phone = first.0["driver"]["identity"]["phone"].as_str().expect("a number").to_owned();
        let key = first.0["driver"]["identity"]["identity_key"].as_str().expect("a key").to_owned();
        let bob = first.0["passenger"]["identity"]["identity_key"].as_str().expect("a key").to_owned();
        let dpo = house.agent("registry.dpo", None).await;
        let path = "/registre/donnees/personne";
        let national = format!("0{}", phone.strip_prefix("+33").expect("French"));
        let asked = |kind: &'static str, value: String| {
            vec![("kind".to_owned(), kind.to_owned()), ("value".to_owned(), value), ("proof".to_owned(), "rappelée".to_owned())]
        };
        let submit = async |path: &str, fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            dpo.submit(path, &fields).await
        };
        for (kind, value) in [("phone", "12"), ("identity_key", "abc"), ("", "0601020304"), ("phone", "")] {
            assert_eq!(submit(path, &asked(kind, value.to_owned())).await.status, 422, "{kind} {value}");
        }
        assert_eq!(dpo.submit(path, &[("kind", "phone"), ("value", national.as_str())]).await.status, 422, "how was she recognised?");
        let by_phone = submit(path, &asked("phone", national.clone())).await;
        assert!(by_phone.text.contains("2 trajets"), "{}", by_phone.text);
        assert!(submit(path, &asked("identity_key", key.clone())).await.text.contains("2 trajets"));

        let document = submit(&format!("{path}/exporter"), &asked("identity_key", key.clone())).await;
        assert_eq!(document.status, 200);
        assert!(document.text.contains(&phone) && !document.text.contains(&bob), "hers, not Bob's");
        assert_eq!(document.json()["journeys"].as_array().map(Vec::len), Some(2));

        let staff = house.agent("operator.user", Some(operator.id)).await;
        let exported = crate::exports::export(&staff, "csv").await;
        assert!(staff.save(&exported).await.is_some());
        let erase = format!("{path}/effacer");
        let unsure = submit(&erase, &asked("phone", national.clone())).await;
        assert_eq!(unsure.status, 422, "to be confirmed");
        assert!(unsure.text.contains("2 trajets") && unsure.text.contains("Cochez la case"), "where one was: {}", unsure.text);
        let mut sure = asked("phone", national.clone());
        sure.push(("sure".to_owned(), "oui".to_owned()));
        assert_eq!(submit(&erase, &sure).await.status, 303);
        assert_eq!(staff.save(&exported).await, None, "files that held her are gone too");
        let exports = staff.open("/registre/exports").await.text;
        assert!(exports.contains("elle n’y sera plus"), "it says why: {exports}");
        for (kind, value) in [("phone", national.clone()), ("identity_key", key.clone())] {
            assert!(submit(path, &asked(kind, value)).await.text.contains("ne connaît personne"), "{kind}");
        }
        // The proof stands, Bob is still known, figures do not move.
        assert_eq!(operator.status(first.id()).await, "ok");
        assert!((journeys_counted(&house).await - 3.0).abs() < f64::EPSILON);
        let of_bob = submit(&format!("{path}/exporter"), &asked("identity_key", bob)).await;
        assert_eq!(of_bob.json()["journeys"].as_array().map(Vec::len), Some(1));
        let admin = house.agent("operator.admin", Some(operator.id)).await;
        let number = registry::store::journey::find(house.registry.database.read(), operator.id, first.id()).await.expect("a store").expect("a journey").id;
        let sent = admin.submit(&format!("/registre/trajets/{number}/envoi"), &[]).await;
        assert_eq!(sent.status, 200);
        assert!(!sent.text.contains(&phone) && !sent.text.contains(&key) && !sent.text.contains("AA-123-BB"), "{}", sent.text);
        socle::audit::verify(&house.registry.database).await.expect("an unbroken chain");
        let log = dpo.open("/registre/journal").await;
        assert!(log.text.contains("Personne effacée") && !log.text.contains(&phone), "{}", log.text);
    }
}

on_both_stores! {
    async fn a_breach_has_its_clock_and_its_list_of_people(house: TestHouse) {
        let (touched, spared) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        let journey = JourneyBody::an_hour_before(house.now()).of("alice", "bob");
        assert_eq!(touched.send(&journey).await.status, 201);
        assert_eq!(spared.send(&JourneyBody::an_hour_before(house.now()).of("carl", "dora")).await.status, 201);
        let dpo = house.agent("registry.dpo", None).await;
        let operator = touched.id.to_string();
        let mut fields = vec![
            ("discovered", "2026-11-25T14:30"), ("nature", "copie sur un espace public"), ("consequences", "trajets connus"),
            ("measures", "copie retirée"), ("operator", operator.as_str()), ("from", "2026-11-25"), ("to", "2026-11-25"),
        ];
        let recorded = dpo.submit("/registre/violations", &fields).await;
        assert_eq!(recorded.status, 303, "{}", recorded.text);
        let page = recorded.header("location").and_then(|to| to.split('?').next()).expect("a page").to_owned();
        assert!(dpo.open(&page).await.text.contains("il reste 71"), "72 hours, less half an hour");
        let people = dpo.submit(&format!("{page}/personnes"), &[]).await.text;
        assert!(people.contains("user-alice") && people.contains("user-bob") && !people.contains("user-carl"), "{people}");
        assert_eq!(people.lines().count(), 3);
        house.wait(SignedDuration::from_hours(73));
        let dpo = house.agent("registry.dpo", None).await;
        assert!(dpo.open("/registre/violations").await.text.contains("Délai dépassé"));
        assert_eq!(dpo.submit(&page, &[("at", "2026-11-28T15:30")]).await.status, 422, "late: why?");
        assert_eq!(dpo.submit(&page, &[("at", "2026-11-24T15:30"), ("reason", "x")]).await.status, 422, "before it was known");
        assert_eq!(dpo.submit(&page, &[("at", "2026-11-28T15:30"), ("reason", "week-end")]).await.status, 303);
        assert!(dpo.open(&page).await.text.contains("après les 72 heures"));
        fields[6] = ("to", "2026-11-01");
        fields[0] = ("discovered", "");
        let refused = dpo.submit("/registre/violations", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("vient avant") && refused.text.contains("où vous l’avez apprise"));
        assert!(dpo.open("/registre/journal").await.text.contains("Liste des personnes touchées"));
    }
}
