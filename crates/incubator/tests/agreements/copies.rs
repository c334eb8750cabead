use incubator::{model::duty::DutyStatus, shipped};
use jiff::civil::date;

use crate::{of, read, report};

#[test]
fn copies_are_done_once_everybody_has_one() {
    let sent = |recipients: &[&str]| {
        let line = |recipient: &&str| format!("  - {{ recipient: {recipient}, sent_on: 2020-04-02 }}\n");
        let lines = recipients.iter().map(line).collect::<Vec<_>>().concat();
        report(&format!("{}copies:\n{lines}", shipped::REGISTRE), date(2020, 4, 20))
    };
    let two = sent(&["cbcm-spm", "cbcm-dgitm"]);
    assert_eq!(of(&two, "copies")[0].status, DutyStatus::Due);
    let three = sent(&["cbcm-spm", "cbcm-dgitm", "cbcm-minefi"]);
    assert!(matches!(of(&three, "copies")[0].status, DutyStatus::Done { .. }));
}

#[test]
fn every_clause_of_the_five_agreements_cites_its_article() {
    for (name, text) in shipped::ALL {
        let agreement = read(text);
        assert!(agreement.written.clauses.len() >= 20, "{name}");
        let report = report(text, date(2020, 12, 1));
        for duty in &report.duties {
            assert!(!duty.citations.is_empty(), "{name}: {}", duty.clause);
            assert!(duty.citations.iter().all(|citation| !citation.quote.is_empty()));
            assert!(!duty.debtors.is_empty(), "{name}: {}", duty.clause);
        }
    }
}
