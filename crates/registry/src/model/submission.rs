use std::str::FromStr as _;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::identity::{Identity, Phones, Text};
use super::phone::Numbering;
use super::units::{Cents, Metres, OperatorClass, Rank, Seats, Siret, SmallCents};

/// A journey as an operator sends it (spec §2.4): one driver, one passenger booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    pub operator_journey_id: Text<1, 256>,
    pub operator_trip_id: Text<1, 256>,
    pub operator_class: OperatorClass,
    pub start: Moment,
    pub end: Moment,
    pub distance: Metres,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_plate: Option<Text<0, 256>>,
    pub incentives: AtMost<20, Incentive>,
    /// Historical: accepted and kept, never read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incentive_counterparts: Option<AtMost<20, serde_json::Value>>,
    pub driver: Driver,
    pub passenger: Passenger,
}

/// An end of a journey: where and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    pub datetime: Datetime,
    pub lat: Latitude,
    pub lon: Longitude,
}

/// An incentive as the operator applied it, in order: territory, sponsor, operator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incentive {
    pub index: Rank,
    pub siret: Siret,
    pub amount: SmallCents,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    pub identity: Identity,
    /// What the driver really received, incentives and commission settled.
    pub revenue: Cents,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passenger {
    pub identity: Identity,
    /// What the passenger really paid, incentives deducted.
    pub contribution: Cents,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments: Option<AtMost<20, Payment>>,
    #[serde(default = "one_seat")]
    pub seats: Seats,
}

fn one_seat() -> Seats {
    Seats(1)
}

/// A means of payment, such as a mobility voucher.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub index: Rank,
    pub siret: Siret,
    #[serde(rename = "type")]
    pub kind: Text<1, 256>,
    pub amount: SmallCents,
}

/// What a correction may change (spec §2.5).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Repeats the one of the address, if sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_journey_id: Option<Text<1, 256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_trip_id: Option<Text<1, 256>>,
    pub operator_class: OperatorClass,
    pub incentives: AtMost<20, Incentive>,
    pub start: Moment,
    pub end: Moment,
    pub distance: Metres,
}

impl Correction {
    /// `before` as it is after this correction.
    pub fn apply(self, before: Submission) -> Submission {
        Submission {
            operator_trip_id: self.operator_trip_id.unwrap_or(before.operator_trip_id),
            operator_class: self.operator_class,
            incentives: self.incentives,
            start: self.start,
            end: self.end,
            distance: self.distance,
            ..before
        }
    }
}

/// A list of bounded length.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct AtMost<const MOST: usize, T>(pub Vec<T>);

impl<'de, const MOST: usize, T: Deserialize<'de>> Deserialize<'de> for AtMost<MOST, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::deserialize(deserializer)?;
        if list.len() > MOST {
            let message = format!("a list of {} elements: at most {MOST} are expected", list.len());
            return Err(serde::de::Error::custom(message));
        }
        Ok(Self(list))
    }
}

/// An instant in ISO 8601, with its offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Datetime(pub Timestamp);

impl<'de> Deserialize<'de> for Datetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The contract bounds the text; years beyond four digits are not dates of a journey.
        let read = (text.len() <= 64 && !text.starts_with(['+', '-']))
            .then(|| Timestamp::from_str(&text).ok())
            .flatten()
            .filter(|at| (1970..=9998).contains(&jiff::tz::Offset::UTC.to_datetime(*at).year()));
        read.map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{text:?} is not a date and time with its offset (for instance 2026-11-25T08:00:00Z)"
            ))
        })
    }
}

macro_rules! degrees {
    ($(#[$doc:meta])* $name:ident, $most:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = f64::deserialize(deserializer)?;
                if value.is_finite() && value.abs() <= $most {
                    Ok(Self(value))
                } else {
                    Err(serde::de::Error::custom(format!("{value} is not between -{0} and {0} degrees", $most)))
                }
            }
        }
    };
}

degrees!(
    /// WGS 84 latitude, in degrees.
    Latitude, 90.0
);
degrees!(
    /// WGS 84 longitude, in degrees.
    Longitude, 180.0
);

/// Why a well-formed journey makes no sense; each names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("/driver/identity/{0}")]
    DriverPhones(super::identity::PhonesRefused),
    #[error("/passenger/identity/{0}")]
    PassengerPhones(super::identity::PhonesRefused),
    /// Answered 422, as the national registry does.
    #[error("/end/datetime: start ({start}) must come before end ({end})")]
    EndsBeforeStart { start: Timestamp, end: Timestamp },
    /// Answered 422, as the national registry does.
    #[error("Journeys cannot happen in the future: /end/datetime is {end}, it is {now}")]
    InTheFuture { end: Timestamp, now: Timestamp },
}

/// The normal forms of both people's numbers.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub driver: Phones,
    pub passenger: Phones,
}

impl Submission {
    /// What the shape alone cannot say: telephone numbers, then times.
    pub fn check(&self, now: Timestamp, numbering: Numbering) -> Result<Numbers, Fault> {
        let driver = self.driver.identity.phones(numbering).map_err(Fault::DriverPhones)?;
        let passenger = self.passenger.identity.phones(numbering).map_err(Fault::PassengerPhones)?;
        let (start, end) = (self.start.datetime.0, self.end.datetime.0);
        if start >= end {
            return Err(Fault::EndsBeforeStart { start, end });
        }
        if end > now {
            return Err(Fault::InTheFuture { end, now });
        }
        Ok(Numbers { driver, passenger })
    }
}
