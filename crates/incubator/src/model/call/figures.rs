//! Counts that tell no one apart.

use std::collections::BTreeMap;

/// How many there are of each, the most numerous first; groups of fewer than `smallest` are put together, last, without a
/// name.
pub fn grouped(values: impl IntoIterator<Item = String>, smallest: usize) -> Vec<(Option<String>, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let (told, small): (Vec<_>, Vec<_>) = counts.into_iter().partition(|(_, count)| *count >= smallest);
    let mut groups: Vec<_> = told.into_iter().map(|(value, count)| (Some(value), count)).collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rest: usize = small.into_iter().map(|(_, count)| count).sum();
    if rest > 0 {
        groups.push((None, rest));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_group_is_not_told_apart_and_nothing_is_lost() {
        let from = ["75", "46", "75", "31", "75", "31"].map(str::to_owned);
        assert_eq!(grouped(from.clone(), 3), [(Some("75".to_owned()), 3), (None, 3)]);
        assert_eq!(grouped(from, 1).iter().map(|(_, count)| count).sum::<usize>(), 6);
        assert_eq!(grouped([], 3), []);
    }
}
