use incubator::{
    model::{
        checks::Ceiling,
        finding::{Figure, Level, Rule},
        money::Cents,
        standing::Standing,
    },
    shipped::LOTOCAR,
};
use jiff::civil::date;

use crate::{days, found, of, read, report, with};

#[test]
fn it_ends_with_the_month_of_march_2020() {
    let report = report(LOTOCAR, date(2019, 12, 1));
    assert_eq!(
        report.standing.standing,
        Standing::InForce { from: date(2019, 10, 18), to: Some(date(2020, 3, 31)) }
    );
}

#[test]
fn the_opening_balance_is_117_560_euros() {
    let report = report(LOTOCAR, date(2019, 12, 1));
    assert_eq!(report.ceiling, Ceiling::OpeningBalance { amount: Cents::euros(117_560) });
    let carried = found(&report, Rule::C16, Level::Info);
    assert_eq!(carried[0].figures["opening_balance"], Figure::Money(Cents::euros(117_560)));
    let wrong = with(LOTOCAR, "stated_balance: 117 560", "stated_balance: 117 600");
    assert_eq!(found(&crate::report(&wrong, date(2019, 12, 1)), Rule::C16, Level::Warning).len(), 1);
}

#[test]
fn an_amendment_is_asked_for_by_3_march_2020() {
    let report = report(LOTOCAR, date(2019, 12, 1));
    assert_eq!(days(&of(&report, "amendment_lead")), ["2020-03-03"]);
    let deadline = report.findings.iter().find(|finding| finding.rule == Rule::C19).unwrap();
    assert_eq!(deadline.figures["last_day"], Figure::Day(date(2020, 3, 3)));
}

#[test]
fn planned_in_thousands_it_passes_what_is_left_by_40_euros() {
    let report = report(LOTOCAR, date(2019, 12, 1));
    let planned = found(&report, Rule::C17, Level::Warning);
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].figures["planned"], Figure::Money(Cents::euros(117_600)));
    assert_eq!(planned[0].figures["excess"], Figure::Money(Cents::euros(40)));
    assert!(planned[0].text.contains("by 40 €, within the rounding"));
    // An estimate commits nothing.
    assert_eq!(report.committed, Cents::euros(72_000));
}

#[test]
fn one_order_has_three_lines_that_come_to_68_000_euros() {
    let agreement = read(LOTOCAR);
    let order = agreement.orders.iter().find(|order| order.number.as_deref() == Some("1404518242")).unwrap();
    assert_eq!((order.lines.len(), order.total()), (3, Cents::euros(68_000)));
}

#[test]
fn an_order_before_signature_is_covered_back_to_the_end_of_the_agreement_before() {
    let signed = |day: &str| {
        let order = "  - number: \"1404754058\"\n";
        report(&with(LOTOCAR, order, &format!("{order}    signed_on: {day}\n")), date(2019, 12, 1))
    };
    assert!(found(&signed("2019-07-01"), Rule::C11, Level::Block).is_empty());
    assert!(found(&signed("2019-10-17"), Rule::C11, Level::Block).is_empty());
    assert_eq!(found(&signed("2019-06-30"), Rule::C11, Level::Block).len(), 1);
}

#[test]
fn committees_are_due_in_a_month_not_on_a_day() {
    let report = report(LOTOCAR, date(2019, 12, 1));
    assert_eq!(days(&of(&report, "committee.planned")), ["2019-11", "2020-02"]);
}

#[test]
fn a_formal_notice_unanswered_for_a_month_ends_it() {
    let text = format!(
        "{LOTOCAR}notices:\n  - {{ kind: breach, sent_on: 2019-12-05, by: ademe, ground: moyens non libérés }}\n"
    );
    assert!(
        matches!(report(&text, date(2019, 12, 10)).standing.standing, Standing::NoticeRunning { to, .. } if to == date(2020, 1, 5))
    );
    assert_eq!(report(&text, date(2020, 1, 6)).standing.name(), "ended");
    let cured = with(&text, "ground: moyens non libérés", "cured_on: 2019-12-20");
    assert_eq!(report(&cured, date(2020, 1, 6)).standing.name(), "in force");
}

#[test]
fn an_amendment_signed_in_time_moves_the_end() {
    let text = format!(
        "{LOTOCAR}amendments:\n  - {{ number: 1, requested_on: 2020-02-20, signed_on: 2020-03-20, until: 2020-06-30 }}\n"
    );
    assert!(
        matches!(report(&text, date(2020, 3, 19)).standing.standing, Standing::InForce { to, .. } if to == Some(date(2020, 3, 31)))
    );
    assert_eq!(report(&text, date(2020, 4, 1)).standing.name(), "in force");
    // Its copy is owed too.
    assert_eq!(of(&report(&text, date(2020, 4, 1)), "copies.all").len(), 2);
}
