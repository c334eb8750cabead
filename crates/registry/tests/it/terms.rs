//! The terms of use, as an operator meets them (spec §17.2 and .3).

use jiff::SignedDuration;
use testkit::{JourneyBody, on_both_stores};

on_both_stores! {
    async fn a_fifth_trip_of_the_day_is_refused(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let at = |hours: i64| house.now() - SignedDuration::from_hours(hours);
        for (hours, passenger) in [(9, "p1"), (8, "p2"), (7, "p3"), (6, "p4")] {
            let journey = JourneyBody::an_hour_before(house.now()).at(at(hours), 20).of("driver", passenger).trip(&format!("trip-{hours}"));
            assert_eq!(operator.send(&journey).await.status, 201);
        }
        let fifth = |trip: &str, driver: &str, passenger: &str| {
            JourneyBody::an_hour_before(house.now()).at(at(5), 20).of(driver, passenger).trip(trip)
        };
        let refused = operator.speaking("v3.4").send(&fifth("trip-5", "driver", "p5")).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.labels(), ["too_many_trips_by_day"]);
        let metas = &refused.json()["error"]["data"]["terms_violation_error_details"][0]["metas"];
        assert_eq!((metas["driver"].as_i64(), metas["passenger"].as_i64(), metas["limit"].as_i64()), (Some(5), Some(1), Some(4)));
        assert_eq!(operator.send(&fifth("trip-5b", "p6", "driver")).await.labels(), ["too_many_trips_by_day"], "in any role");
        let second_passenger = JourneyBody::an_hour_before(house.now()).at(at(6), 20).of("driver", "p7").trip("trip-6");
        assert_eq!(operator.send(&second_passenger).await.status, 201, "the second passenger of the fourth trip");
        assert_eq!(operator.send(&fifth("trip-5c", "other", "p8")).await.status, 201, "another driver");
        let elsewhere = house.operator("Trajets Partagés").await;
        assert_eq!(elsewhere.send(&fifth("trip-5", "driver", "p5")).await.status, 201, "another operator");
    }
}

on_both_stores! {
    async fn cancelled_and_refused_journeys_do_not_count(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let trip = |hours: i64| {
            JourneyBody::an_hour_before(house.now())
                .at(house.now() - SignedDuration::from_hours(hours), 20)
                .of("driver", &format!("p{hours}"))
        };
        let first = trip(10);
        assert_eq!(operator.send(&first).await.status, 201);
        assert_eq!(operator.send(&trip(9).with("/distance", 900)).await.status, 422);
        for hours in [8, 7, 6] {
            assert_eq!(operator.send(&trip(hours)).await.status, 201);
        }
        assert_eq!(operator.send(&trip(5)).await.status, 422, "four count");
        assert_eq!(operator.cancel(first.id()).await.status, 200);
        assert_eq!(operator.send(&trip(4)).await.status, 201, "three count");
    }
}

on_both_stores! {
    async fn a_crowded_day_is_judged_like_any_other(house: TestHouse) {
        // A coach of 80: more passengers than a day that is read anew each time.
        let operator = house.operator("Covoit’Vallée").await;
        let hours = |hours: i64| house.now() - SignedDuration::from_hours(hours);
        let with = |passenger: &str, start: i64, trip: &str| {
            JourneyBody::an_hour_before(house.now()).at(hours(start), 20).of("driver", passenger).trip(trip)
        };
        for passenger in 0..80 {
            assert_eq!(operator.send(&with(&format!("p{passenger}"), 10, "coach")).await.status, 201);
        }
        assert_eq!(operator.send(&with("p3", 10, "other")).await.labels(), ["too_close_trips"], "the same couple at once");
        let (second, third, fourth) = (with("p0", 8, "t2"), with("p0", 6, "t3"), with("p90", 4, "t4"));
        for trip in [&second, &third, &fourth] {
            assert_eq!(operator.send(trip).await.status, 201);
        }
        assert_eq!(operator.send(&with("p91", 2, "t5")).await.labels(), ["too_many_trips_by_day"]);
        assert_eq!(operator.cancel(third.id()).await.status, 200);
        assert_eq!(operator.send(&with("p91", 2, "t5")).await.status, 201, "a cancelled trip leaves the crowded day");
        assert_eq!(operator.send(&with("p92", 6, "t6")).await.labels(), ["too_many_trips_by_day"]);
        assert_eq!(operator.send(&with("p92", 4, "t4")).await.status, 201, "the second passenger of a trip that counts");
    }
}

