//! From what an operator sends to what is stored: checked, placed, its people turned into pseudonyms, its body
//! sealed. Everything here is done before the one writer is asked for anything.

use geography::{Placement, Point, TimeZoneName};
use jiff::tz::TimeZone;
use socle::audit::{self, Actor};
use socle::idempotency::IdempotencyKey;
use socle::seal::{DataKey, LinkageKind};

use crate::Registry;
use crate::api::ApiError;
use crate::model::identity::Phones;
use crate::model::submission::{Moment, Numbers};
use crate::model::{Identity, LocalDay, PlaceCode, Submission};
use crate::store::intake::{Prepared, Pseudonyms};
use crate::store::{PAYLOADS, journey, tenant};

/// A journey as it was sent.
pub struct Sent<'a> {
    pub operator: i64,
    pub actor: Actor,
    pub api_version: &'static str,
    pub submission: Submission,
    /// The body as it came: every field is kept.
    pub bytes: &'a [u8],
    pub idempotency: Option<IdempotencyKey>,
}

/// Prepares a journey for storing or judging.
pub async fn prepare(registry: &Registry, sent: Sent<'_>) -> Result<Prepared, ApiError> {
    let numbers = sent.submission.check(registry.house.clock.now(), registry.space.numbering())?;
    let key = registry.keyring.current(&tenant(sent.operator), PAYLOADS).await?;
    prepare_checked(registry, &key, &numbers, sent).map_err(|error| ApiError::internal(&error))
}

/// The same for a journey that was checked, with its operator's key at hand: nothing is waited for.
pub fn prepare_checked(
    registry: &Registry,
    key: &DataKey,
    numbers: &Numbers,
    sent: Sent<'_>,
) -> Result<Prepared, serde_json::Error> {
    let submission = sent.submission;
    let start_place = place(registry, &submission.start);
    let end_place = place(registry, &submission.end);
    let owner = tenant(sent.operator);
    let payload = key.seal(&journey::context(sent.operator, &submission.operator_journey_id.0), sent.bytes);
    let pseudonyms = |identity: &Identity, phones: &Phones| pseudonyms(registry, &owner, identity, phones);
    Ok(Prepared {
        operator: sent.operator,
        actor: sent.actor,
        day: LocalDay::of(submission.start.datetime.0, &zone(start_place.as_ref())),
        start: submission.start.datetime.0,
        end: submission.end.datetime.0,
        start_place: start_place.map(|place| place.0),
        end_place: end_place.map(|place| place.0),
        distance: submission.distance,
        seats: submission.passenger.seats,
        driver_revenue: submission.driver.revenue.0,
        passenger_contribution: submission.passenger.contribution.0,
        passenger_over_18: submission.passenger.identity.over_18,
        incentives: serde_json::to_string(&submission.incentives)?,
        linkage_key: registry.linkage.key_id(),
        driver: pseudonyms(&submission.driver.identity, &numbers.driver),
        passenger: pseudonyms(&submission.passenger.identity, &numbers.passenger),
        operator_class: submission.operator_class,
        operator_journey_id: submission.operator_journey_id.0,
        operator_trip_id: submission.operator_trip_id.0,
        api_version: sent.api_version,
        commitment: audit::commitment(&payload),
        payload,
        idempotency: sent.idempotency,
    })
}

/// The commune (or neighbouring country) of an end, by the rule of spec §3.3.
fn place(registry: &Registry, end: &Moment) -> Option<PlaceCode> {
    let point = Point::new(end.lat.0, end.lon.0).ok()?;
    match registry.house.places.placer.place(point) {
        Placement::Commune { code, .. } => Some(PlaceCode(code.to_string())),
        Placement::Country { code, .. } => Some(PlaceCode(code.to_string())),
        Placement::Nowhere => None,
    }
}

/// The clocks of the departure: its commune's (§18, decision 3), or those of Paris abroad and nowhere.
pub fn zone(start: Option<&PlaceCode>) -> TimeZone {
    start
        .filter(|place| place.is_french())
        .and_then(|place| place.0.parse().ok())
        .and_then(|code| TimeZoneName::of(&code).time_zone().ok())
        .unwrap_or_else(socle::pages::format::paris)
}

fn pseudonyms(registry: &Registry, owner: &str, identity: &Identity, phones: &Phones) -> Pseudonyms {
    let token = |kind, value: &str| registry.linkage.token(kind, value);
    Pseudonyms {
        person: token(LinkageKind::Identity, &identity.identity_key.0),
        phone: phones.full.as_ref().map(|phone| token(LinkageKind::Phone, &phone.0)),
        phone_truncated: token(LinkageKind::PhoneTruncated, &phones.truncated.0),
        travel_pass: identity.travel_pass_text().map(|pass| token(LinkageKind::TravelPass, &pass)),
        name_sound: identity.name_sound().map(|sound| token(LinkageKind::NameSound, &sound)),
        // The same identifier at two operators is not the same person.
        operator_user: token(LinkageKind::OperatorUser, &format!("{owner} {}", identity.operator_user_id.0)),
    }
}
