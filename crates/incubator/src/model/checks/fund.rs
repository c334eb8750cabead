//! Money of partners on a *fonds de concours*: C14, C15, C16.

use jiff::civil::Date;
use serde::Serialize;

use crate::model::{
    agreement::Agreement,
    body::BodyKey,
    course::course,
    finding::{Finding, Level, Rule},
    ledger::{LedgerEntry, LedgerKind, ae_of, cash_of, cp_of},
    money::Cents,
    order::{Order, OrderUnder},
};

/// What goes back to a funder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refund {
    pub funder: BodyKey,
    pub amount: Cents,
}

pub(super) fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let mut findings = fund(agreement, as_of);
    findings.extend(opening(agreement));
    findings.extend(to_give_back(agreement, as_of));
    findings
}

/// C14: committed ≤ opened ≤ received, for what the ledger knows.
fn fund(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let ledger = &agreement.ledger;
    let known = |kind| ledger.iter().any(|entry: &LedgerEntry| entry.kind == kind && entry.date <= as_of);
    if agreement.written.contributions.is_empty() {
        return Vec::new();
    }
    let opening = agreement.opening_balance().unwrap_or(Cents::ZERO);
    let received = cash_of(ledger, LedgerKind::Receipt, as_of) + opening;
    let opened = ae_of(ledger, LedgerKind::CreditOpening, as_of) + opening;
    let committed = super::committed(agreement, as_of);
    let mut findings = Vec::new();
    let mut say = |text: String, fr: String, more: Cents, less: Cents| {
        findings
            .push(Finding::new(Rule::C14, Level::Block, text, fr).money("more", more).money("less", less));
    };
    if known(LedgerKind::CreditOpening) && committed > opened {
        say(
            format!("{committed} committed on the fund, {opened} opened"),
            format!("{} engagés sur le fonds de concours pour {} ouverts", committed.fr(), opened.fr()),
            committed,
            opened,
        );
    }
    if known(LedgerKind::CreditOpening) && opened > received {
        say(
            format!("{opened} opened on the fund, {received} received"),
            format!("{} ouverts sur le fonds de concours pour {} encaissés", opened.fr(), received.fr()),
            opened,
            received,
        );
    }
    let paid = cp_of(ledger, LedgerKind::Payment, as_of) + cash_of(ledger, LedgerKind::Refund, as_of);
    if (known(LedgerKind::Receipt) || opening > Cents::ZERO) && paid > received {
        say(
            format!("{paid} paid and given back, {received} received"),
            format!("{} payés et restitués pour {} encaissés", paid.fr(), received.fr()),
            paid,
            received,
        );
    }
    findings
}

/// C16: what is carried over is what was received less what was consumed; and the orders listed come to it.
fn opening(agreement: &Agreement) -> Vec<Finding> {
    let Some(before) = &agreement.written.predecessor else { return Vec::new() };
    let mut findings = Vec::new();
    let Some(balance) = before.opening_balance() else {
        findings.push(Finding::new(
            Rule::C16,
            Level::Info,
            "opening balance unknown: received or consumed is not written".into(),
            "solde reporté inconnu : encaissé ou consommé non communiqué".into(),
        ));
        return findings;
    };
    match before.stated_balance {
        Some(stated) if stated != balance => findings.push(
            Finding::new(
                Rule::C16,
                Level::Warning,
                format!("the text carries over {stated}, received less consumed is {balance}"),
                format!("le texte reporte {}, encaissé moins consommé donne {}", stated.fr(), balance.fr()),
            )
            .money("stated", stated)
            .money("computed", balance),
        ),
        _ => findings.push(
            Finding::new(
                Rule::C16,
                Level::Info,
                format!("opening balance {balance} carried from {}", before.title),
                format!("solde de {} reporté de : {}", balance.fr(), before.title),
            )
            .money("opening_balance", balance),
        ),
    }
    let orders = || agreement.orders.iter().filter(|order| order.under == OrderUnder::Predecessor);
    let listed: Cents = orders().map(Order::total).sum();
    let rounding: Cents = orders().map(Order::rounding).sum();
    if let Some(consumed) = before.consumed.filter(|_| orders().next().is_some())
        && listed.distance(consumed) > rounding
    {
        findings.push(
            Finding::new(
                Rule::C16,
                Level::Warning,
                format!("orders listed before come to {listed}, {consumed} are said consumed"),
                format!(
                    "les commandes précédentes totalisent {}, {} sont dits consommés",
                    listed.fr(),
                    consumed.fr()
                ),
            )
            .money("listed", listed)
            .money("consumed", consumed),
        );
    }
    findings
}