on_both_stores! {
    async fn a_correction_makes_a_journey_count_on_a_crowded_day(house: TestHouse) {
        let (coach, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        let hours = |hours: i64| house.now() - SignedDuration::from_hours(hours);
        let with = |passenger: &str, start: i64, trip: &str| {
            JourneyBody::an_hour_before(house.now()).at(hours(start), 20).of("driver", passenger).trip(trip)
        };
        for passenger in 0..80 {
            assert_eq!(coach.send(&with(&format!("p{passenger}"), 10, "coach")).await.status, 201);
        }
        // The other operator's journey does not count, then it does, after the crowded day was remembered.
        let short = with("q", 5, "late").with("/distance", 900);
        assert_eq!(other.send(&short).await.labels(), ["distance_too_short"]);
        assert_eq!(coach.send(&with("p3", 4, "t2")).await.status, 201);
        assert_eq!(other.correct(short.id(), &short.clone().with("/distance", 20_000)).await.status, 200);
        assert_eq!(other.send(&with("q", 5, "beside")).await.labels(), ["too_close_trips"]);
    }
}

on_both_stores! {
    async fn two_trips_of_a_couple_are_half_an_hour_apart(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let start = house.now() - SignedDuration::from_hours(5);
        let first = JourneyBody::an_hour_before(house.now()).at(start, 60);
        assert_eq!(operator.send(&first).await.status, 201);
        let after = |minutes: i64| start + SignedDuration::from_mins(60 + minutes);
        let next = |minutes: i64| JourneyBody::an_hour_before(house.now()).at(after(minutes), 20);
        assert_eq!(operator.send(&next(20)).await.labels(), ["too_close_trips"]);
        assert_eq!(operator.send(&next(20).of("alice", "carl")).await.status, 201, "another couple");
        assert_eq!(operator.send(&next(31)).await.status, 201);
        let same_run = JourneyBody::an_hour_before(house.now()).at(start, 60).trip(&format!("trip-{}", first.id()));
        assert_eq!(operator.send(&same_run).await.status, 201, "the same vehicle run");
    }
}

on_both_stores! {
    /// §18, decision 3: the day is that of the departure's commune. At 02:00 UTC it is still the day before in
    /// Guadeloupe.
    async fn the_day_is_that_of_the_commune(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = |datetime: &str, passenger: &str| {
            JourneyBody::an_hour_before(house.now())
                .at(datetime.parse().expect("an instant"), 20)
                .of("driver", passenger)
                .with("/start/lat", 16.2411).with("/start/lon", -61.5331)
                .with("/end/lat", 16.2637).with("/end/lon", -61.4945)
        };
        for (datetime, passenger) in [
            ("2026-11-24T22:00:00Z", "p1"), ("2026-11-24T23:00:00Z", "p2"),
            ("2026-11-25T00:00:00Z", "p3"), ("2026-11-25T01:00:00Z", "p4"),
        ] {
            assert_eq!(operator.send(&journey(datetime, passenger)).await.status, 201, "{datetime}");
        }
        assert_eq!(operator.send(&journey("2026-11-25T03:30:00Z", "p5")).await.labels(), ["too_many_trips_by_day"]);
        assert_eq!(operator.send(&journey("2026-11-25T05:00:00Z", "p6")).await.status, 201, "a new day in Pointe-à-Pitre");
    }
}
