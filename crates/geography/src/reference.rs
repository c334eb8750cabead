mod loading;

use std::cmp::Reverse;
use std::sync::Arc;

use crate::name_index::NameIndex;
use crate::pack::{self, PackError};
use crate::{
    Aom, AomCode, AomSource, Arrondissement, Commune, Country, CountryCode, Department, DepartmentCode,
    Detachment, Editions, Epci, EpciCode, InseeCode, Outline, PastCommune, Point, Region, RegionCode,
};

pub(crate) use loading::aoms_of_epcis;
pub use loading::{BoundariesReport, MovementsReport};

/// The pack committed with this crate; see `data/PROVENANCE.md`.
static EMBEDDED: &[u8] = include_bytes!("../data/reference.pack");

/// Every list of a reference, each in order of code. Outlines are in the order of what they draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lists {
    pub(crate) editions: Editions,
    pub(crate) regions: Vec<Region>,
    pub(crate) departments: Vec<Department>,
    pub(crate) epcis: Vec<Epci>,
    pub(crate) aoms: Vec<Aom>,
    pub(crate) communes: Vec<Commune>,
    pub(crate) outlines: Vec<Option<Arc<Outline>>>,
    pub(crate) arrondissements: Vec<Arrondissement>,
    pub(crate) arrondissement_outlines: Vec<Option<Arc<Outline>>>,
    pub(crate) past: Vec<PastCommune>,
    pub(crate) detachments: Vec<Detachment>,
    pub(crate) countries: Vec<Country>,
    pub(crate) country_outlines: Vec<Arc<Outline>>,
}

/// Official French geography: the communes of one edition of the official code, what they belong to, their past,
/// their outlines, and the neighbouring countries. Nothing here is read from outside once it is loaded.
#[derive(Debug, Clone)]
pub struct Reference {
    lists: Lists,
    names: NameIndex,
}

/// A set of communes that has a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    Epci(EpciCode),
    Aom(AomCode),
    Department(DepartmentCode),
    Region(RegionCode),
}

/// Finds an entry of a list kept in order of code.
fn by_code<'a, T, C: Ord>(list: &'a [T], code: &C, of: impl Fn(&T) -> C) -> Option<&'a T> {
    rank_of(list, code, of).map(|rank| &list[rank])
}

fn rank_of<T, C: Ord>(list: &[T], code: &C, of: impl Fn(&T) -> C) -> Option<usize> {
    list.binary_search_by(|entry| of(entry).cmp(code)).ok()
}

impl Reference {
    /// The reference shipped with the program.
    ///
    /// # Errors
    /// When the pack built into the program does not suit it, which its tests rule out.
    pub fn embedded() -> Result<Self, PackError> {
        Self::from_pack(EMBEDDED)
    }

    /// From the bytes of a pack.
    pub fn from_pack(bytes: &[u8]) -> Result<Self, PackError> {
        pack::read(bytes)
    }

    /// As a pack; the same reference always gives the same bytes.
    pub fn to_pack(&self) -> Vec<u8> {
        pack::write(self)
    }

    pub(crate) fn assemble(mut lists: Lists) -> Self {
        for (commune, outline) in lists.communes.iter_mut().zip(&lists.outlines) {
            if let Some(outline) = outline {
                commune.centre = Some(outline.centroid());
            }
        }
        let names = NameIndex::new(lists.communes.iter().map(|commune| commune.name.as_str()));
        Self { lists, names }
    }

    pub(crate) fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Where each list comes from and the year it is valid for.
    pub fn editions(&self) -> &Editions {
        &self.lists.editions
    }

    /// What the communes' AOMs were taken from.
    pub fn aom_source(&self) -> &AomSource {
        &self.lists.editions.aoms
    }

    /// The commune of this current code. See [`Self::resolve`] for a code that may be past.
    pub fn commune(&self, code: &InseeCode) -> Option<&Commune> {
        self.rank(*code).map(|rank| &self.lists.communes[rank])
    }

    fn rank(&self, code: InseeCode) -> Option<usize> {
        rank_of(&self.lists.communes, &code, |commune| commune.code)
    }

    /// The communes that hold today the ground of a code: itself when current, the commune of an arrondissement, the
    /// successors of a past commune. Empty for a code never heard of.
    pub fn resolve(&self, code: &InseeCode) -> Vec<&Commune> {
        if let Some(commune) = self.commune(code) {
            return vec![commune];
        }
        if let Some(arrondissement) = self.arrondissement(code) {
            return self.commune(&arrondissement.commune).into_iter().collect();
        }
        let today = self.past_commune(code).map_or(&[][..], |past| &past.today);
        today.iter().filter_map(|code| self.commune(code)).collect()
    }

    /// The past commune of this code, unless the code is a commune's again.
    pub fn past_commune(&self, code: &InseeCode) -> Option<&PastCommune> {
        by_code(&self.lists.past, code, |past| past.code)
    }

