//! The communes of a territory as a drawing: the more journeys, the darker. The table beside it says the same.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use geography::{Point, Reference};
use socle::pages::format;

/// The drawing's width; its height follows the territory's shape.
const WIDTH: f64 = 720.0;
/// The tallest drawing.
const TALLEST: f64 = 900.0;
/// Points nearer than this, in the drawing's units, are one.
const FINEST: f64 = 0.8;
/// Shades, from few to many.
const SHADES: usize = 5;

/// A commune of the drawing.
struct Area {
    path: String,
    shade: usize,
    title: String,
}

/// A shade and what it means.
struct Key {
    shade: usize,
    text: String,
}

/// The communes of a territory, shaded by how many journeys start or end there.
#[derive(Template)]
#[template(path = "territory_map.html")]
pub struct TerritoryMap {
    width: i64,
    height: i64,
    areas: Vec<Area>,
    keys: Vec<Key>,
}

impl TerritoryMap {
    /// `None` when no commune of the territory has an outline.
    pub fn new(
        reference: &Reference,
        places: &BTreeSet<String>,
        journeys: &BTreeMap<&str, i64>,
    ) -> Option<Self> {
        let outlines: Vec<_> = places
            .iter()
            .filter_map(|code| {
                let commune = reference.commune(&code.parse().ok()?)?;
                Some((commune, reference.outline(&commune.code)?))
            })
            .collect();
        let corners = outlines.iter().map(|(_, outline)| outline.bounds());
        let degrees = |point: Point| (point.longitude.degrees(), point.latitude.degrees());
        let (mut west, mut south, mut east, mut north) =
            (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (low, high) in corners {
            let ((w, s), (e, n)) = (degrees(low), degrees(high));
            (west, south, east, north) = (west.min(w), south.min(s), east.max(e), north.max(n));
        }
        if outlines.is_empty() || east <= west || north <= south {
            return None;
        }
        // A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
        let squeeze = f64::midpoint(north, south).to_radians().cos();
        let scale = (WIDTH / ((east - west) * squeeze)).min(TALLEST / (north - south));
        let project = |point: Point| {
            let (longitude, latitude) = degrees(point);
            ((longitude - west) * squeeze * scale, (north - latitude) * scale)
        };
        let limits =
            limits(&outlines.iter().map(|(one, _)| value(journeys, one.code.as_str())).collect::<Vec<_>>());
        let areas = outlines
            .iter()
            .map(|(commune, outline)| {
                let count = value(journeys, commune.code.as_str());
                Area {
                    path: outline
                        .rings()
                        .map(|ring| path(ring.iter().map(|point| project(*point))))
                        .collect(),
                    shade: shade(count, &limits),
                    title: format!("{}\u{a0}: {}", commune.name, format::integer(count)),
                }
            })
            .collect();
        #[expect(clippy::cast_possible_truncation, reason = "at most 900")]
        let (width, height) =
            (((east - west) * squeeze * scale).ceil() as i64, ((north - south) * scale).ceil() as i64);
        Some(Self { width, height, areas, keys: keys(&limits) })
    }
}

fn value(journeys: &BTreeMap<&str, i64>, code: &str) -> i64 {
    journeys.get(code).copied().unwrap_or_default()
}

/// The least count of each shade above none: communes with journeys are spread evenly over the shades.
fn limits(counts: &[i64]) -> Vec<i64> {
    let mut some: Vec<i64> = counts.iter().copied().filter(|count| *count > 0).collect();
    some.sort_unstable();
    let mut limits: Vec<i64> =
        (0..SHADES).filter_map(|shade| some.get(some.len() * shade / SHADES).copied()).collect();
    // The legend leaves no count out.
    if let Some(least) = limits.first_mut() {
        *least = 1;
    }
    limits.dedup();
    limits
}

/// 0 for none, then the rank of the shade.
fn shade(count: i64, limits: &[i64]) -> usize {
    limits.iter().take_while(|least| count >= **least).count()
}

fn keys(limits: &[i64]) -> Vec<Key> {
    let mut keys = vec![Key { shade: 0, text: "aucun trajet".to_owned() }];
    for (rank, least) in limits.iter().enumerate() {
        let text = match limits.get(rank + 1) {
            Some(next) if *next - 1 > *least => {
                format!("de {} à {}", format::integer(*least), format::integer(*next - 1))
            }
            Some(_) => format::integer(*least),
            None => format!("{} et plus", format::integer(*least)),
        };
        keys.push(Key { shade: rank + 1, text });
    }
    keys
}

/// A closed line, without the points too near one another to be seen.
fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    let mut last: Option<(f64, f64)> = None;
    for (x, y) in points {
        if last.is_some_and(|(a, b)| (a - x).hypot(b - y) < FINEST) {
            continue;
        }
        let sign = if last.is_none() { 'M' } else { 'L' };
        // Writing to a text does not fail.
        let _ = write!(path, "{sign}{x:.1} {y:.1}");
        last = Some((x, y));
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_spread_over_the_communes_that_have_journeys() {
        let limits = limits(&[0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(limits, [1, 3, 5, 7, 9]);
        assert_eq!([0, 1, 2, 3, 10].map(|count| shade(count, &limits)), [0, 1, 1, 2, 5]);
        assert_eq!(super::limits(&[4, 4, 4]), [1, 4]);
        assert!(super::limits(&[0]).is_empty());
    }

    #[test]
    fn a_territory_is_drawn_within_its_frame() {
        let reference = Reference::embedded().expect("the shipped reference");
        let places: BTreeSet<String> = reference
            .communes()
            .iter()
            .filter(|one| one.department.as_str() == "46")
            .map(|one| one.code.to_string())
            .collect();
        let map = TerritoryMap::new(&reference, &places, &BTreeMap::from([("46042", 12)])).expect("a map");
        assert_eq!(map.areas.len(), places.len());
        assert!(map.width <= 721 && map.height <= 901);
        assert!(TerritoryMap::new(&reference, &BTreeSet::new(), &BTreeMap::new()).is_none());
    }
}
