use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Ticks in one degree: coordinates are whole numbers of 1e-7 degree, about 1 cm.
const TICKS_PER_DEGREE: f64 = 1e7;

/// Ticks in one step of the grid outlines are drawn on: 1e-5 degree, about 1 m.
pub(crate) const TICKS_PER_STEP: i32 = 100;

/// A number refused as a latitude or a longitude.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{noun} {seen} is not valid, expected degrees between -{limit} and {limit}")]
pub struct InvalidCoordinate {
    /// "latitude" or "longitude".
    pub noun: &'static str,
    /// What was given, in degrees.
    pub seen: f64,
    /// The largest accepted value, in degrees.
    pub limit: u8,
}

/// Degrees to ticks, or nothing when not a number or beyond `limit` degrees.
fn ticks(degrees: f64, limit: u8) -> Option<i32> {
    // NaN fails this comparison too.
    (degrees.abs() <= f64::from(limit)).then(|| whole((degrees * TICKS_PER_DEGREE).round()))
}

/// A float known to be whole and within ±1.8e9.
#[expect(clippy::cast_possible_truncation, reason = "callers hold the value within 180 degrees of ticks")]
pub(crate) fn whole(value: f64) -> i32 {
    value as i32
}

/// To the nearest step of the outlines' grid.
fn snapped(ticks: i32) -> i32 {
    (ticks + ticks.signum() * TICKS_PER_STEP / 2) / TICKS_PER_STEP * TICKS_PER_STEP
}

/// WGS 84 latitude, north positive, kept to 1e-7 degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Latitude(i32);

/// WGS 84 longitude, east positive, kept to 1e-7 degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Longitude(i32);

impl Latitude {
    /// From degrees; refuses what is not a number or beyond ±90.
    pub fn from_degrees(degrees: f64) -> Result<Self, InvalidCoordinate> {
        ticks(degrees, 90).map(Self).ok_or(InvalidCoordinate { noun: "latitude", seen: degrees, limit: 90 })
    }

    /// In degrees.
    pub fn degrees(self) -> f64 {
        f64::from(self.0) / TICKS_PER_DEGREE
    }
}

impl Longitude {
    /// From degrees; refuses what is not a number or beyond ±180.
    pub fn from_degrees(degrees: f64) -> Result<Self, InvalidCoordinate> {
        ticks(degrees, 180).map(Self).ok_or(InvalidCoordinate {
            noun: "longitude",
            seen: degrees,
            limit: 180,
        })
    }

    /// In degrees.
    pub fn degrees(self) -> f64 {
        f64::from(self.0) / TICKS_PER_DEGREE
    }
}

impl TryFrom<f64> for Latitude {
    type Error = InvalidCoordinate;

    fn try_from(degrees: f64) -> Result<Self, Self::Error> {
        Self::from_degrees(degrees)
    }
}

impl TryFrom<f64> for Longitude {
    type Error = InvalidCoordinate;

    fn try_from(degrees: f64) -> Result<Self, Self::Error> {
        Self::from_degrees(degrees)
    }
}

impl From<Latitude> for f64 {
    fn from(latitude: Latitude) -> Self {
        latitude.degrees()
    }
}

impl From<Longitude> for f64 {
    fn from(longitude: Longitude) -> Self {
        longitude.degrees()
    }
}

/// A place on the ground (WGS 84), kept to 1e-7 degree so that "inside" is decided in whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    pub latitude: Latitude,
    pub longitude: Longitude,
}

impl Point {
    /// From degrees, latitude first; refuses what is not a number or out of range.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidCoordinate> {
        Ok(Self {
            latitude: Latitude::from_degrees(latitude)?,
            longitude: Longitude::from_degrees(longitude)?,
        })
    }

    /// From whole ticks, or nothing when out of range.
    pub(crate) fn from_ticks(x: i64, y: i64) -> Option<Self> {
        let within = |value: i64, limit: i32| i32::try_from(value).ok().filter(|ticks| ticks.abs() <= limit);
        Some(Self {
            latitude: Latitude(within(y, 900_000_000)?),
            longitude: Longitude(within(x, 1_800_000_000)?),
        })
    }

    /// East-west position in ticks.
    pub(crate) fn x(self) -> i32 {
        self.longitude.0
    }

    /// South-north position in ticks.
    pub(crate) fn y(self) -> i32 {
        self.latitude.0
    }

    /// The nearest point of the grid outlines are drawn on.
    pub(crate) fn snapped(self) -> Self {
        Self { latitude: Latitude(snapped(self.latitude.0)), longitude: Longitude(snapped(self.longitude.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Point;

    #[test]
    fn a_point_refuses_what_is_not_on_earth() {
        for (latitude, longitude) in
            [(f64::NAN, 0.0), (0.0, f64::NAN), (90.1, 0.0), (0.0, -180.1), (f64::INFINITY, 0.0)]
        {
            assert!(Point::new(latitude, longitude).is_err(), "{latitude} {longitude}");
        }
        assert!(Point::new(-90.0, 180.0).is_ok());
    }

    #[test]
    fn a_point_travels_as_degrees() {
        let point = Point::new(44.4475, 1.4431).unwrap();
        let json = serde_json::to_string(&point).unwrap();
        assert_eq!(json, r#"{"latitude":44.4475,"longitude":1.4431}"#);
        assert_eq!(serde_json::from_str::<Point>(&json).unwrap(), point);
        assert!(serde_json::from_str::<Point>(r#"{"latitude":144.4,"longitude":1.4}"#).is_err());
    }

    #[test]
    fn the_grid_is_reached_symmetrically() {
        let snapped = |latitude| Point::new(latitude, 0.0).unwrap().snapped().latitude.degrees();
        assert!((snapped(44.123_456) - 44.123_46).abs() < 1e-9);
        assert!((snapped(-44.123_456) + 44.123_46).abs() < 1e-9);
    }
}
