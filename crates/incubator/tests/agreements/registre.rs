use incubator::{
    model::{
        checks::Ceiling,
        duty::{Due, DutyStatus, Recurrence},
        finding::{Figure, Level, Rule},
        money::Cents,
        standing::Standing,
    },
    shipped::REGISTRE,
};
use jiff::civil::date;

use crate::{days, found, of, read, report, with};

#[test]
fn a_year_from_24_march_2020_ends_on_24_march_2021() {
    let text = report(REGISTRE, date(2020, 9, 1));
    assert_eq!(
        text.standing.standing,
        Standing::InForce { from: date(2020, 3, 24), to: Some(date(2021, 3, 24)) }
    );
    assert!(report(REGISTRE, date(2021, 3, 24)).standing.is_in_force());
    assert_eq!(report(REGISTRE, date(2021, 3, 25)).standing.name(), "ended");
    assert_eq!(report(REGISTRE, date(2020, 3, 23)).standing.name(), "draft");
}

#[test]
fn chorus_rights_are_asked_on_the_day_of_signature() {
    let report = report(REGISTRE, date(2020, 3, 24));
    let rights = of(&report, "chorus_rights");
    assert_eq!(rights[0].due, Due::On(date(2020, 3, 24)));
    assert_eq!(rights[0].status, DutyStatus::Due);
    assert_eq!(rights[0].debtors, ["DGITM"]);
    assert_eq!(rights[0].citations[0].article, "2");
}

#[test]
fn an_account_is_due_each_month_from_april_2020_and_once_at_term() {
    let report = report(REGISTRE, date(2020, 6, 15));
    let accounts = of(&report, "account.monthly");
    assert_eq!(accounts.len(), 12);
    assert_eq!(days(&accounts)[..3], ["2020-04", "2020-05", "2020-06"]);
    assert_eq!(days(&accounts)[11], "2021-03");
    assert_eq!(accounts[1].status, DutyStatus::Late);
    assert_eq!(accounts[2].status, DutyStatus::Due);
    assert_eq!(days(&of(&report, "account.final")), ["2021-03-24"]);
}

#[test]
fn committees_are_due_every_six_months_the_last_before_expiry() {
    let report = report(REGISTRE, date(2020, 3, 24));
    let committees = of(&report, "committee.periodic");
    assert_eq!(days(&committees), ["2020-09-24", "2021-03-24"]);
    assert_eq!(committees[0].recurrence, Some(Recurrence::EveryMonths(6)));
}

#[test]
fn a_committee_held_closes_the_first_one_due() {
    let text = format!(
        "{REGISTRE}evidence:\n  - {{ clause: committee.periodic, done_on: 2020-09-10, reference: minutes }}\n"
    );
    let report = report(&text, date(2020, 10, 1));
    let committees = of(&report, "committee.periodic");
    assert_eq!(committees[0].status, DutyStatus::Done { on: date(2020, 9, 10) });
    assert_eq!(committees[0].evidence, ["minutes"]);
    assert_eq!(committees[1].status, DutyStatus::NotYetDue);
}

#[test]
fn two_clauses_on_copies_make_one_duty_with_three_recipients() {
    let report = report(REGISTRE, date(2020, 4, 1));
    let copies = of(&report, "copies");
    assert_eq!(copies.len(), 1);
    let keys: Vec<&str> = copies[0].recipients.iter().map(|recipient| recipient.body.0.as_str()).collect();
    assert_eq!(keys, ["cbcm-minefi", "cbcm-spm", "cbcm-dgitm"]);
    let articles: Vec<&str> = copies[0].citations.iter().map(|citation| citation.article.as_str()).collect();
    assert_eq!(articles, ["3", "5"]);
    // No article gives a day: what is shown is a target of the incubator's.
    assert_eq!(copies[0].due, Due::NotDated);
    assert_eq!(copies[0].internal_target, Some(date(2020, 4, 23)));
}

#[test]
fn it_is_to_be_published_twice() {
    let text = format!(
        "{REGISTRE}publications:\n  - {{ channel: data.gouv.fr, published_on: 2020-05-04, address: https://www.data.gouv.fr/x }}\n"
    );
    let report = report(&text, date(2020, 6, 1));
    let published = of(&report, "publication");
    assert_eq!(published.len(), 2);
    let done: Vec<_> =
        published.iter().filter(|duty| matches!(duty.status, DutyStatus::Done { .. })).collect();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].debtors, ["DINUM"]);
}

