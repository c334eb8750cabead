use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::input_error::{InputError, Place};
use crate::source_file::SourceFile;
use crate::{
    AomCode, Arrondissement, Commune, Department, DepartmentCode, Edition, Epci, EpciCode, EpciKind,
    InseeCode, PastCommune, Region, RegionCode, Standing,
};

/// What the npm package `@etalab/decoupage-administratif` says, checked; each list in order of code.
pub(crate) struct Administrative {
    pub(crate) edition: Edition,
    pub(crate) regions: Vec<Region>,
    pub(crate) departments: Vec<Department>,
    pub(crate) epcis: Vec<Epci>,
    pub(crate) communes: Vec<Commune>,
    pub(crate) arrondissements: Vec<Arrondissement>,
    pub(crate) past: Vec<PastCommune>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct RegionEntry {
    code: String,
    nom: String,
}

#[derive(Deserialize)]
struct DepartmentEntry {
    code: String,
    nom: String,
    region: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EpciEntry {
    code: String,
    nom: String,
    #[serde(rename = "type")]
    kind: String,
    population_municipale: u32,
    membres: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommuneEntry {
    code: String,
    nom: String,
    #[serde(rename = "type")]
    kind: String,
    departement: String,
    region: String,
    population: Option<u32>,
    /// Of a delegated or associated commune: the commune of today.
    chef_lieu: Option<String>,
    /// Of an arrondissement: its commune.
    commune: Option<String>,
    #[serde(default)]
    anciens_codes: Vec<String>,
}

/// A list of the package: its file's name and its entries.
struct List<T> {
    file: String,
    entries: Vec<T>,
}

impl<T> List<T> {
    fn numbered(&self) -> impl Iterator<Item = (usize, &T)> {
        (1..).zip(&self.entries)
    }

    fn refuse(&self, entry: usize, field: &str, seen: &str, expected: impl Into<String>) -> InputError {
        InputError::unexpected(&self.file, Place::Entry(entry), field, seen, expected)
    }

    fn code<C: FromStr<Err = crate::InvalidCode>>(
        &self,
        entry: usize,
        field: &str,
        text: &str,
    ) -> Result<C, InputError> {
        text.parse().map_err(|error: crate::InvalidCode| self.refuse(entry, field, text, error.expected))
    }

    /// Fails on the second of two equal codes.
    fn once<C: Ord, V>(
        &self,
        into: &mut BTreeMap<C, V>,
        entry: usize,
        (text, code): (&str, C),
        value: V,
    ) -> Result<(), InputError> {
        match into.insert(code, value) {
            None => Ok(()),
            Some(_) => Err(self.refuse(entry, "code", text, "a code seen only once")),
        }
    }
}

/// Reads the folder of the unpacked package (the one holding `package.json` and `data/`).
pub(crate) fn read(folder: &Path) -> Result<Administrative, InputError> {
    let edition = edition(folder)?;
    let regions = regions(&list(folder, "regions", edition.year)?)?;
    let departments = departments(&list(folder, "departements", edition.year)?, &regions)?;
    let entries: List<CommuneEntry> = list(folder, "communes", edition.year)?;
    let mut communes = communes(&entries, &departments)?;
    let arrondissements = arrondissements(&entries, &communes)?;
    let past = past(&entries, &communes)?;
    let epcis = epcis(&list(folder, "epci", edition.year)?, &mut communes)?;
    Ok(Administrative {
        edition,
        regions: regions.into_values().collect(),
        departments: departments.into_values().collect(),
        epcis: epcis.into_values().collect(),
        communes: communes.into_values().collect(),
        arrondissements: arrondissements.into_values().collect(),
        past: past.into_values().collect(),
    })
}

fn json<T: DeserializeOwned>(path: &Path, year: i16) -> Result<(String, T), InputError> {
    let file = SourceFile::open(path, year)?;
    let read =
        serde_json::from_slice(&file.content()?).map_err(|error| InputError::json(&file.name, &error))?;
    Ok((file.name, read))
}

fn list<T: DeserializeOwned>(folder: &Path, name: &str, year: i16) -> Result<List<T>, InputError> {
    let (file, entries) = json(&folder.join("data").join(format!("{name}.json")), year)?;
    Ok(List { file, entries })
}

/// The package's major version says the year: 1 for 2021, 6 for 2026 (table of its README).
fn edition(folder: &Path) -> Result<Edition, InputError> {
    let (file, package): (String, Package) = json(&folder.join("package.json"), 0)?;
    let refuse =
        |field, seen, expected| Err(InputError::unexpected(&file, Place::Whole, field, seen, expected));
    if package.name != "@etalab/decoupage-administratif" {
        return refuse("name", &package.name, "@etalab/decoupage-administratif");
    }
    match package.version.split('.').next().and_then(|major| major.parse::<i16>().ok()) {
        Some(major @ 1..=200) => {
            Ok(Edition { year: 2020 + major, source: format!("{}@{}", package.name, package.version) })
        }
        _ => refuse("version", &package.version, "a version from 1.0.0, whose major number says the year"),
    }
}

fn regions(list: &List<RegionEntry>) -> Result<BTreeMap<RegionCode, Region>, InputError> {
    let mut regions = BTreeMap::new();
    for (rank, entry) in list.numbered() {
        let code: RegionCode = list.code(rank, "code", &entry.code)?;
        list.once(&mut regions, rank, (&entry.code, code), Region { code, name: entry.nom.clone() })?;
    }
    Ok(regions)
}

fn departments(
    list: &List<DepartmentEntry>,
    regions: &BTreeMap<RegionCode, Region>,
) -> Result<BTreeMap<DepartmentCode, Department>, InputError> {
    let mut departments = BTreeMap::new();
    for (rank, entry) in list.numbered() {
        let code: DepartmentCode = list.code(rank, "code", &entry.code)?;
        let region: RegionCode = list.code(rank, "region", &entry.region)?;
        if !regions.contains_key(&region) {
            return Err(list.refuse(rank, "region", &entry.region, "a region of regions.json"));
        }
        let department = Department { code, name: entry.nom.clone(), region };
        list.once(&mut departments, rank, (&entry.code, code), department)?;
    }
    Ok(departments)
}

fn communes(
    list: &List<CommuneEntry>,
    departments: &BTreeMap<DepartmentCode, Department>,
) -> Result<BTreeMap<InseeCode, Commune>, InputError> {
    let mut communes = BTreeMap::new();
    for (rank, entry) in list.numbered().filter(|(_, entry)| entry.kind == "commune-actuelle") {
        let code: InseeCode = list.code(rank, "code", &entry.code)?;
        let department = list.code(rank, "departement", &entry.departement)?;
        let Some(Department { region, .. }) = departments.get(&department) else {
            return Err(list.refuse(
                rank,
                "departement",
                &entry.departement,
                "a department of departements.json",
            ));
        };
        if region.as_str() != entry.region {
            let expected = format!("{region}, the region of department {department}");
            return Err(list.refuse(rank, "region", &entry.region, expected));
        }
        let commune = Commune {
            code,
            name: entry.nom.clone(),
            department,
            region: *region,
            epci: None,
            aom: None,
            population: entry.population,
            centre: None,
        };
        list.once(&mut communes, rank, (&entry.code, code), commune)?;
    }
    Ok(communes)
}

/// The commune another entry belongs to.
fn parent(
    list: &List<CommuneEntry>,
    communes: &BTreeMap<InseeCode, Commune>,
    rank: usize,
    (field, text): (&str, Option<&String>),
) -> Result<InseeCode, InputError> {
    let text = text.map_or("", String::as_str);
    let code: InseeCode = list.code(rank, field, text)?;
    if communes.contains_key(&code) {
        return Ok(code);
    }
    Err(list.refuse(rank, field, text, "a current commune"))
}

fn arrondissements(
    list: &List<CommuneEntry>,
    communes: &BTreeMap<InseeCode, Commune>,
) -> Result<BTreeMap<InseeCode, Arrondissement>, InputError> {
    let mut arrondissements = BTreeMap::new();
    for (rank, entry) in list.numbered().filter(|(_, entry)| entry.kind == "arrondissement-municipal") {
        let code: InseeCode = list.code(rank, "code", &entry.code)?;
        let commune = parent(list, communes, rank, ("commune", entry.commune.as_ref()))?;
        let arrondissement =
            Arrondissement { code, name: entry.nom.clone(), commune, population: entry.population };
        list.once(&mut arrondissements, rank, (&entry.code, code), arrondissement)?;
    }
    Ok(arrondissements)
}

/// Delegated and associated communes say where they are today; a current commune's old codes only fill the gaps, as
/// they follow a code through communes that were since undone.
fn past(
    list: &List<CommuneEntry>,
    communes: &BTreeMap<InseeCode, Commune>,
) -> Result<BTreeMap<InseeCode, PastCommune>, InputError> {
    let mut past = BTreeMap::new();
    for (rank, entry) in list.numbered() {
        let standing = match entry.kind.as_str() {
            "commune-actuelle" | "arrondissement-municipal" => continue,
            "commune-deleguee" => Standing::Delegated,
            "commune-associee" => Standing::Associated,
            other => {
                let expected = "commune-actuelle, -deleguee, -associee or arrondissement-municipal";
                return Err(list.refuse(rank, "type", other, expected));
            }
        };
        let code: InseeCode = list.code(rank, "code", &entry.code)?;
        let today = vec![parent(list, communes, rank, ("chefLieu", entry.chef_lieu.as_ref()))?];
        if !communes.contains_key(&code) {
            past.insert(code, PastCommune { code, name: entry.nom.clone(), standing, today });
        }
    }
    for (rank, entry) in list.numbered().filter(|(_, entry)| entry.kind == "commune-actuelle") {
        let today: InseeCode = list.code(rank, "code", &entry.code)?;
        for text in &entry.anciens_codes {
            let code: InseeCode = list.code(rank, "anciensCodes", text)?;
            if communes.contains_key(&code) {
                continue;
            }
            let former = past.entry(code).or_insert_with(|| PastCommune {
                code,
                // The package does not name them.
                name: String::new(),
                standing: Standing::Former,
                today: Vec::new(),
            });
            if former.standing == Standing::Former && !former.today.contains(&today) {
                former.today.push(today);
            }
        }
    }
    Ok(past)
}

/// Gives each member commune its EPCI, which stands for its AOM.
fn epcis(
    list: &List<EpciEntry>,
    communes: &mut BTreeMap<InseeCode, Commune>,
) -> Result<BTreeMap<EpciCode, Epci>, InputError> {
    let mut epcis = BTreeMap::new();
    for (rank, entry) in list.numbered() {
        let code: EpciCode = list.code(rank, "code", &entry.code)?;
        let Some(kind) = EpciKind::from_abbreviation(&entry.kind) else {
            let expected = EpciKind::ALL.map(EpciKind::abbreviation).join(", ");
            return Err(list.refuse(rank, "type", &entry.kind, expected));
        };
        for member in &entry.membres {
            let commune = list.code(rank, "membres.code", &member.code)?;
            match communes.get_mut(&commune) {
                Some(commune) if commune.epci.is_none() => {
                    commune.epci = Some(code);
                    commune.aom = Some(AomCode::from(code));
                }
                Some(_) => {
                    return Err(list.refuse(
                        rank,
                        "membres.code",
                        &member.code,
                        "a commune of no other EPCI",
                    ));
                }
                None => return Err(list.refuse(rank, "membres.code", &member.code, "a current commune")),
            }
        }
        let epci = Epci { code, name: entry.nom.clone(), kind, population: entry.population_municipale };
        list.once(&mut epcis, rank, (&entry.code, code), epci)?;
    }
    Ok(epcis)
}
