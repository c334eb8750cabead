//! The figures of an account: what the ledger says of a period and since the beginning. Nothing is counted twice, nothing
//! is left out: what a month does not hold is in another one, or told as a correction.

use std::collections::BTreeMap;
use std::ops::Add;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    account_forecast::{ForecastMonth, ForeseenOrder, forecast, foreseen},
    agreement::Agreement,
    checks,
    ledger::{LedgerEntry, LedgerKind},
    money::Cents,
    order::Order,
};

/// Sums of ledger entries, by what they record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Made available or carried over.
    pub available_ae: Cents,
    pub available_cp: Cents,
    /// Opened on the fund.
    pub opened_ae: Cents,
    pub opened_cp: Cents,
    /// AE set aside, whether or not they were committed since.
    pub reserved: Cents,
    /// AE committed less AE released.
    pub committed: Cents,
    pub certified: Cents,
    pub paid: Cents,
    pub received: Cents,
    pub refunded: Cents,
}

impl Amounts {
    /// What one entry counts for: every amount of every kind has its place.
    pub fn of(entry: &LedgerEntry) -> Self {
        let ae = entry.ae.map_or(Cents::ZERO, |ae| ae.0);
        let cp = entry.cp.map_or(Cents::ZERO, |cp| cp.0);
        let cash = entry.cash.unwrap_or(Cents::ZERO);
        let none = Self::default();
        match entry.kind {
            LedgerKind::Availability | LedgerKind::CarryOver => {
                Self { available_ae: ae, available_cp: cp, ..none }
            }
            LedgerKind::CreditOpening => Self { opened_ae: ae, opened_cp: cp, ..none },
            LedgerKind::Reservation => Self { reserved: ae, ..none },
            LedgerKind::Commitment => Self { committed: ae, ..none },
            LedgerKind::Release => Self { committed: Cents::ZERO - ae, ..none },
            LedgerKind::Certification => Self { certified: cp, ..none },
            LedgerKind::Payment => Self { paid: cp, ..none },
            LedgerKind::Receipt => Self { received: cash, ..none },
            LedgerKind::Refund => Self { refunded: cash, ..none },
        }
    }

    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an order moved: committed, certified or paid.
    pub fn spends(&self) -> bool {
        [self.reserved, self.committed, self.certified, self.paid].iter().any(|one| *one != Cents::ZERO)
    }
}

impl Add for Amounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            available_ae: self.available_ae + other.available_ae,
            available_cp: self.available_cp + other.available_cp,
            opened_ae: self.opened_ae + other.opened_ae,
            opened_cp: self.opened_cp + other.opened_cp,
            reserved: self.reserved + other.reserved,
            committed: self.committed + other.committed,
            certified: self.certified + other.certified,
            paid: self.paid + other.paid,
            received: self.received + other.received,
            refunded: self.refunded + other.refunded,
        }
    }
}

impl std::iter::Sum for Amounts {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// A year of an account. `year` is none for orders placed on a day that nobody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountYear {
    pub year: Option<i16>,
    /// A blank cell of the plan stays unknown.
    pub planned_ae: Option<Cents>,
    pub planned_cp: Option<Cents>,
    pub amounts: Amounts,
}

/// An order of an account. `number` is none for what no signed order holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOrder {
    pub number: Option<String>,
    pub title: String,
    pub product: String,
    pub supplier: String,
    pub period: Amounts,
    pub total: Amounts,
}

/// A line written after the account of its month was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub line: i64,
    pub entry: LedgerEntry,
}

/// What goes back to a funder, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundShare {
    pub funder: String,
    pub amount: Cents,
}

/// Money of partners on a fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundFigures {
    /// What the agreement before left.
    pub opening: Option<Cents>,
    /// Received, what was left included.
    pub received: Cents,
    pub opened_ae: Cents,
    pub opened_cp: Cents,
    pub consumed_ae: Cents,
    pub consumed_cp: Cents,
    pub refunded: Cents,
    /// Received less paid less given back.
    pub balance: Cents,
    /// At the term: the balance in the proportions paid. Empty before.
    pub shares: Vec<FundShare>,
}

