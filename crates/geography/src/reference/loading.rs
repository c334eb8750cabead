use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Reference, rank_of};
use crate::aom_list::{self, AomList};
use crate::input_error::{InputError, Place};
use crate::neighbour::COLLECTIVITY_CODES;
use crate::source_file::SourceFile;
use crate::succession::{Succession, detachments};
use crate::{
    Aom, AomCode, AomReport, AomSource, Edition, InseeCode, PastCommune, Standing, geojson, movement,
};

/// What loading boundaries did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BoundariesReport {
    /// Communes whose outline was replaced.
    pub replaced: usize,
    /// Communes that had none.
    pub added: usize,
    /// Municipal arrondissements drawn.
    pub arrondissements: usize,
}

/// What loading movements did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MovementsReport {
    /// Past codes known now that were not.
    pub added: usize,
    /// Past codes whose communes of today changed.
    pub changed: usize,
}

/// A list of AOMs that leaves out more than one commune in ten of those in an EPCI is taken for a cut file.
const LEAST_COVERED_PERCENT: usize = 90;

/// Loading reads and checks the whole file first: a refused file leaves the reference as it was.
impl Reference {
    /// Replaces the AOM of every commune by a list of communes (columns `code_insee`, `siren_aom`, `nom_aom`,
    /// `forme_juridique`). The list may be older than the reference: past codes are followed, and a commune set up
    /// since keeps the AOM of the one it came from.
    pub fn load_aom(&mut self, file: &SourceFile) -> Result<AomReport, InputError> {
        let list = aom_list::read(file)?;
        let (given, mut report) = self.aom_by_commune(file, &list)?;
        self.check_coverage(file, &given)?;
        for commune in &mut self.lists.communes {
            commune.aom = given.get(&commune.code).copied();
            match commune.aom {
                Some(_) => report.communes += 1,
                None => report.without.push(commune.code),
            }
        }
        self.lists.aoms = list.aoms.into_values().collect();
        self.lists.editions.aoms = AomSource::List(Edition { year: file.year, source: file.short_name() });
        Ok(report)
    }

    fn aom_by_commune(
        &self,
        file: &SourceFile,
        list: &AomList,
    ) -> Result<(BTreeMap<InseeCode, AomCode>, AomReport), InputError> {
        let mut report = AomReport::default();
        let mut given = BTreeMap::new();
        let mut votes = BTreeMap::<InseeCode, BTreeMap<AomCode, usize>>::new();
        for line in &list.communes {
            if self.commune(&line.commune).is_some() {
                given.insert(line.commune, line.aom);
                continue;
            }
            let today = self.resolve(&line.commune);
            if today.is_empty() {
                return Err(InputError::unexpected(
                    &file.name,
                    Place::Line(line.line),
                    "code_insee",
                    line.commune.as_str(),
                    "a commune of today or of the past",
                ));
            }
            report.recoded += 1;
            for commune in today {
                *votes.entry(commune.code).or_default().entry(line.aom).or_default() += 1;
            }
        }
        for (commune, votes) in votes {
            if given.contains_key(&commune) {
                continue;
            }
            if votes.len() > 1 {
                report.disputed.push(commune);
            }
            // The most frequent, and of equals the smaller code.
            let most = votes.into_iter().max_by_key(|(code, count)| (*count, std::cmp::Reverse(*code)));
            given.extend(most.map(|(code, _)| (commune, code)));
        }
        for detachment in self.lists.detachments.iter().filter(|detachment| detachment.year > file.year) {
            if let (None, Some(aom)) = (given.get(&detachment.commune), given.get(&detachment.from)) {
                given.insert(detachment.commune, *aom);
                report.inherited.push(detachment.commune);
            }
        }
        Ok((given, report))
    }

    fn check_coverage(
        &self,
        file: &SourceFile,
        given: &BTreeMap<InseeCode, AomCode>,
    ) -> Result<(), InputError> {
        let in_epci = || self.lists.communes.iter().filter(|commune| commune.epci.is_some());
        let (covered, all) =
            (in_epci().filter(|commune| given.contains_key(&commune.code)).count(), in_epci().count());
        if covered * 100 >= all * LEAST_COVERED_PERCENT {
            return Ok(());
        }
        Err(InputError::unexpected_state(
            &file.name,
            Place::Whole,
            "code_insee",
            format!("for {covered} of the {all} communes in an EPCI"),
            format!("at least {LEAST_COVERED_PERCENT} % of them, the file may be cut"),
        ))
    }

