use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::administrative;
use crate::geojson;
use crate::input_error::{InputError, Place};
use crate::neighbour::{COLLECTIVITIES, NEIGHBOURS};
use crate::reference::{Lists, aoms_of_epcis};
use crate::source_file::SourceFile;
use crate::topojson;
use crate::town_halls;
use crate::{AomSource, Country, CountryCode, Edition, Editions, InseeCode, Outline, Reference};

/// The files a reference is built from. Files may be compressed by gzip.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The npm package `@etalab/decoupage-administratif`, unpacked: the folder holding `package.json`.
    pub administrative: &'a Path,
    /// `GeoJSON` of the communes (WGS 84, `properties.code`).
    pub boundaries: &'a Path,
    /// The year the codes of the boundaries are of.
    pub boundaries_year: i16,
    /// The npm package `world-atlas`, unpacked.
    pub world_atlas: &'a Path,
    /// INSEE's list of movements of communes (`v_mvt_commune`, CSV), of the year of the official code.
    pub movements: Option<&'a Path>,
    /// Town halls (CSV: `code_insee`, `lon`, `lat`), for communes without outline.
    pub town_halls: Option<&'a Path>,
}

/// Builds a reference; [`Reference::to_pack`] writes it.
pub fn build(inputs: &Inputs<'_>) -> Result<Reference, InputError> {
    let official = administrative::read(inputs.administrative)?;
    let year = official.edition.year;
    let boundaries = SourceFile::open(inputs.boundaries, inputs.boundaries_year)?;
    let (countries, mut drawn, atlas) = neighbours(inputs.world_atlas)?;
    let known =
        |code: &InseeCode| official.communes.binary_search_by(|commune| commune.code.cmp(code)).is_ok();
    let arrondissement =
        |code: &InseeCode| official.arrondissements.iter().any(|arrondissement| arrondissement.code == *code);
    for boundary in geojson::read(&boundaries)? {
        let refuse = |expected: String| {
            let place = Place::Feature(boundary.feature);
            InputError::unexpected(
                &boundaries.name,
                place,
                "properties.code",
                boundary.code.as_str(),
                expected,
            )
        };
        if !known(&boundary.code) && !arrondissement(&boundary.code) {
            return Err(refuse(format!("a commune or an arrondissement of {year}")));
        }
        // The national layer prevails over an outline of the world's.
        let coarse = COLLECTIVITIES.iter().any(|(_, code)| *code == boundary.code.as_str());
        if drawn.insert(boundary.code, Arc::new(boundary.outline)).is_some() && !coarse {
            return Err(refuse("a code seen only once".into()));
        }
    }
    let town_halls = inputs.town_halls.map(|path| SourceFile::open(path, year)).transpose()?;
    let halls = town_halls.as_ref().map(town_halls::read).transpose()?.unwrap_or_default();
    let mut communes = official.communes;
    for commune in &mut communes {
        commune.centre = halls.get(&commune.code).copied();
    }
    let edition = |file: &SourceFile| Edition { year: file.year, source: file.short_name() };
    let (countries, country_outlines) = countries.into_values().unzip();
    let mut reference = Reference::assemble(Lists {
        editions: Editions {
            communes: official.edition.clone(),
            aoms: AomSource::EpciStandsIn(official.edition.clone()),
            epcis: official.edition,
            boundaries: edition(&boundaries),
            detailed_boundaries: Vec::new(),
            countries: atlas,
            movements: None,
            town_halls: town_halls.as_ref().map(edition),
        },
        aoms: aoms_of_epcis(&official.epcis),
        outlines: communes.iter().map(|commune| drawn.get(&commune.code).cloned()).collect(),
        arrondissement_outlines: official
            .arrondissements
            .iter()
            .map(|arrondissement| drawn.get(&arrondissement.code).cloned())
            .collect(),
        regions: official.regions,
        departments: official.departments,
        epcis: official.epcis,
        communes,
        arrondissements: official.arrondissements,
        past: official.past,
        detachments: Vec::new(),
        countries,
        country_outlines,
    });
    if let Some(path) = inputs.movements {
        reference.load_movements(&SourceFile::open(path, year)?)?;
    }
    Ok(reference)
}

type Countries = BTreeMap<CountryCode, (Country, Arc<Outline>)>;
type Drawn = BTreeMap<InseeCode, Arc<Outline>>;

/// The neighbouring countries, the collectivities drawn with them, and the edition of the atlas.
fn neighbours(folder: &Path) -> Result<(Countries, Drawn, Edition), InputError> {
    let file = SourceFile::open(&folder.join("countries-10m.json"), 0)?;
    let edition = atlas_edition(folder)?;
    let wanted: Vec<&str> = NEIGHBOURS
        .iter()
        .map(|neighbour| neighbour.numeric)
        .chain(COLLECTIVITIES.iter().map(|(numeric, _)| *numeric))
        .collect();
    let shapes = topojson::read(&file, &wanted)?;
    if let Some(absent) = wanted.iter().find(|numeric| !shapes.contains_key(**numeric)) {
        let field = "objects.countries.geometries.id";
        let expected = format!("a country {absent} (ISO 3166-1 numeric)");
        return Err(InputError::unexpected_state(&file.name, Place::Whole, field, "absent", expected));
    }
    let outline = |numerics: &[&str]| {
        topojson::outline(numerics.iter().filter_map(|numeric| shapes.get(*numeric))).map_err(|error| {
            let field = format!("outline of {}", numerics.join(", "));
            InputError::unexpected_state(&file.name, Place::Whole, field, error.to_string(), "a surface")
        })
    };
    let mut countries = Countries::new();
    for neighbour in &NEIGHBOURS {
        // The table is part of this program, and its codes are checked by a test.
        let Ok(code) = neighbour.code.parse::<CountryCode>() else { continue };
        let same: Vec<&str> = NEIGHBOURS
            .iter()
            .filter(|other| other.code == neighbour.code)
            .map(|other| other.numeric)
            .collect();
        let country = Country { code, name: neighbour.name.into(), iso: neighbour.iso.into() };
        countries.insert(code, (country, Arc::new(outline(&same)?)));
    }
    let mut drawn = Drawn::new();
    for (numeric, code) in COLLECTIVITIES {
        if let Ok(code) = code.parse() {
            drawn.insert(code, Arc::new(outline(&[numeric])?));
        }
    }
    Ok((countries, drawn, edition))
}

/// The atlas has no year of its own: version 2.0.2 draws Natural Earth 4.1.0 of 2018.
fn atlas_edition(folder: &Path) -> Result<Edition, InputError> {
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let file = SourceFile::open(&folder.join("package.json"), 0)?;
    let package: Package =
        serde_json::from_slice(&file.bytes).map_err(|error| InputError::json(&file.name, &error))?;
    if package.name != "world-atlas" {
        return Err(InputError::unexpected(&file.name, Place::Whole, "name", &package.name, "world-atlas"));
    }
    Ok(Edition { year: 2018, source: format!("{}@{} countries-10m.json", package.name, package.version) })
}