/// Every figure of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFigures {
    pub years: Vec<AccountYear>,
    pub period: Amounts,
    pub total: Amounts,
    pub orders: Vec<AccountOrder>,
    /// Reserved for orders that are not committed.
    pub still_reserved: Cents,
    /// How much may be committed in all; none when the agreement gives no figure.
    pub ceiling: Option<Cents>,
    /// Planned CP, blanks left out; none when all are blank.
    pub planned_cp: Option<Cents>,
    pub fund: Option<FundFigures>,
    pub corrections: Vec<Correction>,
    pub foreseen: Vec<ForeseenOrder>,
    pub consumption: Vec<ForecastMonth>,
    /// The highest number of a ledger line that was known.
    pub last_line: i64,
}

impl AccountFigures {
    pub fn left_ae(&self) -> Option<Cents> {
        self.ceiling.map(|ceiling| ceiling - self.total.committed)
    }

    pub fn left_cp(&self) -> Option<Cents> {
        self.planned_cp.map(|planned| planned - self.total.paid)
    }
}

/// An account that was sent, as the next ones must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub until: Date,
    pub last_line: i64,
}

/// Something that counts: a ledger line, or an order placed that the ledger does not hold.
struct Counted {
    day: Option<Date>,
    order: Option<String>,
    amounts: Amounts,
}

/// The figures from a day (none: no period is told apart) to another. `lines` are the numbers of the ledger's entries, in
/// its order.
pub fn figures(
    agreement: &Agreement,
    lines: &[i64],
    (from, until): (Option<Date>, Date),
    at_term: bool,
    before: Option<&Rendered>,
) -> AccountFigures {
    let counted = counted(agreement, until);
    let within = |one: &&Counted| from.is_some_and(|from| one.day.is_some_and(|day| day >= from));
    let total: Amounts = counted.iter().map(|one| one.amounts).sum();
    let planned = agreement.plan_on(until);
    let known_cp: Vec<Cents> = planned.iter().filter_map(|line| line.cp).map(|cp| cp.0).collect();
    let orders = by_order(agreement, &counted, from);
    let corrections = before.map_or_else(Vec::new, |before| {
        let late = agreement.ledger.iter().zip(lines);
        late.filter(|(entry, line)| **line > before.last_line && entry.date <= before.until)
            .map(|(entry, line)| Correction { line: *line, entry: entry.clone() })
            .collect()
    });
    AccountFigures {
        years: by_year(agreement, &counted, until),
        period: counted.iter().filter(within).map(|one| one.amounts).sum(),
        total,
        still_reserved: orders
            .iter()
            .filter(|one| one.number.is_none() || one.total.committed == Cents::ZERO)
            .map(|one| one.total.reserved)
            .sum(),
        ceiling: checks::ceiling(agreement, until).amount(),
        planned_cp: (!known_cp.is_empty()).then(|| known_cp.into_iter().sum()),
        fund: fund(agreement, total, at_term),
        corrections,
        foreseen: foreseen(agreement),
        consumption: forecast(agreement, &orders, until),
        last_line: lines.iter().copied().max().unwrap_or_default(),
        orders,
    }
}

fn counted(agreement: &Agreement, until: Date) -> Vec<Counted> {
    let entries = agreement.ledger.iter().filter(|entry| entry.date <= until).map(|entry| Counted {
        day: Some(entry.date),
        order: entry.order.clone(),
        amounts: Amounts::of(entry),
    });
    let unwritten = checks::not_in_ledger(agreement, until).map(|order| Counted {
        day: order.signed_on,
        order: Some(order.name()),
        amounts: Amounts { committed: order.total(), ..Amounts::default() },
    });
    entries.chain(unwritten).collect()
}

