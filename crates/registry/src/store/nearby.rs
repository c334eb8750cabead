//! The journeys that the terms compare a journey with.
//!
//! A day on which one person has very many journeys (a full coach, or a server that misbehaves) must not slow
//! everybody else down: what is known of a crowded day is remembered, and only what came since is read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{Condition, ConnectionTrait};
use socle::store::Instant;

use super::intake::Prepared;
use super::{ServiceError, journey, participant};
use crate::model::terms::Person;
use crate::model::{Acquisition, Couple, LocalDay, Neighbour};

/// A day with more journeys of one person than this is remembered between batches.
const CROWDED: usize = 64;
/// How many crowded days are remembered at most.
const REMEMBERED: usize = 1_000;

/// What the terms need of one person's day with one operator.
#[derive(Clone, Debug, Default)]
struct Day {
    /// One journey of each trip.
    trips: HashMap<String, Neighbour>,
    /// The journeys shared with each other person; those of one trip that overlap are one.
    with: HashMap<Person, Vec<Neighbour>>,
    journeys: usize,
}

impl Day {
    fn add(&mut self, other: Person, neighbour: &Neighbour) {
        self.journeys += 1;
        self.trips.entry(neighbour.trip.clone()).or_insert_with(|| neighbour.clone());
        let shared = self.with.entry(other).or_default();
        // Whatever is close to two journeys that overlap is close to one of them, and conversely.
        let same = shared.iter_mut().find(|known| {
            known.trip == neighbour.trip && known.start <= neighbour.end && neighbour.start <= known.end
        });
        match same {
            Some(known) => {
                known.start = known.start.min(neighbour.start);
                known.end = known.end.max(neighbour.end);
            }
            None => shared.push(neighbour.clone()),
        }
    }

    fn merge(&mut self, came: Self) {
        let journeys = self.journeys + came.journeys;
        for (trip, neighbour) in came.trips {
            self.trips.entry(trip).or_insert(neighbour);
        }
        for (other, shared) in came.with {
            for neighbour in &shared {
                self.add(other, neighbour);
            }
        }
        self.journeys = journeys;
    }
}

/// The days of one person, by operator.
type Days = HashMap<i64, Day>;

/// A person on a day.
type PersonDay = (Person, LocalDay);

/// Crowded days that are remembered.
type Remembered = HashMap<PersonDay, Arc<Crowd>>;

/// The journeys around a batch: those its people made with the same operator, on the same days or beside.
#[derive(Default)]
pub struct Nearby {
    days: HashMap<PersonDay, Days>,
    /// Days that were remembered, brought up to date; what the batch adds goes above.
    crowds: Remembered,
}

/// Crowded days, as they stood at some number of the database's sequence. Shared by the batches of one intake.
#[derive(Clone, Default)]
pub struct Crowds(Arc<Mutex<Remembered>>);

#[derive(Clone, Default)]
struct Crowd {
    days: Days,
    /// Everything up to this number is in `days`.
    upto: i64,
}

/// Which journeys to read.
#[derive(Clone, Copy, Default)]
struct Window<'a> {
    /// Numbered after this one.
    after: i64,
    /// Save this one.
    except: Option<(i64, &'a str)>,
}

impl Nearby {
    /// Reads the neighbours of a batch whose first journey will be numbered after `last`.
    pub async fn of(
        connection: &impl ConnectionTrait,
        batch: &[Prepared],
        crowds: &Crowds,
        last: i64,
    ) -> Result<Self, ServiceError> {
        let mut asked: Vec<PersonDay> = batch.iter().flat_map(|one| around(one.couple(), one.day)).collect();
        asked.sort_unstable_by_key(|(person, day)| (day.0, *person));
        asked.dedup();
        let mut nearby = Self { crowds: crowds.recall(connection, &asked).await?, ..Self::default() };
        asked.retain(|one| !nearby.crowds.contains_key(one));
        nearby.days = read(connection, &asked, Window::default()).await?;
        let mut marks: BTreeMap<i64, Vec<PersonDay>> = BTreeMap::new();
        for (one, crowd) in &nearby.crowds {
            marks.entry(crowd.upto).or_default().push(*one);
        }
        for (after, days) in marks {
            let mut came = read(connection, &days, Window { after, ..Window::default() }).await?;
            for one in days {
                let Some(crowd) = nearby.crowds.get_mut(&one).map(Arc::make_mut) else { continue };
                crowd.upto = last;
                for (operator, day) in came.remove(&one).unwrap_or_default() {
                    crowd.days.entry(operator).or_default().merge(day);
                }
            }
        }
        // Whoever has a crowded day is remembered from now on, with the days beside it: reading one of them anew
        // would read the crowded one too.
        let crowded = |days: &Days| days.values().map(|day| day.journeys).sum::<usize>() > CROWDED;
        let busy: HashSet<Person> =
            nearby.days.iter().filter(|(_, days)| crowded(days)).map(|((person, _), _)| *person).collect();
        for one in asked.into_iter().filter(|(person, _)| busy.contains(person)) {
            let days = nearby.days.remove(&one).unwrap_or_default();
            nearby.crowds.insert(one, Arc::new(Crowd { days, upto: last }));
        }
        crowds.remember(&nearby.crowds);
        Ok(nearby)
    }

