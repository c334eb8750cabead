//! The index gives, on every kind of point, what reading every outline gives.

mod common;

use common::{PLACER, REFERENCE, point, shared};
use geography::{Outline, Placer, Point, Reference, place_by_scan};
use proptest::prelude::*;
use proptest::sample::Index;

fn prove(point: Point) -> Result<(), TestCaseError> {
    prop_assert_eq!(PLACER.place(point), place_by_scan(&REFERENCE, point), "at {:?}", point);
    Ok(())
}

/// An outline of the reference, communes and countries alike.
fn outline(chosen: Index) -> &'static Outline {
    let communes = REFERENCE.communes().iter().filter_map(|commune| REFERENCE.outline(&commune.code));
    let countries =
        REFERENCE.countries().iter().filter_map(|country| REFERENCE.country_outline(&country.code));
    let outlines: Vec<_> = communes.chain(countries).collect();
    outlines[chosen.index(outlines.len())]
}

/// An edge of an outline.
fn edge(outline: &Outline, chosen: Index) -> (Point, Point) {
    let edges: Vec<_> = outline.rings().flat_map(|ring| ring.windows(2)).collect();
    let edge = edges[chosen.index(edges.len())];
    (edge[0], edge[1])
}

fn moved(from: Point, latitude: f64, longitude: f64) -> Point {
    point(
        (from.latitude.degrees() + latitude).clamp(-90.0, 90.0),
        (from.longitude.degrees() + longitude).clamp(-180.0, 180.0),
    )
}

fn between((start, end): (Point, Point), along: f64) -> Point {
    let rise = end.latitude.degrees() - start.latitude.degrees();
    let run = end.longitude.degrees() - start.longitude.degrees();
    moved(start, rise * along, run * along)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn around_metropolitan_france(latitude in 41.0..51.6_f64, longitude in -5.6..10.0_f64) {
        prove(point(latitude, longitude))?;
    }

    #[test]
    fn anywhere(latitude in -90.0..=90.0_f64, longitude in -180.0..=180.0_f64) {
        prove(point(latitude, longitude))?;
    }

    #[test]
    fn on_a_corner(shape: Index, corner: Index) {
        prove(edge(outline(shape), corner).0)?;
    }

    #[test]
    fn on_an_edge(shape: Index, side: Index) {
        // Outlines are drawn every 100 ticks: the middle of an edge is a whole number of ticks, exactly on it.
        let edge = edge(outline(shape), side);
        let middle = between(edge, 0.5);
        prop_assert!(outline(shape).contains(middle));
        prove(middle)?;
    }

    #[test]
    fn within_a_step_of_an_edge(shape: Index, side: Index, along in 0.0..1.0_f64, up in -2e-7..2e-7_f64, right in -2e-7..2e-7_f64) {
        prove(moved(between(edge(outline(shape), side), along), up, right))?;
    }

    #[test]
    fn about_a_kilometre_from_an_edge(shape: Index, side: Index, up in -0.02..0.02_f64, right in -0.02..0.02_f64) {
        prove(moved(edge(outline(shape), side).0, up, right))?;
    }

    #[test]
    fn at_the_latitude_of_a_corner(shape: Index, corner: Index, right in -1.0..1.0_f64) {
        prove(moved(edge(outline(shape), corner).0, 0.0, right))?;
    }
}

#[test]
fn along_the_joint_of_two_layers_of_different_precision() {
    let Some(detailed) = shared("geo/communes_46_detail_cog2026.geojson", 2026) else { return };
    let mut reference: Reference = REFERENCE.clone();
    reference.load_boundaries(&detailed).unwrap();
    let placer = Placer::new(&reference);
    // Bretenoux to Saint-Céré, then the southern edge of the Lot.
    for step in 0..150_u32 {
        let along = f64::from(step) / 150.0;
        for point in
            [point(44.86 + along * 0.1, 1.75 + along * 0.2), point(44.21 + along * 0.02, 1.0 + along * 1.2)]
        {
            assert_eq!(placer.place(point), place_by_scan(&reference, point));
        }
    }
}
