//! What is paid: C3, C4, C5.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::model::{
    agreement::Agreement,
    course::{course, french},
    finding::{Finding, Level, Rule},
    ledger::{LedgerEntry, LedgerKind},
    money::Cents,
    written::CoveredAct,
};

pub(super) fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let ledger: Vec<&LedgerEntry> = agreement.ledger.iter().filter(|entry| entry.date <= as_of).collect();
    let mut findings = by_year(&ledger);
    findings.extend(by_order(agreement, &ledger));
    findings.extend(in_all(agreement, &ledger));
    findings.extend(after_the_end(agreement, &ledger, as_of));
    findings
}

/// C11: a period of effect that lists payments ends for them too. A warning only: what was committed in time is paid.
fn after_the_end(agreement: &Agreement, ledger: &[&LedgerEntry], as_of: Date) -> Option<Finding> {
    let end = course(agreement, as_of).end?.on;
    let late = |entry: &LedgerEntry| entry.date > end;
    let paid = cp(ledger, LedgerKind::Payment, late);
    (agreement.written.covered_acts.contains(&CoveredAct::Pay) && paid > Cents::ZERO).then(|| {
        Finding::new(
            Rule::C11,
            Level::Warning,
            format!("{paid} paid after the last day {end}, which the period of effect covers no more"),
            format!(
                "{} payés après le dernier jour, le {}, que la période d'effet ne couvre plus",
                paid.fr(),
                french(end)
            ),
        )
        .money("paid", paid)
        .day("end", end)
    })
}

fn cp(ledger: &[&LedgerEntry], kind: LedgerKind, keep: impl Fn(&LedgerEntry) -> bool) -> Cents {
    ledger
        .iter()
        .filter(|entry| entry.kind == kind && keep(entry))
        .filter_map(|entry| entry.cp)
        .map(|cp| cp.0)
        .sum()
}

/// C3: payments of a year within the CP of the year. An alert only: payments are facts. A year whose CP nobody has
/// recorded is not judged.
fn by_year(ledger: &[&LedgerEntry]) -> Vec<Finding> {
    let granted = |entry: &&&LedgerEntry| {
        matches!(entry.kind, LedgerKind::Availability | LedgerKind::CarryOver) && entry.cp.is_some()
    };
    let years: BTreeSet<i16> = ledger.iter().filter(granted).map(|entry| entry.date.year()).collect();
    years
        .into_iter()
        .filter_map(|year| {
            let of_year = |entry: &LedgerEntry| entry.date.year() == year;
            let paid = cp(ledger, LedgerKind::Payment, of_year);
            let available =
                cp(ledger, LedgerKind::Availability, of_year) + cp(ledger, LedgerKind::CarryOver, of_year);
            (paid > available).then(|| {
                Finding::new(
                    Rule::C3,
                    Level::Warning,
                    format!("{paid} paid in {year}, {available} of CP available"),
                    format!("{} payés en {year} pour {} de CP disponibles", paid.fr(), available.fr()),
                )
                .money("paid", paid)
                .money("available", available)
            })
        })
        .collect()
}

/// C4: for each order, paid ≤ certified ≤ committed.
fn by_order(agreement: &Agreement, ledger: &[&LedgerEntry]) -> Vec<Finding> {
    let orders: BTreeSet<&str> = ledger.iter().filter_map(|entry| entry.order.as_deref()).collect();
    let mut findings = Vec::new();
    for number in orders {
        let of_order = |entry: &LedgerEntry| entry.order.as_deref() == Some(number);
        let paid = cp(ledger, LedgerKind::Payment, of_order);
        let certified = cp(ledger, LedgerKind::Certification, of_order);
        let ae = |kind| -> Cents {
            let entries = ledger.iter().filter(|entry| entry.kind == kind && of_order(entry));
            entries.filter_map(|entry| entry.ae).map(|ae| ae.0).sum()
        };
        let listed = agreement.orders.iter().filter(|order| order.number.as_deref() == Some(number));
        let committed = match ae(LedgerKind::Commitment) - ae(LedgerKind::Release) {
            Cents::ZERO => listed.map(crate::model::order::Order::total).sum(),
            committed => committed,
        };
        for (more, less, what, quoi) in [
            (paid, certified, "paid exceeds what is certified", "le payé dépasse le service fait"),
            (certified, committed, "certified exceeds what is committed", "le service fait dépasse l'engagé"),
        ] {
            if more > less {
                findings.push(
                    Finding::new(
                        Rule::C4,
                        Level::Block,
                        format!("order {number}: {what}: {more} against {less}"),
                        format!("commande {number} : {quoi} ({} pour {})", more.fr(), less.fr()),
                    )
                    .named("order", number)
                    .money("more", more)
                    .money("less", less),
                );
            }
        }
    }
    findings
}

/// C5: at every date, payments within commitments. Reported once, at the first date it fails.
fn in_all(agreement: &Agreement, ledger: &[&LedgerEntry]) -> Option<Finding> {
    let days: BTreeSet<Date> =
        ledger.iter().filter(|entry| entry.kind == LedgerKind::Payment).map(|entry| entry.date).collect();
    days.into_iter().find_map(|day| {
        let paid = cp(ledger, LedgerKind::Payment, |entry| entry.date <= day);
        let committed = super::committed(agreement, day);
        (paid > committed).then(|| {
            Finding::new(
                Rule::C5,
                Level::Block,
                format!("on {day}, {paid} are paid and only {committed} committed"),
                format!("au {}, {} payés pour {} engagés", french(day), paid.fr(), committed.fr()),
            )
            .day("on", day)
            .money("paid", paid)
            .money("committed", committed)
        })
    })
}
