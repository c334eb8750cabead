use std::io::Read;
use std::str::FromStr;
use std::sync::Arc;

use flate2::read::DeflateDecoder;

use super::error::PackError;
use super::{FORMAT, LARGEST, MAGIC, checksum};
use crate::point::TICKS_PER_STEP;
use crate::reference::Lists;
use crate::{
    Aom, Arrondissement, Commune, Country, Department, Detachment, Editions, Epci, EpciKind, InseeCode,
    InvalidCode, Outline, PastCommune, Point, Reference, Region, Standing,
};

/// A reference from the bytes of a pack. Nothing of them is trusted: lengths, ranks and codes are checked.
pub(crate) fn read(bytes: &[u8]) -> Result<Reference, PackError> {
    let (editions, lists) = unwrapped(bytes)?;
    let mut body = Body { left: &lists };
    let lists = body.lists(editions)?;
    if !body.left.is_empty() {
        return Err(PackError::malformed(format!("{} bytes follow the lists", body.left.len())));
    }
    Ok(Reference::assemble(lists))
}

fn unwrapped(bytes: &[u8]) -> Result<(Editions, Vec<u8>), PackError> {
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        let seen = bytes[..bytes.len().min(MAGIC.len())].escape_ascii().to_string();
        return Err(PackError::NotAPack { seen });
    };
    let (Some((content, sum)), Some((format, _))) = (bytes.split_last_chunk(), rest.split_first_chunk())
    else {
        return Err(PackError::malformed("it stops in its first bytes"));
    };
    let (seen, expected) = (checksum(content), u32::from_le_bytes(*sum));
    if seen != expected {
        return Err(PackError::Checksum { seen, expected });
    }
    let format = u16::from_le_bytes(*format);
    if format != FORMAT {
        return Err(PackError::Format { seen: format, expected: FORMAT });
    }
    let after_format = content.get(MAGIC.len() + 2..).unwrap_or_default();
    let short = || PackError::malformed("it stops in its header");
    let (length, rest) = after_format.split_first_chunk().ok_or_else(short)?;
    let (header, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
    let editions = serde_json::from_slice(header)
        .map_err(|error| PackError::malformed(format!("its header is not understood ({error})")))?;
    let (length, deflated) = rest.split_first_chunk().ok_or_else(short)?;
    let length = u64::from_le_bytes(*length);
    if length > LARGEST {
        return Err(PackError::malformed(format!("it announces {length} bytes")));
    }
    let mut lists = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    DeflateDecoder::new(deflated)
        .take(length + 1)
        .read_to_end(&mut lists)
        .map_err(|error| PackError::malformed(format!("its lists do not inflate ({error})")))?;
    if lists.len() as u64 != length {
        return Err(PackError::malformed(format!("its lists are not of {length} bytes")));
    }
    Ok((editions, lists))
}

struct Body<'a> {
    left: &'a [u8],
}

