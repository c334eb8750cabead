use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::{FORMAT, MAGIC, checksum};
use crate::point::TICKS_PER_STEP;
use crate::reference::Lists;
use crate::{Commune, InseeCode, Outline, Point, Reference, Standing};

/// A reference as a pack.
pub(crate) fn write(reference: &Reference) -> Vec<u8> {
    let lists = reference.lists();
    // Editions are numbers and texts: they always have a JSON form.
    let header = serde_json::to_vec(&lists.editions).unwrap_or_default();
    let mut body = Body::default();
    body.lists(lists);
    let mut pack = MAGIC.to_vec();
    pack.extend(FORMAT.to_le_bytes());
    pack.extend(u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes());
    pack.extend(header);
    pack.extend((body.0.len() as u64).to_le_bytes());
    pack.extend(deflated(&body.0));
    pack.extend(checksum(&pack).to_le_bytes());
    pack
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::best());
    // Writing to memory does not fail; were it to, the reader would refuse the empty lists.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[derive(Default)]
struct Body(Vec<u8>);

impl Body {
    fn number(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    /// Zero for none, otherwise one more.
    fn optional(&mut self, number: Option<u64>) {
        self.number(number.map_or(0, |number| number + 1));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }

    fn rank<T, C: Ord>(&mut self, list: &[T], code: &C, of: impl Fn(&T) -> C) {
        // Codes of a reference are always in its lists; were one not, the reader would refuse this rank.
        self.count(list.binary_search_by(|entry| of(entry).cmp(code)).unwrap_or(list.len()));
    }

    fn optional_rank<T, C: Ord>(&mut self, list: &[T], code: Option<&C>, of: impl Fn(&T) -> C) {
        let rank = code.and_then(|code| list.binary_search_by(|entry| of(entry).cmp(code)).ok());
        self.optional(rank.map(|rank| rank as u64));
    }

    fn lists(&mut self, lists: &Lists) {
        self.count(lists.regions.len());
        for region in &lists.regions {
            self.text(region.code.as_str());
            self.text(&region.name);
        }
        self.count(lists.departments.len());
        for department in &lists.departments {
            self.text(department.code.as_str());
            self.text(&department.name);
            self.rank(&lists.regions, &department.region, |region| region.code);
        }
        self.count(lists.epcis.len());
        for epci in &lists.epcis {
            self.text(epci.code.as_str());
            self.text(&epci.name);
            self.text(epci.kind.abbreviation());
            self.number(epci.population.into());
        }
        self.count(lists.aoms.len());
        for aom in &lists.aoms {
            self.text(aom.code.as_str());
            self.text(&aom.name);
            self.text(&aom.form);
        }
        self.communes(lists);
        self.past(lists);
        self.count(lists.countries.len());
        for country in &lists.countries {
            self.text(country.code.as_str());
            self.text(&country.name);
            self.text(&country.iso);
        }
        let countries: Vec<_> = lists.country_outlines.iter().cloned().map(Some).collect();
        self.outlines(&[&lists.outlines, &lists.arrondissement_outlines, &countries]);
    }

    fn communes(&mut self, lists: &Lists) {
        self.count(lists.communes.len());
        // Column by column: like follows like, which deflates better.
        for commune in &lists.communes {
            self.text(commune.code.as_str());
        }
        for commune in &lists.communes {
            self.text(&commune.name);
        }
        for commune in &lists.communes {
            self.rank(&lists.departments, &commune.department, |department| department.code);
        }
        for commune in &lists.communes {
            self.optional(commune.population.map(u64::from));
        }
        for commune in &lists.communes {
            self.optional_rank(&lists.epcis, commune.epci.as_ref(), |epci| epci.code);
        }
        for commune in &lists.communes {
            self.optional_rank(&lists.aoms, commune.aom.as_ref(), |aom| aom.code);
        }
        let halls: Vec<(usize, Point)> = lists
            .communes
            .iter()
            .zip(&lists.outlines)
            .enumerate()
            .filter(|(_, (_, outline))| outline.is_none())
            .filter_map(|(rank, (commune, _))| Some((rank, commune.centre?)))
            .collect();
        self.count(halls.len());
        for (rank, hall) in halls {
            self.count(rank);
            self.signed(hall.x().into());
            self.signed(hall.y().into());
        }
        self.count(lists.arrondissements.len());
        for arrondissement in &lists.arrondissements {
            self.text(arrondissement.code.as_str());
            self.text(&arrondissement.name);
            self.commune(&lists.communes, arrondissement.commune);
            self.optional(arrondissement.population.map(u64::from));
        }
    }

    fn commune(&mut self, communes: &[Commune], code: InseeCode) {
        self.rank(communes, &code, |commune| commune.code);
    }

    fn past(&mut self, lists: &Lists) {
        self.count(lists.past.len());
        for past in &lists.past {
            self.text(past.code.as_str());
            self.text(&past.name);
            self.number(match past.standing {
                Standing::Former => 0,
                Standing::Delegated => 1,
                Standing::Associated => 2,
            });
            self.count(past.today.len());
            for today in &past.today {
                self.commune(&lists.communes, *today);
            }
        }
        self.count(lists.detachments.len());
        for detachment in &lists.detachments {
            self.commune(&lists.communes, detachment.commune);
            self.commune(&lists.communes, detachment.from);
            self.signed(detachment.year.into());
        }
    }

    /// First how many rings each has and how many points each ring has, then all the longitudes, then all the latitudes.
    fn outlines(&mut self, lists: &[&Vec<Option<Arc<Outline>>>]) {
        let all = || lists.iter().flat_map(|list| list.iter());
        for outline in all() {
            let Some(outline) = outline else {
                self.number(0);
                continue;
            };
            self.count(outline.rings().count());
            for ring in outline.rings() {
                self.count(ring.len() - 1);
            }
        }
        for axis in [Point::x, Point::y] {
            let mut before = 0;
            for ring in all().flatten().flat_map(|outline| outline.rings()) {
                // The last point repeats the first.
                for point in &ring[..ring.len() - 1] {
                    let step = axis(*point) / TICKS_PER_STEP;
                    self.signed(i64::from(step - before));
                    before = step;
                }
            }
        }
    }
}
