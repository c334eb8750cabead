use std::ops::Range;

use crate::Point;
use crate::edge::{Meeting, meeting};
use crate::local_plane::LocalPlane;
use crate::outline::{Outline, position};

/// The edges of a large outline by bands of latitude, so that a question about a point looks at the edges near its
/// parallel only.
#[derive(Debug)]
pub(crate) struct Bands {
    /// In ticks.
    south: i32,
    /// In ticks, at least 1.
    height: i64,
    count: usize,
    /// Where each band starts in `edges`, and where the last stops.
    starts: Vec<u32>,
    /// Ranks of the points edges leave from. An edge is in every band it touches.
    edges: Vec<u32>,
}

impl Bands {
    /// Under this many points, looking at every edge is as fast.
    const WORTHWHILE: usize = 96;
    /// Points for each band, on average.
    const POINTS_PER_BAND: usize = 8;

    /// None for a small outline.
    pub(crate) fn of(outline: &Outline) -> Option<Self> {
        let points = outline.point_count();
        if points < Self::WORTHWHILE {
            return None;
        }
        let (south_west, north_east) = outline.bounds();
        let count = points / Self::POINTS_PER_BAND;
        let south = south_west.y();
        let height = (i64::from(north_east.y()) - i64::from(south)) / i64::from(position(count)) + 1;
        let mut bands = Self { south, height, count, starts: Vec::new(), edges: Vec::new() };
        let mut members = vec![Vec::new(); count];
        let mut rank = 0;
        for ring in outline.rings() {
            for edge in ring.windows(2) {
                let (first, last) = (edge[0].y().min(edge[1].y()), edge[0].y().max(edge[1].y()));
                for band in &mut members[bands.between(first.into(), last.into())] {
                    band.push(rank);
                }
                rank += 1;
            }
            // No edge leaves a ring's last point.
            rank += 1;
        }
        bands.starts.push(0);
        for band in members {
            bands.edges.extend(band);
            bands.starts.push(position(bands.edges.len()));
        }
        Some(bands)
    }

    /// The bands that touch these latitudes (ticks).
    fn between(&self, first: i64, last: i64) -> Range<usize> {
        let band = |latitude: i64| (latitude - i64::from(self.south)).div_euclid(self.height);
        let held = |band: i64| usize::try_from(band).unwrap_or_default().min(self.count);
        held(band(first))..held(band(last) + 1)
    }

    fn edges_between(&self, first: i64, last: i64) -> &[u32] {
        let bands = self.between(first, last);
        &self.edges[self.starts[bands.start] as usize..self.starts[bands.end] as usize]
    }

    /// As [`Outline::contains`], for the outline these bands were cut from.
    pub(crate) fn contains(&self, outline: &Outline, point: Point) -> bool {
        let latitude = i64::from(point.y());
        let mut inside = false;
        for start in self.edges_between(latitude, latitude) {
            let (start, end) = outline.edge(*start);
            match meeting(point, start, end) {
                Meeting::Miss => {}
                Meeting::Crossing => inside = !inside,
                Meeting::On => return true,
            }
        }
        inside
    }

    /// As [`Outline::distance_squared`], as long as the distance is within `reach` (ticks of latitude); otherwise some
    /// greater distance.
    pub(crate) fn distance_squared(
        &self,
        outline: &Outline,
        point: Point,
        plane: &LocalPlane,
        reach: i64,
    ) -> f64 {
        let latitude = i64::from(point.y());
        self.edges_between(latitude - reach, latitude + reach)
            .iter()
            .map(|start| {
                let (start, end) = outline.edge(*start);
                plane.distance_squared_to_edge(start, end)
            })
            .fold(f64::INFINITY, f64::min)
    }
}
