use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use socle::places::Places;
use socle::seal::{Opener, SealError};

use super::audience::Audience;
use super::place_labels::PlaceLabels;
use super::sheet::SheetError;
use crate::store::departures::Departure;
use crate::store::journey;

/// What exports read of the body an operator sent.
#[derive(Deserialize)]
pub struct Sent<'a> {
    pub start: Spot,
    pub end: Spot,
    #[serde(borrow)]
    pub driver: Part<'a>,
    #[serde(borrow)]
    pub passenger: Part<'a>,
}

/// WGS 84 degrees.
#[derive(Clone, Copy, Deserialize)]
pub struct Spot {
    pub lat: f64,
    pub lon: f64,
}

#[derive(Deserialize)]
pub struct Part<'a> {
    #[serde(borrow)]
    pub identity: Identity<'a>,
}

#[derive(Deserialize)]
pub struct Identity<'a> {
    #[serde(borrow)]
    pub operator_user_id: Cow<'a, str>,
    #[serde(borrow)]
    pub identity_key: Cow<'a, str>,
}

/// An incentive as it was declared.
#[derive(Deserialize)]
pub struct Incentive {
    /// Its rank, as the operator numbered it.
    #[serde(default)]
    pub index: u32,
    pub siret: String,
    /// Euro cents.
    pub amount: i64,
}

/// A rule that a journey breaks.
#[derive(Deserialize)]
pub struct Broken {
    pub label: String,
}

/// A journey, ready to be written.
pub struct Line<'a> {
    pub departure: &'a Departure,
    /// `None` once the key of its operator is destroyed.
    pub sent: Option<Sent<'a>>,
    pub incentives: Vec<Incentive>,
    pub broken: Vec<Broken>,
    pub from: &'a PlaceLabels,
    pub to: &'a PlaceLabels,
    pub operator: &'a str,
    pub audience: &'a Audience,
    /// As this audience may know them.
    pub start: Moment,
    pub end: Moment,
}

/// An instant, and what the clocks of its place say.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub at: Timestamp,
    pub offset: Offset,
    pub local: DateTime,
}

impl Moment {
    pub fn new(at: Timestamp, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(at);
        Self { at, offset, local: offset.to_datetime(at) }
    }
}

impl Line<'_> {
    /// Metres, as this audience may know them: an operator reads its own, others down to the hundred.
    pub fn metres(&self) -> i32 {
        match self.audience {
            Audience::Operator | Audience::OperatorTeam => self.departure.distance_m,
            Audience::Territory(_) | Audience::Registry => self.departure.distance_m / 100 * 100,
        }
    }

    /// A place as this audience may know it.
    pub fn spot(&self, spot: impl Fn(&Sent<'_>) -> Spot, labels: &PlaceLabels) -> Option<(f64, f64)> {
        let spot = spot(self.sent.as_ref()?);
        Some(match self.audience {
            Audience::Operator => (spot.lat, spot.lon),
            Audience::OperatorTeam | Audience::Territory(_) | Audience::Registry => {
                (labels.coarse(spot.lat), labels.coarse(spot.lon))
            }
        })
    }
}

/// A list as it is stored; most are empty, and cost nothing.
fn list<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, serde_json::Error> {
    if text == "[]" { Ok(Vec::new()) } else { serde_json::from_str(text) }
}

fn incentives(text: &str) -> Result<Vec<Incentive>, serde_json::Error> {
    let mut incentives: Vec<Incentive> = list(text)?;
    incentives.sort_by_key(|one| one.index);
    Ok(incentives)
}

/// Names of places and operators, looked up once each.
pub struct Labels {
    places: Arc<Places>,
    audience: Audience,
    operators: HashMap<i64, String>,
    known: HashMap<Option<String>, PlaceLabels>,
}

impl Labels {
    pub fn new(places: Arc<Places>, audience: Audience, operators: HashMap<i64, String>) -> Self {
        Self { places, audience, operators, known: HashMap::new() }
    }

    /// Makes lines of some journeys and gives them to `write`.
    pub fn lines(
        &mut self,
        departures: &[Departure],
        opener: &Opener,
        write: impl FnOnce(&[Line<'_>]) -> Result<(), SheetError>,
    ) -> Result<(), SheetError> {
        for place in departures.iter().flat_map(|one| [&one.start_place, &one.end_place]) {
            if !self.known.contains_key(place) {
                let labels = PlaceLabels::of(&self.places.reference, place.as_deref());
                self.known.insert(place.clone(), labels);
            }
        }
        let mut bodies = Vec::with_capacity(departures.len());
        for one in departures {
            let context = journey::context(one.operator_id, &one.operator_journey_id);
            bodies.push(match opener.open(&context, &one.payload) {
                Ok(body) => Some(body),
                Err(SealError::Destroyed) => None,
                Err(other) => return Err(other.into()),
            });
        }
        let mut lines = Vec::with_capacity(departures.len());
        for (departure, body) in departures.iter().zip(&bodies) {
            let (from, to) = (&self.known[&departure.start_place], &self.known[&departure.end_place]);
            lines.push(Line {
                departure,
                sent: body.as_deref().map(serde_json::from_slice).transpose()?,
                incentives: incentives(&departure.incentives)?,
                broken: list(&departure.violations)?,
                from,
                to,
                operator: self.operators.get(&departure.operator_id).map_or("", String::as_str),
                start: Moment::new(self.instant(departure.start_at.timestamp()), &from.zone),
                end: Moment::new(self.instant(departure.end_at.timestamp()), &to.zone),
                audience: &self.audience,
            });
        }
        write(&lines)
    }

    /// An instant as the audience may know it: others than the operator read it rounded up to ten minutes (spec
    /// §10.6).
    fn instant(&self, at: Timestamp) -> Timestamp {
        const TEN_MINUTES: i64 = 600;
        match self.audience {
            Audience::Operator | Audience::OperatorTeam => at,
            Audience::Territory(_) | Audience::Registry => {
                let beyond = at.as_second().rem_euclid(TEN_MINUTES);
                let missing = if beyond == 0 { 0 } else { TEN_MINUTES - beyond };
                Timestamp::from_second(at.as_second())
                    .unwrap_or(at)
                    .saturating_add(SignedDuration::from_secs(missing))
                    .unwrap_or(at)
            }
        }
    }
}
