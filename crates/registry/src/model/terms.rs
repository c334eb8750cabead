//! The terms of use (spec §5.1, decisions of §18): what is refused at once, by the same operator's journeys
//! alone. Thresholds are data with validity dates: `data/terms.toml`.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::units::{LocalDay, Metres};

/// The thresholds in force between two dates.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The name that refusals record: `2025-11`.
    pub version: String,
    /// In force for journeys acknowledged from this instant.
    pub valid_from: Timestamp,
    /// Where the thresholds come from, and when that was read.
    pub source: String,
    pub minimum_distance_m: i32,
    /// Distinct trips a person may make in one local day.
    pub trips_per_day: usize,
    /// Between two trips of the same couple.
    pub minutes_between_trips: i64,
    /// From the start of the journey to its reception.
    pub hours_to_send: i64,
    /// From the start of the journey to its last correction.
    pub hours_to_correct: i64,
    /// From the start of the journey to the moment its status no longer changes by itself.
    pub hours_to_final: i64,
}

/// Every version of the terms, in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsCatalogue {
    pub terms: Vec<Terms>,
}

/// Why a catalogue is refused.
#[derive(Debug, thiserror::Error)]
pub enum BadCatalogue {
    #[error("terms: {0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("terms: at least one version is expected, in order of validity")]
    Disordered,
}

impl TermsCatalogue {
    /// Reads a catalogue written in TOML.
    pub fn parse(text: &str) -> Result<Self, BadCatalogue> {
        let catalogue: Self = toml::from_str(text)?;
        let ordered = catalogue.terms.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        if catalogue.terms.is_empty() || !ordered { Err(BadCatalogue::Disordered) } else { Ok(catalogue) }
    }

    /// The version in force at `at`: the last one begun, or the first for what came before them all.
    pub fn at(&self, at: Timestamp) -> &Terms {
        let begun = self.terms.partition_point(|terms| terms.valid_from <= at);
        &self.terms[begun.saturating_sub(1)]
    }

    /// The version of this name.
    pub fn named(&self, version: &str) -> Option<&Terms> {
        self.terms.iter().find(|terms| terms.version == version)
    }
}

/// A rule of the terms, by its published label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    Expired,
    DistanceTooShort,
    TooManyTripsByDay,
    TooCloseTrips,
}

impl Label {
    pub const ALL: [Self; 4] =
        [Self::Expired, Self::DistanceTooShort, Self::TooManyTripsByDay, Self::TooCloseTrips];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::DistanceTooShort => "distance_too_short",
            Self::TooManyTripsByDay => "too_many_trips_by_day",
            Self::TooCloseTrips => "too_close_trips",
        }
    }
}

/// A rule that a journey breaks, with what was seen and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "label", rename_all = "snake_case")]
pub enum Violation {
    Expired { hours_limit: i64, seconds_seen: i64 },
    DistanceTooShort { metres_limit: i32, metres_seen: i32 },
    TooManyTripsByDay { limit: usize, driver: usize, passenger: usize },
    TooCloseTrips { minutes_limit: i64, other_journey: String, other_trip: String },
}

impl Violation {
    pub fn label(&self) -> Label {
        match self {
            Self::Expired { .. } => Label::Expired,
            Self::DistanceTooShort { .. } => Label::DistanceTooShort,
            Self::TooManyTripsByDay { .. } => Label::TooManyTripsByDay,
            Self::TooCloseTrips { .. } => Label::TooCloseTrips,
        }
    }
}

/// A person of one operator's journeys: an opaque pseudonym.
pub type Person = [u8; 16];

/// The two people of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Couple {
    pub driver: Person,
    pub passenger: Person,
}

impl Couple {
    fn has(&self, person: Person) -> bool {
        self.driver == person || self.passenger == person
    }

    fn same_people(&self, other: &Self) -> bool {
        *self == *other || (self.driver == other.passenger && self.passenger == other.driver)
    }
}

/// Another journey of the same operator, acknowledged before, neither cancelled nor refused, of the same day or
/// of a day beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub journey: String,
    pub trip: String,
    pub couple: Couple,
    pub day: LocalDay,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// What is judged of a journey.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    pub trip: &'a str,
    pub couple: Couple,
    pub day: LocalDay,
    pub start: Timestamp,
    pub end: Timestamp,
    pub distance: Metres,
    /// When it was (or would be) acknowledged.
    pub received: Timestamp,
}

/// What the terms say of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub version: String,
    pub violations: Vec<Violation>,
}

impl Verdict {
    pub fn is_accepted(&self) -> bool {
        self.violations.is_empty()
    }
}

