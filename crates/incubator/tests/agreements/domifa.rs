use incubator::{
    model::{
        duty::DutyStatus,
        finding::{Level, Rule},
        standing::Standing,
    },
    shipped::DOMIFA,
};
use jiff::civil::date;

use crate::{days, found, of, read, report};

#[test]
fn six_months_from_23_november_2020_end_on_23_may_2021() {
    let report = report(DOMIFA, date(2021, 1, 1));
    assert_eq!(
        report.standing.standing,
        Standing::InForce { from: date(2020, 11, 23), to: Some(date(2021, 5, 23)) }
    );
    assert_eq!(days(&of(&report, "committee.periodic")), ["2021-05-23"]);
}

#[test]
fn the_account_is_due_at_term_only_and_nothing_suspends() {
    let report = report(DOMIFA, date(2021, 1, 1));
    assert!(of(&report, "account.monthly").is_empty());
    assert_eq!(days(&of(&report, "account.final")), ["2021-05-23"]);
    assert!(of(&report, "suspension").is_empty());
    let text = format!("{DOMIFA}suspensions:\n  - {{ from: 2021-01-01, reason: crédits }}\n");
    let suspended = crate::report(&text, date(2021, 2, 1));
    assert_eq!(found(&suspended, Rule::Clause, Level::Warning).len(), 1);
    assert_eq!(suspended.standing.name(), "in force", "no clause provides for a suspension");
}

#[test]
fn missing_declarations_of_interests_block() {
    let missing = report(DOMIFA, date(2021, 1, 1));
    assert_eq!(found(&missing, Rule::Interests, Level::Block).len(), 2);
    assert!(missing.is_blocked());
    let declared = DOMIFA.replace("declared_on: }", "declared_on: 2020-12-01 }");
    assert!(found(&report(&declared, date(2021, 1, 1)), Rule::Interests, Level::Block).is_empty());
}

#[test]
fn the_condition_of_the_jury_is_listed_and_due_before_the_end() {
    let report = report(DOMIFA, date(2021, 1, 1));
    let condition = of(&report, "jury_condition");
    assert_eq!(days(&condition), ["2021-05-23"]);
    assert_eq!(condition[0].status, DutyStatus::NotYetDue);
    assert!(condition[0].citations[0].quote.contains("gains pour les usagers"));
}

#[test]
fn only_construction_and_acceleration_are_covered() {
    let text = format!(
        "{DOMIFA}orders:\n  - {{ number: \"1404999003\", signed_on: 2021-01-04, phase: consolidation, lines: [{{ label: Reprise, service: devops, amount: 1 000 }}] }}\n"
    );
    assert_eq!(found(&report(&text, date(2021, 2, 1)), Rule::C11, Level::Block).len(), 1);
}

#[test]
fn the_blank_ae_of_2021_raises_no_alarm_on_cp() {
    let report = report(DOMIFA, date(2021, 1, 1));
    assert!(report.findings.iter().all(|finding| !matches!(finding.rule, Rule::C6 | Rule::C7)));
    assert_eq!(found(&report, Rule::C8, Level::Info).len(), 1);
}

#[test]
fn noisy_codes_are_read_and_kept_as_written() {
    let agreement = read(DOMIFA);
    let set = &agreement.written.imputations[0];
    let (centre, domain) = (set.financial_centre.as_ref().unwrap(), set.functional_domain.as_ref().unwrap());
    assert_eq!(
        (centre.raw.as_str(), centre.normalised.as_deref()),
        ("0352-CFSE-CFIN-", Some("0352-CFSE-CFIN"))
    );
    assert_eq!((domain.raw.as_str(), domain.normalised.as_deref()), ("0352, action 1", Some("0352-01")));
    let activity = set.activity.as_ref().unwrap();
    assert_eq!(activity.normalised.as_deref(), Some("035200010101"));
    assert_eq!(activity.label.as_deref(), Some("domaine applicatif métier"));
    assert!(set.ministerial_axis.is_none());
    assert!(set.findings().iter().all(|finding| finding.level == Level::Info));
}
