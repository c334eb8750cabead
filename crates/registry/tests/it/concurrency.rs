//! Requests about one journey commute, and nothing that was acknowledged is lost.

use std::sync::Arc;

use futures::future::join_all;
use jiff::SignedDuration;
use testkit::{JourneyBody, on_both_stores};

on_both_stores! {
    async fn of_concurrent_duplicates_one_is_accepted(house: TestHouse) {
        let operator = Arc::new(house.operator("Covoit’Vallée").await);
        let journeys: Vec<_> = (0..20)
            .map(|n| JourneyBody::an_hour_before(house.now()).of(&format!("d{n}"), &format!("p{n}")))
            .collect();
        let sends = journeys.iter().flat_map(|journey| (0..5).map(|_| operator.send(journey)));
        let answers = join_all(sends).await;
        for five in answers.chunks(5) {
            let mut statuses: Vec<_> = five.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409, 409, 409, 409]);
        }
        house.settle().await;
        assert_eq!(operator.list("status=ok").await.json().as_array().map(Vec::len), Some(20));
    }
}

on_both_stores! {
    /// Whatever the order of a cancellation and of corrections, the journey ends cancelled and counts for nothing.
    async fn corrections_and_cancellations_commute(house: TestHouse) {
        let operator = Arc::new(house.operator("Covoit’Vallée").await);
        let journeys: Vec<_> = (0..12)
            .map(|n| JourneyBody::an_hour_before(house.now()).of(&format!("d{n}"), &format!("p{n}")))
            .collect();
        for journey in &journeys {
            assert_eq!(operator.send(journey).await.status, 201);
        }
        let requests = journeys.iter().enumerate().map(|(n, journey)| {
            let operator = Arc::clone(&operator);
            async move {
                let (near, far) = (journey.clone().with("/distance", 30_000), journey.clone().with("/distance", 70_000));
                let (one, two) = (operator.correct(journey.id(), &near), operator.correct(journey.id(), &far));
                let statuses = if n % 2 == 0 {
                    let (a, b, c) = tokio::join!(one, operator.cancel(journey.id()), two);
                    [a.status, b.status, c.status]
                } else {
                    let (a, b, c) = tokio::join!(operator.cancel(journey.id()), two, one);
                    [a.status, b.status, c.status]
                };
                assert_eq!(statuses, [200, 200, 200]);
            }
        });
        join_all(requests).await;
        house.settle().await;
        for journey in &journeys {
            assert_eq!(operator.status(journey.id()).await, "canceled");
        }
        let days = registry::store::summary::by_day(&house.registry.database, &socle::rights::Scope::All).await.expect("days");
        let left: i64 = days.iter().map(|(_, totals)| totals.journeys + totals.metres + totals.seats).sum();
        assert_eq!(left, 0, "a cancelled journey counts for nothing");
    }
}

on_both_stores! {
    /// Judged in order of acknowledgement: of six trips of a driver sent at once, four are accepted.
    async fn concurrent_trips_are_judged_one_after_the_other(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let trips: Vec<_> = (0..6)
            .map(|n| {
                JourneyBody::an_hour_before(house.now())
                    .at(house.now() - SignedDuration::from_hours(9 - n), 20)
                    .of("driver", &format!("p{n}"))
            })
            .collect();
        let answers = join_all(trips.iter().map(|trip| operator.send(trip))).await;
        let accepted = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.labels() == ["too_many_trips_by_day"]).count();
        assert_eq!((accepted, refused), (4, 2));
    }
}

on_both_stores! {
    async fn what_was_acknowledged_is_there_after_a_restart(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journeys: Vec<_> = (0..30)
            .map(|n| JourneyBody::an_hour_before(house.now()).of(&format!("d{n}"), &format!("p{n}")))
            .collect();
        let answers = join_all(journeys.iter().map(|journey| operator.send(journey))).await;
        assert!(answers.iter().all(|answer| answer.status == 201));
        let id = operator.id;
        let house = house.restart().await.expect("a second start");
        for journey in &journeys {
            let kept = registry::store::journey::find(house.registry.database.read(), id, journey.id()).await.expect("a store");
            assert!(kept.is_some(), "{} is missing", journey.id());
        }
        house.settle().await;
    }
}
