//! Synthetic journeys: fictional people between real communes, as commuters make them. The same seed gives the
//! same journeys.

use std::collections::BTreeMap;
use std::sync::Arc;

use geography::{Commune, InseeCode, Reference};
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use socle::audit::Actor;
use socle::service::Progress;

use crate::Registry;
use crate::model::Submission;
use crate::preparation::{self, Sent};
use crate::store::bulk::{AT_ONCE, Bulk};
use crate::store::intake::{Prepared, Received};
use crate::store::operator::Operator;
use crate::store::verification;

/// How many journeys a couple of commuters makes, about.
const JOURNEYS_A_COUPLE: u64 = 20;

/// Days over which journeys are spread.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Date,
    pub to: Date,
    /// No journey ends after this instant.
    pub now: Timestamp,
}

impl Span {
    /// The `months` that end now.
    pub fn months_before(now: Timestamp, months: i32) -> Self {
        let to = socle::pages::format::paris().to_datetime(now).date();
        Self { from: to.saturating_sub(jiff::Span::new().months(months)), to, now }
    }
}

/// Two people who share the way between two communes.
struct Commuters {
    operator: i64,
    driver: String,
    passenger: String,
    home: InseeCode,
    work: InseeCode,
    crow_metres: f64,
}

/// Draws journeys.
pub struct Generator<'a> {
    reference: &'a Reference,
    rng: StdRng,
    /// Communes with people and an outline, and the running sum of their inhabitants.
    inhabited: Vec<(&'a Commune, u64)>,
    by_department: BTreeMap<&'a str, Vec<&'a Commune>>,
    operators: Vec<i64>,
}

impl<'a> Generator<'a> {
    /// The same seed and operators give the same journeys.
    pub fn new(reference: &'a Reference, seed: u64, operators: &[Operator]) -> Self {
        Self::numbered(reference, seed, operators.iter().map(|operator| operator.id).collect())
    }

    /// The same for operators known by their number.
    pub fn numbered(reference: &'a Reference, seed: u64, operators: Vec<i64>) -> Self {
        let mut inhabited = Vec::new();
        let mut by_department: BTreeMap<&str, Vec<&Commune>> = BTreeMap::new();
        let mut sum = 0;
        for commune in reference.communes() {
            let (Some(population), Some(_)) = (commune.population, reference.outline(&commune.code)) else {
                continue;
            };
            sum += u64::from(population);
            inhabited.push((commune, sum));
            by_department.entry(commune.department.as_str()).or_default().push(commune);
        }
        let rng = StdRng::seed_from_u64(seed);
        Self { reference, rng, inhabited, by_department, operators }
    }

    fn commuters(&mut self) -> Option<Commuters> {
        let total = self.inhabited.last()?.1;
        for _ in 0..200 {
            let drawn = self.rng.random_range(0..total);
            let home = self.inhabited[self.inhabited.partition_point(|(_, sum)| *sum <= drawn)].0;
            let near = self.by_department.get(home.department.as_str())?;
            let work = near[self.rng.random_range(0..near.len())];
            let crow_metres = crow(home, work)?;
            if (3_000.0..60_000.0).contains(&crow_metres) {
                return Some(Commuters {
                    operator: self.operators[self.rng.random_range(0..self.operators.len())],
                    driver: self.phone(),
                    passenger: self.phone(),
                    home: home.code,
                    work: work.code,
                    crow_metres,
                });
            }
        }
        None
    }

    /// A number that the numbering plan accepts. (Those kept for fiction, 06 39 98, are refused as invalid by
    /// libphonenumber, hence by the registry.)
    fn phone(&mut self) -> String {
        format!("+33600{:06}", self.rng.random_range(0..1_000_000))
    }

