//! A copy of the registry for tests, in a house of its own: the same journeys as far as rules and figures see them, made
//! by nobody. What is drawn is drawn under a key that lives as long as the command, and is never written.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use geography::{Placement, Point};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use serde_json::json;
use sha2::Sha256;
use socle::audit::Actor;
use socle::rights::Scope;
use socle::service::{Anonymised, Progress};
use zeroize::Zeroizing;

use crate::Registry;
use crate::api::VERSIONS;
use crate::model::identity::{Identity, IdentityKey, Text, TravelPass};
use crate::model::submission::{AtMost, Datetime, Latitude, Longitude, Moment};
use crate::model::{Acquisition, Metres, Submission};
use crate::preparation::{self, Sent};
use crate::store::bulk::{AT_ONCE, Bulk};
use crate::store::intake::{Prepared, Received};
use crate::store::journey::{self, Journey};
use crate::store::operator::{self, NewOperator};
use crate::store::{PAYLOADS, correction, pair, request, tenant, verification};

/// Pairs of places with fewer journeys, or made by fewer people, are left out (spec §18, decision 10; §10.5).
const LEAST_JOURNEYS: u64 = 6;
const LEAST_PEOPLE: usize = 3;
/// Departures are moved back to the quarter of an hour.
const QUARTER: i64 = 15 * 60;
/// Distances are rounded down, so that none crosses a threshold of the terms (whole kilometres).
const METRES: i32 = 100;

/// Numbers that the regulator keeps for fiction: nobody will ever hold them (ARCEP, decision 2018-0881, annex).
/// Those of mobiles, 06 39 98, are refused by libphonenumber.
const FICTION: [&str; 5] = ["+3319900", "+3326191", "+3335301", "+3346571", "+3353649"];
const FIRST_NAMES: [&str; 12] = [
    "Alix",
    "Camille",
    "Charlie",
    "Claude",
    "Dominique",
    "Eden",
    "Lou",
    "Maxime",
    "Noa",
    "Sacha",
    "Sasha",
    "Swann",
];
const LAST_NAMES: [&str; 12] = [
    "Fictif",
    "Imaginaire",
    "Inventé",
    "Supposé",
    "Essai",
    "Exemple",
    "Modèle",
    "Figurant",
    "Quidam",
    "Untel",
    "Personne",
    "Anonyme",
];

/// Draws the same thing for the same value, during one run.
struct Chance(Zeroizing<[u8; 32]>);

impl Chance {
    fn draw() -> Self {
        Self(Zeroizing::new(socle::chance::secret_bytes()))
    }

    fn bytes(&self, kind: &str, value: &str) -> [u8; 32] {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes any key");
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// A number below `most`.
    fn below(&self, kind: &str, value: &str, most: usize) -> usize {
        let bytes = self.bytes(kind, value);
        let number = bytes.iter().take(7).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).unwrap_or_default() % most
    }

    /// An identifier in the form of a UUID.
    fn identifier(&self, kind: &str, value: &str) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.bytes(kind, value)[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The fictional person who stands for the one of this identity key.
    fn person(&self, operator: i64, real: &Identity) -> Identity {
        let who = real.identity_key.0.as_str();
        let prefix = FICTION[self.below("range", who, FICTION.len())];
        let phone = format!("{prefix}{:04}", self.below("phone", who, 10_000));
        let name = |kind, names: &[&str]| Text(names[self.below(kind, who, names.len())].to_owned());
        let user = format!("{operator} {}", real.operator_user_id.0);
        Identity {
            operator_user_id: Text(self.identifier("user", &user)),
            identity_key: IdentityKey(hex::encode(self.bytes("identity", who))),
            phone_trunc: real.phone_trunc.as_ref().map(|_| phone[..phone.len() - 2].to_owned()),
            phone: real.phone.as_ref().map(|_| phone),
            firstname: real.firstname.as_ref().map(|_| name("firstname", &FIRST_NAMES)),
            lastname: real.lastname.as_ref().map(|_| name("lastname", &LAST_NAMES)),
            email: real.email.as_ref().map(|_| {
                Text(format!("personne-{}@exemple.fr", &hex::encode(self.bytes("email", who))[..12]))
            }),
            travel_pass: real.travel_pass.as_ref().map(|pass| TravelPass {
                name: pass.name,
                user_id: Text(format!("{:010}", self.below("pass", &pass.user_id.0, 10_000_000_000))),
            }),
            over_18: real.over_18,
            // Free texts.
            company: None,
            application_timestamp: None,
            driving_license: None,
        }
    }
}

/// Why a journey is not in the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LeftOut {
    Rare,
    Unplaced,
    Unreadable,
    /// The copy knows the operators of the moment it was begun.
    Late,
}

