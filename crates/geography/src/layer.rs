use std::sync::Arc;

use rstar::{AABB, RTree, RTreeObject};

use crate::Point;
use crate::bands::Bands;
use crate::local_plane::LocalPlane;
use crate::outline::Outline;

/// Outlines of one kind, found by place. An outline's rank in the layer settles ties: the smallest wins.
#[derive(Debug)]
pub(crate) struct Layer<C> {
    shapes: Vec<Shape<C>>,
    tree: RTree<Boxed>,
}

#[derive(Debug)]
struct Shape<C> {
    code: C,
    outline: Arc<Outline>,
    bands: Option<Bands>,
}

/// The box around the outline of a rank. Coordinates are 64-bit so that the tree may add two of them.
#[derive(Debug, Clone, Copy)]
struct Boxed {
    envelope: AABB<[i64; 2]>,
    rank: usize,
}

impl RTreeObject for Boxed {
    type Envelope = AABB<[i64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

fn corner(point: Point) -> [i64; 2] {
    [i64::from(point.x()), i64::from(point.y())]
}

impl<C: Copy> Layer<C> {
    /// Outlines in the order that settles ties.
    pub(crate) fn new(outlines: impl Iterator<Item = (C, Arc<Outline>)>) -> Self {
        let shape = |(code, outline): (C, Arc<Outline>)| Shape { code, bands: Bands::of(&outline), outline };
        let shapes: Vec<Shape<C>> = outlines.map(shape).collect();
        let boxed = |(rank, shape): (usize, &Shape<C>)| {
            let (south_west, north_east) = shape.outline.bounds();
            Boxed { envelope: AABB::from_corners(corner(south_west), corner(north_east)), rank }
        };
        let tree = RTree::bulk_load(shapes.iter().enumerate().map(boxed).collect());
        Self { shapes, tree }
    }

    /// Of the outlines the point is inside of or on, the first in the order of the layer.
    pub(crate) fn containing(&self, point: Point) -> Option<C> {
        let mut first: Option<usize> = None;
        for boxed in self.tree.locate_in_envelope_intersecting(&AABB::from_point(corner(point))) {
            if first.is_none_or(|first| boxed.rank < first) && self.shapes[boxed.rank].contains(point) {
                first = Some(boxed.rank);
            }
        }
        first.map(|rank| self.shapes[rank].code)
    }

    /// The nearest outline whose edge is within `limit` metres, with the square of its distance; of equals, the first
    /// in the order of the layer. For a point inside no outline.
    pub(crate) fn nearest(&self, point: Point, plane: &LocalPlane, limit: f64) -> Option<(f64, C)> {
        let (reach_x, reach_y) = plane.reach(limit);
        let [x, y] = corner(point);
        let around = AABB::from_corners([x - reach_x, y - reach_y], [x + reach_x, y + reach_y]);
        let mut nearest: Option<(f64, usize)> = None;
        for boxed in self.tree.locate_in_envelope_intersecting(&around) {
            let distance = self.shapes[boxed.rank].distance_squared(point, plane, reach_y);
            let closer = nearest
                .is_none_or(|(known, rank)| distance < known || (distance <= known && boxed.rank < rank));
            if distance.sqrt() <= limit && closer {
                nearest = Some((distance, boxed.rank));
            }
        }
        nearest.map(|(distance, rank)| (distance, self.shapes[rank].code))
    }
}

impl<C> Shape<C> {
    fn contains(&self, point: Point) -> bool {
        match &self.bands {
            Some(bands) => bands.contains(&self.outline, point),
            None => self.outline.contains(point),
        }
    }

    fn distance_squared(&self, point: Point, plane: &LocalPlane, reach: i64) -> f64 {
        match &self.bands {
            Some(bands) => bands.distance_squared(&self.outline, point, plane, reach),
            None => self.outline.distance_squared(plane),
        }
    }
}
