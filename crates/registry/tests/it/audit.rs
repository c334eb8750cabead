//! The audit log: complete, chained, and still valid when a person is erased.

use sea_orm::ConnectionTrait as _;
use socle::audit::{self, Actor, Broken, Entry, Personal};
use socle::store::StoreError;
use testkit::{JourneyBody, on_both_stores};

on_both_stores! {
    async fn every_change_is_in_the_chain(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let journey = JourneyBody::an_hour_before(house.now());
        operator.send(&journey).await;
        operator.send(&journey).await;
        house.settle().await;
        operator.correct(journey.id(), &journey).await;
        operator.cancel(journey.id()).await;
        let page = audit::Page { before: None, only: audit::everything(), limit: 100 };
        let entries = audit::latest(&house.registry.database, &page).await.expect("entries");
        let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
        for expected in ["operator.registered", "access_key.created", "journey.received", "journey.duplicate",
            "journeys.verified", "journey.corrected", "journey.canceled"] {
            assert!(actions.contains(&expected), "{expected} is not among {actions:?}");
        }
        let verified = audit::verify(&house.registry.database).await.expect("an unbroken chain");
        assert_eq!(verified.entries, i64::try_from(entries.len()).expect("a count"));
        audit::verify(house.registry.house.people.database()).await.expect("the agents' chain");
    }
}

on_both_stores! {
    async fn an_altered_log_is_seen(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        operator.send(&JourneyBody::an_hour_before(house.now())).await;
        house.settle().await;
        audit::verify(&house.registry.database).await.expect("unbroken before");
        house
            .registry
            .database
            .write::<_, StoreError, _>(|tx| {
                Box::pin(async move {
                    tx.connection()
                        .execute_unprepared("UPDATE audit_entries SET actor = 'nobody' WHERE action = 'journey.received'")
                        .await?;
                    Ok(())
                })
            })
            .await
            .expect("an alteration");
        let broken = audit::verify(&house.registry.database).await.expect_err("a broken chain");
        assert!(matches!(broken, Broken::Link(_)), "{broken}");
    }
}

on_both_stores! {
    async fn erasing_a_person_leaves_the_chain_valid(house: TestHouse) {
        let key = house.registry.keyring.current("operator:1", "journeys").await.expect("a key");
        let sealed = key.seal("a test", b"{\"name\": \"Alice\"}");
        house
            .registry
            .database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let entry = Entry::new(Actor::Program("tests"), "person.changed", "person", 1)
                        .with_personal(Personal::Kept(sealed));
                    tx.record(entry);
                    Ok(())
                })
            })
            .await
            .expect("a change");
        audit::verify(&house.registry.database).await.expect("valid with the personal part");
        house
            .registry
            .database
            .write::<_, StoreError, _>(|tx| {
                Box::pin(async move {
                    tx.connection().execute_unprepared("DELETE FROM audit_personal").await?;
                    Ok(())
                })
            })
            .await
            .expect("an erasure");
        audit::verify(&house.registry.database).await.expect("valid without it");
    }
}

on_both_stores! {
    async fn destroying_a_key_erases_what_it_sealed(house: TestHouse) {
        let keyring = &house.registry.keyring;
        let first = keyring.current("operator:1", "journeys").await.expect("a key");
        let old = first.seal("a place", b"old");
        assert!(keyring.open("another place", &old).await.is_err(), "a value opens only where it belongs");
        keyring.rotate(Actor::Program("tests"), "operator:1", "journeys").await.expect("a rotation");
        let second = keyring.current("operator:1", "journeys").await.expect("a key");
        assert_ne!(first.id(), second.id());
        assert_eq!(keyring.open("a place", &old).await.expect("old values still open"), b"old");
        let new = second.seal("a place", b"new");
        let other = keyring.current("operator:2", "journeys").await.expect("a key").seal("a place", b"other");
        assert_eq!(keyring.destroy(Actor::Program("tests"), "operator:1", "journeys").await.expect("a destruction"), 2);
        assert!(keyring.open("a place", &old).await.is_err());
        assert!(keyring.open("a place", &new).await.is_err());
        assert_eq!(keyring.open("a place", &other).await.expect("another tenant's value"), b"other");
    }
}

on_both_stores! {
    async fn a_change_that_fails_leaves_nothing(house: TestHouse) {
        let failed = house
            .registry
            .database
            .write::<(), StoreError, _>(|tx| {
                Box::pin(async move {
                    tx.record(Entry::new(Actor::Program("tests"), "never.happened", "nothing", 1));
                    tx.connection().execute_unprepared("UPDATE commit_head SET sequence = sequence + 1000").await?;
                    Err(StoreError::Stale { what: "test" })
                })
            })
            .await;
        assert!(failed.is_err());
        let page = audit::Page { before: None, only: audit::everything(), limit: 1_000 };
        let entries = audit::latest(&house.registry.database, &page).await.expect("entries");
        assert!(entries.iter().all(|entry| entry.action != "never.happened"));
        audit::verify(&house.registry.database).await.expect("an unbroken chain");
    }
}
