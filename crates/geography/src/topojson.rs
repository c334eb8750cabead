use std::collections::BTreeMap;

use serde::Deserialize;

use crate::input_error::{InputError, Place};
use crate::source_file::SourceFile;
use crate::{Outline, Point};

/// What is read of a quantised `TopoJSON` file: one object named `countries`.
#[derive(Deserialize)]
struct Topology {
    transform: Transform,
    objects: Objects,
    /// Each arc's points as whole steps, each from the one before.
    arcs: Vec<Vec<[i64; 2]>>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Objects {
    countries: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    /// ISO 3166-1 numeric, three digits; disputed lands have none.
    id: Option<String>,
    #[serde(flatten)]
    shape: Shape,
}

/// Rings are lists of arc numbers; `!n` is arc `n` backwards.
#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Shape {
    Polygon(Vec<Vec<i64>>),
    MultiPolygon(Vec<Vec<Vec<i64>>>),
}

/// Polygons of points: outer ring, then holes.
type Polygons = Vec<Vec<Vec<Point>>>;

/// Outlines by ISO 3166-1 numeric code, of the wanted codes only.
pub(crate) fn read(file: &SourceFile, wanted: &[&str]) -> Result<BTreeMap<String, Polygons>, InputError> {
    let topology: Topology =
        serde_json::from_slice(&file.content()?).map_err(|error| InputError::json(&file.name, &error))?;
    let mut outlines = BTreeMap::<String, Polygons>::new();
    for (rank, geometry) in topology.objects.countries.geometries.iter().enumerate() {
        let Some(id) = geometry.id.as_deref().filter(|id| wanted.contains(id)) else { continue };
        let polygons = match &geometry.shape {
            Shape::Polygon(rings) => topology.polygon(rings).map(|polygon| vec![polygon]),
            Shape::MultiPolygon(polygons) => polygons.iter().map(|rings| topology.polygon(rings)).collect(),
        };
        let polygons = polygons.map_err(|(seen, expected)| {
            InputError::unexpected_state(
                &file.name,
                Place::Entry(rank + 1),
                format!("arcs of {id}"),
                seen,
                expected,
            )
        })?;
        outlines.entry(id.to_owned()).or_default().extend(polygons);
    }
    Ok(outlines)
}

/// What was seen and what was expected.
type Wrong = (String, &'static str);

impl Topology {
    fn polygon(&self, rings: &[Vec<i64>]) -> Result<Vec<Vec<Point>>, Wrong> {
        rings.iter().map(|ring| self.ring(ring)).collect()
    }

    fn ring(&self, numbers: &[i64]) -> Result<Vec<Point>, Wrong> {
        let mut ring: Vec<Point> = Vec::new();
        for number in numbers {
            let rank = if *number < 0 { !*number } else { *number };
            let arc = usize::try_from(rank).ok().and_then(|rank| self.arcs.get(rank));
            let arc = arc.ok_or_else(|| (format!("arc {number}"), "an arc of the file"))?;
            let mut points = self.points(arc)?;
            if *number < 0 {
                points.reverse();
            }
            // An arc starts where the one before stopped.
            ring.pop();
            ring.extend(points);
        }
        Ok(ring)
    }

    fn points(&self, arc: &[[i64; 2]]) -> Result<Vec<Point>, Wrong> {
        let (mut x, mut y) = (0_i64, 0_i64);
        let Transform { scale, translate } = &self.transform;
        arc.iter()
            .map(|[right, up]| {
                x = x.saturating_add(*right);
                y = y.saturating_add(*up);
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "steps are small; a wild one is refused as a point"
                )]
                let (longitude, latitude) =
                    (x as f64 * scale[0] + translate[0], y as f64 * scale[1] + translate[1]);
                // Steps at the edge of the world pass it by a rounding error.
                let held = |degrees: f64, limit: f64| {
                    if degrees.abs() < limit + 1e-6 { degrees.clamp(-limit, limit) } else { degrees }
                };
                Point::new(held(latitude, 90.0), held(longitude, 180.0))
                    .map_err(|error| (error.to_string(), "a point on Earth"))
            })
            .collect()
    }
}

/// An outline from the polygons of several entries.
pub(crate) fn outline<'a>(
    polygons: impl Iterator<Item = &'a Polygons>,
) -> Result<Outline, crate::InvalidOutline> {
    Outline::from_polygons(&polygons.flatten().cloned().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::source_file::SourceFile;

    const TWO_COUNTRIES: &str = r#"{"type":"Topology","transform":{"scale":[0.1,0.1],"translate":[0,40]},
        "objects":{"countries":{"type":"GeometryCollection","geometries":[
            {"type":"Polygon","id":"100","arcs":[[0,1]],"properties":{"name":"West"}},
            {"type":"MultiPolygon","id":"200","arcs":[[[-1,2]]]}]}},
        "arcs":[[[10,0],[0,10]],[[10,10],[-10,0],[0,-10],[10,0]],[[10,0],[10,0],[0,10],[-10,0]]]}"#;

    fn file(text: &str) -> SourceFile {
        SourceFile { name: "atlas.json".into(), year: 2026, bytes: text.into() }
    }

    #[test]
    fn a_shared_arc_is_walked_both_ways() {
        let outlines = read(&file(TWO_COUNTRIES), &["100", "200"]).unwrap();
        let ring = |id: &str| {
            let ring = &outlines[id][0][0];
            ring.iter().map(|point| (point.latitude.degrees(), point.longitude.degrees())).collect::<Vec<_>>()
        };
        assert_eq!(ring("100"), [(40.0, 1.0), (41.0, 1.0), (41.0, 0.0), (40.0, 0.0), (40.0, 1.0)]);
        assert_eq!(ring("200").first(), Some(&(41.0, 1.0)));
        assert!(read(&file(TWO_COUNTRIES), &["100"]).unwrap().len() == 1);
    }

    #[test]
    fn a_missing_arc_is_named() {
        let error = read(&file(&TWO_COUNTRIES.replace("[[0,1]]", "[[0,7]]")), &["100"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "atlas.json, entry 1: arcs of 100 is arc 7, expected an arc of the file"
        );
    }
}