#[test]
fn its_ceiling_is_280_000_euros_and_its_plan_raises_no_alarm() {
    let report = report(REGISTRE, date(2020, 9, 1));
    assert_eq!(report.ceiling, Ceiling::Plan { amount: Cents::euros(280_000), partial: false });
    for rule in [Rule::C6, Rule::C7, Rule::C8] {
        assert!(report.findings.iter().all(|finding| finding.rule != rule), "{rule}");
    }
    assert_eq!(found(&report, Rule::C13, Level::Warning), Vec::<&_>::new());
}

#[test]
fn what_depends_on_the_product_is_asked_and_never_guessed() {
    let report = report(REGISTRE, date(2020, 9, 1));
    assert!(matches!(of(&report, "opinion_button_if_procedure")[0].status, DutyStatus::Unknown { .. }));
    let no = with(REGISTRE, "is_procedure:\n", "is_procedure: false\n");
    let report = crate::report(&no, date(2020, 9, 1));
    assert!(matches!(of(&report, "opinion_button_if_procedure")[0].status, DutyStatus::NotApplicable { .. }));
}

#[test]
fn either_party_ends_it_three_months_after_its_notice() {
    for by in ["dgitm", "dinum"] {
        let text =
            format!("{REGISTRE}notices:\n  - {{ kind: termination, sent_on: 2020-07-10, by: {by} }}\n");
        let before = report(&text, date(2020, 7, 9));
        assert_eq!(before.standing.name(), "in force");
        let running = report(&text, date(2020, 8, 1));
        assert!(
            matches!(running.standing.standing, Standing::NoticeRunning { to, .. } if to == date(2020, 10, 10))
        );
        assert_eq!(report(&text, date(2020, 10, 11)).standing.name(), "ended");
    }
}

#[test]
fn termination_lists_the_orders_it_ends() {
    let text = format!(
        "{REGISTRE}notices:\n  - {{ kind: termination, sent_on: 2020-07-10, by: dinum }}\n\
         orders:\n  - {{ number: \"1404999001\", signed_on: 2020-05-01, lines: [{{ label: Développement, service: devops, amount: 90 000 }}] }}\n"
    );
    let report = report(&text, date(2020, 8, 1));
    assert!(
        found(&report, Rule::Clause, Level::Warning)
            .iter()
            .any(|finding| finding.text.contains("1404999001"))
    );
}

#[test]
fn a_wrong_reference_is_kept_beside_the_right_one() {
    let agreement = read(REGISTRE);
    let manifesto = agreement.clause("manifesto").unwrap();
    let reference = manifesto.refers_to.as_ref().unwrap();
    assert_eq!((reference.printed.as_str(), reference.meant.as_str()), ("annexe 1", "annexe 2"));
}

#[test]
fn an_order_outside_the_acceleration_phase_is_refused() {
    let text = format!(
        "{REGISTRE}orders:\n  - {{ number: \"1404999001\", signed_on: 2020-05-01, phase: construction, lines: [{{ label: Travaux, service: devops, amount: 9 000 }}] }}\n"
    );
    let report = report(&text, date(2020, 8, 1));
    assert_eq!(found(&report, Rule::C11, Level::Block).len(), 1);
    assert!(report.is_blocked());
}

#[test]
fn suspension_is_a_standing_while_it_lasts() {
    let text = format!(
        "{REGISTRE}suspensions:\n  - {{ from: 2020-11-02, to: 2020-12-15, reason: crédits insuffisants }}\n"
    );
    assert_eq!(report(&text, date(2020, 12, 15)).standing.name(), "suspended");
    assert_eq!(report(&text, date(2020, 12, 16)).standing.name(), "in force");
}

#[test]
fn payments_follow_certifications_and_certifications_follow_commitments() {
    let ledger = "ledger:\n  - { date: 2020-05-04, kind: availability, ae: 100 000, cp: 10 000 }\n  - { date: 2020-05-05, kind: commitment, ae: 20 000, order: \"1404999001\" }\n  - { date: 2020-07-01, kind: certification, cp: 21 000, order: \"1404999001\" }\n  - { date: 2020-08-01, kind: payment, cp: 22 000, order: \"1404999001\" }\n";
    let report = report(&format!("{REGISTRE}{ledger}"), date(2020, 9, 1));
    assert_eq!(found(&report, Rule::C3, Level::Warning).len(), 1);
    assert_eq!(found(&report, Rule::C4, Level::Block).len(), 2);
    assert_eq!(found(&report, Rule::C5, Level::Block).len(), 1);
}

