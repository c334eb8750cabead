//! The figures of an account: every cent has its place, and none has two.

use incubator::model::account::{Period, accounts};
use incubator::model::account_figures::{Amounts, Rendered, figures};
use incubator::model::ledger::{LedgerEntry, LedgerKind};
use incubator::model::money::{Cents, CommitmentAuthorisation, PaymentCredit};
use incubator::model::month::Month;
use incubator::model::named::Named as _;
use incubator::shipped;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::{library, read};

fn entry() -> impl Strategy<Value = LedgerEntry> {
    let order = proptest::option::of(proptest::sample::select(vec!["1404518242", "1404518243"]));
    let amount = || -9_000_000_i64..9_000_000;
    (proptest::sample::select(LedgerKind::ALL), 0_i32..360, amount(), amount(), amount(), order).prop_map(
        |(kind, days, ae, cp, cash, order)| LedgerEntry {
            date: date(2020, 3, 24).checked_add(days.days()).expect("a day"),
            kind,
            ae: Some(CommitmentAuthorisation(Cents::new(ae))),
            cp: Some(PaymentCredit(Cents::new(cp))),
            cash: Some(Cents::new(cash)),
            order: order.map(str::to_owned),
            document: None,
        },
    )
}

fn of_month(day: Date) -> (Option<Date>, Date) {
    (Some(day.first_of_month()), day.last_of_month())
}

proptest! {
    #[test]
    fn months_come_to_the_whole_and_so_do_years_and_orders(entries in proptest::collection::vec(entry(), 0..40)) {
        let mut agreement = read(shipped::REGISTRE);
        agreement.ledger = entries;
        let lines: Vec<i64> = (1..).take(agreement.ledger.len()).collect();
        let whole = figures(&agreement, &lines, (None, date(2021, 3, 31)), false, None);
        let months: Amounts = std::iter::successors(Some(date(2020, 3, 1)), |day| day.checked_add(1.month()).ok())
            .take(13)
            .map(|day| figures(&agreement, &lines, of_month(day), false, None).period)
            .sum();
        prop_assert_eq!(months, whole.total);
        let by_year: Amounts = whole.years.iter().map(|year| year.amounts).sum();
        prop_assert_eq!(by_year, whole.total);
        let by_order: Amounts = whole.orders.iter().map(|order| order.total).sum();
        for read in [|one: &Amounts| one.committed, |one: &Amounts| one.certified, |one: &Amounts| one.paid] {
            let spent = whole.orders.is_empty();
            prop_assert!(spent || read(&by_order) == read(&whole.total));
            prop_assert!(!spent || !whole.total.spends());
        }
    }

    #[test]
    fn what_was_rendered_with_the_corrections_and_the_month_is_the_whole(
        before in proptest::collection::vec(entry(), 0..20), after in proptest::collection::vec(entry(), 0..20),
    ) {
        let mut agreement = read(shipped::REGISTRE);
        let september = of_month(date(2020, 9, 1));
        let october = of_month(date(2020, 10, 1));
        agreement.ledger.clone_from(&before);
        let lines: Vec<i64> = (1..).take(before.len() + after.len()).collect();
        let sent = figures(&agreement, &lines[..before.len()], september, false, None);
        agreement.ledger.extend(after);
        let rendered = Rendered { until: september.1, last_line: sent.last_line };
        let next = figures(&agreement, &lines, october, false, Some(&rendered));
        let corrections: Amounts = next.corrections.iter().map(|one| Amounts::of(&one.entry)).sum();
        prop_assert_eq!(sent.total + corrections + next.period, next.total);
        prop_assert!(next.corrections.iter().all(|one| one.line > sent.last_line));
    }

    #[test]
    fn what_is_left_to_pay_is_foreseen_to_the_cent(amount in 1_i64..50_000_000, months in 0_i32..30) {
        let mut agreement = read(shipped::REGISTRE);
        let text = format!(
            "{}\norders:\n  - {{ estimate: true, from: 2020-06-10, to: 2020-06-10, lines: [{{ label: Essai, service: devops, amount: 1 }}] }}\n",
            shipped::REGISTRE
        );
        agreement.orders = read(&text).orders;
        agreement.orders[0].lines[0].amount = Cents::new(amount);
        agreement.orders[0].to = Some(date(2020, 6, 10).checked_add(months.months()).expect("a day"));
        let found = figures(&agreement, &[], of_month(date(2020, 4, 1)), false, None);
        let ae: Cents = found.consumption.iter().map(|month| month.ae).sum();
        let cp: Cents = found.consumption.iter().map(|month| month.cp).sum();
        prop_assert_eq!((ae, cp), (Cents::new(amount), Cents::new(amount)));
        prop_assert_eq!(found.consumption[0].month, Month::of(date(2020, 6, 1)));
    }
}

#[test]
fn the_registry_asks_for_twelve_months_and_a_final_account() {
    let agreement = read(shipped::REGISTRE);
    let asked = accounts(&agreement, &library(), date(2021, 4, 1));
    let periods: Vec<String> = asked.iter().map(|one| one.period.to_string()).collect();
    assert_eq!(periods.len(), 13, "{periods:?}");
    assert_eq!(
        (periods[0].as_str(), periods[11].as_str(), periods[12].as_str()),
        ("2020-03", "2021-02", "final")
    );
    let last = asked.last().expect("the final one");
    assert_eq!(
        (last.period, last.due, last.from),
        (Period::Final, date(2021, 3, 24), Some(date(2021, 3, 1)))
    );
    assert_eq!(asked[0].due, date(2020, 4, 30), "in the month after");
    // Nothing is asked before its time, but the one to come is seen.
    let early: Vec<String> = accounts(&agreement, &library(), date(2020, 3, 30))
        .iter()
        .map(|one| one.period.to_string())
        .collect();
    assert_eq!(early, ["2020-03", "final"]);
}

#[test]
fn the_social_factory_renders_one_account_at_the_term() {
    let asked = accounts(&read(shipped::DOMIFA), &library(), date(2021, 1, 1));
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].period, asked[0].due, asked[0].from), (Period::Final, date(2021, 5, 23), None));
}
