//! A person of journeys, found by their number or their key: what is known of them, and its erasure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use serde_json::{Value, json};
use socle::audit::{Actor, Entry};
use socle::seal::{Keyring, Linkage, LinkageKind, SealError};
use socle::store::Database;

use super::journey::Journey;
use super::{PAYLOADS, ServiceError, erasure, export_removal, journey, participant, request, tenant};
use crate::model::Phone;

/// Who is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A full number: journeys sent with it.
    Phone(Phone),
    /// The key an operator computes from the number and the name: 64 hexadecimal digits.
    IdentityKey(String),
}

/// One side of a journey that is this person's.
#[derive(Clone, Debug)]
pub struct Side {
    pub journey: Journey,
    pub is_driver: bool,
}

impl Side {
    /// The name of the person's part in the body.
    fn part(&self) -> &'static str {
        if self.is_driver { "driver" } else { "passenger" }
    }
}

/// The journeys of a person, the oldest first. Reads every participant: asked a few times a year, never in a hurry.
pub async fn find(
    database: &Database,
    linkage: &Linkage,
    wanted: &Wanted,
) -> Result<Vec<Side>, ServiceError> {
    let filter = match wanted {
        Wanted::Phone(phone) => {
            participant::Column::Phone.eq(linkage.token(LinkageKind::Phone, &phone.0).to_vec())
        }
        Wanted::IdentityKey(key) => {
            participant::Column::Person.eq(linkage.token(LinkageKind::Identity, key).to_vec())
        }
    };
    let ids: Vec<i64> = participant::Entity::find()
        .select_only()
        .column(participant::Column::Id)
        .filter(filter)
        .order_by_asc(participant::Column::Id)
        .into_tuple()
        .all(database.read())
        .await?;
    let mut sides = Vec::with_capacity(ids.len());
    for ids in ids.chunks(1_000) {
        let journeys = journey::Entity::find()
            .filter(journey::Column::Id.is_in(ids.iter().map(|id| id / 2)))
            .order_by_asc(journey::Column::Id)
            .all(database.read())
            .await?;
        for journey in journeys {
            for is_driver in [true, false] {
                let side = if is_driver {
                    participant::driver_of(journey.id)
                } else {
                    participant::passenger_of(journey.id)
                };
                if ids.contains(&side) {
                    sides.push(Side { journey: journey.clone(), is_driver });
                }
            }
        }
    }
    Ok(sides)
}

/// What is known of a person, to be handed to them: their part of each journey, never the other person's.
pub async fn export(
    database: &Database,
    keyring: &Keyring,
    actor: Actor,
    proof: &str,
    sides: &[Side],
) -> Result<Value, ServiceError> {
    let mut journeys = Vec::with_capacity(sides.len());
    for side in sides {
        let one = &side.journey;
        let context = journey::context(one.operator_id, &one.operator_journey_id);
        let body: Value = match keyring.open(&context, &one.payload).await {
            Ok(plain) => serde_json::from_slice(&plain)?,
            Err(SealError::Destroyed) => Value::Null,
            Err(other) => return Err(other.into()),
        };
        journeys.push(json!({
            "operator": one.operator_id,
            "operator_journey_id": one.operator_journey_id,
            "role": side.part(),
            "status": one.status,
            "received_at": one.received_at.timestamp(),
            "start": body["start"],
            "end": body["end"],
            "start_commune": one.start_place,
            "end_commune": one.end_place,
            "distance_m": one.distance_m,
            "incentives": body["incentives"],
            "sent_about_you": body[side.part()],
        }));
    }
    let (count, proof) = (journeys.len(), proof.to_owned());
    database
        .write::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                tx.record(
                    Entry::new(actor, "person.exported", "person", "export")
                        .with_facts(json!({"journeys": count, "proof": proof})),
                );
                Ok(())
            })
        })
        .await?;
    Ok(json!({"format": "pepiniere-person/1", "service": "registry", "journeys": journeys}))
}

