//! The journeys that the terms compare a journey with.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use socle::store::Instant;

use super::intake::Prepared;
use super::{RegistryError, journey, participant};
use crate::model::terms::Person;
use crate::model::{Acquisition, Couple, LocalDay, Neighbour};

/// The journeys around a batch: those its people made with the same operator, on the same days or beside.
pub struct Nearby(HashMap<(i64, Person, LocalDay), Vec<Neighbour>>);

impl Nearby {
    /// Reads the neighbours of a batch.
    pub async fn of(connection: &impl ConnectionTrait, batch: &[Prepared]) -> Result<Self, RegistryError> {
        let around = batch.iter().map(|one| (one.couple(), one.day));
        Self::around(connection, around).await
    }

    /// Reads the neighbours of some couples on some days.
    pub async fn around(
        connection: &impl ConnectionTrait,
        couples: impl Iterator<Item = (Couple, LocalDay)>,
    ) -> Result<Self, RegistryError> {
        let (mut people, mut days) = (HashSet::new(), HashSet::new());
        for (couple, day) in couples {
            people.extend([couple.driver, couple.passenger]);
            days.extend(day.around().map(|day| day.0));
        }
        let person = |column| (participant::Entity, column);
        let of = |column| (journey::Entity, column);
        let uncounted = [Acquisition::Canceled, Acquisition::TermsViolation, Acquisition::Expired];
        let select = Query::select()
            .column(person(participant::Column::Id))
            .column(person(participant::Column::Person))
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
            .inner_join(
                journey::Entity,
                Expr::col(of(journey::Column::Id)).eq(Expr::col(person(participant::Column::Id)).div(2)),
            )
            .and_where(Expr::col(person(participant::Column::Day)).is_in(days))
            .and_where(
                Expr::col(person(participant::Column::Person))
                    .is_in(people.iter().map(|token| token.to_vec())),
            )
            .and_where(
                Expr::col(of(journey::Column::Acquisition)).is_not_in(uncounted.map(Acquisition::as_str)),
            )
            .to_owned();
        let mut nearby = Self(HashMap::new());
        let mut found: HashMap<i64, (i64, Neighbour)> = HashMap::new();
        for row in connection.query_all(&select).await? {
            let (id, token): (i64, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let token: Person = token
                .try_into()
                .map_err(|_| RegistryError::Corrupt("a pseudonym is not 16 bytes long".to_owned()))?;
            let (start, end): (Instant, Instant) = (row.try_get_by_index(6)?, row.try_get_by_index(7)?);
            if let std::collections::hash_map::Entry::Vacant(vacant) = found.entry(id / 2) {
                vacant.insert((
                    row.try_get_by_index(2)?,
                    Neighbour {
                        journey: row.try_get_by_index(3)?,
                        trip: row.try_get_by_index(4)?,
                        // People outside the batch stay unknown: they are nobody the batch asks about.
                        couple: Couple { driver: Person::default(), passenger: Person::default() },
                        day: LocalDay(row.try_get_by_index(5)?),
                        start: start.timestamp(),
                        end: end.timestamp(),
                    },
                ));
            }
            if let Some((_, neighbour)) = found.get_mut(&(id / 2)) {
                let place =
                    if id % 2 == 0 { &mut neighbour.couple.driver } else { &mut neighbour.couple.passenger };
                *place = token;
            }
        }
        for (operator, neighbour) in found.into_values() {
            nearby.remember(operator, neighbour);
        }
        Ok(nearby)
    }

    fn remember(&mut self, operator: i64, neighbour: Neighbour) {
        let Couple { driver, passenger } = neighbour.couple;
        for person in if driver == passenger { vec![driver] } else { vec![driver, passenger] } {
            if person != Person::default() {
                self.0.entry((operator, person, neighbour.day)).or_default().push(neighbour.clone());
            }
        }
    }

    /// Adds a journey of the batch, for those that follow.
    pub(super) fn add(&mut self, one: &Prepared) {
        self.remember(
            one.operator,
            Neighbour {
                journey: one.operator_journey_id.clone(),
                trip: one.operator_trip_id.clone(),
                couple: one.couple(),
                day: one.day,
                start: one.start,
                end: one.end,
            },
        );
    }

    /// The neighbours of one journey: those of either person, each once.
    pub fn of_journey(&self, operator: i64, couple: Couple, day: LocalDay) -> Vec<&Neighbour> {
        let mut neighbours: Vec<&Neighbour> = Vec::new();
        let mut seen = HashSet::new();
        for person in [couple.driver, couple.passenger] {
            for day in day.around() {
                let found = self.0.get(&(operator, person, day)).into_iter().flatten();
                neighbours.extend(found.filter(|neighbour| seen.insert(neighbour.journey.as_str())));
            }
        }
        neighbours
    }
}