impl Terms {
    /// Judges a journey against those of the same operator acknowledged before it.
    pub fn judge<'n>(
        &self,
        journey: &Judged<'_>,
        neighbours: impl IntoIterator<Item = &'n Neighbour> + Clone,
    ) -> Verdict {
        let mut violations = Vec::new();
        let late = journey.received.duration_since(journey.start);
        if late > SignedDuration::from_hours(self.hours_to_send) {
            violations
                .push(Violation::Expired { hours_limit: self.hours_to_send, seconds_seen: late.as_secs() });
        }
        if journey.distance.0 < self.minimum_distance_m {
            violations.push(Violation::DistanceTooShort {
                metres_limit: self.minimum_distance_m,
                metres_seen: journey.distance.0,
            });
        }
        // The submitted trip itself does not count: its second passenger is welcome (§5.1).
        let others = neighbours.into_iter().filter(|other| other.trip != journey.trip);
        let mut by_driver: HashSet<&str> = HashSet::new();
        let mut by_passenger: HashSet<&str> = HashSet::new();
        let gap = SignedDuration::from_mins(self.minutes_between_trips);
        let mut close: Option<&Neighbour> = None;
        for other in others {
            if other.day == journey.day {
                for (person, trips) in
                    [(journey.couple.driver, &mut by_driver), (journey.couple.passenger, &mut by_passenger)]
                {
                    if other.couple.has(person) {
                        trips.insert(&other.trip);
                    }
                }
            }
            // Published: the other starts in [start, end + 30 min) or ends in [start − 30 min, end). A trip that
            // contains this one escaped; here it does not.
            let near = other.start < journey.end + gap && other.end >= journey.start - gap;
            if near && other.couple.same_people(&journey.couple) && close.is_none() {
                close = Some(other);
            }
        }
        if by_driver.len() >= self.trips_per_day || by_passenger.len() >= self.trips_per_day {
            violations.push(Violation::TooManyTripsByDay {
                limit: self.trips_per_day,
                driver: by_driver.len() + 1,
                passenger: by_passenger.len() + 1,
            });
        }
        if let Some(other) = close {
            violations.push(Violation::TooCloseTrips {
                minutes_limit: self.minutes_between_trips,
                other_journey: other.journey.clone(),
                other_trip: other.trip.clone(),
            });
        }
        Verdict { version: self.version.clone(), violations }
    }

    /// Until when a journey may be corrected.
    pub fn correctable_until(&self, start: Timestamp) -> Timestamp {
        start + SignedDuration::from_hours(self.hours_to_correct)
    }

    /// When a journey's status no longer changes by itself.
    pub fn final_at(&self, start: Timestamp) -> Timestamp {
        start + SignedDuration::from_hours(self.hours_to_final)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        TermsCatalogue::parse(include_str!("../../data/terms.toml"))
            .expect("the shipped terms")
            .terms
            .pop()
            .expect("one")
    }

    fn at(text: &str) -> Timestamp {
        format!("2026-11-25T{text}:00Z").parse().expect("an instant")
    }

    fn couple(driver: u8, passenger: u8) -> Couple {
        Couple { driver: [driver; 16], passenger: [passenger; 16] }
    }

    fn trip(name: &str, people: Couple, start: &str, end: &str) -> Neighbour {
        let day = LocalDay::from_date(jiff::civil::Date::constant(2026, 11, 25));
        Neighbour {
            journey: format!("j-{name}"),
            trip: name.to_owned(),
            couple: people,
            day,
            start: at(start),
            end: at(end),
        }
    }

    fn labels(new: &Neighbour, others: &[Neighbour]) -> Vec<Label> {
        let journey = Judged {
            trip: &new.trip,
            couple: new.couple,
            day: new.day,
            start: new.start,
            end: new.end,
            distance: Metres(5_000),
            received: new.end,
        };
        terms().judge(&journey, others).violations.iter().map(Violation::label).collect()
    }

    #[test]
    fn a_fifth_trip_of_the_day_is_refused_for_the_driver_alone() {
        let day: Vec<_> = (0..4)
            .map(|n| {
                trip(
                    &format!("t{n}"),
                    couple(1, 10 + n),
                    &format!("{:02}:00", 6 + 2 * n),
                    &format!("{:02}:30", 6 + 2 * n),
                )
            })
            .collect();
        assert_eq!(labels(&trip("t4", couple(1, 99), "16:00", "16:30"), &day), [Label::TooManyTripsByDay]);
        assert_eq!(labels(&trip("t4", couple(2, 99), "16:00", "16:30"), &day), [], "another driver");
        assert_eq!(
            labels(&trip("t3", couple(1, 99), "12:00", "12:30"), &day),
            [],
            "second passenger of the fourth trip"
        );
        assert_eq!(
            labels(&trip("t4", couple(99, 1), "16:00", "16:30"), &day),
            [Label::TooManyTripsByDay],
            "any role"
        );
    }

    #[test]
    fn two_trips_of_a_couple_keep_their_distance() {
        let first = [trip("a", couple(1, 2), "08:00", "08:30")];
        assert_eq!(labels(&trip("b", couple(1, 2), "08:50", "09:10"), &first), [Label::TooCloseTrips]);
        assert_eq!(
            labels(&trip("b", couple(2, 1), "08:50", "09:10"), &first),
            [Label::TooCloseTrips],
            "roles swapped"
        );
        assert_eq!(labels(&trip("b", couple(1, 3), "08:50", "09:10"), &first), [], "another couple");
        assert_eq!(labels(&trip("b", couple(1, 2), "09:01", "09:20"), &first), []);
        assert_eq!(
            labels(&trip("b", couple(1, 2), "08:10", "08:20"), &first),
            [Label::TooCloseTrips],
            "contained"
        );
        assert_eq!(
            labels(&trip("b", couple(1, 2), "07:00", "09:20"), &first),
            [Label::TooCloseTrips],
            "containing"
        );
        assert_eq!(labels(&trip("a", couple(1, 2), "08:00", "08:30"), &first), [], "same trip");
    }
}