impl<'a> Body<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], PackError> {
        let (taken, left) =
            self.left.split_at_checked(length).ok_or_else(|| PackError::malformed("its lists stop early"))?;
        self.left = left;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, PackError> {
        let mut number = 0_u64;
        for (shift, byte) in (0..63).step_by(7).zip(self.left) {
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                self.left = &self.left[shift / 7 + 1..];
                return Ok(number);
            }
        }
        Err(PackError::malformed("a number does not end"))
    }

    fn signed(&mut self) -> Result<i64, PackError> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn whole<T: TryFrom<u64>>(&mut self, what: &str) -> Result<T, PackError> {
        let number = self.number()?;
        T::try_from(number).map_err(|_| PackError::malformed(format!("{what} is {number}")))
    }

    /// How many entries follow; each takes a byte at least.
    fn count(&mut self) -> Result<usize, PackError> {
        let count = self.whole("a count")?;
        if count > self.left.len() {
            return Err(PackError::malformed(format!(
                "{count} entries are announced, {} bytes follow",
                self.left.len()
            )));
        }
        Ok(count)
    }

    fn optional<T: TryFrom<u64>>(&mut self, what: &str) -> Result<Option<T>, PackError> {
        match self.number()? {
            0 => Ok(None),
            number => T::try_from(number - 1)
                .map(Some)
                .map_err(|_| PackError::malformed(format!("{what} is {}", number - 1))),
        }
    }

    fn text(&mut self) -> Result<&'a str, PackError> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| PackError::malformed("a text is not UTF-8"))
    }

    fn code<C: FromStr<Err = InvalidCode>>(&mut self) -> Result<C, PackError> {
        self.text()?.parse().map_err(|error: InvalidCode| PackError::malformed(error.to_string()))
    }

    fn entry<'b, T>(&mut self, list: &'b [T]) -> Result<&'b T, PackError> {
        let rank: usize = self.whole("a rank")?;
        entry(list, rank)
    }

    fn optional_entry<'b, T>(&mut self, list: &'b [T]) -> Result<Option<&'b T>, PackError> {
        self.optional("a rank")?.map(|rank: usize| entry(list, rank)).transpose()
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, PackError>) -> Result<Vec<T>, PackError> {
        let count = self.count()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn lists(&mut self, editions: Editions) -> Result<Lists, PackError> {
        let regions = self.list(|body| Ok(Region { code: body.code()?, name: body.text()?.to_owned() }))?;
        ordered(&regions, |region| region.code)?;
        let departments = self.list(|body| {
            let (code, name) = (body.code()?, body.text()?.to_owned());
            Ok(Department { code, name, region: body.entry(&regions)?.code })
        })?;
        ordered(&departments, |department| department.code)?;
        let epcis = self.list(Self::epci)?;
        ordered(&epcis, |epci| epci.code)?;
        let aoms = self.list(|body| {
            Ok(Aom { code: body.code()?, name: body.text()?.to_owned(), form: body.text()?.to_owned() })
        })?;
        ordered(&aoms, |aom| aom.code)?;
        let mut communes = self.communes(&departments, &epcis, &aoms)?;
        ordered(&communes, |commune| commune.code)?;
        for (rank, hall) in self.list(|body| Ok((body.whole::<usize>("a rank")?, body.point()?)))? {
            communes.get_mut(rank).ok_or_else(|| missing(rank))?.centre = Some(hall);
        }
        let arrondissements = self.list(|body| {
            Ok(Arrondissement {
                code: body.code()?,
                name: body.text()?.to_owned(),
                commune: body.entry(&communes)?.code,
                population: body.optional("a population")?,
            })
        })?;
        ordered(&arrondissements, |arrondissement| arrondissement.code)?;
        let past = self.list(|body| body.past(&communes))?;
        ordered(&past, |past| past.code)?;
        let detachments = self.list(|body| {
            let (commune, from) = (body.entry(&communes)?.code, body.entry(&communes)?.code);
            let year = body.signed()?;
            let year = i16::try_from(year).map_err(|_| PackError::malformed(format!("a year is {year}")))?;
            Ok(Detachment { commune, from, year })
        })?;
        ordered(&detachments, |detachment| detachment.commune)?;
        let countries = self.list(|body| {
            Ok(Country { code: body.code()?, name: body.text()?.to_owned(), iso: body.text()?.to_owned() })
        })?;
        ordered(&countries, |country| country.code)?;
        let mut outlines =
            self.outlines(communes.len() + arrondissements.len() + countries.len())?.into_iter();
        Ok(Lists {
            outlines: outlines.by_ref().take(communes.len()).collect(),
            arrondissement_outlines: outlines.by_ref().take(arrondissements.len()).collect(),
            country_outlines: outlines
                .collect::<Option<_>>()
                .ok_or_else(|| PackError::malformed("a country has no outline"))?,
            editions,
            regions,
            departments,
            epcis,
            aoms,
            communes,
            arrondissements,
            past,
            detachments,
            countries,
        })
    }

    fn epci(&mut self) -> Result<Epci, PackError> {
        let (code, name, kind) = (self.code()?, self.text()?.to_owned(), self.text()?);
        let kind = EpciKind::from_abbreviation(kind)
            .ok_or_else(|| PackError::malformed(format!("an EPCI is of kind {kind:?}")))?;
        Ok(Epci { code, name, kind, population: self.whole("a population")? })
    }

    fn communes(
        &mut self,
        departments: &[Department],
        epcis: &[Epci],
        aoms: &[Aom],
    ) -> Result<Vec<Commune>, PackError> {
        let count = self.count()?;
        let codes = (0..count).map(|_| self.code::<InseeCode>()).collect::<Result<Vec<_>, _>>()?;
        let names = (0..count).map(|_| self.text()).collect::<Result<Vec<_>, _>>()?;
        let mut communes = Vec::with_capacity(count);
        for (code, name) in codes.into_iter().zip(names) {
            let Department { code: department, region, .. } = *self.entry(departments)?;
            communes.push(Commune {
                code,
                name: name.to_owned(),
                department,
                region,
                epci: None,
                aom: None,
                population: None,
                centre: None,
            });
        }
        for commune in &mut communes {
            commune.population = self.optional("a population")?;
        }
        for commune in &mut communes {
            commune.epci = self.optional_entry(epcis)?.map(|epci| epci.code);
        }
        for commune in &mut communes {
            commune.aom = self.optional_entry(aoms)?.map(|aom| aom.code);
        }
        Ok(communes)
    }

    fn past(&mut self, communes: &[Commune]) -> Result<PastCommune, PackError> {
        let (code, name) = (self.code()?, self.text()?.to_owned());
        let standing = match self.number()? {
            0 => Standing::Former,
            1 => Standing::Delegated,
            2 => Standing::Associated,
            other => return Err(PackError::malformed(format!("the standing of {code} is {other}"))),
        };
        let today = self.list(|body| Ok(body.entry(communes)?.code))?;
        Ok(PastCommune { code, name, standing, today })
    }

    fn point(&mut self) -> Result<Point, PackError> {
        let (x, y) = (self.signed()?, self.signed()?);
        point(x, y)
    }

    fn outlines(&mut self, count: usize) -> Result<Vec<Option<Arc<Outline>>>, PackError> {
        let mut shapes = Vec::with_capacity(count);
        for _ in 0..count {
            shapes.push(self.list(Self::count)?);
        }
        let total: usize = shapes.iter().flatten().sum();
        // Each point takes two bytes at least.
        if total > self.left.len() / 2 {
            return Err(PackError::malformed(format!(
                "{total} points are announced, {} bytes follow",
                self.left.len()
            )));
        }
        let longitudes = self.positions(total)?;
        let latitudes = self.positions(total)?;
        let mut points = longitudes.into_iter().zip(latitudes).map(|(x, y)| point(x, y));
        let mut outlines = Vec::with_capacity(count);
        for lengths in shapes {
            if lengths.is_empty() {
                outlines.push(None);
                continue;
            }
            let ring = |length| points.by_ref().take(length).collect::<Result<Vec<_>, _>>();
            let rings = lengths.into_iter().map(ring).collect::<Result<Vec<_>, _>>()?;
            let outline =
                Outline::from_rings(rings).map_err(|error| PackError::malformed(error.to_string()))?;
            outlines.push(Some(Arc::new(outline)));
        }
        Ok(outlines)
    }

    /// Positions in ticks, from the steps between them.
    fn positions(&mut self, count: usize) -> Result<Vec<i64>, PackError> {
        let mut position = 0_i64;
        let mut positions = Vec::with_capacity(count);
        for _ in 0..count {
            position = position.saturating_add(self.signed()?);
            positions.push(position.saturating_mul(TICKS_PER_STEP.into()));
        }
        Ok(positions)
    }
}

fn point(x: i64, y: i64) -> Result<Point, PackError> {
    Point::from_ticks(x, y)
        .ok_or_else(|| PackError::malformed(format!("a point is at {y}, {x} (1e-7 degree)")))
}

fn entry<T>(list: &[T], rank: usize) -> Result<&T, PackError> {
    list.get(rank).ok_or_else(|| missing(rank))
}

fn missing(rank: usize) -> PackError {
    PackError::malformed(format!("entry {rank} of a list is not there"))
}

/// Look-ups need each list in order of code, without repetition.
fn ordered<T, C: Ord + std::fmt::Display>(list: &[T], code: impl Fn(&T) -> C) -> Result<(), PackError> {
    match list.windows(2).find(|pair| code(&pair[0]) >= code(&pair[1])) {
        Some(pair) => Err(PackError::malformed(format!("{} comes after {}", code(&pair[1]), code(&pair[0])))),
        None => Ok(()),
    }
}