/// C15: once the agreement is over, what the ledger says was received and not spent, by funder. Says nothing of money
/// nobody has recorded.
fn to_give_back(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let ledger = &agreement.ledger;
    let over = course(agreement, as_of).end.is_some_and(|end| end.on < as_of);
    let opening = agreement.opening_balance();
    let receipts = ledger.iter().any(|entry| entry.kind == LedgerKind::Receipt && entry.date <= as_of);
    if !over || agreement.clause("restitution").is_none() || (opening.is_none() && !receipts) {
        return Vec::new();
    }
    let received = opening.unwrap_or(Cents::ZERO) + cash_of(ledger, LedgerKind::Receipt, as_of);
    let gone = cp_of(ledger, LedgerKind::Payment, as_of) + cash_of(ledger, LedgerKind::Refund, as_of);
    let left = (received - gone).at_least_zero();
    refunds(agreement, left, Cents::ZERO)
        .into_iter()
        .filter(|refund| refund.amount > Cents::ZERO)
        .map(|refund| {
            let name = agreement.name_of(&refund.funder);
            Finding::new(
                Rule::C15,
                Level::Warning,
                format!(
                    "{} to give back to {name}: {received} received, {gone} paid or given back",
                    refund.amount
                ),
                format!(
                    "{} à restituer à {name} : {} encaissés, {} payés ou restitués",
                    refund.amount.fr(),
                    received.fr(),
                    gone.fr()
                ),
            )
            .named("funder", refund.funder.0.clone())
            .money("refund", refund.amount)
            .money("received", received)
            .money("spent", gone)
        })
        .collect()
}

/// C15: what is unused or was spent off purpose goes back in the proportions paid, down to the cent.
pub fn refunds(agreement: &Agreement, unused: Cents, off_purpose: Cents) -> Vec<Refund> {
    let shares: Vec<Cents> =
        agreement.written.contributions.iter().map(|contribution| contribution.amount).collect();
    let parts = shared_out(unused + off_purpose, &shares);
    let funders = agreement.written.contributions.iter().map(|contribution| contribution.funder.clone());
    funders.zip(parts).map(|(funder, amount)| Refund { funder, amount }).collect()
}

/// Splits an amount in the proportion of the shares; the cents left go to the largest remainders, the first of equals
/// first. The parts always come to the amount; nothing is split when no share is above zero.
pub fn shared_out(amount: Cents, shares: &[Cents]) -> Vec<Cents> {
    let weights: Vec<i128> = shares.iter().map(|share| i128::from(share.as_i64().max(0))).collect();
    let whole: i128 = weights.iter().sum();
    let total = i128::from(amount.as_i64().max(0));
    if whole == 0 {
        return vec![Cents::ZERO; shares.len()];
    }
    let mut parts: Vec<i128> = weights.iter().map(|weight| total * weight / whole).collect();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(total * weights[*at] % whole));
    let left = usize::try_from(total - parts.iter().sum::<i128>()).unwrap_or(0);
    for at in by_remainder.into_iter().take(left) {
        parts[at] += 1;
    }
    parts.into_iter().map(|part| Cents::new(i64::try_from(part).unwrap_or(i64::MAX))).collect()
}
