use thiserror::Error;

use crate::edge::{Meeting, meeting};
use crate::local_plane::LocalPlane;
use crate::point::whole;
use crate::{Point, SquareMetres};

/// Half the world in ticks: no edge is longer.
const HALF_TURN: i64 = 1_800_000_000;

/// Why rings of points are no outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidOutline {
    /// Every ring is flat once drawn on the 1e-5 degree grid.
    #[error("no ring encloses a surface at 1e-5 degree")]
    NoSurface,
    /// An edge spans more than half the world; a shape across the 180th meridian must be cut there.
    #[error("an edge spans more than 180 degrees")]
    TooWide,
}

/// The shape of a commune or of a country: one or several closed rings on a grid of 1e-5 degree.
///
/// Outer rings turn counter-clockwise and holes clockwise. A point is inside when a ray from it crosses the rings an
/// odd number of times; a point on a ring is inside (closed shape), holes' rings included.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// Each ring's points, its first repeated at its end, one ring after the other.
    points: Box<[Point]>,
    /// Where each ring stops in `points`.
    ends: Box<[u32]>,
    south_west: Point,
    north_east: Point,
    surface: SquareMetres,
    centroid: Point,
}

impl Outline {
    /// From polygons, each an outer ring and its holes; rings may repeat their first point at the end or not.
    pub fn from_polygons(polygons: &[Vec<Vec<Point>>]) -> Result<Self, InvalidOutline> {
        let mut rings = Vec::new();
        for polygon in polygons {
            for (rank, ring) in polygon.iter().enumerate() {
                let mut ring: Vec<Point> = ring.iter().map(|point| point.snapped()).collect();
                ring.dedup();
                while ring.len() > 1 && ring.first() == ring.last() {
                    ring.pop();
                }
                let turn = twice_signed_surface(&ring);
                if ring.len() < 3 || turn == 0 {
                    continue;
                }
                if (turn > 0) != (rank == 0) {
                    ring.reverse();
                }
                rings.push(ring);
            }
        }
        Self::from_rings(rings)
    }

    /// From rings already on the grid, turned as they should, first point not repeated.
    pub(crate) fn from_rings(rings: Vec<Vec<Point>>) -> Result<Self, InvalidOutline> {
        let mut points = Vec::with_capacity(rings.iter().map(|ring| ring.len() + 1).sum());
        let mut ends = Vec::with_capacity(rings.len());
        for ring in rings {
            points.extend_from_slice(&ring);
            points.extend(ring.first());
            ends.push(position(points.len()));
        }
        let wide = |edge: &[Point]| (i64::from(edge[0].x()) - i64::from(edge[1].x())).abs() > HALF_TURN;
        let mut outline = Self {
            south_west: corner(&points, i64::min).ok_or(InvalidOutline::NoSurface)?,
            north_east: corner(&points, i64::max).ok_or(InvalidOutline::NoSurface)?,
            centroid: *points.first().ok_or(InvalidOutline::NoSurface)?,
            points: points.into_boxed_slice(),
            ends: ends.into_boxed_slice(),
            surface: SquareMetres(0.0),
        };
        if outline.rings().any(|ring| ring.windows(2).any(wide)) {
            return Err(InvalidOutline::TooWide);
        }
        outline.measure()?;
        Ok(outline)
    }