    /// Replaces the outlines of the communes of a `GeoJSON` file (WGS 84, `properties.code` of the reference's year),
    /// and draws arrondissements. Other communes keep theirs, so that the joint between the two layers may overlap or
    /// gape as much as the coarser one is imprecise.
    pub fn load_boundaries(&mut self, file: &SourceFile) -> Result<BoundariesReport, InputError> {
        let boundaries = geojson::read(file)?;
        let mut outlines = BTreeMap::new();
        for boundary in boundaries {
            let refuse = |expected: String| {
                let place = Place::Feature(boundary.feature);
                InputError::unexpected(&file.name, place, "properties.code", boundary.code.as_str(), expected)
            };
            if self.commune(&boundary.code).is_none() && self.arrondissement(&boundary.code).is_none() {
                let today: Vec<_> =
                    self.resolve(&boundary.code).iter().map(|commune| commune.code.to_string()).collect();
                let year = self.lists.editions.communes.year;
                let hint =
                    if today.is_empty() { String::new() } else { format!(" (today {})", today.join(", ")) };
                return Err(refuse(format!("a commune or an arrondissement of {year}{hint}")));
            }
            if outlines.insert(boundary.code, boundary.outline).is_some() {
                return Err(refuse("a code seen only once".into()));
            }
        }
        let mut report = BoundariesReport::default();
        for (code, outline) in outlines {
            let centroid = outline.centroid();
            let outline = Some(Arc::new(outline));
            if let Some(rank) = self.rank(code) {
                match self.lists.outlines[rank] {
                    Some(_) => report.replaced += 1,
                    None => report.added += 1,
                }
                self.lists.outlines[rank] = outline;
                self.lists.communes[rank].centre = Some(centroid);
            } else if let Some(rank) = rank_of(&self.lists.arrondissements, &code, |entry| entry.code) {
                self.lists.arrondissement_outlines[rank] = outline;
                report.arrondissements += 1;
            }
        }
        let edition = Edition { year: file.year, source: file.short_name() };
        self.lists.editions.detailed_boundaries.push(edition);
        Ok(report)
    }

    /// Learns the history of communes from INSEE's list of movements. What the official code itself says of delegated
    /// and associated communes stays; past codes the list does not mention stay too.
    pub fn load_movements(&mut self, file: &SourceFile) -> Result<MovementsReport, InputError> {
        let movements = movement::read(file)?;
        let mut report = MovementsReport::default();
        let mut past: BTreeMap<InseeCode, PastCommune> =
            self.lists.past.iter().map(|past| (past.code, past.clone())).collect();
        {
            // Only codes that are not past: following a past code is what the movements are for.
            let current = |code: InseeCode| {
                let arrondissement = || self.arrondissement(&code).map(|found| found.commune);
                self.commune(&code).map(|commune| commune.code).or_else(arrondissement)
            };
            let found = Succession::new(&movements, &current).past().collect::<Vec<_>>();
            for learnt in found.into_iter().chain(self.collectivity_codes(&movements)) {
                match past.get(&learnt.code) {
                    Some(known) if known.standing != Standing::Former => continue,
                    Some(known) if known.today != learnt.today => report.changed += 1,
                    Some(_) => {}
                    None => report.added += 1,
                }
                past.insert(learnt.code, learnt);
            }
        }
        self.lists.past = past.into_values().collect();
        let is_current = |code| self.commune(&code).is_some();
        let resolve = |code| self.resolve(&code).iter().map(|commune| commune.code).collect();
        self.lists.detachments = detachments(&movements, is_current, resolve);
        self.lists.editions.movements = Some(Edition { year: file.year, source: file.short_name() });
        Ok(report)
    }

    /// Codes whose end the movements tell without a successor.
    fn collectivity_codes(&self, movements: &[movement::Movement]) -> Vec<PastCommune> {
        let known = |(old, new): &(&str, &str)| {
            let (code, today) = (old.parse().ok()?, new.parse().ok()?);
            let sides = || movements.iter().filter_map(|movement| movement.before.as_ref());
            let name = sides().find(|side| side.code == code)?.name.clone();
            self.commune(&today)?;
            Some(PastCommune { code, name, standing: Standing::Former, today: vec![today] })
        };
        COLLECTIVITY_CODES.iter().filter_map(known).collect()
    }

    /// Lets each EPCI stand for its AOM, as before any list was loaded.
    pub fn forget_aom_list(&mut self) {
        for commune in &mut self.lists.communes {
            commune.aom = commune.epci.map(AomCode::from);
        }
        self.lists.aoms = aoms_of_epcis(&self.lists.epcis);
        self.lists.editions.aoms = AomSource::EpciStandsIn(self.lists.editions.epcis.clone());
    }
}

/// Each EPCI as an AOM.
pub(crate) fn aoms_of_epcis(epcis: &[crate::Epci]) -> Vec<Aom> {
    let aom = |epci: &crate::Epci| Aom {
        code: epci.code.into(),
        name: epci.name.clone(),
        form: epci.kind.abbreviation().into(),
    };
    epcis.iter().map(aom).collect()
}
