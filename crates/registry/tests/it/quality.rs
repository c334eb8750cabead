//! An operator learns what became of what it sent, month after month, and what to do about it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use sea_orm::ConnectionTrait as _;
use testkit::{Agent, JourneyBody, on_both_stores};

/// The figures of November 2026, by measure.
async fn november(agent: &Agent) -> BTreeMap<String, i64> {
    let file = agent.open("/registre/chiffres.csv").await;
    assert_eq!(file.status, 200, "{}", file.text);
    file.text
        .lines()
        .filter_map(|line| line.strip_prefix("2026-11;"))
        .filter_map(|line| line.split_once(';'))
        .map(|(measure, value)| (measure.to_owned(), value.trim().parse().expect("a count")))
        .collect()
}

on_both_stores! {
    async fn an_operator_reads_the_quality_of_what_it_sent(house: TestHouse) {
        let (own, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        let now = house.now();
        let usual = |driver: &str| JourneyBody::an_hour_before(now).of(driver, &format!("{driver}-passenger")).with("/operator_journey_id", driver);
        for driver in ["anna", "boris", "celia", "dario"] {
            assert_eq!(own.send(&usual(driver)).await.status, 201);
        }
        assert_eq!(own.send(&usual("court").with("/distance", 300)).await.status, 422);
        assert_eq!(own.send(&usual("tardif").at(now - SignedDuration::from_hours(13), 30)).await.status, 201);
        assert_eq!(own.send(&usual("trop-tard").at(now - SignedDuration::from_hours(30), 30)).await.status, 422);
        assert_eq!(own.send(&usual("en-mer").with("/start/lat", 0.0).with("/start/lon", 0.0)).await.status, 201);
        assert_eq!(own.send(&usual("anna")).await.status, 409);
        assert_eq!(own.correct("boris", &usual("boris").with("/distance", 50_000)).await.status, 200);
        assert_eq!(own.correct("boris", &usual("boris").with("/distance", 55_000)).await.status, 200);
        assert_eq!(own.cancel("celia").await.status, 200);
        assert_eq!(own.cancel("celia").await.status, 200);
        house.settle().await;

        let staff = house.agent("operator.user", Some(own.id)).await;
        let expected: BTreeMap<String, i64> = [
            ("received", 8), ("late", 2), ("unplaced", 1), ("refused", 2), ("refused_expired", 1),
            ("refused_distance_too_short", 1), ("refused_too_many_trips_by_day", 0), ("refused_too_close_trips", 0),
            ("corrected", 1), ("canceled", 1), ("repeated", 1),
            // Anna, Boris, Dario and the late one.
            ("valid_journeys", 4), ("valid_metres", 3 * 60_000 + 55_000), ("valid_seats", 4),
        ]
        .into_iter()
        .map(|(measure, count)| (measure.to_owned(), count))
        .collect();
        assert_eq!(november(&staff).await, expected);
        let page = staff.open("/registre/chiffres").await.text;
        assert!(page.contains("25,0\u{a0}% des trajets sont envoyés tard"), "{page}");
        assert!(page.contains("Vérifiez que la distance est en mètres"), "{page}");
        assert!(!page.contains("name=\"operateur\""), "an operator chooses none");

        let elsewhere = house.agent("operator.admin", Some(other.id)).await;
        assert!(november(&elsewhere).await.values().all(|count| *count == 0), "nobody else’s");
        assert!(elsewhere.open("/registre/chiffres").await.text.contains("Aucun trajet reçu sur cette période"));
        let team = house.agent("registry.user", None).await;
        assert_eq!(november(&team).await, expected, "everybody’s");

        // A house that did not count them yet counts the same from its journeys, but what it did not store.
        let database = &house.registry.database;
        database.write::<_, socle::store::StoreError, _>(|tx| Box::pin(async move {
            tx.connection().execute_unprepared("DELETE FROM quality_summaries").await?;
            Ok(())
        })).await.expect("emptied");
        let house = house.restart().await.expect("the next version");
        let staff = house.agent("operator.user", Some(own.id)).await;
        let mut without_repeated = expected;
        without_repeated.insert("repeated".to_owned(), 0);
        assert_eq!(november(&staff).await, without_repeated);
    }
}
