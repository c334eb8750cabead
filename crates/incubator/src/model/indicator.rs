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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const DAY: Date = date(2026, 11, 25);

    fn indicator(baseline: i64, target: i64, value: i64) -> Indicator {
        Indicator {
            key: String::new(),
            title: String::new(),
            definition: String::new(),
            population: String::new(),
            unit: String::new(),
            axis: Axis::Used,
            kind: Kind::Count,
            source: String::new(),
            baseline: Some(Figure::new(baseline)),
            target: Some(Figure::new(target)),
            target_day: None,
            published: true,
            points: vec![Point::on(DAY, Figure::new(value))],
        }
    }

    #[test]
    fn the_latest_value_is_that_of_the_day_one_looks_from() {
        let mut one = indicator(0, 1_000, 10);
        one.points.insert(0, Point::on(date(2026, 10, 31), Figure::new(5)));
        let value = |day| one.latest(day).map(|point| point.value.as_i64());
        assert_eq!(
            (value(date(2026, 9, 1)), value(date(2026, 11, 1)), value(DAY)),
            (None, Some(5), Some(10))
        );
        assert_eq!(one.progress(date(2026, 9, 1)), None, "nothing was measured by then");
    }

    #[test]
    fn a_way_down_is_a_way_too_and_the_target_is_not_reached_before_it_is() {
        assert_eq!(indicator(45, 10, 24).progress(DAY), Some(Progress(600)));
        assert_eq!(indicator(45, 10, 24).reached(DAY), Some(false));
        assert_eq!(indicator(45, 10, 10).reached(DAY), Some(true));
        assert_eq!(indicator(10_000, 0, 1).progress(DAY), Some(Progress(999)), "not quite");
        assert_eq!(indicator(7, 7, 7).progress(DAY), None, "no way to go");
    }

    #[test]
    fn a_key_is_made_of_what_people_wrote() {
        assert_eq!(key_of("  Délai d’accès (jours) "), "delai-d-acces-jours");
        assert_eq!(key_of("…"), "indicateur");
    }

    proptest! {
        #[test]
        fn progress_is_nothing_at_the_start_all_at_the_target_and_never_falls_on_the_way(
            baseline in any::<i64>(), target in any::<i64>(), first in any::<i64>(), second in any::<i64>(),
        ) {
            prop_assume!(baseline != target);
            let progress = |value| indicator(baseline, target, value).progress(DAY).map(|one| one.0);
            prop_assert_eq!(progress(baseline), Some(0));
            prop_assert_eq!(progress(target), Some(1_000));
            let (near, far) = if target > baseline { (first.min(second), first.max(second)) } else { (first.max(second), first.min(second)) };
            prop_assert!(progress(near) <= progress(far));
            let reached = indicator(baseline, target, far).reached(DAY);
            prop_assert_eq!(reached, Some(progress(far) >= Some(1_000)));
        }

        #[test]
        fn a_figure_reads_back_as_it_is_written(value in -999_999_999_999_999_999_i64..999_999_999_999_999_999) {
            let figure = Figure::new(value);
            prop_assert_eq!(figure.fr().parse::<Figure>(), Ok(figure));
            prop_assert_eq!(figure.to_string().parse::<Figure>(), Ok(figure));
        }
    }
}