impl LeftOut {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rare => "between places with fewer than 6 journeys or 3 people",
            Self::Unplaced => "starting or ending outside a French commune",
            Self::Unreadable => "whose body does not open any more",
            Self::Late => "of an operator registered while the copy was made",
        }
    }
}

/// A copy being made.
struct Copying<'a> {
    source: &'a Registry,
    copy: &'a Registry,
    chance: Chance,
    /// Numbers of operators: in the source, in the copy.
    operators: HashMap<i64, i64>,
    bulk: Bulk,
    /// What waits to be stored, with whether the source accepted it.
    batch: Vec<(Prepared, Timestamp, bool)>,
    /// Cancellations to come, by the number they have in the source: they are made when they were.
    cancellations: BTreeMap<i64, (i64, String)>,
    done: Anonymised,
    left_out: BTreeMap<LeftOut, u64>,
    otherwise: u64,
}

/// Makes in the empty registry `copy` an anonymised copy of `source`.
pub async fn copy(
    source: &Registry,
    copy: &Arc<Registry>,
    progress: &Progress,
) -> anyhow::Result<Anonymised> {
    let frequented = pair::frequented(&source.database, LEAST_JOURNEYS, LEAST_PEOPLE).await?;
    let mut copying = Copying {
        operators: operators(source, copy).await?,
        chance: Chance::draw(),
        bulk: Bulk::new(copy.database.clone(), copy.terms),
        batch: Vec::with_capacity(AT_ONCE),
        cancellations: BTreeMap::new(),
        done: Anonymised::default(),
        left_out: BTreeMap::new(),
        otherwise: 0,
        source,
        copy,
    };
    let mut after = 0;
    loop {
        let page: Vec<Journey> = journey::Entity::find()
            .filter(journey::Column::Id.gt(after))
            .order_by_asc(journey::Column::Id)
            .limit(AT_ONCE as u64)
            .all(source.database.read())
            .await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for journey in page {
            copying.cancel_before(journey.id).await?;
            let Some(operator) = copying.operators.get(&journey.operator_id).copied() else {
                *copying.left_out.entry(LeftOut::Late).or_default() += 1;
                continue;
            };
            let pair = journey.start_place.clone().zip(journey.end_place.clone());
            let fictional = match pair {
                None => Err(LeftOut::Unplaced),
                Some(pair) if !frequented.contains(&pair) => Err(LeftOut::Rare),
                Some(pair) => copying.fictional(&journey, &pair).await?,
            };
            let month = month_of(&journey);
            let line = copying.done.groups.entry((month, operator)).or_default();
            match fictional {
                Ok(fictional) => {
                    line.kept += 1;
                    copying.add(&journey, operator, fictional).await?;
                }
                Err(why) => {
                    line.left_out += 1;
                    *copying.left_out.entry(why).or_default() += 1;
                }
            }
        }
        progress(format!("{after}"));
    }
    copying.cancel_before(i64::MAX).await?;
    copying.end().await
}

/// Registers fictional operators, one for one.
async fn operators(source: &Registry, copy: &Registry) -> anyhow::Result<HashMap<i64, i64>> {
    let mut numbers = HashMap::new();
    for (real, rank) in operator::list(&source.database, &Scope::All).await?.into_iter().zip(1..) {
        let new = NewOperator {
            uuid: uuid::Uuid::new_v4().to_string(),
            name: format!("Opérateur fictif {rank}"),
            legal_name: format!("Opérateur fictif {rank}"),
            siret: format!("900000{rank:03}00010"),
            contact_email: format!("contact@operateur-{rank}.exemple.fr"),
        };
        let fictional = operator::register(&copy.database, Actor::Program("anonymise"), new).await?;
        numbers.insert(real.id, fictional.id);
    }
    Ok(numbers)
}

