//! What may happen to a journey afterwards: a correction, a cancellation. Requests about one journey commute:
//! whatever their order, a cancelled journey stays cancelled.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use socle::audit::{Actor, Entry, Personal};
use socle::store::{Database, Tx};

use super::fact::{self, Fact};
use super::intake::Prepared;
use super::journey::{ActiveModel, Column, Entity, Journey, find};
use super::nearby::Nearby;
use super::quality::{self, Measure};
use super::{ServiceError, participant, request};
use crate::model::{Acquisition, Check, PublicStatus, TermsCatalogue, Verdict, status::public_status};

/// What became of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrected {
    Done,
    /// The corrected journey would break the terms: it stays as it was.
    Refused(Verdict),
    /// No longer correctable (§18, decision 6).
    TooLate,
    /// It would end after it was first received: a journey is sent once it is made.
    AfterReception {
        end: Timestamp,
        received: Timestamp,
    },
    Unknown,
    /// Somebody else corrected it between reading and writing: read again.
    Raced,
}

/// Applies a correction: `prepared` is the journey as it would be, computed from revision `revision`.
pub async fn correct(
    database: &Database,
    terms: &'static TermsCatalogue,
    prepared: Prepared,
    revision: i32,
    asked: Vec<u8>,
) -> Result<Corrected, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(before) =
                    find(tx.connection(), prepared.operator, &prepared.operator_journey_id).await?
                else {
                    return Ok(Corrected::Unknown);
                };
                if before.revision != revision {
                    return Ok(Corrected::Raced);
                }
                let in_force = terms.at(tx.now());
                if tx.now() > in_force.correctable_until(before.first_start_at.timestamp()) {
                    return Ok(Corrected::TooLate);
                }
                if prepared.end > before.received_at.timestamp() {
                    return Ok(Corrected::AfterReception {
                        end: prepared.end,
                        received: before.received_at.timestamp(),
                    });
                }
                let (operator, couple, day) = (prepared.operator, prepared.couple(), prepared.day);
                let itself = &prepared.operator_journey_id;
                let nearby = Nearby::around(tx.connection(), operator, couple, day, itself).await?;
                let neighbours = nearby.of_journey(operator, couple, day);
                let verdict = in_force.judge(&prepared.judged(before.received_at.timestamp()), neighbours);
                if !verdict.is_accepted() {
                    let labels: Vec<_> = verdict.violations.iter().map(|one| one.label().as_str()).collect();
                    tx.record(
                        Entry::new(prepared.actor, "journey.correction_refused", "journey", before.id)
                            .with_facts(serde_json::json!({"terms": verdict.version, "labels": labels})),
                    );
                    return Ok(Corrected::Refused(verdict));
                }
                replace(tx, before, prepared, &verdict, asked).await?;
                Ok(Corrected::Done)
            })
        })
        .await
}

async fn replace(
    tx: &mut Tx,
    before: Journey,
    prepared: Prepared,
    verdict: &Verdict,
    asked: Vec<u8>,
) -> Result<(), ServiceError> {
    uncount(tx, &before).await?;
    let canceled = before.acquisition()? == Acquisition::Canceled;
    // A cancellation is a revision too.
    if before.revision == i32::from(canceled) {
        count(tx, &before, Measure::Corrected).await?;
    }
    let acquisition = if canceled { Acquisition::Canceled } else { prepared.acquisition() };
    let status = public_status(acquisition, Some(Check::Pending), Some(Check::Pending));
    let change = tx.next_number();
    Entity::update_many()
        .set(ActiveModel {
            operator_trip_id: Set(prepared.operator_trip_id),
            operator_class: Set(prepared.operator_class.as_str().to_owned()),
            start_at: Set(prepared.start.into()),
            end_at: Set(prepared.end.into()),
            day: Set(prepared.day.0),
            start_place: Set(prepared.start_place),
            end_place: Set(prepared.end_place),
            distance_m: Set(prepared.distance.0),
            incentives: Set(prepared.incentives),
            acquisition: Set(acquisition.as_str().to_owned()),
            anomaly: Set(Check::Pending.as_str().to_owned()),
            fraud: Set(Check::Pending.as_str().to_owned()),
            status: Set(status.as_str().to_owned()),
            terms_version: Set(verdict.version.clone()),
            violations: Set("[]".to_owned()),
            updated_at: Set(tx.now().into()),
            change: Set(change),
            revision: Set(before.revision + 1),
            payload: Set(prepared.payload),
            ..Default::default()
        })
        .filter(Column::Id.eq(before.id))
        .exec(tx.connection())
        .await?;
    participant::Entity::update_many()
        .set(participant::ActiveModel { day: Set(prepared.day.0), ..Default::default() })
        .filter(
            participant::Column::Id
                .is_in([participant::driver_of(before.id), participant::passenger_of(before.id)]),
        )
        .exec(tx.connection())
        .await?;
    // What it replaces is kept too: the audit log's commitment to it can still be checked.
    request::keep(tx, before.id, "superseded", &before.api_version, before.payload).await?;
    request::keep(tx, before.id, "correction", prepared.api_version, asked).await?;
    tx.record(
        Entry::new(prepared.actor, "journey.corrected", "journey", before.id)
            .with_facts(serde_json::json!({"from": before.status, "to": status.as_str()}))
            .with_personal(Personal::Elsewhere(prepared.commitment)),
    );
    Ok(())
}

/// Counts what became of a journey, on the day it was received.
async fn count(tx: &Tx, journey: &Journey, measure: Measure) -> Result<(), ServiceError> {
    let mut counts = quality::Counts::default();
    counts.add(journey.operator_id, journey.received_at.timestamp(), measure);
    quality::count(tx, counts).await
}

/// Takes a valid journey out of the figures.
async fn uncount(tx: &Tx, journey: &Journey) -> Result<(), ServiceError> {
    if journey.public_status() != PublicStatus::Ok {
        return Ok(());
    }
    let taken_away = Fact::of(journey.counted()).map(|(fact, totals)| (fact, totals.negative()));
    fact::count(tx, fact::sum(taken_away)).await
}

/// Cancels a journey: possible at any time and in any state, once; asking again changes nothing. `false` when
/// the operator has no such journey.
pub async fn cancel(
    database: &Database,
    actor: Actor,
    operator: i64,
    operator_journey_id: String,
    code: String,
    api_version: &'static str,
    asked: Vec<u8>,
) -> Result<bool, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(before) = find(tx.connection(), operator, &operator_journey_id).await? else {
                    return Ok(false);
                };
                if before.acquisition()? == Acquisition::Canceled {
                    return Ok(true);
                }
                uncount(tx, &before).await?;
                count(tx, &before, Measure::Canceled).await?;
                let change = tx.next_number();
                Entity::update_many()
                    .set(ActiveModel {
                        acquisition: Set(Acquisition::Canceled.as_str().to_owned()),
                        status: Set(PublicStatus::Canceled.as_str().to_owned()),
                        updated_at: Set(tx.now().into()),
                        change: Set(change),
                        revision: Set(before.revision + 1),
                        ..Default::default()
                    })
                    .filter(Column::Id.eq(before.id))
                    .exec(tx.connection())
                    .await?;
                request::keep(tx, before.id, "cancellation", api_version, asked).await?;
                tx.record(
                    Entry::new(actor, "journey.canceled", "journey", before.id)
                        .with_facts(serde_json::json!({"from": before.status, "code": code})),
                );
                Ok(true)
            })
        })
        .await
}
