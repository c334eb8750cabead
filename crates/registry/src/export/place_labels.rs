use geography::{CountryCode, InseeCode, Reference};
use jiff::tz::TimeZone;

use crate::model::PlaceCode;
use crate::preparation;

/// Inhabitants per square kilometre above which a hundred metres hide enough people (spec §10.6).
const DENSE: f64 = 40.0;

/// A place as exports name it.
#[derive(Clone, Debug)]
pub struct PlaceLabels {
    pub code: String,
    pub commune: String,
    pub department: String,
    pub epci: String,
    pub aom: String,
    pub region: String,
    pub country: String,
    pub zone: TimeZone,
    /// Decimals of a degree that coarse coordinates keep.
    pub decimals: i32,
}

impl PlaceLabels {
    /// `None`: the journey lies nowhere.
    pub fn of(reference: &Reference, code: Option<&str>) -> Self {
        let zone = preparation::zone(code.map(|code| PlaceCode(code.to_owned())).as_ref());
        let mut labels = Self {
            code: code.unwrap_or_default().to_owned(),
            commune: String::new(),
            department: String::new(),
            epci: String::new(),
            aom: String::new(),
            region: String::new(),
            country: String::new(),
            zone,
            decimals: 2,
        };
        let Some(code) = code else { return labels };
        if let Some(country) = code.parse::<CountryCode>().ok().and_then(|code| reference.country(&code)) {
            labels.country.clone_from(&country.name);
            return labels;
        }
        let Ok(code) = code.parse::<InseeCode>() else { return labels };
        "France".clone_into(&mut labels.country);
        // A commune of the past is told by its own name, and by where its ground lies today.
        let today = reference.resolve(&code);
        if let Some(commune) = today.first() {
            labels.commune.clone_from(&commune.name);
            let name = |name: Option<&String>| name.cloned().unwrap_or_default();
            labels.department = name(reference.department(&commune.department).map(|one| &one.name));
            labels.region = name(reference.region(&commune.region).map(|one| &one.name));
            labels.epci =
                name(commune.epci.as_ref().and_then(|code| reference.epci(code)).map(|one| &one.name));
            labels.aom = name(commune.aom.as_ref().and_then(|code| reference.aom(code)).map(|one| &one.name));
            let surface = reference.outline(&commune.code).map(|outline| outline.surface().0 / 1_000_000.0);
            if let (Some(population), Some(surface)) = (commune.population, surface)
                && f64::from(population) > DENSE * surface
            {
                labels.decimals = 3;
            }
        }
        if let Some(past) = reference.past_commune(&code) {
            labels.commune.clone_from(&past.name);
        }
        labels
    }

    /// A coordinate cut (not rounded) to what this place hides people behind.
    pub fn coarse(&self, degrees: f64) -> f64 {
        let scale = 10_f64.powi(self.decimals);
        (degrees * scale).trunc() / scale
    }
}