/// The month of departure on the clocks of its commune: `2026-11`.
fn month_of(journey: &Journey) -> String {
    let day = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(journey.day));
    day.strftime("%Y-%m").to_string()
}

impl Copying<'_> {
    /// The journey as the copy has it.
    async fn fictional(
        &self,
        journey: &Journey,
        (start, end): &pair::Pair,
    ) -> anyhow::Result<Result<Submission, LeftOut>> {
        let place = journey::context(journey.operator_id, &journey.operator_journey_id);
        let opened = self.source.keyring.open(&place, &journey.payload).await;
        let Some(real) = opened.ok().and_then(|body| serde_json::from_slice::<Submission>(&body).ok()) else {
            return Ok(Err(LeftOut::Unreadable));
        };
        let (Some(start), Some(end)) = (self.reference_point(start), self.reference_point(end)) else {
            return Ok(Err(LeftOut::Unplaced));
        };
        let (departure, arrival) = (real.start.datetime.0, real.end.datetime.0);
        let minutes = (arrival.duration_since(departure).as_secs() / 60).max(1);
        let moved = quarter(departure);
        let at = |at: Timestamp, point: Point| Moment {
            datetime: Datetime(at),
            lat: Latitude(point.latitude.degrees()),
            lon: Longitude(point.longitude.degrees()),
        };
        let own = |value: &str| format!("{} {value}", journey.operator_id);
        let mut fictional = real;
        fictional.operator_journey_id =
            Text(self.chance.identifier("journey", &own(&fictional.operator_journey_id.0)));
        fictional.operator_trip_id =
            Text(self.chance.identifier("trip", &own(&fictional.operator_trip_id.0)));
        fictional.start = at(moved, start);
        fictional.end = at(moved + SignedDuration::from_mins(minutes), end);
        fictional.distance = Metres((fictional.distance.0 / METRES * METRES).max(METRES));
        fictional.licence_plate = None;
        fictional.incentive_counterparts = None;
        fictional.passenger.payments = None::<AtMost<20, _>>;
        fictional.driver.identity = self.chance.person(journey.operator_id, &fictional.driver.identity);
        fictional.passenger.identity = self.chance.person(journey.operator_id, &fictional.passenger.identity);
        Ok(Ok(fictional))
    }

    /// One same point of a commune for all its journeys, that placing finds in it.
    fn reference_point(&self, place: &str) -> Option<Point> {
        let places = &self.copy.house.places;
        let code = place.parse().ok()?;
        [(0.5, 0.5), (0.4, 0.5), (0.6, 0.5), (0.5, 0.3), (0.5, 0.7)].into_iter().find_map(|(north, east)| {
            let point = places.reference.point_inside(&code, north, east)?;
            let found =
                matches!(places.placer.place(point), Placement::Commune { code: found, .. } if found == code);
            found.then_some(point)
        })
    }

    /// Adds a journey of the copy's `operator` to what waits to be stored.
    async fn add(&mut self, real: &Journey, operator: i64, fictional: Submission) -> anyhow::Result<()> {
        let identifier = fictional.operator_journey_id.0.clone();
        // As late after the departure as it was, to the minute above: a delay of the terms is judged alike.
        let late = real.received_at.timestamp().duration_since(real.start_at.timestamp()).as_micros();
        let minutes =
            i64::try_from(late.div_euclid(60_000_000) + i128::from(late.rem_euclid(60_000_000) > 0))?;
        let received = fictional.start.datetime.0 + SignedDuration::from_mins(minutes);
        let version = VERSIONS.into_iter().find(|version| *version == real.api_version).unwrap_or("v3.4");
        let bytes = serde_json::to_vec(&fictional)?;
        let sent = Sent {
            operator,
            actor: Actor::Program("anonymise"),
            api_version: version,
            submission: fictional,
            bytes: &bytes,
            idempotency: None,
        };
        let prepared = preparation::prepare(self.copy, sent)
            .await
            .map_err(|error| anyhow::anyhow!("a fictional journey was refused: {error:?}"))?;
        if real.acquisition()? == Acquisition::Canceled {
            let asked = request::about(&self.source.database, real.id).await?;
            if let Some(asked) = asked.iter().find(|asked| asked.kind == "cancellation") {
                self.cancellations.insert(asked.id, (operator, identifier));
            }
        }
        let accepted = real.acquisition()? != Acquisition::TermsViolation;
        self.batch.push((prepared, received, accepted));
        if self.batch.len() >= AT_ONCE { self.store().await } else { Ok(()) }
    }

    async fn store(&mut self) -> anyhow::Result<()> {
        let mut batch = Vec::with_capacity(self.batch.len());
        let mut accepted = Vec::with_capacity(self.batch.len());
        for (prepared, received, was_accepted) in self.batch.drain(..) {
            batch.push((prepared, received));
            accepted.push(was_accepted);
        }
        for (outcome, was_accepted) in self.bulk.store(batch).await?.iter().zip(accepted) {
            self.done.kept += 1;
            self.otherwise += u64::from(matches!(outcome, Received::Accepted { .. }) != was_accepted);
        }
        Ok(())
    }

    /// Makes the cancellations that came before the number `before` of the source, once what precedes them is stored.
    async fn cancel_before(&mut self, before: i64) -> anyhow::Result<()> {
        let due: Vec<_> = {
            let later = self.cancellations.split_off(&before);
            std::mem::replace(&mut self.cancellations, later).into_values().collect()
        };
        if due.is_empty() {
            return Ok(());
        }
        self.store().await?;
        for (operator, identifier) in due {
            let database = &self.copy.database;
            let Some(stored) = journey::find(database.read(), operator, &identifier).await? else { continue };
            let key = self.copy.keyring.current(&tenant(operator), PAYLOADS).await?;
            let body = serde_json::to_vec(&json!({"code": "anonymised"}))?;
            let asked = key.seal(&request::context(stored.id), &body);
            let (actor, code) = (Actor::Program("anonymise"), "anonymised".to_owned());
            correction::cancel(database, actor, operator, identifier, code, "v3.4", asked).await?;
        }
        Ok(())
    }

    async fn end(mut self) -> anyhow::Result<Anonymised> {
        self.store().await?;
        self.bulk.finish().await;
        while verification::run(&self.copy.database).await?.more {}
        self.done.left_out = self.left_out.into_iter().map(|(why, count)| (why.as_str(), count)).collect();
        self.done.altered = vec![(
            "judged otherwise by the terms than in the source, since times were moved and journeys left out",
            self.otherwise,
        )];
        Ok(self.done)
    }
}