    /// The latest time a current commune was drawn out of another, when it was.
    pub fn detachment(&self, code: &InseeCode) -> Option<&Detachment> {
        by_code(&self.lists.detachments, code, |detachment| detachment.commune)
    }

    pub fn arrondissement(&self, code: &InseeCode) -> Option<&Arrondissement> {
        by_code(&self.lists.arrondissements, code, |arrondissement| arrondissement.code)
    }

    pub fn department(&self, code: &DepartmentCode) -> Option<&Department> {
        by_code(&self.lists.departments, code, |department| department.code)
    }

    pub fn region(&self, code: &RegionCode) -> Option<&Region> {
        by_code(&self.lists.regions, code, |region| region.code)
    }

    pub fn epci(&self, code: &EpciCode) -> Option<&Epci> {
        by_code(&self.lists.epcis, code, |epci| epci.code)
    }

    pub fn aom(&self, code: &AomCode) -> Option<&Aom> {
        by_code(&self.lists.aoms, code, |aom| aom.code)
    }

    pub fn country(&self, code: &CountryCode) -> Option<&Country> {
        by_code(&self.lists.countries, code, |country| country.code)
    }

    /// In order of code, as are the lists below.
    pub fn communes(&self) -> &[Commune] {
        &self.lists.communes
    }

    pub fn arrondissements(&self) -> &[Arrondissement] {
        &self.lists.arrondissements
    }

    pub fn departments(&self) -> &[Department] {
        &self.lists.departments
    }

    pub fn regions(&self) -> &[Region] {
        &self.lists.regions
    }

    pub fn epcis(&self) -> &[Epci] {
        &self.lists.epcis
    }

    pub fn aoms(&self) -> &[Aom] {
        &self.lists.aoms
    }

    pub fn countries(&self) -> &[Country] {
        &self.lists.countries
    }

    pub fn past_communes(&self) -> &[PastCommune] {
        &self.lists.past
    }

    /// The communes of an area, in order of code; none for an unknown area.
    pub fn communes_in(&self, area: Area) -> impl Iterator<Item = &Commune> {
        self.lists.communes.iter().filter(move |commune| match area {
            Area::Epci(code) => commune.epci == Some(code),
            Area::Aom(code) => commune.aom == Some(code),
            Area::Department(code) => commune.department == code,
            Area::Region(code) => commune.region == code,
        })
    }

    /// Communes no point can be inside of, for want of an outline. Those whose town hall is known have a centre, and
    /// receive the points within 1 km of it that are in no outline and nearer to it than to any. Their ground is a hole
    /// in the layer, or lies under the outline of the commune they were drawn out of (see [`Self::detachment`]), which
    /// then takes their points.
    pub fn without_polygon(&self) -> impl Iterator<Item = &Commune> {
        self.lists
            .communes
            .iter()
            .zip(&self.lists.outlines)
            .filter(|(_, outline)| outline.is_none())
            .map(|(commune, _)| commune)
    }

    /// The outline of a commune or of an arrondissement.
    pub fn outline(&self, code: &InseeCode) -> Option<&Outline> {
        let of_commune = || self.rank(*code).and_then(|rank| self.lists.outlines[rank].as_deref());
        of_commune().or_else(|| {
            let rank = rank_of(&self.lists.arrondissements, code, |arrondissement| arrondissement.code)?;
            self.lists.arrondissement_outlines[rank].as_deref()
        })
    }

    /// The outline of a neighbouring country.
    pub fn country_outline(&self, code: &CountryCode) -> Option<&Outline> {
        let rank = rank_of(&self.lists.countries, code, |country| country.code)?;
        Some(&self.lists.country_outlines[rank])
    }

    /// Communes whose name begins so, whatever the accents, capitals, hyphens or leading article: whole names first,
    /// then the most inhabited.
    pub fn search_by_name(&self, beginning: &str, limit: usize) -> Vec<&Commune> {
        let mut found: Vec<(bool, &Commune)> = self
            .names
            .beginning(beginning)
            .into_iter()
            .filter_map(|(rank, whole)| Some((whole, self.lists.communes.get(rank as usize)?)))
            .collect();
        found.sort_by_key(|(whole, commune)| (!whole, Reverse(commune.population), commune.code));
        found.into_iter().take(limit).map(|(_, commune)| commune).collect()
    }

    /// A point inside a commune, chosen by two numbers from 0 to 1 (see [`Outline::point_inside`]): demonstration data
    /// brings its own chance. Outlines overlap here and there: one such point in some hundreds is placed in a
    /// neighbour. A commune without outline gives its town hall, or nothing.
    pub fn point_inside(&self, code: &InseeCode, northward: f64, eastward: f64) -> Option<Point> {
        match self.outline(code) {
            Some(outline) => Some(outline.point_inside(northward, eastward)),
            None => self.commune(code)?.centre,
        }
    }
}