fn by_year(agreement: &Agreement, counted: &[Counted], until: Date) -> Vec<AccountYear> {
    let blank = |year| AccountYear { year, planned_ae: None, planned_cp: None, amounts: Amounts::default() };
    let mut years: BTreeMap<(bool, Option<i16>), AccountYear> = BTreeMap::new();
    let key = |year: Option<i16>| (year.is_none(), year);
    for line in agreement.plan_on(until) {
        let year = years.entry(key(Some(line.year))).or_insert_with(|| blank(Some(line.year)));
        let more = |sum: Option<Cents>, cell: Option<Cents>| match (sum, cell) {
            (Some(sum), Some(cell)) => Some(sum + cell),
            (sum, cell) => sum.or(cell),
        };
        year.planned_ae = more(year.planned_ae, line.ae.map(|ae| ae.0));
        year.planned_cp = more(year.planned_cp, line.cp.map(|cp| cp.0));
    }
    for one in counted {
        let of = one.day.map(Date::year);
        let year = years.entry(key(of)).or_insert_with(|| blank(of));
        year.amounts = year.amounts + one.amounts;
    }
    years.into_values().collect()
}

/// Each order placed, then what no order holds when there is some.
fn by_order(agreement: &Agreement, counted: &[Counted], from: Option<Date>) -> Vec<AccountOrder> {
    let placed: Vec<&Order> = agreement.orders.iter().filter(|order| checks::placed(order)).collect();
    let within = |one: &Counted| from.is_some_and(|from| one.day.is_some_and(|day| day >= from));
    let sums = |belongs: &dyn Fn(&Counted) -> bool| -> (Amounts, Amounts) {
        let own = || counted.iter().filter(|one| belongs(one));
        (own().filter(|one| within(one)).map(|one| one.amounts).sum(), own().map(|one| one.amounts).sum())
    };
    let mut rows: Vec<AccountOrder> = Vec::new();
    for order in &placed {
        let name = order.name();
        if rows.iter().any(|row| row.number.as_ref() == Some(&name)) {
            continue;
        }
        let (period, total) = sums(&|one| one.order.as_ref() == Some(&name));
        rows.push(AccountOrder {
            number: Some(name),
            title: order.lines.first().map_or_else(String::new, |line| line.label.clone()),
            product: product_name(agreement, order.product.as_deref()),
            supplier: order.supplier.clone().unwrap_or_default(),
            period,
            total,
        });
    }
    let known: Vec<String> = placed.iter().map(|order| order.name()).collect();
    let (period, total) = sums(&|one| one.order.as_ref().is_none_or(|name| !known.contains(name)));
    if total.spends() || period.spends() {
        let title = "Sans commande signée".to_owned();
        let blank = String::new;
        rows.push(AccountOrder { number: None, title, product: blank(), supplier: blank(), period, total });
    }
    rows
}

/// The name of a product, or its key when the text does not describe it.
pub(super) fn product_name(agreement: &Agreement, key: Option<&str>) -> String {
    let key = key.unwrap_or_default();
    let known = agreement.written.products.iter().find(|product| product.key == key);
    known.map_or(key, |product| product.name.as_str()).to_owned()
}

fn fund(agreement: &Agreement, total: Amounts, at_term: bool) -> Option<FundFigures> {
    if agreement.written.contributions.is_empty() {
        return None;
    }
    let opening = agreement.opening_balance();
    let received = total.received + opening.unwrap_or(Cents::ZERO);
    let balance = received - total.paid - total.refunded;
    let shares = checks::refunds(agreement, balance.at_least_zero(), Cents::ZERO);
    let shares = shares
        .into_iter()
        .filter(|_| at_term)
        .map(|share| FundShare { funder: agreement.name_of(&share.funder).to_owned(), amount: share.amount });
    Some(FundFigures {
        opening,
        received,
        opened_ae: total.opened_ae,
        opened_cp: total.opened_cp,
        consumed_ae: total.committed,
        consumed_cp: total.paid,
        refunded: total.refunded,
        balance,
        shares: shares.collect(),
    })
}
