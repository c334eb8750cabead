//! What a product measures (spec § 6.3): a definition, a target, and a value per period.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::figure::Figure;
use super::named::named;
use super::point::Point;

named! {
    /// The axes of the programme's impact matrix.
    Axis {
        Usable = "usable", "utilisable";
        Used = "used", "utilisé";
        Useful = "useful", "utile";
        Impact = "impact", "impact de politique publique";
        Efficient = "efficient", "efficient";
        Other = "other", "autre";
    }
}

named! {
    /// What a value is.
    Kind {
        Count = "count", "nombre";
        Rate = "rate", "taux";
        Score = "score", "note";
        Amount = "amount", "montant";
        Duration = "duration", "durée";
    }
}

/// An indicator and its values, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// Short name, stable within its product.
    pub key: String,
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// Among whom or what.
    pub population: String,
    /// In French: `structures`, `%`, `jours`.
    pub unit: String,
    pub axis: Axis,
    pub kind: Kind,
    /// The entry of the product's `/stats.json` that is followed; empty when values are typed.
    pub source: String,
    pub baseline: Option<Figure>,
    pub target: Option<Figure>,
    pub target_day: Option<Date>,
    /// Whether anyone may read it.
    pub published: bool,
    #[serde(skip)]
    pub points: Vec<Point>,
}

/// A short name made of a title: `structures-actives`. Letters without accents, digits and dashes.
pub fn key_of(title: &str) -> String {
    let plain = title.chars().flat_map(char::to_lowercase).map(|letter| match letter {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        other if other.is_ascii_alphanumeric() => other,
        _ => '-',
    });
    let mut key = String::new();
    for letter in plain.take(80) {
        if letter != '-' || !(key.is_empty() || key.ends_with('-')) {
            key.push(letter);
        }
    }
    let key = key.trim_end_matches('-');
    if key.is_empty() { "indicateur".to_owned() } else { key.to_owned() }
}

/// How far from the baseline to the target, in thousandths: 1 000 is the target. It may be below zero or past the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress(pub i64);

impl Progress {
    /// Within the way, for a drawing.
    pub fn clamped(self) -> i64 {
        self.0.clamp(0, 1_000)
    }

    /// Whole percents, towards zero: 99,9 % is not yet the target.
    pub fn percent(self) -> i64 {
        self.0 / 10
    }
}

impl Indicator {
    /// The latest value whose period ended by `as_of`.
    pub fn latest(&self, as_of: Date) -> Option<&Point> {
        self.points.iter().filter(|one| one.day <= as_of).max_by_key(|one| (one.day, one.from))
    }

    /// The share of the way from the baseline to the target, by `as_of`. `None` without a value, a baseline or a target, or
    /// when both are the same. A target below the baseline is a way down.
    pub fn progress(&self, as_of: Date) -> Option<Progress> {
        let (baseline, target) = (self.baseline?, self.target?);
        let at = |figure: Figure| i128::from(figure.as_i64());
        let way = at(target) - at(baseline);
        if way == 0 {
            return None;
        }
        let done = (at(self.latest(as_of)?.value) - at(baseline)) * way.signum();
        // Downwards: 99,97 % is not yet the target.
        let thousandths = (done * 1_000).div_euclid(way.abs());
        Some(Progress(i64::try_from(thousandths).unwrap_or(if thousandths < 0 {
            i64::MIN
        } else {
            i64::MAX
        })))
    }

    /// Whether the target is reached by `as_of`; `None` when nothing says so.
    pub fn reached(&self, as_of: Date) -> Option<bool> {
        let (target, latest) = (self.target?, self.latest(as_of)?);
        match self.baseline {
            Some(baseline) if baseline > target => Some(latest.value <= target),
            _ => Some(latest.value >= target),
        }
    }
}
