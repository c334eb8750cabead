//! Taking journeys in. Concurrent requests share a batch: one look for duplicates, one look for neighbours, one
//! insert of each kind, one commit. Within a batch journeys are judged one after the other, in the order that is
//! recorded: their numbers.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait};
use serde::{Deserialize, Serialize};
use socle::audit::{Actor, Entry, Personal};
use socle::idempotency::{self, IdempotencyKey, Remembered};
use socle::store::{Database, StoreError, Tx};
use tokio::sync::{mpsc, oneshot};

use super::nearby::{Crowds, Nearby};
use super::quality::{self, Measure};
use super::{ServiceError, journey, operator, participant};
use crate::model::terms::{Judged, Person};
use crate::model::{
    Acquisition, Check, Couple, LocalDay, OperatorClass, TermsCatalogue, Verdict, status::public_status,
};
use crate::model::{Metres, Seats};

/// How many journeys may share a batch.
const LARGEST_BATCH: usize = 256;

/// The pseudonyms of one person.
#[derive(Clone, Debug)]
pub struct Pseudonyms {
    pub person: Person,
    pub phone: Option<Person>,
    pub phone_truncated: Person,
    pub travel_pass: Option<Person>,
    pub name_sound: Option<Person>,
    pub operator_user: Person,
}

/// A journey ready to be stored: read, checked, placed, sealed.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub operator: i64,
    /// The key that sent it.
    pub actor: Actor,
    pub operator_journey_id: String,
    pub operator_trip_id: String,
    pub operator_class: OperatorClass,
    pub start: Timestamp,
    pub end: Timestamp,
    pub day: LocalDay,
    pub start_place: Option<String>,
    pub end_place: Option<String>,
    pub distance: Metres,
    pub seats: Seats,
    pub driver_revenue: i32,
    pub passenger_contribution: i32,
    pub passenger_over_18: Option<bool>,
    pub incentives: String,
    pub linkage_key: i64,
    pub driver: Pseudonyms,
    pub passenger: Pseudonyms,
    pub api_version: &'static str,
    /// The body, sealed, and the audit log's commitment to it.
    pub payload: Vec<u8>,
    pub commitment: [u8; 32],
    /// Sent with the request, if the operator chose one.
    pub idempotency: Option<IdempotencyKey>,
}

impl Prepared {
    pub fn couple(&self) -> Couple {
        Couple { driver: self.driver.person, passenger: self.passenger.person }
    }

    /// What the terms judge of it.
    pub fn judged(&self, received: Timestamp) -> Judged<'_> {
        Judged {
            trip: &self.operator_trip_id,
            couple: self.couple(),
            day: self.day,
            start: self.start,
            end: self.end,
            distance: self.distance,
            received,
        }
    }

    /// How far it got when it is accepted: placed, or lying nowhere.
    pub fn acquisition(&self) -> Acquisition {
        if self.start_place.is_some() && self.end_place.is_some() {
            Acquisition::Processed
        } else {
            Acquisition::Failed
        }
    }
}

/// What became of a journey that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Received {
    Accepted {
        id: i64,
        at: Timestamp,
    },
    /// The operator already used this identifier.
    Duplicate,
    /// The idempotency key came before with another body.
    KeyReused,
    /// Stored all the same, so that the refusal can be explained (§18, decision 4).
    Refused {
        id: i64,
        at: Timestamp,
        verdict: Verdict,
    },
}

struct Waiting {
    prepared: Prepared,
    tell: oneshot::Sender<Result<Received, ServiceError>>,
}

/// The door through which journeys come in.
#[derive(Clone)]
pub struct Intake(mpsc::Sender<Waiting>);

impl Intake {
    /// Opens the door of `database`.
    pub fn open(database: Database, terms: &'static TermsCatalogue) -> Self {
        let (send, receive) = mpsc::channel(4 * LARGEST_BATCH);
        tokio::spawn(take_batches(database, terms, receive));
        Self(send)
    }

    /// Stores a journey; returns once it is durable.
    pub async fn submit(&self, prepared: Prepared) -> Result<Received, ServiceError> {
        let (tell, told) = oneshot::channel();
        let stopping = || ServiceError::from(StoreError::Stopping { database: "registry" });
        self.0.send(Waiting { prepared, tell }).await.map_err(|_| stopping())?;
        told.await.map_err(|_| stopping())?
    }
}

