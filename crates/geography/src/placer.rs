use std::sync::Arc;

use crate::layer::Layer;
use crate::local_plane::LocalPlane;
use crate::placement::{How, Placement};
use crate::{CountryCode, InseeCode, Metres, Outline, Point, Reference};

/// How far from a commune or a country a point still belongs to it.
pub const NEAR: Metres = Metres(1000.0);

/// Answers "in which commune does this point lie?" from an index. The rule (registry, §3.3):
///
/// 1. the commune whose outline the point is inside of or on; of several, the smallest surface, then the smallest code;
/// 2. otherwise the country whose outline contains it or is nearest within 1 km; of equals, the smallest code;
/// 3. otherwise the nearest commune within 1 km; of equals, as in 1. A commune without outline is as far as its town
///    hall, when that is known, and gives way to an equal outline;
/// 4. otherwise nowhere.
///
/// [`crate::place_by_scan`] is the same rule without the index, for proof. Distances are measured on a plane around
/// the point (within 0.02 % at 1 km below 60° of latitude); no outline crosses the 180th meridian.
#[derive(Debug)]
pub struct Placer {
    communes: Layer<InseeCode>,
    countries: Layer<CountryCode>,
    arrondissements: Layer<InseeCode>,
    /// Town halls of communes without outline, in order of code.
    town_halls: Vec<(InseeCode, Point)>,
}

impl Placer {
    /// Indexes the outlines a reference holds now; outlines loaded later need another placer.
    pub fn new(reference: &Reference) -> Self {
        let lists = reference.lists();
        let communes = lists.communes.iter().map(|commune| commune.code);
        let arrondissements = lists.arrondissements.iter().map(|arrondissement| arrondissement.code);
        let countries = lists.countries.iter().map(|country| country.code);
        Self {
            communes: Layer::new(smallest_first(communes.zip(&lists.outlines))),
            countries: Layer::new(countries.zip(lists.country_outlines.iter().cloned())),
            arrondissements: Layer::new(smallest_first(arrondissements.zip(&lists.arrondissement_outlines))),
            town_halls: reference
                .without_polygon()
                .filter_map(|commune| Some((commune.code, commune.centre?)))
                .collect(),
        }
    }

    /// Where a point lies.
    pub fn place(&self, point: Point) -> Placement {
        if let Some(code) = self.communes.containing(point) {
            return Placement::Commune { code, how: How::Inside };
        }
        if let Some(code) = self.countries.containing(point) {
            return Placement::Country { code, how: How::Inside };
        }
        let plane = LocalPlane::around(point);
        if let Some((squared, code)) = self.countries.nearest(point, &plane, NEAR.0) {
            return Placement::Country { code, how: How::NearestWithin(Metres(squared.sqrt())) };
        }
        let nearest = self
            .town_halls
            .iter()
            .map(|(code, hall)| (plane.distance_squared(*hall), *code))
            .filter(|(squared, _)| squared.sqrt() <= NEAR.0)
            .fold(self.communes.nearest(point, &plane, NEAR.0), |nearest, hall| match nearest {
                Some(nearest) if nearest.0 <= hall.0 => Some(nearest),
                _ => Some(hall),
            });
        match nearest {
            Some((squared, code)) => {
                Placement::Commune { code, how: How::NearestWithin(Metres(squared.sqrt())) }
            }
            None => Placement::Nowhere,
        }
    }

    /// The municipal arrondissement a point is inside of, when its outline was loaded; the grain `arr` of the registry
    /// is this, or else the commune.
    pub fn arrondissement(&self, point: Point) -> Option<InseeCode> {
        self.arrondissements.containing(point)
    }
}

/// The outlines there are, in the order that settles ties.
fn smallest_first<'a>(
    outlines: impl Iterator<Item = (InseeCode, &'a Option<Arc<Outline>>)>,
) -> impl Iterator<Item = (InseeCode, Arc<Outline>)> {
    let mut drawn: Vec<_> =
        outlines.filter_map(|(code, outline)| Some((code, Arc::clone(outline.as_ref()?)))).collect();
    drawn.sort_by(|(code, outline), (other_code, other)| {
        outline.surface().0.total_cmp(&other.surface().0).then(code.cmp(other_code))
    });
    drawn.into_iter()
}