#[test]
fn an_order_may_outlive_the_agreement_and_not_its_market() {
    let text = format!(
        "{REGISTRE}orders:\n  - {{ number: \"1404999001\", signed_on: 2020-05-01, from: 2020-05-01, to: 2021-06-30, market_ends_on: 2021-05-31, lines: [{{ label: Travaux, service: devops, amount: 9 000 }}] }}\n"
    );
    assert_eq!(found(&report(&text, date(2020, 8, 1)), Rule::C12, Level::Warning).len(), 1);
    let within = with(&text, "market_ends_on: 2021-05-31", "market_ends_on: 2021-12-31");
    assert!(found(&report(&within, date(2020, 8, 1)), Rule::C12, Level::Warning).is_empty());
}

#[test]
fn at_the_pace_kept_credits_run_out_before_the_end() {
    let text = format!(
        "{REGISTRE}ledger:\n  - {{ date: 2020-04-01, kind: commitment, ae: 200 000, order: \"1404999001\" }}\n"
    );
    let report = report(&text, date(2020, 7, 10));
    assert_eq!(
        found(&report, Rule::C20, Level::Warning)[0].figures["exhausted_on"],
        Figure::Day(date(2020, 8, 19))
    );
}

#[test]
fn a_shortage_foreseen_opens_the_duty_to_inform_and_credits_left_at_the_end_too() {
    let foreseen = |amount: &str| {
        format!(
            "{REGISTRE}orders:\n  - {{ estimate: true, lines: [{{ label: Suite, service: devops, amount: {amount} }}] }}\n"
        )
    };
    let short = report(&foreseen("290 000"), date(2020, 9, 1));
    assert_eq!(of(&short, "shortage")[0].status, DutyStatus::Due);
    assert_eq!(
        found(&short, Rule::C9, Level::Warning)[0].figures["shortage"],
        Figure::Money(Cents::euros(10_000))
    );

    let enough = foreseen("270 000");
    let early = report(&enough, date(2020, 9, 1));
    assert_eq!(of(&early, "shortage")[0].status, DutyStatus::Waiting);
    assert_eq!(of(&early, "unspent")[0].status, DutyStatus::Waiting);
    let near = report(&enough, date(2021, 2, 1));
    assert_eq!(of(&near, "unspent")[0].status, DutyStatus::Due);
    assert_eq!(found(&near, Rule::C10, Level::Warning).len(), 1);
}

#[test]
fn a_committee_held_after_its_day_was_held_late() {
    let text = format!("{REGISTRE}evidence:\n  - {{ clause: committee.periodic, done_on: 2020-10-05 }}\n");
    let report = report(&text, date(2020, 11, 1));
    let committees = of(&report, "committee.periodic");
    assert_eq!(committees[0].status, DutyStatus::DoneLate { on: date(2020, 10, 5) });
    assert_eq!(committees[1].status, DutyStatus::NotYetDue);
}

#[test]
fn each_duty_says_who_owes_what_to_whom() {
    let report = report(REGISTRE, date(2020, 4, 1));
    let account = of(&report, "account.monthly")[0];
    assert_eq!(
        (account.debtors.as_slice(), account.creditors.as_slice()),
        (&["DINUM".to_owned()][..], &["DGITM".to_owned()][..])
    );
    // The clause names no creditor: the other party.
    assert_eq!(of(&report, "manifesto")[0].creditors, ["DINUM"]);
}

#[test]
fn nothing_is_ordered_while_suspended_and_payments_after_the_end_are_told_not_refused() {
    let text = format!(
        "{REGISTRE}suspensions:\n  - {{ from: 2020-11-02, to: 2020-12-15, reason: crédits insuffisants }}\n\
         orders:\n  - {{ number: \"1404999001\", signed_on: 2020-12-01, lines: [{{ label: Travaux, service: devops, amount: 9 000 }}] }}\n\
         ledger:\n  - {{ date: 2021-04-01, kind: certification, cp: 9 000, order: \"1404999001\" }}\n  - {{ date: 2021-04-02, kind: payment, cp: 9 000, order: \"1404999001\" }}\n"
    );
    let report = report(&text, date(2021, 5, 1));
    assert_eq!(found(&report, Rule::C11, Level::Block).len(), 1);
    assert_eq!(
        found(&report, Rule::C11, Level::Warning)[0].figures["paid"],
        Figure::Money(Cents::euros(9_000))
    );
    assert!(found(&report, Rule::C4, Level::Block).is_empty());
}
