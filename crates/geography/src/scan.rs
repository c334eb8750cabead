use std::cmp::Ordering;

use crate::local_plane::LocalPlane;
use crate::placement::{How, Placement};
use crate::placer::NEAR;
use crate::{Metres, Outline, Point, Reference};

/// The rule of [`crate::Placer`] read off the outlines one after the other, without index or shortcut, and with its
/// own way of deciding "inside" (the sign of an area in 128 bits). Thousands of times slower: it is there to prove the
/// placer right, on the outlines a reference really holds.
pub fn place_by_scan(reference: &Reference, point: Point) -> Placement {
    let drawn = || {
        let communes = reference.communes().iter();
        communes.filter_map(|commune| Some((commune.code, reference.outline(&commune.code)?)))
    };
    let inside = drawn().filter(|(_, outline)| contains(outline, point)).min_by(
        |(code, outline), (other_code, other)| {
            outline.surface().0.total_cmp(&other.surface().0).then(code.cmp(other_code))
        },
    );
    if let Some((code, _)) = inside {
        return Placement::Commune { code, how: How::Inside };
    }
    let countries = || {
        let countries = reference.countries().iter();
        countries.filter_map(|country| Some((country.code, reference.country_outline(&country.code)?)))
    };
    if let Some((code, _)) = countries().find(|(_, outline)| contains(outline, point)) {
        return Placement::Country { code, how: How::Inside };
    }
    let plane = LocalPlane::around(point);
    let near = |squared: f64| squared.sqrt() <= NEAR.0;
    let nearest = countries()
        .map(|(code, outline)| (distance_squared(outline, &plane), code))
        .filter(|(squared, _)| near(*squared))
        .min_by(|(squared, code), (other, other_code)| squared.total_cmp(other).then(code.cmp(other_code)));
    if let Some((squared, code)) = nearest {
        return Placement::Country { code, how: How::NearestWithin(Metres(squared.sqrt())) };
    }
    let outlines =
        drawn().map(|(code, outline)| (distance_squared(outline, &plane), outline.surface().0, code));
    // A town hall gives way to an equal outline.
    let town_halls = reference
        .without_polygon()
        .filter_map(|commune| Some((plane.distance_squared(commune.centre?), f64::INFINITY, commune.code)));
    let nearest = outlines.chain(town_halls).filter(|(squared, ..)| near(*squared)).min_by(|one, other| {
        let by_surface = || one.1.total_cmp(&other.1);
        one.0.total_cmp(&other.0).then_with(by_surface).then(one.2.cmp(&other.2))
    });
    match nearest {
        Some((squared, _, code)) => {
            Placement::Commune { code, how: How::NearestWithin(Metres(squared.sqrt())) }
        }
        None => Placement::Nowhere,
    }
}

fn distance_squared(outline: &Outline, plane: &LocalPlane) -> f64 {
    let edges = outline.rings().flat_map(|ring| ring.windows(2));
    edges.map(|edge| plane.distance_squared_to_edge(edge[0], edge[1])).fold(f64::INFINITY, f64::min)
}

fn contains(outline: &Outline, point: Point) -> bool {
    let (x, y) = (i128::from(point.x()), i128::from(point.y()));
    let mut crossings = 0;
    for edge in outline.rings().flat_map(|ring| ring.windows(2)) {
        let [(start_x, start_y), (end_x, end_y)] =
            [edge[0], edge[1]].map(|end| (i128::from(end.x()), i128::from(end.y())));
        let area = (end_x - start_x) * (y - start_y) - (end_y - start_y) * (x - start_x);
        let spans = |value: i128, one: i128, other: i128| (one.min(other)..=one.max(other)).contains(&value);
        if area == 0 && spans(x, start_x, end_x) && spans(y, start_y, end_y) {
            return true;
        }
        let eastwards = match end_y.cmp(&start_y) {
            Ordering::Greater => (start_y..end_y).contains(&y) && area > 0,
            Ordering::Less => (end_y..start_y).contains(&y) && area < 0,
            Ordering::Equal => false,
        };
        crossings += i32::from(eastwards);
    }
    crossings % 2 == 1
}