    /// Surface and centroid, by the shoelace formula on whole numbers.
    fn measure(&mut self) -> Result<(), InvalidOutline> {
        let origin = self.south_west;
        let (mut twice, mut moment_x, mut moment_y) = (0_i128, 0_i128, 0_i128);
        for ring in self.rings() {
            for edge in ring.windows(2) {
                let [(start_x, start_y), (end_x, end_y)] = [edge[0], edge[1]].map(|point| {
                    (
                        i64::from(point.x()) - i64::from(origin.x()),
                        i64::from(point.y()) - i64::from(origin.y()),
                    )
                });
                let cross = i128::from(start_x) * i128::from(end_y) - i128::from(end_x) * i128::from(start_y);
                twice += cross;
                moment_x += cross * i128::from(start_x + end_x);
                moment_y += cross * i128::from(start_y + end_y);
            }
        }
        if twice <= 0 {
            return Err(InvalidOutline::NoSurface);
        }
        let along =
            |moment: i128, from: i32| i64::try_from(moment / (3 * twice)).map(|far| far + i64::from(from));
        let balance = along(moment_x, origin.x())
            .and_then(|x| along(moment_y, origin.y()).map(|y| (x, y)))
            .ok()
            .and_then(|(x, y)| Point::from_ticks(x, y));
        self.centroid = balance.filter(|point| self.contains(*point)).unwrap_or_else(|| self.inner_point());
        #[expect(
            clippy::cast_precision_loss,
            reason = "a surface is told to a square metre, not to a square tick"
        )]
        let square_ticks = twice as f64 / 2.0;
        self.surface = SquareMetres(square_ticks * LocalPlane::around(self.centroid).square_tick());
        Ok(())
    }

    /// The middle of the widest stretch along one of a few parallels.
    fn inner_point(&self) -> Point {
        let widest = (1..16)
            .flat_map(|step| self.stretches(self.parallel(f64::from(step) / 16.0)))
            .max_by_key(|stretch| i64::from(stretch.east) - i64::from(stretch.west));
        widest
            .and_then(|stretch| stretch.at(0.5))
            .filter(|point| self.contains(*point))
            .unwrap_or(self.points[0])
    }

    /// Each closed ring: its first point is its last.
    pub fn rings(&self) -> impl Iterator<Item = &[Point]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let end = *end as usize;
            let ring = &self.points[start..end];
            start = end;
            ring
        })
    }

    /// How many points the rings have together.
    pub fn point_count(&self) -> usize {
        self.points.len()
    }

    /// The edge that leaves the point of this rank (never a ring's last).
    pub(crate) fn edge(&self, start: u32) -> (Point, Point) {
        (self.points[start as usize], self.points[start as usize + 1])
    }

    /// The corners of the box around the outline.
    pub fn bounds(&self) -> (Point, Point) {
        (self.south_west, self.north_east)
    }

    /// The surface inside, holes taken off; each outline is measured flat around its centroid.
    pub fn surface(&self) -> SquareMetres {
        self.surface
    }

    /// The point it would balance on, or a point inside when that one falls outside.
    pub fn centroid(&self) -> Point {
        self.centroid
    }

    /// Whether a point is inside or on the outline. Exact on the points' 1e-7 degree.
    pub fn contains(&self, point: Point) -> bool {
        let mut inside = false;
        for ring in self.rings() {
            for edge in ring.windows(2) {
                match meeting(point, edge[0], edge[1]) {
                    Meeting::Miss => {}
                    Meeting::Crossing => inside = !inside,
                    Meeting::On => return true,
                }
            }
        }
        inside
    }

    /// Square of the distance from the plane's origin to the nearest edge, in square metres.
    pub(crate) fn distance_squared(&self, plane: &LocalPlane) -> f64 {
        self.rings()
            .flat_map(|ring| ring.windows(2))
            .map(|edge| plane.distance_squared_to_edge(edge[0], edge[1]))
            .fold(f64::INFINITY, f64::min)
    }

    /// A point inside, chosen by two numbers from 0 to 1: where from south to north, then where from west to east.
    /// Even numbers give points spread nearly evenly over the surface.
    pub fn point_inside(&self, northward: f64, eastward: f64) -> Point {
        const SLICES: i32 = 64;
        let slices: Vec<(i32, Vec<Stretch>)> = (0..SLICES)
            .map(|slice| {
                let parallel = self.parallel((f64::from(slice) + 0.5) / f64::from(SLICES));
                (parallel, self.stretches(parallel))
            })
            .collect();
        let total: f64 = slices.iter().flat_map(|(_, stretches)| stretches).map(Stretch::width).sum();
        let mut left = total * fraction(northward);
        let chosen = slices.iter().find(|(_, stretches)| {
            let width: f64 = stretches.iter().map(Stretch::width).sum();
            left -= width;
            left < 0.0 && width > 0.0
        });
        let Some((parallel, stretches)) = chosen else { return self.centroid };
        // `left` is now minus what remains of the slice: it says where inside the slice's height to stand.
        let width: f64 = stretches.iter().map(Stretch::width).sum();
        let height = f64::from(self.north_east.y()) - f64::from(self.south_west.y());
        let shift = ((1.0 + left / width) - 0.5) * height / f64::from(SLICES);
        let finer = self.stretches(whole((f64::from(*parallel) + shift).round()));
        [finer.as_slice(), stretches.as_slice()]
            .into_iter()
            .filter_map(|stretches| along(stretches, fraction(eastward)))
            .find(|point| self.contains(*point))
            .unwrap_or(self.centroid)
    }

    /// The parallel at this fraction of the outline's height, in ticks.
    fn parallel(&self, fraction: f64) -> i32 {
        let (south, north) = (f64::from(self.south_west.y()), f64::from(self.north_east.y()));
        whole((south + (north - south) * fraction).round())
    }

    /// What of a parallel is inside, from west to east.
    fn stretches(&self, parallel: i32) -> Vec<Stretch> {
        let mut crossings: Vec<i32> = self
            .rings()
            .flat_map(|ring| ring.windows(2))
            .filter(|edge| (edge[0].y() > parallel) != (edge[1].y() > parallel))
            .map(|edge| {
                let [start_x, start_y, end_x, end_y] =
                    [edge[0].x(), edge[0].y(), edge[1].x(), edge[1].y()].map(f64::from);
                let along = (f64::from(parallel) - start_y) / (end_y - start_y);
                whole((start_x + along * (end_x - start_x)).round())
            })
            .collect();
        crossings.sort_unstable();
        let (pairs, _) = crossings.as_chunks::<2>();
        pairs.iter().map(|[west, east]| Stretch { parallel, west: *west, east: *east }).collect()
    }
}

/// A stretch of parallel inside an outline, in ticks.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    parallel: i32,
    west: i32,
    east: i32,
}

