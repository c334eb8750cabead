//! A jury's marks become averages, spreads and a ranking. Exact: fractions of whole numbers, rounded only to be read.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::edition::{Criterion, Scale};

/// A mark: 0 to 10, or a tick worth 0 or 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(u8);

impl Mark {
    /// Reads a mark as people type it.
    pub fn read(scale: Scale, typed: &str) -> Option<Self> {
        match (scale, typed.trim()) {
            (Scale::Tick, "oui") => Some(Self(10)),
            (Scale::Tick, "non") => Some(Self(0)),
            (Scale::Tick, _) => None,
            (Scale::Ten, typed) => typed.parse().ok().filter(|mark| *mark <= 10).map(Self),
        }
    }

    /// As it was typed.
    pub fn typed(self, scale: Scale) -> String {
        match scale {
            Scale::Tick if self.0 == 0 => "non".to_owned(),
            Scale::Tick => "oui".to_owned(),
            Scale::Ten => self.0.to_string(),
        }
    }

    pub fn value(self) -> u8 {
        self.0
    }
}

/// What a member of the jury gave: a mark for each criterion, by key.
pub type Sheet = BTreeMap<String, Mark>;

/// A fraction of points, `of` above zero.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    points: u64,
    of: u64,
}

impl Score {
    /// Hundredths of a point, rounded half up.
    fn hundredths(self) -> u64 {
        (self.points * 200 + self.of) / (self.of * 2)
    }

    /// As a French page writes it: `7,25`.
    pub fn fr(self) -> String {
        let hundredths = self.hundredths();
        format!("{},{:02}", hundredths / 100, hundredths % 100)
    }

    /// The distance between two.
    #[must_use]
    pub fn distance(self, other: Self) -> Self {
        let (one, two) = (self.points * other.of, other.points * self.of);
        Self { points: one.abs_diff(two), of: self.of * other.of }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.hundredths();
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.points * other.of).cmp(&(other.points * self.of))
    }
}

/// What a candidate received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average {
    /// Weighted, over every sheet.
    pub mean: Score,
    /// Between the member who gave most and the one who gave least.
    pub spread: Score,
    pub sheets: usize,
}

/// The points of a sheet, weighted; `None` when it leaves a criterion out.
fn points(criteria: &[&Criterion], sheet: &Sheet) -> Option<u64> {
    criteria.iter().map(|one| Some(u64::from(sheet.get(&one.key)?.0) * u64::from(one.weight))).sum()
}

/// The average of the sheets of those who did not abstain; `None` when there is none. A sheet that leaves a criterion out
/// does not count.
pub fn average(criteria: &[&Criterion], sheets: &[&Sheet]) -> Option<Average> {
    let weight: u64 = criteria.iter().map(|one| u64::from(one.weight)).sum();
    let given: Vec<u64> = sheets.iter().filter_map(|sheet| points(criteria, sheet)).collect();
    let (least, most) = (given.iter().min()?, given.iter().max()?);
    let count = u64::try_from(given.len()).ok()?;
    (weight > 0).then(|| Average {
        mean: Score { points: given.iter().sum(), of: weight * count },
        spread: Score { points: most - least, of: weight },
        sheets: given.len(),
    })
}

/// A place in the ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked<T> {
    pub what: T,
    pub average: Option<Average>,
    /// From 1; equal averages share a place, and the next one counts them. None without a mark.
    pub place: Option<usize>,
    /// Whether somebody shares its place.
    pub tied: bool,
}

/// The best average first; those without a mark last, in the order given.
pub fn ranking<T>(candidates: Vec<(T, Option<Average>)>) -> Vec<Ranked<T>> {
    let means: Vec<Option<Score>> = candidates.iter().map(|(_, one)| one.map(|one| one.mean)).collect();
    let mut ranked: Vec<Ranked<T>> = candidates
        .into_iter()
        .map(|(what, average)| {
            let mine = average.map(|one| one.mean);
            let better =
                means.iter().flatten().filter(|other| mine.is_some_and(|mine| **other > mine)).count();
            let equal = means.iter().flatten().filter(|other| mine == Some(**other)).count();
            Ranked { what, average, place: mine.map(|_| better + 1), tied: equal > 1 }
        })
        .collect();
    ranked.sort_by_key(|one| (one.place.is_none(), one.place));
    ranked
}
