use incubator::{
    model::{
        checks::{Ceiling, may_commit},
        finding::{Figure, Level, Rule},
        money::Cents,
    },
    shipped::ATELIER,
};
use jiff::civil::date;

use crate::{days, found, of, read, report, with};

/// Signed and published: the document leaves the day blank.
fn in_force() -> String {
    let signed = with(ATELIER, "signature: { on: , at: Paris }", "signature: { on: 2020-10-15, at: Paris }");
    format!("{signed}publications:\n  - {{ channel: data.gouv.fr, published_on: 2020-11-02 }}\n")
}

#[test]
fn without_a_day_of_signature_it_is_a_draft() {
    let report = report(ATELIER, date(2022, 1, 1));
    assert_eq!(report.standing.name(), "draft");
}

#[test]
fn more_cp_than_ae_in_2022_is_no_alarm_and_the_blank_cp_of_2020_is_said() {
    let report = report(&in_force(), date(2022, 6, 1));
    assert_eq!(report.standing.name(), "in force");
    assert_eq!(report.ceiling, Ceiling::Plan { amount: Cents::euros(2_350_000), partial: false });
    assert!(report.findings.iter().all(|finding| !matches!(finding.rule, Rule::C6 | Rule::C7)));
    let blanks = found(&report, Rule::C8, Level::Info);
    assert_eq!(blanks.len(), 1);
    assert_eq!(blanks[0].figures["cell"], Figure::Text("CP 2020".into()));
    assert!(blanks[0].fr().contains("non communiqué"));
    assert!(report.render_text().contains("n.c."));
}

#[test]
fn an_order_past_2_350_000_euros_is_refused_with_its_figures() {
    let order = |number: u64, day: &str, amount: &str| {
        format!(
            "  - {{ number: \"{number}\", signed_on: {day}, lines: [{{ label: Produits, service: devops, amount: {amount} }}] }}\n"
        )
    };
    let orders =
        [order(1_404_999_010, "2021-02-01", "800 000"), order(1_404_999_011, "2022-01-10", "1 540 000")]
            .concat();
    let text = format!("{}orders:\n{orders}", in_force());
    let agreement = read(&text);
    let today = date(2022, 6, 1);
    assert!(may_commit(&agreement, today, "1404999012", Cents::euros(10_000)).is_ok());
    let refusal = may_commit(&agreement, today, "1404999012", Cents::new(1_000_001)).unwrap_err();
    assert_eq!((refusal.rule, refusal.level), (Rule::C1, Level::Block));
    assert_eq!(refusal.figures["committed"], Figure::Money(Cents::euros(2_340_000)));
    assert_eq!(refusal.figures["ceiling"], Figure::Money(Cents::euros(2_350_000)));
    assert_eq!(refusal.figures["excess"], Figure::Money(Cents::new(1)));

    let text = format!("{text}{}", order(1_404_999_012, "2022-03-01", "20 000"));
    let report = report(&text, today);
    let refused = found(&report, Rule::C1, Level::Block);
    assert_eq!(refused.len(), 1);
    assert_eq!(
        refused[0].text,
        "order 1404999012 of 20 000 € refused: 2 340 000 € already committed, 2 360 000 € in all, ceiling 2 350 000 €, 10 000 € too much"
    );
}

#[test]
fn reservations_count_against_what_is_made_available() {
    let ledger = "ledger:\n  - { date: 2021-01-05, kind: availability, ae: 100 000, cp: 50 000 }\n  - { date: 2021-02-01, kind: commitment, ae: 70 000, order: \"1404999010\" }\n  - { date: 2021-02-02, kind: reservation, ae: 40 000, order: \"1404999011\" }\n";
    let report = report(&format!("{}{ledger}", in_force()), date(2021, 3, 1));
    let asked = found(&report, Rule::C2, Level::Block);
    assert_eq!(asked[0].figures["missing"], Figure::Money(Cents::euros(10_000)));
}

#[test]
fn each_product_has_its_committees_and_its_letter() {
    let products = "products:\n  - { key: alpha, name: Alpha, supported_from: 2021-01-11, phases: [{ phase: investigation, from: 2021-01-11 }] }\n  - { key: beta, name: Bêta, supported_from: 2022-03-01 }\n";
    let text = with(&in_force(), "products: []\n", products);
    let report = report(&text, date(2022, 6, 1));
    let committees = of(&report, "committee.periodic");
    let alpha: Vec<_> =
        committees.iter().copied().filter(|duty| duty.product.as_deref() == Some("Alpha")).collect();
    let beta: Vec<_> =
        committees.iter().copied().filter(|duty| duty.product.as_deref() == Some("Bêta")).collect();
    assert_eq!(days(&alpha), ["2021-07-11", "2022-01-11", "2022-07-11"]);
    assert_eq!(days(&beta), ["2022-09-01"]);
    assert_eq!(of(&report, "mission_letter").len(), 2);
}

#[test]
fn somebody_signs_for_the_secretary_general_by_delegation() {
    let agreement = read(ATELIER);
    assert!(agreement.written.parties[0].signs_by_another());
    assert!(found(&report(ATELIER, date(2021, 1, 1)), Rule::Signature, Level::Warning).is_empty());
    let without =
        with(ATELIER, "    signature_delegation: pour le secrétaire général et par délégation\n", "");
    let without = with(&without, "    signed_by_title: secrétaire générale adjointe\n", "");
    assert_eq!(found(&report(&without, date(2021, 1, 1)), Rule::Signature, Level::Warning).len(), 1);
}

#[test]
fn a_year_does_not_use_what_the_year_before_left() {
    let ledger = "ledger:\n  - { date: 2021-01-05, kind: availability, ae: 100 000 }\n  - { date: 2021-02-01, kind: commitment, ae: 70 000, order: \"1404999010\" }\n";
    let next = "  - { date: 2022-02-01, kind: commitment, ae: 20 000, order: \"1404999011\" }\n";
    let carried = "  - { date: 2022-01-20, kind: carry-over, ae: 30 000 }\n";
    let text = format!("{}{ledger}{next}", in_force());
    let lapsed = report(&text, date(2022, 3, 1));
    assert_eq!(
        found(&lapsed, Rule::C2, Level::Block)[0].figures["missing"],
        Figure::Money(Cents::euros(20_000))
    );
    let text = format!("{}{ledger}{carried}{next}", in_force());
    assert!(found(&report(&text, date(2022, 3, 1)), Rule::C2, Level::Block).is_empty());
    // The year before is judged on its own.
    assert!(found(&report(&text, date(2021, 12, 31)), Rule::C2, Level::Block).is_empty());
}