impl Stretch {
    fn width(&self) -> f64 {
        f64::from(self.east) - f64::from(self.west)
    }

    /// The point at this fraction of the way east.
    fn at(self, fraction: f64) -> Option<Point> {
        let x = whole((f64::from(self.west) + self.width() * fraction).round());
        Point::from_ticks(i64::from(x), i64::from(self.parallel))
    }
}

/// The point at a fraction of the way along several stretches taken as one.
fn along(stretches: &[Stretch], fraction: f64) -> Option<Point> {
    let mut left = stretches.iter().map(Stretch::width).sum::<f64>() * fraction;
    for stretch in stretches {
        let width = stretch.width();
        if left <= width && width > 0.0 {
            return stretch.at(left / width);
        }
        left -= width;
    }
    None
}

/// A number from 0 to 1, whatever was given.
fn fraction(given: f64) -> f64 {
    if given.is_nan() { 0.5 } else { given.clamp(0.0, 1.0 - f64::EPSILON) }
}

/// Twice the surface of an open ring in square ticks, positive when it turns counter-clockwise.
fn twice_signed_surface(ring: &[Point]) -> i128 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(start, end)| {
            i128::from(start.x()) * i128::from(end.y()) - i128::from(end.x()) * i128::from(start.y())
        })
        .sum()
}

fn corner(points: &[Point], pick: fn(i64, i64) -> i64) -> Option<Point> {
    let reduce = |axis: fn(Point) -> i32| points.iter().map(|point| i64::from(axis(*point))).reduce(pick);
    Point::from_ticks(reduce(Point::x)?, reduce(Point::y)?)
}

/// A rank among an outline's points; outlines come from files of far fewer than 2^32 points.
pub(crate) fn position(rank: usize) -> u32 {
    u32::try_from(rank).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{InvalidOutline, Outline};
    use crate::Point;

    fn ring(corners: &[(f64, f64)]) -> Vec<Point> {
        corners.iter().map(|(latitude, longitude)| Point::new(*latitude, *longitude).unwrap()).collect()
    }

    fn square_with_a_hole() -> Outline {
        let outer = ring(&[(44.0, 1.0), (44.0, 1.4), (44.4, 1.4), (44.4, 1.0)]);
        let hole = ring(&[(44.1, 1.1), (44.1, 1.3), (44.3, 1.3), (44.3, 1.1), (44.1, 1.1)]);
        Outline::from_polygons(&[vec![outer, hole]]).unwrap()
    }

    fn contains(outline: &Outline, latitude: f64, longitude: f64) -> bool {
        outline.contains(Point::new(latitude, longitude).unwrap())
    }

    #[test]
    fn a_hole_is_outside_but_its_edge_is_inside() {
        let outline = square_with_a_hole();
        assert!(contains(&outline, 44.05, 1.05));
        assert!(!contains(&outline, 44.2, 1.2));
        assert!(contains(&outline, 44.1, 1.2));
        assert!(contains(&outline, 44.1, 1.1));
        assert!(contains(&outline, 44.0, 1.0));
        assert!(!contains(&outline, 43.999_999_9, 1.0));
        assert!(contains(&outline, 44.099_999_9, 1.2));
        assert!(!contains(&outline, 44.100_000_1, 1.2));
    }

    #[test]
    fn the_centre_of_a_ring_road_is_moved_inside() {
        let outline = square_with_a_hole();
        assert!(outline.contains(outline.centroid()));
    }

    #[test]
    fn a_hole_is_taken_off_the_surface() {
        // 0.4° × 0.4° at 44.2°: 44.45 km × 31.96 km, less a quarter.
        let hectares = square_with_a_hole().surface().hectares();
        assert!((hectares - 0.75 * 142_060.0).abs() < 500.0, "{hectares}");
    }

    #[test]
    fn points_chosen_for_demonstrations_are_inside() {
        let outline = square_with_a_hole();
        for step in 0..=50_u16 {
            let (northward, eastward) = (f64::from(step) / 50.0, f64::from(step * 7 % 51) / 50.0);
            let point = outline.point_inside(northward, eastward);
            assert!(outline.contains(point), "{point:?}");
        }
        assert!(outline.contains(outline.point_inside(f64::NAN, 12.0)));
    }

    #[test]
    fn a_flat_ring_is_no_outline() {
        let line = ring(&[(44.0, 1.0), (44.1, 1.1), (44.0, 1.0)]);
        assert_eq!(Outline::from_polygons(&[vec![line]]), Err(InvalidOutline::NoSurface));
        assert_eq!(Outline::from_polygons(&[]), Err(InvalidOutline::NoSurface));
    }

    #[test]
    fn a_shape_across_the_180th_meridian_must_be_cut() {
        let across = ring(&[(-16.0, 179.0), (-16.0, -179.0), (-17.0, -179.0), (-17.0, 179.0)]);
        assert_eq!(Outline::from_polygons(&[vec![across]]), Err(InvalidOutline::TooWide));
    }
}