    /// One journey of a couple on a day, with the moment it was received.
    fn journey(
        &mut self,
        couple: &Commuters,
        day: Date,
        morning: bool,
        now: Timestamp,
    ) -> Option<(serde_json::Value, Timestamp)> {
        let (from, to) = if morning { (couple.home, couple.work) } else { (couple.work, couple.home) };
        let hour = if morning { self.rng.random_range(6..9) } else { self.rng.random_range(16..19) };
        let local = day.at(hour, self.rng.random_range(0..60), self.rng.random_range(0..60), 0);
        let start = local.to_zoned_datetime(socle::pages::format::paris()).ok()?.timestamp();
        // One in a hundred is too short, one in fifty is sent too late.
        let distance = if self.rng.random_range(0..100) == 0 { 700.0 } else { couple.crow_metres * 1.3 };
        let seconds = (distance / 13.0).max(120.0);
        #[expect(clippy::cast_possible_truncation, reason = "a few hours at most")]
        let end = start + SignedDuration::from_secs(seconds as i64);
        let late =
            if self.rng.random_range(0..50) == 0 { 25 * 3_600 } else { self.rng.random_range(60..7_200) };
        let received = end + SignedDuration::from_secs(late);
        if received > now {
            return None;
        }
        let inside = |code: &InseeCode, rng: &mut StdRng| {
            self.reference.point_inside(code, rng.random_range(0.3..0.7), rng.random_range(0.3..0.7))
        };
        let (start_point, end_point) = (inside(&from, &mut self.rng)?, inside(&to, &mut self.rng)?);
        let id = uuid::Builder::from_random_bytes(self.rng.random()).into_uuid().to_string();
        let identity = |phone: &str, over_18: Option<bool>| {
            json!({
                "operator_user_id": &hex::encode(Sha256::digest(phone))[..16],
                "identity_key": hex::encode(Sha256::digest(format!("{phone}-COVOITUREUR"))),
                "phone_trunc": &phone[..phone.len() - 2],
                "over_18": over_18,
            })
        };
        let adult = [Some(true), Some(true), Some(true), None, Some(false)][self.rng.random_range(0..5)];
        let contribution = self.rng.random_range(0..4) * 50;
        let mut passenger = identity(&couple.passenger, adult);
        let mut driver = identity(&couple.driver, None);
        for person in [&mut passenger, &mut driver] {
            if person["over_18"].is_null() {
                person.as_object_mut()?.remove("over_18");
            }
        }
        let coordinates = |point: geography::Point| (point.latitude.degrees(), point.longitude.degrees());
        let ((start_lat, start_lon), (end_lat, end_lon)) = (coordinates(start_point), coordinates(end_point));
        #[expect(clippy::cast_possible_truncation, reason = "metres of a journey")]
        let metres = distance as i64;
        let body = json!({
            "operator_journey_id": id,
            "operator_trip_id": format!("trip-{id}"),
            "operator_class": if self.rng.random_range(0..10) == 0 { "B" } else { "C" },
            "start": {"datetime": start.to_string(), "lat": start_lat, "lon": start_lon},
            "end": {"datetime": end.to_string(), "lat": end_lat, "lon": end_lon},
            "distance": metres,
            "incentives": [{"index": 0, "siret": "11000101300017", "amount": 150}],
            "driver": {"identity": driver, "revenue": contribution + 150},
            "passenger": {"identity": passenger, "contribution": contribution, "seats": 1},
        });
        Some((body, received))
    }
}

/// Metres between the centres of two communes, as the crow flies.
fn crow(a: &Commune, b: &Commune) -> Option<f64> {
    let (a, b) = (a.centre?, b.centre?);
    let (latitude, other) = (a.latitude.degrees(), b.latitude.degrees());
    let north = (other - latitude) * 111_195.0;
    let east = (b.longitude.degrees() - a.longitude.degrees())
        * 111_195.0
        * f64::midpoint(latitude, other).to_radians().cos();
    Some(north.hypot(east))
}

/// What was stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filled {
    pub journeys: u64,
    pub refused: u64,
}

/// Journeys drawn one after the other, day after day, as they come in.
struct Drawing<'a> {
    generator: Generator<'a>,
    couples: Vec<Commuters>,
    days: Vec<Date>,
    now: Timestamp,
    wanted: u64,
    drawn: u64,
    /// The day that comes after the present one; what a pass could not place (days not over yet) is drawn again.
    next_day: usize,
    /// The couples that travel on the present day, those left.
    chosen: Vec<usize>,
    evening: bool,
    day: Date,
}

