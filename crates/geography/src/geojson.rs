use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::input_error::{InputError, Place};
use crate::source_file::SourceFile;
use crate::{InseeCode, Outline, Point};

/// A feature of a boundaries file: the code in its properties, its shape.
pub(crate) struct Boundary {
    /// Its rank in the file, from 1.
    pub(crate) feature: usize,
    pub(crate) code: InseeCode,
    pub(crate) outline: Outline,
}

/// Reads a `GeoJSON` feature collection whose features have a `code` and a `Polygon` or `MultiPolygon` in WGS 84.
pub(crate) fn read(file: &SourceFile) -> Result<Vec<Boundary>, InputError> {
    let content = file.content()?;
    let mut features = Features { file: &file.name, boundaries: Vec::new(), refused: None };
    let mut json = serde_json::Deserializer::from_slice(&content);
    let outcome = (&mut features).deserialize(&mut json).and_then(|()| json.end());
    match (features.refused, outcome) {
        (Some(refused), _) => Err(refused),
        (None, Err(error)) => Err(InputError::json(&file.name, &error)),
        (None, Ok(())) if features.boundaries.is_empty() => {
            let expected = "a FeatureCollection with at least one feature";
            Err(InputError::unexpected_state(
                &file.name,
                Place::Whole,
                "features",
                "empty or absent",
                expected,
            ))
        }
        (None, Ok(())) => Ok(features.boundaries),
    }
}

/// Takes features one by one, so that a country of them is never held as JSON.
struct Features<'a> {
    file: &'a str,
    boundaries: Vec<Boundary>,
    refused: Option<InputError>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    properties: Value,
    #[serde(default)]
    geometry: Value,
}

impl<'de> DeserializeSeed<'de> for &mut Features<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Features<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" {
                map.next_value_seed(FeatureList(&mut *self))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct FeatureList<'a, 'b>(&'a mut Features<'b>);

impl<'de> DeserializeSeed<'de> for FeatureList<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FeatureList<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let features = self.0;
        while let Some(feature) = list.next_element::<Feature>()? {
            let rank = features.boundaries.len() + 1;
            match boundary(features.file, rank, &feature) {
                Ok(boundary) => features.boundaries.push(boundary),
                Err(refused) => {
                    features.refused = Some(refused);
                    return Err(serde::de::Error::custom("refused"));
                }
            }
        }
        Ok(())
    }
}

fn boundary(file: &str, feature: usize, read: &Feature) -> Result<Boundary, InputError> {
    let refuse = |field: &str, seen: &Value, expected: String| {
        InputError::unexpected_state(file, Place::Feature(feature), field, shortened(seen), expected)
    };
    let code = &read.properties["code"];
    let code: InseeCode = code
        .as_str()
        .ok_or_else(|| refuse("properties.code", code, "a commune code as text".into()))?
        .parse()
        .map_err(|error: crate::InvalidCode| refuse("properties.code", code, error.expected.into()))?;
    let (kind, coordinates) = (&read.geometry["type"], &read.geometry["coordinates"]);
    let polygons = match kind.as_str() {
        Some("Polygon") => polygon(coordinates).map(|polygon| vec![polygon]),
        Some("MultiPolygon") => list(coordinates).and_then(|polygons| polygons.iter().map(polygon).collect()),
        _ => return Err(refuse("geometry.type", kind, "Polygon or MultiPolygon".into())),
    };
    let polygons = polygons
        .map_err(|wrong| refuse(&format!("geometry of {code}"), wrong.seen, wrong.expected.to_owned()))?;
    let outline = Outline::from_polygons(&polygons).map_err(|invalid| {
        InputError::unexpected_state(
            file,
            Place::Feature(feature),
            format!("geometry of {code}"),
            format!("refused ({invalid})"),
            "rings enclosing a surface",
        )
    })?;
    Ok(Boundary { feature, code, outline })
}

/// A part of a geometry that is not what it should be.
struct Wrong<'a> {
    seen: &'a Value,
    expected: &'static str,
}

fn list(value: &Value) -> Result<&Vec<Value>, Wrong<'_>> {
    value.as_array().ok_or(Wrong { seen: value, expected: "a list" })
}

fn polygon(value: &Value) -> Result<Vec<Vec<Point>>, Wrong<'_>> {
    list(value)?.iter().map(ring).collect()
}

fn ring(value: &Value) -> Result<Vec<Point>, Wrong<'_>> {
    let ring = list(value)?.iter().map(position).collect::<Result<Vec<_>, _>>()?;
    if ring.len() < 4 || ring.first() != ring.last() {
        return Err(Wrong {
            seen: value,
            expected: "a ring of at least 4 positions, the last equal to the first",
        });
    }
    Ok(ring)
}

fn position(value: &Value) -> Result<Point, Wrong<'_>> {
    let degrees = |rank: usize| value.get(rank).and_then(Value::as_f64);
    let point =
        degrees(0).zip(degrees(1)).and_then(|(longitude, latitude)| Point::new(latitude, longitude).ok());
    point.ok_or(Wrong { seen: value, expected: "[longitude, latitude] in degrees (WGS 84)" })
}

fn shortened(value: &Value) -> String {
    const LONGEST: usize = 60;
    if value.is_null() {
        return "absent".into();
    }
    let text = value.to_string();
    if text.chars().nth(LONGEST).is_some() {
        return text.chars().take(LONGEST).chain(['…']).collect();
    }
    text
}
