use std::collections::BTreeSet;

use incubator::{model::clause::Clause, shipped};

use crate::{library, read};

/// What sets the five agreements apart, in the order of [`shipped::ALL`].
#[test]
fn each_agreement_has_the_clauses_of_its_text_and_no_other() {
    let agreements: Vec<_> = shipped::ALL.iter().map(|(_, text)| read(text)).collect();
    let counts = |key: &str| -> Vec<usize> {
        let of = |clauses: &[Clause]| clauses.iter().filter(|clause| clause.key == key).count();
        agreements.iter().map(|agreement| of(&agreement.written.clauses)).collect()
    };
    for (clause, expected) in [
        ("account.monthly", [1, 0, 1, 0, 0]),
        ("account.final", [1, 1, 1, 1, 1]),
        ("amendment", [1, 1, 1, 1, 1]),
        ("amendment_lead", [0, 0, 0, 0, 1]),
        ("breach", [0, 0, 0, 0, 1]),
        ("ceiling", [1, 0, 1, 1, 0]),
        ("chorus_rights", [1, 0, 1, 1, 0]),
        ("committee.periodic", [1, 1, 1, 1, 0]),
        ("community_service", [8, 8, 9, 5, 0]),
        ("conflict_of_interest", [0, 0, 0, 1, 0]),
        ("copies", [2, 0, 1, 1, 0]),
        ("franceconnect_if_authenticated", [0, 1, 1, 1, 0]),
        ("freedoms", [1, 1, 1, 1, 0]),
        ("jury_condition", [0, 0, 0, 1, 0]),
        ("notice", [1, 0, 1, 1, 0]),
        ("opinion_button_if_procedure", [1, 1, 1, 1, 0]),
        ("publication", [2, 1, 3, 3, 0]),
        ("restitution", [0, 1, 0, 0, 1]),
        ("risk_workshops", [1, 1, 1, 1, 0]),
        ("shortage", [1, 0, 1, 1, 0]),
        ("stats_public", [1, 1, 1, 0, 0]),
        ("suspension", [1, 0, 1, 0, 0]),
    ] {
        assert_eq!(counts(clause), expected, "{clause}");
    }
    assert_eq!(
        agreements.iter().map(|agreement| agreement.written.originals).collect::<Vec<_>>(),
        [Some(2), None, Some(2), Some(2), Some(3)]
    );
}

#[test]
fn twelve_themes_share_out_data_protection() {
    let agreement = read(shipped::DOMIFA);
    let table: Vec<_> =
        agreement.written.clauses.iter().filter(|clause| clause.key == "data_protection").collect();
    let themes: BTreeSet<_> =
        table.iter().map(|clause| format!("{:?}", clause.parameters["theme"])).collect();
    assert_eq!(themes.len(), 12);
    // On territoriality one side says nothing.
    assert_eq!(table.len(), 23);
    assert!(table.iter().all(|clause| clause.debtor.len() == 1 && clause.debtor != clause.creditor));
}

#[test]
fn the_library_holds_no_clause_that_no_agreement_has() {
    let used: BTreeSet<String> = shipped::ALL
        .iter()
        .flat_map(|(_, text)| read(text).written.clauses)
        .map(|clause| clause.key)
        .collect();
    let library = library();
    // Nor that no model of agreement proposes.
    let models = include_str!("../../data/models.yaml");
    let proposed = |key: &String| models.contains(&format!("clause: {key}"));
    let unused: Vec<&String> =
        library.clauses.keys().filter(|key| !used.contains(*key) && !proposed(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
    assert!(!library.source.is_empty() && library.checked_on.parse::<jiff::civil::Date>().is_ok());
}
