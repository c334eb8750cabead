use incubator::{file, shipped};

use crate::{library, with};

fn problems(text: &str) -> Vec<String> {
    let error = file::read("friches.yaml", text, &library()).expect_err("it should not be read");
    error.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn every_problem_is_told_at_once_with_its_line_and_what_is_expected() {
    let text = with(shipped::FRICHES, "term: { until: 2021-05-31 }", "term: { until: 2021-05-32 }");
    let text = with(&text, "key: \"19\"", "key: \"20\"");
    let text = with(&text, "kind: partnership", "kind: partenariat");
    let text = with(&text, "    amount: 200 000\n", "    amount: 200.000\n    colour: blue\n");
    let seen = problems(&text);
    let has = |parts: &[&str]| seen.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(
        has(&["friches.yaml:5: kind: seen \"partenariat\"", "one of delegation, partnership"]),
        "{seen:#?}"
    );
    assert!(has(&["term.until: seen \"2021-05-32\"", "a day that exists"]), "{seen:#?}");
    assert!(has(&["contributions[1].amount: seen \"200.000\"", "an amount in euros"]), "{seen:#?}");
    assert!(has(&["contributions[1].colour: seen \"colour\"", "one of the fields"]), "{seen:#?}");
    assert!(has(&["contributions[1].pay_to.key: seen \"20\"", "the RIB key 19"]), "{seen:#?}");
}

#[test]
fn a_month_without_a_31st_a_body_nobody_lists_and_a_clause_nobody_knows() {
    let text = with(shipped::FRICHES, "signature: { on: 2020-09-03", "signature: { on: 2020-09-31");
    let text = with(
        &text,
        "channel: data.gouv.fr\n    text: Publication",
        "channel: facebook\n    text: Publication",
    );
    let text = with(&text, "clause: cooperation", "clause: colonisation");
    let text = with(&text, "  - funder: cerema", "  - funder: cermea");
    let seen = problems(&text).join("\n");
    for part in [
        "2020-09-31",
        "seen \"facebook\"",
        "seen \"colonisation\"",
        "seen \"cermea\", expected a body listed",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
}

#[test]
fn yaml_that_is_not_and_a_field_written_twice_are_told_with_their_line() {
    assert!(problems("reference: [x\n")[0].starts_with("friches.yaml:1: file: seen \"reference: [x\""));
    let twice = with(shipped::FRICHES, "scope: product\n", "scope: product\nscope: product\n");
    assert!(problems(&twice)[0].starts_with("friches.yaml:7:"), "{:?}", problems(&twice));
}

#[test]
fn a_payment_without_an_amount_is_refused_because_blank_is_not_zero() {
    let text = format!("{}ledger:\n  - {{ date: 2020-10-01, kind: payment, cp: }}\n", shipped::FRICHES);
    assert!(problems(&text)[0].contains("ledger[1].cp: nothing seen"), "{:?}", problems(&text));
}

#[test]
fn an_empty_file_says_what_is_missing() {
    assert_eq!(problems("")[0], "friches.yaml:1: file: nothing seen, expected a group of fields");
    assert!(problems("title: x\n").len() > 3);
}