    /// Reads the neighbours of a couple on a day, save one journey of `operator`.
    pub async fn around(
        connection: &impl ConnectionTrait,
        operator: i64,
        couple: Couple,
        day: LocalDay,
        except: &str,
    ) -> Result<Self, ServiceError> {
        let asked: Vec<_> = around(couple, day).collect();
        let window = Window { except: Some((operator, except)), ..Window::default() };
        Ok(Self { days: read(connection, &asked, window).await?, ..Self::default() })
    }
    /// Adds a journey of the batch, for those that follow.
    pub(super) fn add(&mut self, one: &Prepared) {
        let Couple { driver, passenger } = one.couple();
        let neighbour = Neighbour {
            journey: one.operator_journey_id.clone(),
            trip: one.operator_trip_id.clone(),
            couple: one.couple(),
            day: one.day,
            start: one.start,
            end: one.end,
        };
        remember(&mut self.days, one.operator, driver, passenger, &neighbour);
        remember(&mut self.days, one.operator, passenger, driver, &neighbour);
    }

    /// The neighbours of one journey that matter to the terms: one of each trip of either person, and those of
    /// both together.
    pub fn of_journey(&self, operator: i64, couple: Couple, day: LocalDay) -> Vec<&Neighbour> {
        let mut neighbours: Vec<&Neighbour> = Vec::new();
        for (who, other) in [(couple.driver, couple.passenger), (couple.passenger, couple.driver)] {
            for day in day.around() {
                let crowd = self.crowds.get(&(who, day)).map(|crowd| &crowd.days);
                for found in self.days.get(&(who, day)).into_iter().chain(crowd) {
                    let Some(found) = found.get(&operator) else { continue };
                    neighbours.extend(found.with.get(&other).into_iter().flatten());
                    neighbours.extend(found.trips.values());
                }
            }
        }
        neighbours
    }
}