async fn take_batches(
    database: Database,
    terms: &'static TermsCatalogue,
    mut waiting: mpsc::Receiver<Waiting>,
) {
    let mut batch = Vec::with_capacity(LARGEST_BATCH);
    let crowds = Crowds::default();
    while waiting.recv_many(&mut batch, LARGEST_BATCH).await > 0 {
        let (prepared, tell): (Vec<_>, Vec<_>) = batch.drain(..).map(|one| (one.prepared, one.tell)).unzip();
        let outcome = store(&database, terms, prepared, &crowds).await;
        match outcome {
            Ok(received) => {
                for (tell, received) in tell.into_iter().zip(received) {
                    // Whoever asked may have gone: the journey stands all the same.
                    let _ = tell.send(Ok(received));
                }
            }
            Err(error) => {
                crowds.forget();
                tracing::error!(%error, journeys = tell.len(), "a batch of journeys could not be stored");
                let said = error.to_string();
                for tell in tell {
                    let _ = tell.send(Err(ServiceError::Corrupt(said.clone())));
                }
            }
        }
    }
}

/// Stores a batch in one change, and tells what became of each journey, in order.
async fn store(
    database: &Database,
    terms: &'static TermsCatalogue,
    batch: Vec<Prepared>,
    crowds: &Crowds,
) -> Result<Vec<Received>, ServiceError> {
    let crowds = crowds.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let at = tx.now();
                let received = vec![at; batch.len()];
                store_batch(tx, terms, batch, &received, &crowds).await
            })
        })
        .await
}

/// Stores a batch within a change; `received` says when each journey was acknowledged (the present, except for
/// imports of the past).
pub async fn store_batch(
    tx: &mut Tx,
    terms: &'static TermsCatalogue,
    batch: Vec<Prepared>,
    received: &[Timestamp],
    crowds: &Crowds,
) -> Result<Vec<Received>, ServiceError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = known_identifiers(tx.connection(), &batch).await?;
    let mut nearby = Nearby::of(tx.connection(), &batch, crowds, tx.last_number()).await?;
    let keys: Vec<_> = batch.iter().filter_map(|one| one.idempotency.as_ref()).collect();
    let mut recalled: HashMap<IdempotencyKey, Remembered<Received>> =
        idempotency::recall(tx.connection(), &keys).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut journeys = Vec::with_capacity(batch.len());
    let mut participants = Vec::with_capacity(2 * batch.len());
    let mut connected: HashMap<i64, Timestamp> = HashMap::new();
    let mut counts = quality::Counts::default();
    for (one, &at) in batch.into_iter().zip(received) {
        if let Some(outcome) = one.idempotency.as_ref().and_then(|key| again(&recalled, key)) {
            outcomes.push(outcome);
            continue;
        }
        let idempotency = one.idempotency.clone();
        if !known.insert((one.operator, one.operator_journey_id.clone())) {
            tx.record(Entry::new(one.actor, "journey.duplicate", "operator", one.operator));
            counts.add(one.operator, at, Measure::Repeated);
            outcomes.push(Received::Duplicate);
            continue;
        }
        let in_force = terms.at(at);
        let verdict = in_force.judge(&one.judged(at), nearby.of_journey(one.operator, one.couple(), one.day));
        let id = tx.next_number();
        let change = tx.next_number();
        let acquisition = if verdict.is_accepted() { one.acquisition() } else { Acquisition::TermsViolation };
        if verdict.is_accepted() {
            nearby.add(&one);
            connected
                .entry(one.operator)
                .and_modify(|first| *first = std::cmp::min(*first, at))
                .or_insert(at);
        }
        counts.add_received(one.operator, (one.start, at), in_force, &verdict.violations, acquisition);
        journeys.push(row(&one, id, change, at, tx.now(), acquisition, &verdict)?);
        participants.push(participant_row(participant::driver_of(id), one.day, one.linkage_key, &one.driver));
        participants.push(participant_row(
            participant::passenger_of(id),
            one.day,
            one.linkage_key,
            &one.passenger,
        ));
        let labels: Vec<_> = verdict.violations.iter().map(|violation| violation.label().as_str()).collect();
        tx.record(
            Entry::new(one.actor, "journey.received", "journey", id)
                .with_facts(if labels.is_empty() {
                    serde_json::json!({"status": acquisition.as_str()})
                } else {
                    serde_json::json!({"status": acquisition.as_str(), "terms": verdict.version, "labels": labels})
                })
                .with_personal(Personal::Elsewhere(one.commitment)),
        );
        let outcome = if verdict.is_accepted() {
            Received::Accepted { id, at }
        } else {
            Received::Refused { id, at, verdict }
        };
        if let Some(key) = idempotency {
            idempotency::remember(tx, &key, &outcome).await?;
            recalled.insert(key, Remembered::Same(outcome.clone()));
        }
        outcomes.push(outcome);
    }
    if !journeys.is_empty() {
        journey::Entity::insert_many(journeys).exec_without_returning(tx.connection()).await?;
        participant::Entity::insert_many(participants).exec_without_returning(tx.connection()).await?;
    }
    connect(tx, connected).await?;
    quality::count(tx, counts).await?;
    Ok(outcomes)
}