/// Erases a person: their part of each body is replaced by one that says nothing, their pseudonyms by random ones.
/// Journeys and figures stay: they no longer lead to anyone. Requests and replaced bodies go. Returns how many
/// journeys were treated.
pub async fn erase(
    database: &Database,
    keyring: &Keyring,
    actor: Actor,
    proof: &str,
    sides: Vec<Side>,
) -> Result<u64, ServiceError> {
    // One may have been both people of a journey: its body is read once.
    let mut bodies: BTreeMap<i64, Value> = BTreeMap::new();
    for side in &sides {
        let one = &side.journey;
        if let std::collections::btree_map::Entry::Vacant(vacant) = bodies.entry(one.id) {
            let context = journey::context(one.operator_id, &one.operator_journey_id);
            match keyring.open(&context, &one.payload).await {
                Ok(plain) => vacant.insert(serde_json::from_slice(&plain)?),
                Err(SealError::Destroyed) => continue,
                Err(other) => return Err(other.into()),
            };
        }
        if let Some(body) = bodies.get_mut(&one.id) {
            blank(body, side);
        }
    }
    let departures = departures(&sides);
    let mut treated = Vec::with_capacity(sides.len());
    for side in sides {
        let one = &side.journey;
        let payload = match bodies.get(&one.id) {
            Some(body) => {
                let key = keyring.current(&tenant(one.operator_id), PAYLOADS).await?;
                let context = journey::context(one.operator_id, &one.operator_journey_id);
                Some(key.seal(&context, &serde_json::to_vec(body)?))
            }
            None => None,
        };
        treated.push((side, payload));
    }
    let proof = proof.to_owned();
    database
        .write(move |tx| {
            Box::pin(async move {
                let count = treated.len() as u64;
                for (side, payload) in treated {
                    let id = side.journey.id;
                    if let Some(payload) = payload {
                        let written = journey::Entity::update_many()
                            .set(journey::ActiveModel { payload: Set(payload), ..Default::default() })
                            .filter(journey::Column::Id.eq(id))
                            .filter(journey::Column::Revision.eq(side.journey.revision))
                            .exec(tx.connection())
                            .await?;
                        if written.rows_affected == 0 {
                            return Err(socle::store::StoreError::Stale { what: "journey" }.into());
                        }
                    }
                    let nobody = || socle::chance::secret_bytes::<16>().to_vec();
                    participant::Entity::update_many()
                        .set(participant::ActiveModel {
                            person: Set(nobody()),
                            phone: Set(None),
                            phone_truncated: Set(nobody()),
                            travel_pass: Set(None),
                            name_sound: Set(None),
                            operator_user: Set(nobody()),
                            ..Default::default()
                        })
                        .filter(participant::Column::Id.eq(if side.is_driver {
                            participant::driver_of(id)
                        } else {
                            participant::passenger_of(id)
                        }))
                        .exec(tx.connection())
                        .await?;
                    request::Entity::delete_many()
                        .filter(request::Column::JourneyId.eq(id))
                        .exec(tx.connection())
                        .await?;
                }
                tx.record(
                    Entry::new(actor.clone(), "person.erased", "person", "erasure")
                        .with_facts(json!({"journeys": count, "proof": proof})),
                );
                if let Some((first, last)) = departures {
                    export_removal::withdraw(tx, &actor, first, last).await?;
                }
                erasure::note(tx, actor, "person", count, None).await?;
                Ok(count)
            })
        })
        .await
}

/// What stands for the identifier of somebody who was erased.
pub const ERASED: &str = "erased";

/// A person's part that says nothing and is still of the contract's shape.
fn blank(body: &mut Value, side: &Side) {
    body[side.part()]["identity"] = json!({
        "operator_user_id": ERASED,
        "identity_key": hex::encode(socle::chance::secret_bytes::<32>()),
        "phone_trunc": "+336010203",
    });
    // The plate is that of the driver's vehicle.
    if let Some(fields) = body.as_object_mut().filter(|_| side.is_driver) {
        fields.remove("licence_plate");
    }
}

/// The first and the last departure of some journeys, as they were sent at first or as they are now.
fn departures(sides: &[Side]) -> Option<(Timestamp, Timestamp)> {
    let starts = || sides.iter().flat_map(|side| [side.journey.start_at, side.journey.first_start_at]);
    starts().min().zip(starts().max()).map(|(first, last)| (first.timestamp(), last.timestamp()))
}

/// The first and the last departure of some journeys.
pub fn period(sides: &[Side]) -> Option<(Timestamp, Timestamp)> {
    let starts = || sides.iter().map(|side| side.journey.start_at.timestamp());
    starts().min().zip(starts().max())
}