impl<'a> Drawing<'a> {
    fn new(mut generator: Generator<'a>, wanted: u64, span: Span) -> anyhow::Result<Self> {
        let days: Vec<Date> = span
            .from
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= span.to)
            .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
            .collect();
        anyhow::ensure!(!days.is_empty(), "no working day between {} and {}", span.from, span.to);
        let couples: Vec<Commuters> =
            (0..(wanted / JOURNEYS_A_COUPLE).max(4)).filter_map(|_| generator.commuters()).collect();
        anyhow::ensure!(!couples.is_empty(), "the reference geography holds no communes to travel between");
        let (day, now) = (span.from, span.now);
        Ok(Self {
            generator,
            couples,
            days,
            now,
            wanted,
            drawn: 0,
            next_day: 0,
            chosen: Vec::new(),
            evening: false,
            day,
        })
    }

    /// Chooses who travels on the next day.
    fn turn_the_page(&mut self) {
        self.day = self.days[self.next_day];
        let left = (self.days.len() - self.next_day) as u64;
        let share = (self.wanted - self.drawn).div_ceil(2 * left);
        let share = usize::try_from(share).unwrap_or(usize::MAX).min(self.couples.len());
        self.chosen = rand::seq::index::sample(&mut self.generator.rng, self.couples.len(), share).into_vec();
        self.chosen.reverse();
        self.next_day = (self.next_day + 1) % self.days.len();
    }
}

impl Iterator for Drawing<'_> {
    /// The operator, what it sends, when it is received.
    type Item = (i64, serde_json::Value, Timestamp);

    fn next(&mut self) -> Option<Self::Item> {
        while self.drawn < self.wanted {
            let Some(&chosen) = self.chosen.last() else {
                self.turn_the_page();
                continue;
            };
            let morning = !self.evening;
            if self.evening {
                self.chosen.pop();
            }
            self.evening = morning;
            let couple = &self.couples[chosen];
            if let Some((body, received)) = self.generator.journey(couple, self.day, morning, self.now) {
                self.drawn += 1;
                return Some((couple.operator, body, received));
            }
        }
        None
    }
}

/// Draws and stores `wanted` journeys, then verifies them.
pub async fn fill_with(
    registry: &Arc<Registry>,
    generator: Generator<'_>,
    wanted: u64,
    span: Span,
    progress: &Progress,
) -> anyhow::Result<Filled> {
    let mut filled = Filled::default();
    let mut bulk = Bulk::new(registry.database.clone(), registry.terms);
    let mut batch: Vec<(Prepared, Timestamp)> = Vec::new();
    for (operator, body, received) in Drawing::new(generator, wanted, span)? {
        batch.push((prepare(registry, operator, &body).await?, received));
        if batch.len() >= AT_ONCE {
            store(&mut bulk, &mut batch, &mut filled).await?;
            progress(format!("{} trajets", filled.journeys));
        }
    }
    store(&mut bulk, &mut batch, &mut filled).await?;
    progress(format!("{} trajets", filled.journeys));
    bulk.finish().await;
    while verification::run(&registry.database).await?.more {}
    Ok(filled)
}

/// Draws `wanted` journeys and writes them one a line, as `import` reads them. Returns how many.
pub fn write_to(
    generator: Generator<'_>,
    wanted: u64,
    span: Span,
    mut out: impl std::io::Write,
    progress: impl Fn(u64),
) -> anyhow::Result<u64> {
    let mut written = 0;
    for (_, mut body, received) in Drawing::new(generator, wanted, span)? {
        body["received_at"] = received.to_string().into();
        serde_json::to_writer(&mut out, &body)?;
        out.write_all(b"\n")?;
        written += 1;
        if written % 1_000 == 0 {
            progress(written);
        }
    }
    out.flush()?;
    Ok(written)
}

/// Prepares a synthetic journey as if an operator had sent it.
async fn prepare(registry: &Registry, operator: i64, body: &serde_json::Value) -> anyhow::Result<Prepared> {
    let bytes = serde_json::to_vec(body)?;
    let submission: Submission = serde_json::from_slice(&bytes)?;
    let sent = Sent {
        operator,
        actor: Actor::Program("generation"),
        api_version: "v3.4",
        submission,
        bytes: &bytes,
        idempotency: None,
    };
    preparation::prepare(registry, sent)
        .await
        .map_err(|error| anyhow::anyhow!("a synthetic journey was refused: {error:?}"))
}

async fn store(
    bulk: &mut Bulk,
    batch: &mut Vec<(Prepared, Timestamp)>,
    filled: &mut Filled,
) -> anyhow::Result<()> {
    for outcome in bulk.store(std::mem::take(batch)).await? {
        match outcome {
            Received::Accepted { .. } => filled.journeys += 1,
            Received::Refused { .. } => {
                filled.journeys += 1;
                filled.refused += 1;
            }
            Received::Duplicate | Received::KeyReused => {}
        }
    }
    Ok(())
}
