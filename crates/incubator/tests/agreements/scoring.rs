//! A jury's marks against what they should do: averages within their bounds, abstentions without effect, rankings that
//! follow the averages.

use std::collections::BTreeMap;

use incubator::model::call::{Criterion, Mark, MarkStage, Scale, Sheet, average, ranking};
use proptest::prelude::*;

fn criteria() -> impl Strategy<Value = Vec<Criterion>> {
    proptest::collection::vec((1_u8..=10, any::<bool>()), 1..6).prop_map(|weights| {
        let named = |(rank, (weight, tick)): (usize, (u8, bool))| Criterion {
            key: format!("c{rank}"),
            label: String::new(),
            weight,
            scale: if tick { Scale::Tick } else { Scale::Ten },
            stage: MarkStage::Hearing,
        };
        weights.into_iter().enumerate().map(named).collect()
    })
}

fn sheet(criteria: &[Criterion], marks: &[u8]) -> Sheet {
    let given = criteria.iter().zip(marks).map(|(one, mark)| {
        let typed = match one.scale {
            Scale::Tick => if *mark > 5 { "oui" } else { "non" }.to_owned(),
            Scale::Ten => mark.to_string(),
        };
        (one.key.clone(), Mark::read(one.scale, &typed).expect("a mark"))
    });
    given.collect()
}

/// Criteria, and the marks of some members for one candidate.
fn marked() -> impl Strategy<Value = (Vec<Criterion>, Vec<Vec<u8>>)> {
    let marks = proptest::collection::vec(proptest::collection::vec(0_u8..=10, 6), 1..8);
    (criteria(), marks)
}

proptest! {
    #[test]
    fn an_average_is_what_adding_and_dividing_gives((criteria, marks) in marked()) {
        let sheets: Vec<Sheet> = marks.iter().map(|one| sheet(&criteria, one)).collect();
        let (criteria, sheets): (Vec<_>, Vec<_>) = (criteria.iter().collect(), sheets.iter().collect());
        let given = average(&criteria, &sheets).expect("an average");
        let weight: u64 = criteria.iter().map(|one| u64::from(one.weight)).sum();
        let points = |sheet: &Sheet| -> u64 {
            criteria.iter().map(|one| u64::from(sheet[&one.key].value()) * u64::from(one.weight)).sum()
        };
        let all: Vec<u64> = sheets.iter().map(|one| points(one)).collect();
        // In hundredths, half up, by long division.
        let (sum, of) = (all.iter().sum::<u64>() * 100, weight * all.len() as u64);
        let rounded = sum / of + u64::from((sum % of) * 2 >= of);
        prop_assert_eq!(given.mean.to_string(), format!("{}.{:02}", rounded / 100, rounded % 100));
        let gap = (all.iter().max().expect("one") - all.iter().min().expect("one")) * 100;
        let gap = gap / weight + u64::from((gap % weight) * 2 >= weight);
        prop_assert_eq!(given.spread.to_string(), format!("{}.{:02}", gap / 100, gap % 100));
        prop_assert_eq!(given.sheets, marks.len());
    }

    #[test]
    fn the_order_of_members_does_not_count((criteria, mut marks) in marked()) {
        let of = |marks: &[Vec<u8>]| {
            let sheets: Vec<Sheet> = marks.iter().map(|one| sheet(&criteria, one)).collect();
            average(&criteria.iter().collect::<Vec<_>>(), &sheets.iter().collect::<Vec<_>>())
        };
        let before = of(&marks);
        marks.reverse();
        prop_assert_eq!(before, of(&marks));
    }

    #[test]
    fn somebody_who_abstains_changes_nothing((criteria, marks) in marked()) {
        let sheets: Vec<Sheet> = marks.iter().map(|one| sheet(&criteria, one)).collect();
        let listed: Vec<&Criterion> = criteria.iter().collect();
        let mut read: Vec<&Sheet> = sheets.iter().collect();
        let before = average(&listed, &read);
        // Neither no sheet nor one that leaves criteria out counts as zero.
        let empty = BTreeMap::new();
        read.push(&empty);
        prop_assert_eq!(before, average(&listed, &read));
        prop_assert_eq!(average(&listed, &[&empty]), None);
    }

    #[test]
    fn a_member_who_gives_the_most_everywhere_never_lowers_a_mean((criteria, marks) in marked()) {
        let mut sheets: Vec<Sheet> = marks.iter().map(|one| sheet(&criteria, one)).collect();
        let listed: Vec<&Criterion> = criteria.iter().collect();
        let before = average(&listed, &sheets.iter().collect::<Vec<_>>()).expect("an average");
        sheets.push(sheet(&criteria, &[10; 6]));
        let after = average(&listed, &sheets.iter().collect::<Vec<_>>()).expect("an average");
        prop_assert!(after.mean >= before.mean);
    }

    #[test]
    fn a_ranking_follows_the_means_and_says_its_ties(all in proptest::collection::vec(marked(), 0..7)) {
        let candidates: Vec<(usize, _)> = all
            .iter()
            .enumerate()
            .map(|(who, (criteria, marks))| {
                // One in four has no mark at all.
                let marks = if who % 4 == 3 { &[][..] } else { marks };
                let sheets: Vec<Sheet> = marks.iter().map(|one| sheet(criteria, one)).collect();
                (who, average(&criteria.iter().collect::<Vec<_>>(), &sheets.iter().collect::<Vec<_>>()))
            })
            .collect();
        let count = candidates.len();
        let ranked = ranking(candidates);
        prop_assert_eq!(ranked.len(), count, "nobody is lost");
        for pair in ranked.windows(2) {
            let (one, two) = (&pair[0], &pair[1]);
            match (one.average, two.average) {
                (Some(first), Some(second)) => {
                    prop_assert!(first.mean >= second.mean);
                    prop_assert_eq!(first.mean == second.mean, one.place == two.place);
                    prop_assert!(first.mean != second.mean || one.tied && two.tied);
                }
                (None, other) => prop_assert!(other.is_none(), "without a mark comes last"),
                _ => {}
            }
        }
        for one in &ranked {
            let better = ranked.iter().filter(|other| {
                other.average.zip(one.average).is_some_and(|(other, mine)| other.mean > mine.mean)
            });
            prop_assert_eq!(one.place, one.average.map(|_| better.count() + 1));
        }
    }
}
