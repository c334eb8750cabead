use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize};

/// A whole number as JSON writes it: `12`, or `12.0` as some languages do. Anything else is refused, with what
/// was seen.
fn whole<'de, D: Deserializer<'de>>(
    deserializer: D,
    least: i64,
    most: i64,
    what: &str,
) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let value = number.as_i64().or_else(|| {
        #[expect(clippy::cast_possible_truncation, reason = "whole and small, checked just before")]
        number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < 1e15).map(|value| value as i64)
    });
    match value {
        Some(value) if (least..=most).contains(&value) => Ok(value),
        _ => Err(serde::de::Error::custom(format!(
            "{number} is not a whole number of {what} from {least} to {most}"
        ))),
    }
}

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($inner:ty), $least:expr, $most:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = whole(deserializer, $least, $most, $what)?;
                <$inner>::try_from(value).map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

unit!(
    /// Euro cents.
    Cents(i32), 0, 1_000_000, "euro cents"
);
unit!(
    /// Metres along the road, as the operator declares them.
    Metres(i32), 1, 1_000_000, "metres"
);
unit!(
    /// Seats booked by a passenger.
    Seats(i16), 1, 8, "seats"
);
unit!(
    /// Rank of an incentive or of a payment.
    Rank(i16), 0, 19, "ranks"
);
unit!(
    /// Euro cents of one incentive or payment.
    SmallCents(i32), 0, 100_000, "euro cents"
);

/// What an operator certifies of a journey (spec §6): `A` the matching, `B` also one occupant's trip, `C` also
/// all occupants' trips and their distinct identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatorClass {
    A,
    B,
    C,
}

impl OperatorClass {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// The identifier of an establishment: 14 digits. Check digits are not verified: operators declare what they
/// were given, and the registry keeps it as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Siret(pub String);

impl<'de> Deserialize<'de> for Siret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom(format!("{text:?} is not a SIRET: 14 digits are expected")))
        }
    }
}

/// A day as the clocks of the departure's commune show it: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(pub i32);

impl LocalDay {
    /// The day of `at` in `zone`.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self::from_date(zone.to_datetime(at).date())
    }

    pub fn from_date(date: Date) -> Self {
        let since = Date::constant(1970, 1, 1).until(date).map_or(0, |span| span.get_days());
        Self(since)
    }

    /// The calendar's date.
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0))
    }

    /// The days on which a journey of this day may have neighbours: the day before, itself, the day after.
    pub fn around(self) -> [Self; 3] {
        [Self(self.0 - 1), self, Self(self.0 + 1)]
    }
}

impl fmt::Display for LocalDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}
