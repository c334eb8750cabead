use incubator::{
    model::{
        agreement::Agreement,
        body::BodyKey,
        checks::{committed, may_commit, plan_findings, shared_out},
        clause::Parameter,
        course::course,
        credit_plan::{CreditPlanLine, PlanNature},
        duties::duties,
        fact::Facts,
        finding::{Level, Rule},
        ledger::{LedgerEntry, LedgerKind},
        money::{Cents, CommitmentAuthorisation, PaymentCredit},
        named::Named,
        notice::{Notice, NoticeKind},
        public_budget::public_budget,
        publication::{Channel, Publication},
        standing::standing,
        term::{EffectRule, Term, TermRule},
        written::Written,
    },
    shipped,
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::prelude::*;

use crate::{library, read};

fn day() -> impl Strategy<Value = Date> {
    (0_i32..2000).prop_map(|days| date(2019, 1, 1).checked_add(days.days()).expect("a day"))
}

fn channel() -> impl Strategy<Value = Channel> {
    proptest::sample::select(Channel::ALL)
}

fn effect() -> impl Strategy<Value = EffectRule> {
    prop_oneof![
        Just(EffectRule::OnSignature),
        proptest::option::of(channel()).prop_map(|channel| EffectRule::OnPublication { channel }),
        day().prop_map(|date| EffectRule::OnDate { date }),
    ]
}

fn term() -> impl Strategy<Value = Option<Term>> {
    let rule = prop_oneof![day().prop_map(TermRule::Until), (1_u16..40).prop_map(TermRule::Months)];
    proptest::option::of(rule.prop_map(|rule| Term { rule, provisional: false }))
}

fn publication() -> impl Strategy<Value = Publication> {
    (channel(), day()).prop_map(|(channel, published_on)| Publication {
        channel,
        published_on,
        by: None,
        address: None,
    })
}

prop_compose! {
    fn agreement()(
        signed_on in proptest::option::of(day()),
        effect in effect(),
        term in term(),
        publications in proptest::collection::vec(publication(), 0..4),
        notices in proptest::collection::vec(day(), 0..2),
    ) -> Agreement {
        let notices = notices.into_iter().map(|sent_on| Notice {
            kind: NoticeKind::Termination, sent_on, by: BodyKey("dinum".into()), ground: None, cured_on: None,
        });
        let bare = bare();
        Agreement {
            written: Written { signed_on, effect, term, ..bare.written },
            facts: Facts { publications, notices: notices.collect(), ..bare.facts },
            ..bare
        }
    }
}

/// An agreement with its clauses, and no day of its own.
fn bare() -> Agreement {
    let mut agreement = read(shipped::REGISTRE);
    for party in &mut agreement.written.parties {
        party.signed_on = None;
    }
    agreement
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn it_is_in_force_from_its_first_day_to_its_last_and_on_neither_side(agreement in agreement(), as_of in day()) {
        let dates = course(&agreement, as_of);
        let begun = dates.effect_on.is_some_and(|from| from <= as_of);
        let over = dates.end.as_ref().is_some_and(|end| end.on < as_of || dates.effect_on.is_some_and(|from| end.on < from));
        prop_assert_eq!(standing(&agreement, as_of).is_in_force(), begun && !over);
        if let (Some(from), Some(end)) = (dates.effect_on, &dates.end) && from <= end.on {
            prop_assert!(!standing(&agreement, from.yesterday().unwrap()).is_in_force());
            prop_assert!(!standing(&agreement, end.on.tomorrow().unwrap()).is_in_force() || agreement.facts.notices.iter().any(|notice| notice.sent_on > as_of));
        }
    }

    #[test]
    fn one_publication_more_never_takes_a_day_away_when_the_term_is_a_date(
        agreement in agreement(), more in publication(), until in day(), as_of in day(),
    ) {
        let mut before = agreement;
        before.written.term = Some(Term { rule: TermRule::Until(until), provisional: false });
        let mut after = before.clone();
        after.facts.publications.push(more);
        prop_assert!(!standing(&before, as_of).is_in_force() || standing(&after, as_of).is_in_force());
    }

    #[test]
    fn what_c1_accepts_never_passes_the_ceiling(amounts in proptest::collection::vec(0_i64..12_000_000, 0..30)) {
        let mut agreement = read(shipped::REGISTRE);
        let (today, ceiling) = (date(2020, 9, 1), Cents::euros(280_000));
        for amount in amounts.into_iter().map(Cents::new) {
            let before = committed(&agreement, today);
            let accepted = may_commit(&agreement, today, "order", amount).is_ok();
            prop_assert_eq!(accepted, before + amount <= ceiling);
            if accepted {
                agreement.ledger.push(LedgerEntry {
                    date: today, kind: LedgerKind::Commitment, ae: Some(CommitmentAuthorisation(amount)),
                    cp: None, cash: None, order: None, document: None,
                });
            }
            prop_assert!(committed(&agreement, today) <= ceiling);
        }
    }

    #[test]
    fn merged_copies_lose_no_recipient_and_no_article(
        asked in proptest::collection::vec(proptest::collection::vec(0_usize..8, 1..5), 1..5),
    ) {
        let mut agreement = read(shipped::REGISTRE);
        let model = agreement.clause("copies").unwrap().clone();
        agreement.written.clauses.clear();
        for (at, recipients) in asked.iter().enumerate() {
            let mut clause = model.clone();
            clause.article = at.to_string();
            let bodies = recipients.iter().map(|body| BodyKey(format!("body-{body}"))).collect();
            clause.parameters.insert("recipients".into(), Parameter::Bodies(bodies));
            agreement.written.clauses.push(clause);
        }
        let duties = duties(&agreement, &library(), date(2020, 4, 1), date(2021, 1, 1));
        prop_assert_eq!(duties.len(), 1);
        let mut wanted: Vec<String> = asked.iter().flatten().map(|body| format!("body-{body}")).collect();
        wanted.sort();
        wanted.dedup();
        let mut got: Vec<String> = duties[0].recipients.iter().map(|recipient| recipient.body.0.clone()).collect();
        got.sort();
        prop_assert_eq!(got, wanted);
        prop_assert_eq!(duties[0].citations.len(), asked.len());
    }

    #[test]
    fn a_blank_is_never_read_as_zero(
        rows in proptest::collection::vec((proptest::option::of(0_i64..1000), proptest::option::of(0_i64..1000)), 1..6),
    ) {
        let plan: Vec<CreditPlanLine> = rows.iter().zip(2020..).map(|((ae, cp), year)| CreditPlanLine {
            year,
            ae: ae.map(|ae| CommitmentAuthorisation(Cents::euros(ae))),
            cp: cp.map(|cp| PaymentCredit(Cents::euros(cp))),
            nature: PlanNature::Indicative,
        }).collect();
        let findings = plan_findings(&plan);
        let blanks = rows.iter().map(|(ae, cp)| usize::from(ae.is_none()) + usize::from(cp.is_none())).sum::<usize>();
        prop_assert_eq!(findings.iter().filter(|finding| finding.rule == Rule::C8).count(), blanks);
        // Whatever is warned of holds for every way of filling the blanks.
        for fill in [0, 500, 1_000_000] {
            let filled: Vec<CreditPlanLine> = plan.iter().map(|line| CreditPlanLine {
                ae: line.ae.or(Some(CommitmentAuthorisation(Cents::euros(fill)))),
                cp: line.cp.or(Some(PaymentCredit(Cents::euros(fill)))),
                ..*line
            }).collect();
            let certain = plan_findings(&filled);
            for finding in findings.iter().filter(|finding| finding.level == Level::Warning) {
                prop_assert!(certain.iter().any(|other| other.rule == finding.rule));
            }
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_read_or_refused_with_a_line(from in 0_usize..12_000, length in 0_usize..200) {
        let text: String = shipped::FRICHES.chars().take(from).chain(shipped::FRICHES.chars().skip(from + length)).collect();
        if let Err(error) = incubator::file::read("cut.yaml", &text, &library()) {
            prop_assert!(!error.problems.is_empty());
            prop_assert!(error.problems.iter().all(|problem| problem.line >= 1 && !problem.expected.is_empty()));
        }
    }

    #[test]
    fn a_refund_is_shared_down_to_the_cent(amount in 0_i64..1_000_000_000, shares in proptest::collection::vec(0_i64..1_000_000, 1..6)) {
        let shares: Vec<Cents> = shares.into_iter().map(Cents::new).collect();
        let whole: Cents = shares.iter().copied().sum();
        let parts: Cents = shared_out(Cents::new(amount), &shares).into_iter().sum();
        prop_assert_eq!(parts, if whole == Cents::ZERO { Cents::ZERO } else { Cents::new(amount) });
    }
}

proptest! {
    /// A published budget is neither more nor less than what was committed and paid: shares come to the cent.
    #[test]
    fn a_public_budget_comes_to_what_was_committed_and_paid(
        amounts in proptest::collection::vec(1_i64..10_000_000, 1..5),
        parts in proptest::collection::vec(1_i64..100, 1..6),
        released in 0_i64..50,
    ) {
        let total: i64 = amounts.iter().sum();
        let lines: Vec<String> = amounts.iter().enumerate().map(|(at, cents)| {
            let service = ["devops", "design", "hosting", "other"][at % 4];
            format!("{{ label: L{at}, service: {service}, amount: {}.{:02} }},", cents / 100, cents % 100)
        }).collect();
        let mut agreement = read(shipped::ATELIER);
        let text = format!("{}orders:\n  - {{ number: \"1404999010\", signed_on: 2021-02-01, lines: [{}] }}\n", shipped::ATELIER, lines.concat());
        agreement.orders = read(&text).orders;
        let entry = |kind, ae: Option<i64>, cp: Option<i64>, day| LedgerEntry {
            date: day,
            kind,
            ae: ae.map(|cents| CommitmentAuthorisation(Cents::new(cents))),
            cp: cp.map(|cents| PaymentCredit(Cents::new(cents))),
            cash: None,
            order: Some("1404999010".to_owned()),
            document: None,
        };
        let release = total * released / 100;
        agreement.ledger = vec![
            entry(LedgerKind::Commitment, Some(total), None, date(2021, 2, 1)),
            entry(LedgerKind::Release, Some(release), None, date(2022, 5, 1)),
        ];
        let paid: Vec<i64> = parts.iter().map(|share| total * share / 1000).collect();
        for (month, cents) in (1_i8..).zip(&paid) {
            agreement.ledger.push(entry(LedgerKind::Payment, None, Some(*cents), date(2022, month, 3)));
        }
        let budget = public_budget(&agreement, date(2022, 12, 31));
        let ae: Cents = budget.values().map(|spent| spent.ae).sum();
        let cp: Cents = budget.values().map(|spent| spent.cp).sum();
        prop_assert_eq!(ae, Cents::new(total - release));
        prop_assert_eq!(cp, Cents::new(paid.iter().sum()));
        let of_2021: Cents = budget.iter().filter(|(part, _)| part.year == 2021).map(|(_, spent)| spent.ae).sum();
        prop_assert_eq!(of_2021, Cents::new(total));
    }
}