/// The quarter of an hour that an instant lies in. Midnight starts one on every clock of the country: the day stays.
fn quarter(at: Timestamp) -> Timestamp {
    let seconds = at.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(QUARTER)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Phone;

    #[test]
    fn numbers_kept_for_fiction_are_taken_for_numbers() {
        for prefix in FICTION {
            for end in ["0000", "4242", "9999"] {
                let number = format!("{prefix}{end}");
                assert_eq!(Phone::parse(&number).expect("a number").0, number);
            }
        }
    }

    #[test]
    fn a_person_is_the_same_within_a_run_and_another_in_the_next() {
        let (run, next) = (Chance::draw(), Chance::draw());
        assert_eq!(run.bytes("identity", "someone"), run.bytes("identity", "someone"));
        assert_ne!(run.bytes("identity", "someone"), run.bytes("identity", "someone else"));
        assert_ne!(run.bytes("identity", "someone"), next.bytes("identity", "someone"));
    }

    #[test]
    fn a_departure_moves_back_within_its_quarter() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        assert_eq!(quarter(at("2026-11-25T08:14:59.9Z")), at("2026-11-25T08:00:00Z"));
        assert_eq!(quarter(at("2026-11-24T23:00:00Z")), at("2026-11-24T23:00:00Z"));
    }
}