/// What the database knows of people's days.
async fn read(
    connection: &impl ConnectionTrait,
    asked: &[PersonDay],
    window: Window<'_>,
) -> Result<HashMap<PersonDay, Days>, ServiceError> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let mut people: Vec<_> = asked.iter().map(|(person, _)| person.to_vec()).collect();
    let mut days: Vec<_> = asked.iter().map(|(_, day)| day.0).collect();
    people.sort_unstable();
    people.dedup();
    days.sort_unstable();
    days.dedup();
    let person = |column| (participant::Entity, column);
    let of = |column| (journey::Entity, column);
    let beside = sea_orm::sea_query::Alias::new("beside");
    let id = || Expr::col(person(participant::Column::Id));
    let uncounted = [Acquisition::Canceled, Acquisition::TermsViolation, Acquisition::Expired];
    let mut select = Query::select()
        .columns([participant::Column::Id, participant::Column::Person].map(person))
        .column((beside.clone(), participant::Column::Person))
        .columns(
            [
                journey::Column::OperatorId,
                journey::Column::OperatorJourneyId,
                journey::Column::OperatorTripId,
                journey::Column::Day,
                journey::Column::StartAt,
                journey::Column::EndAt,
            ]
            .map(of),
        )
        .from(participant::Entity)
        .inner_join(journey::Entity, Expr::col(of(journey::Column::Id)).eq(id().div(2)))
        // The other person of the journey: 2n and 2n + 1 are beside each other.
        .join_as(
            sea_orm::JoinType::InnerJoin,
            participant::Entity,
            beside.clone(),
            Expr::col((beside, participant::Column::Id)).eq(id().div(2).mul(4).add(1).sub(id())),
        )
        .and_where(Expr::col(person(participant::Column::Day)).is_in(days))
        .and_where(Expr::col(person(participant::Column::Person)).is_in(people))
        .and_where(Expr::col(of(journey::Column::Acquisition)).is_not_in(uncounted.map(Acquisition::as_str)))
        .to_owned();
    if window.after > 0 {
        select.and_where(id().gt(participant::passenger_of(window.after)));
    }
    if let Some((operator, identifier)) = window.except {
        let it = Condition::all()
            .add(Expr::col(of(journey::Column::OperatorId)).eq(operator))
            .add(Expr::col(of(journey::Column::OperatorJourneyId)).eq(identifier));
        select.cond_where(it.not());
    }
    let token = |bytes: Vec<u8>| -> Result<Person, ServiceError> {
        bytes.try_into().map_err(|_| ServiceError::Corrupt("a pseudonym is not 16 bytes long".to_owned()))
    };
    let mut found = HashMap::new();
    for row in connection.query_all(&select).await? {
        let id: i64 = row.try_get_by_index(0)?;
        let (who, other) = (token(row.try_get_by_index(1)?)?, token(row.try_get_by_index(2)?)?);
        let couple = if id % 2 == 0 {
            Couple { driver: who, passenger: other }
        } else {
            Couple { driver: other, passenger: who }
        };
        let (start, end): (Instant, Instant) = (row.try_get_by_index(7)?, row.try_get_by_index(8)?);
        let neighbour = Neighbour {
            journey: row.try_get_by_index(4)?,
            trip: row.try_get_by_index(5)?,
            couple,
            day: LocalDay(row.try_get_by_index(6)?),
            start: start.timestamp(),
            end: end.timestamp(),
        };
        remember(&mut found, row.try_get_by_index(3)?, who, other, &neighbour);
    }
    Ok(found)
}

fn remember(
    found: &mut HashMap<PersonDay, Days>,
    operator: i64,
    who: Person,
    other: Person,
    neighbour: &Neighbour,
) {
    let days = found.entry((who, neighbour.day)).or_default();
    days.entry(operator).or_default().add(other, neighbour);
}

/// The people of a couple, on a day and on those beside it.
fn around(couple: Couple, day: LocalDay) -> impl Iterator<Item = PersonDay> {
    [couple.driver, couple.passenger]
        .into_iter()
        .flat_map(move |person| day.around().map(move |day| (person, day)))
}

impl Crowds {
    /// What is remembered and still true of these days. It leaves the memory until it is brought up to date.
    async fn recall(
        &self,
        connection: &impl ConnectionTrait,
        asked: &[PersonDay],
    ) -> Result<Remembered, ServiceError> {
        let found: Remembered = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            asked.iter().filter_map(|one| Some((*one, known.remove(one)?))).collect()
        };
        let Some(oldest) = found.values().map(|crowd| crowd.upto).min() else { return Ok(found) };
        // A correction or a cancellation since then may have taken a journey of theirs away from its day, or made it
        // count. (`revision > 0` is written as the index says it.)
        let people: HashSet<Person> = found.keys().map(|(person, _)| *person).collect();
        let of = |column| (journey::Entity, column);
        let participant = |column| Expr::col((participant::Entity, column));
        let first = || Expr::col(of(journey::Column::Id)).mul(2);
        let select = Query::select()
            .column(of(journey::Column::Id))
            .from(journey::Entity)
            .inner_join(
                participant::Entity,
                // Both rows by their key: dividing it would read every participant.
                participant(participant::Column::Id).is_in([first(), first().add(1)]),
            )
            .and_where(Expr::cust("revision > 0"))
            .and_where(Expr::col(of(journey::Column::Change)).gt(oldest))
            .and_where(
                participant(participant::Column::Person).is_in(people.iter().map(|person| person.to_vec())),
            )
            .limit(1)
            .to_owned();
        let touched = connection.query_one(&select).await?.is_some();
        Ok(if touched { Remembered::new() } else { found })
    }

    /// Keeps the crowded days of a batch, as they stand before it.
    fn remember(&self, crowds: &Remembered) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + crowds.len() > REMEMBERED {
            known.clear();
        }
        known.extend(crowds.iter().map(|(one, crowd)| (*one, Arc::clone(crowd))));
    }

    /// Forgets everything: after a change that may not have been kept.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
