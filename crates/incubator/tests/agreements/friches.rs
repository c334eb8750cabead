use incubator::{
    model::{
        checks::{Ceiling, refunds},
        duty::DutyStatus,
        finding::{Level, Rule},
        money::Cents,
        standing::Standing,
    },
    shipped::FRICHES,
};
use jiff::civil::date;

use crate::{days, found, of, read, report};

fn published_on(day: &str, channel: &str) -> String {
    format!("{FRICHES}publications:\n  - {{ channel: {channel}, published_on: {day} }}\n")
}

#[test]
fn signed_it_is_not_in_force_until_published_on_data_gouv_fr() {
    let report = report(FRICHES, date(2020, 10, 1));
    assert_eq!(report.standing.standing, Standing::SignedNotInForce { signed_on: date(2020, 9, 3) });
    assert!(report.standing.reasons.iter().any(|reason| reason.text.contains("publication on data.gouv.fr")));

    let elsewhere = published_on("2020-09-20", "gouvernement.fr");
    assert_eq!(crate::report(&elsewhere, date(2020, 10, 1)).standing.name(), "signed, not in force");

    let text = published_on("2020-09-20", "data.gouv.fr");
    assert_eq!(crate::report(&text, date(2020, 9, 19)).standing.name(), "signed, not in force");
    assert_eq!(
        crate::report(&text, date(2020, 9, 20)).standing.standing,
        Standing::InForce { from: date(2020, 9, 20), to: Some(date(2021, 5, 31)) }
    );
    assert_eq!(crate::report(&text, date(2021, 6, 1)).standing.name(), "ended");
}

#[test]
fn never_published_it_never_was_in_force() {
    assert_eq!(
        report(FRICHES, date(2021, 6, 1)).standing.standing,
        Standing::NeverInForce { term: date(2021, 5, 31) }
    );
}

#[test]
fn published_before_signature_it_waits_for_signature() {
    let text = published_on("2020-08-01", "data.gouv.fr");
    assert!(
        matches!(report(&text, date(2020, 9, 3)).standing.standing, Standing::InForce { from, .. } if from == date(2020, 9, 3))
    );
}

#[test]
fn payment_is_due_on_signature_and_closed_by_the_receipt() {
    let late = report(FRICHES, date(2020, 9, 4));
    assert_eq!(days(&of(&late, "payment")), ["2020-09-03"]);
    assert_eq!(of(&late, "payment")[0].status, DutyStatus::Late);
    let text = format!("{FRICHES}ledger:\n  - {{ date: 2020-09-28, kind: receipt, cash: 200 000 }}\n");
    let paid = report(&text, date(2020, 10, 1));
    assert_eq!(of(&paid, "payment")[0].status, DutyStatus::Done { on: date(2020, 9, 28) });
}

#[test]
fn the_final_account_and_the_refund_come_at_term() {
    let report = report(FRICHES, date(2020, 10, 1));
    assert_eq!(days(&of(&report, "account.final")), ["2021-05-31"]);
    assert!(of(&report, "account.monthly").is_empty());
    assert_eq!(of(&report, "restitution")[0].internal_target, Some(date(2021, 8, 29)));
    assert_eq!(report.ceiling, Ceiling::Contributions { amount: Cents::euros(200_000) });

    let agreement = read(FRICHES);
    let refund = refunds(&agreement, Cents::euros(12_345), Cents::euros(655));
    assert_eq!(refund.len(), 1);
    assert_eq!((refund[0].funder.0.as_str(), refund[0].amount), ("cerema", Cents::euros(13_000)));
    assert!(agreement.written.contributions[0].refund_to.is_some());
}

#[test]
fn no_clause_lets_a_party_end_it_by_notice() {
    let text = format!(
        "{}notices:\n  - {{ kind: termination, sent_on: 2020-10-01, by: cerema }}\n",
        published_on("2020-09-20", "data.gouv.fr")
    );
    let report = report(&text, date(2021, 2, 1));
    assert_eq!(report.standing.name(), "in force");
    assert_eq!(found(&report, Rule::Clause, Level::Warning).len(), 1);
}

#[test]
fn commitments_stay_within_what_is_opened_on_the_fund_and_received() {
    let text = format!(
        "{}ledger:\n  - {{ date: 2020-09-28, kind: receipt, cash: 150 000 }}\n  - {{ date: 2020-10-20, kind: credit-opening, ae: 160 000, cp: 160 000 }}\n  - {{ date: 2020-11-01, kind: commitment, ae: 170 000, order: \"1404999002\" }}\n",
        published_on("2020-09-20", "data.gouv.fr")
    );
    assert_eq!(found(&report(&text, date(2020, 12, 1)), Rule::C14, Level::Block).len(), 2);
}

#[test]
fn once_over_what_is_left_goes_back_to_cerema() {
    let text = format!(
        "{}ledger:\n  - {{ date: 2020-09-28, kind: receipt, cash: 200 000 }}\n  - {{ date: 2021-02-01, kind: commitment, ae: 180 000, order: \"1404999002\" }}\n  - {{ date: 2021-03-01, kind: certification, cp: 180 000, order: \"1404999002\" }}\n  - {{ date: 2021-04-01, kind: payment, cp: 180 000, order: \"1404999002\" }}\n",
        published_on("2020-09-20", "data.gouv.fr")
    );
    assert!(found(&report(&text, date(2021, 5, 31)), Rule::C15, Level::Warning).is_empty());
    let over = report(&text, date(2021, 6, 1));
    assert!(found(&over, Rule::C15, Level::Warning)[0].text.starts_with("20 000 € to give back to Cerema"));
}

#[test]
fn its_report_is_json_and_text_without_bank_details() {
    let report = report(FRICHES, date(2020, 10, 1));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["standing"]["standing"], "signed_not_in_force");
    assert_eq!(json["ceiling"]["amount"], 20_000_000);
    assert!(json["duties"].as_array().unwrap().iter().any(|duty| duty["status"] == "unknown"));
    let agreement = serde_json::to_string(&read(FRICHES).written).unwrap();
    for text in [json.to_string(), agreement, report.render_text()] {
        assert!(!text.contains("00000012345"));
    }
    assert!(report.render_text().contains("On 2020-10-01: signed, not in force"));
}
