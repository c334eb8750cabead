use crate::Point;

/// What a ray drawn eastwards from a point meets on one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// Nothing.
    Miss,
    /// The edge, once.
    Crossing,
    /// The point itself lies on the edge.
    On,
}

/// Exact: whole numbers, no rounding. Edges span at most 180° each way (`Outline` sees to it), so that the products
/// below stay under 2^63.
#[inline]
pub(crate) fn meeting(point: Point, start: Point, end: Point) -> Meeting {
    let (x, y) = (point.x(), point.y());
    if (start.y() > y) == (end.y() > y) {
        // Both ends on one side: only an end at the very latitude of the point can touch it.
        let along = start.y() == y && end.y() == y && (start.x() <= x) != (end.x() < x);
        let at_end = (start.y() == y && start.x() == x) || (end.y() == y && end.x() == x);
        return if along || at_end { Meeting::On } else { Meeting::Miss };
    }
    if x > start.x().max(end.x()) {
        return Meeting::Miss;
    }
    if x < start.x().min(end.x()) {
        return Meeting::Crossing;
    }
    let difference = |from: i32, to: i32| i64::from(to) - i64::from(from);
    // Both products have the same sign and are at most 180° × 180° in ticks, 3.3e18: their difference fits too.
    let turn = difference(start.x(), end.x()) * difference(start.y(), y)
        - difference(start.y(), end.y()) * difference(start.x(), x);
    match turn {
        0 => Meeting::On,
        _ if (turn > 0) == (end.y() > start.y()) => Meeting::Crossing,
        _ => Meeting::Miss,
    }
}

#[cfg(test)]
mod tests {
    use super::{Meeting, meeting};
    use crate::Point;

    fn at(x: i64, y: i64) -> Point {
        Point::from_ticks(x, y).unwrap()
    }

    #[test]
    fn a_point_on_an_edge_is_on_it_from_either_end() {
        for (start, end, point) in [
            (at(0, 0), at(10, 10), at(5, 5)),
            (at(0, 0), at(10, 0), at(5, 0)),
            (at(0, 0), at(10, 0), at(0, 0)),
            (at(0, 0), at(10, 0), at(10, 0)),
            (at(0, 0), at(0, 10), at(0, 10)),
            (at(0, 0), at(7, 9), at(7, 9)),
        ] {
            assert_eq!(meeting(point, start, end), Meeting::On);
            assert_eq!(meeting(point, end, start), Meeting::On);
        }
    }

    #[test]
    fn one_tick_beside_a_long_edge_is_not_on_it() {
        let (west, east) = (at(-900_000_000, -800_000_000), at(900_000_000, 800_000_000));
        assert_eq!(meeting(at(0, 0), west, east), Meeting::On);
        assert_eq!(meeting(at(-1, 0), west, east), Meeting::Crossing);
        assert_eq!(meeting(at(1, 0), west, east), Meeting::Miss);
        assert_eq!(meeting(at(1, 0), east, west), Meeting::Miss);
    }

    #[test]
    fn a_point_level_with_a_flat_edge_but_beside_it_misses() {
        assert_eq!(meeting(at(-1, 0), at(0, 0), at(10, 0)), Meeting::Miss);
        assert_eq!(meeting(at(11, 0), at(0, 0), at(10, 0)), Meeting::Miss);
        assert_eq!(meeting(at(11, 0), at(10, 0), at(0, 0)), Meeting::Miss);
    }
}
