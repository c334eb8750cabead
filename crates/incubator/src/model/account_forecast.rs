//! What is still to come in an account: orders foreseen, and what they and the orders placed will consume.
//!
//! AE are taken when an order begins; CP are shared equally among the months it lasts, or that are left to it. What has no
//! day begins next month; what has no end lasts to the term.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    account_figures::{AccountOrder, product_name},
    agreement::Agreement,
    checks,
    course::course,
    money::Cents,
    month::Month,
    order::{Order, OrderUnder},
};

/// The most months a forecast goes ahead: ten years.
const MOST_MONTHS: usize = 120;

/// An order foreseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeseenOrder {
    pub title: String,
    pub product: String,
    pub amount: Cents,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// What a month to come will consume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastMonth {
    pub month: Month,
    pub ae: Cents,
    pub cp: Cents,
}

/// The orders that are not signed yet.
pub fn foreseen(agreement: &Agreement) -> Vec<ForeseenOrder> {
    estimates(agreement)
        .map(|order| ForeseenOrder {
            title: order.lines.first().map_or_else(String::new, |line| line.label.clone()),
            product: product_name(agreement, order.product.as_deref()),
            amount: order.total(),
            from: order.from,
            to: order.to,
        })
        .collect()
}

fn estimates(agreement: &Agreement) -> impl Iterator<Item = &Order> {
    agreement.orders.iter().filter(|order| order.estimate && order.under == OrderUnder::ThisAgreement)
}

/// What the months after `until` will consume, those with nothing left out.
pub fn forecast(agreement: &Agreement, orders: &[AccountOrder], until: Date) -> Vec<ForecastMonth> {
    let next = Month::of(until).next();
    let end = course(agreement, until).end.map_or(next, |end| Month::of(end.on));
    let mut months: BTreeMap<Month, (Cents, Cents)> = BTreeMap::new();
    for order in estimates(agreement) {
        let first = order.from.map_or(next, Month::of);
        let first = std::cmp::max(first, next);
        let ae = months.entry(first).or_default();
        ae.0 = ae.0 + order.total();
        spread(&mut months, order.total(), first, order.to.map_or(end, Month::of));
    }
    for order in agreement.orders.iter().filter(|order| checks::placed(order)) {
        let name = order.name();
        let Some(sums) = orders.iter().find(|one| one.number.as_ref() == Some(&name)) else { continue };
        let left = (sums.total.committed - sums.total.paid).at_least_zero();
        spread(&mut months, left, next, order.to.map_or(end, Month::of));
    }
    let all = months.into_iter().map(|(month, (ae, cp))| ForecastMonth { month, ae, cp });
    all.filter(|one| one.ae != Cents::ZERO || one.cp != Cents::ZERO).collect()
}

/// Shares CP among the months from the first to the last, at least one; the parts come to the amount.
fn spread(months: &mut BTreeMap<Month, (Cents, Cents)>, amount: Cents, first: Month, last: Month) {
    let over: Vec<Month> = std::iter::successors(Some(first), |month| Some(month.next()))
        .take(MOST_MONTHS)
        .take_while(|month| *month == first || *month <= last)
        .collect();
    let parts = checks::shared_out(amount, &vec![Cents::new(1); over.len()]);
    for (month, part) in over.into_iter().zip(parts) {
        let cell = months.entry(month).or_default();
        cell.1 = cell.1 + part;
    }
}