/// Notes the first accepted journey of operators that had none.
async fn connect(tx: &Tx, accepted: HashMap<i64, Timestamp>) -> Result<(), ServiceError> {
    if accepted.is_empty() {
        return Ok(());
    }
    let waiting = operator::Entity::find()
        .filter(operator::Column::Id.is_in(accepted.keys().copied()))
        .filter(operator::Column::ConnectedAt.is_null())
        .all(tx.connection())
        .await?;
    for operator in waiting {
        let first = accepted.get(&operator.id).copied().unwrap_or(tx.now());
        operator::Entity::update_many()
            .set(operator::ActiveModel { connected_at: Set(Some(first.into())), ..Default::default() })
            .filter(operator::Column::Id.eq(operator.id))
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}

/// The outcome of a request that was seen before under this key.
fn again(recalled: &HashMap<IdempotencyKey, Remembered<Received>>, key: &IdempotencyKey) -> Option<Received> {
    if let Some(remembered) = recalled.get(key) {
        return Some(match remembered {
            Remembered::Same(outcome) => outcome.clone(),
            Remembered::Other => Received::KeyReused,
        });
    }
    let reused = recalled.keys().any(|known| known.tenant == key.tenant && known.key == key.key);
    reused.then_some(Received::KeyReused)
}

fn row(
    one: &Prepared,
    id: i64,
    change: i64,
    at: Timestamp,
    now: Timestamp,
    acquisition: Acquisition,
    verdict: &Verdict,
) -> Result<journey::ActiveModel, ServiceError> {
    let status = public_status(acquisition, Some(Check::Pending), Some(Check::Pending));
    Ok(journey::ActiveModel {
        id: Set(id),
        operator_id: Set(one.operator),
        operator_journey_id: Set(one.operator_journey_id.clone()),
        operator_trip_id: Set(one.operator_trip_id.clone()),
        operator_class: Set(one.operator_class.as_str().to_owned()),
        start_at: Set(one.start.into()),
        end_at: Set(one.end.into()),
        first_start_at: Set(one.start.into()),
        day: Set(one.day.0),
        start_place: Set(one.start_place.clone()),
        end_place: Set(one.end_place.clone()),
        distance_m: Set(one.distance.0),
        seats: Set(one.seats.0),
        driver_revenue: Set(one.driver_revenue),
        passenger_contribution: Set(one.passenger_contribution),
        passenger_over_18: Set(one.passenger_over_18),
        incentives: Set(one.incentives.clone()),
        acquisition: Set(acquisition.as_str().to_owned()),
        anomaly: Set(Check::Pending.as_str().to_owned()),
        fraud: Set(Check::Pending.as_str().to_owned()),
        status: Set(status.as_str().to_owned()),
        terms_version: Set(verdict.version.clone()),
        violations: Set(serde_json::to_string(&verdict.violations)?),
        received_at: Set(at.into()),
        updated_at: Set(now.into()),
        api_version: Set(one.api_version.to_owned()),
        change: Set(change),
        revision: Set(0),
        payload: Set(one.payload.clone()),
    })
}

fn participant_row(id: i64, day: LocalDay, linkage_key: i64, who: &Pseudonyms) -> participant::ActiveModel {
    participant::ActiveModel {
        id: Set(id),
        day: Set(day.0),
        linkage_key: Set(linkage_key),
        person: Set(who.person.to_vec()),
        phone: Set(who.phone.map(|token| token.to_vec())),
        phone_truncated: Set(who.phone_truncated.to_vec()),
        travel_pass: Set(who.travel_pass.map(|token| token.to_vec())),
        name_sound: Set(who.name_sound.map(|token| token.to_vec())),
        operator_user: Set(who.operator_user.to_vec()),
    }
}

/// The identifiers of the batch that the store already has.
async fn known_identifiers(
    connection: &impl ConnectionTrait,
    batch: &[Prepared],
) -> Result<HashSet<(i64, String)>, ServiceError> {
    let mut by_operator: HashMap<i64, Vec<&str>> = HashMap::new();
    for one in batch {
        by_operator.entry(one.operator).or_default().push(&one.operator_journey_id);
    }
    let mut any = Condition::any();
    for (operator, identifiers) in by_operator {
        any = any.add(
            Condition::all()
                .add(journey::Column::OperatorId.eq(operator))
                .add(journey::Column::OperatorJourneyId.is_in(identifiers)),
        );
    }
    let select = Query::select()
        .columns([journey::Column::OperatorId, journey::Column::OperatorJourneyId])
        .from(journey::Entity)
        .cond_where(any)
        .to_owned();
    connection
        .query_all(&select)
        .await?
        .into_iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}
