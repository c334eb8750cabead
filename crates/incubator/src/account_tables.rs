//! The tables of an account, once for its page, its PDF and its spreadsheet.

use jiff::civil::Date;
use socle::pages::format;

use crate::account_words;
use crate::model::account::Account;
use crate::model::account_figures::{AccountFigures, AccountYear, Amounts, FundFigures};
use crate::model::money::Cents;
use crate::model::named::Named as _;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Money(Cents),
    Day(Date),
    /// A blank of the agreement: unknown, never zero.
    Unknown,
    /// Nothing has its place here.
    Nothing,
}

impl Cell {
    /// As a page writes it.
    pub fn fr(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Money(cents) => cents.fr(),
            Self::Day(day) => format::date(*day),
            Self::Unknown => "n.c.".to_owned(),
            Self::Nothing => String::new(),
        }
    }
}

/// A table. The first column names the row.
#[derive(Clone, Debug)]
pub struct Table {
    /// In addresses and as the name of a sheet: short, unique.
    pub name: &'static str,
    pub caption: String,
    /// Titles, and whether a column holds amounts.
    pub columns: Vec<(String, bool)>,
    pub rows: Vec<Vec<Cell>>,
    pub total: Option<Vec<Cell>>,
}

impl Table {
    fn new(name: &'static str, caption: String, columns: &[(&str, bool)]) -> Self {
        let columns = columns.iter().map(|(title, amount)| ((*title).to_owned(), *amount)).collect();
        Self { name, caption, columns, rows: Vec::new(), total: None }
    }
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn known(amount: Option<Cents>) -> Cell {
    amount.map_or(Cell::Unknown, Cell::Money)
}

fn maybe(day: Option<Date>) -> Cell {
    day.map_or(Cell::Nothing, Cell::Day)
}

/// What was spent: in all, by year, by order, and on the fund when there is one.
pub fn spending(account: &Account) -> Vec<Table> {
    let figures = &account.figures;
    let mut tables = vec![whole(account), ae_by_year(figures), cp_by_year(figures), by_order(account)];
    if let Some(fund) = &figures.fund {
        tables.push(of_fund(fund));
        if !fund.shares.is_empty() {
            tables.push(shares(fund));
        }
    }
    tables
}

type Reading = fn(&Amounts) -> Cents;

/// What is told, then its AE and its CP.
const KINDS: [(&str, Option<Reading>, Option<Reading>); 6] = [
    ("Mis à disposition, reports compris", Some(|one| one.available_ae), Some(|one| one.available_cp)),
    ("Ouvert sur le fonds de concours", Some(|one| one.opened_ae), Some(|one| one.opened_cp)),
    ("Réservé", Some(|one| one.reserved), None),
    ("Engagé, retraits déduits", Some(|one| one.committed), None),
    ("Service fait certifié", None, Some(|one| one.certified)),
    ("Payé", None, Some(|one| one.paid)),
];

fn whole(account: &Account) -> Table {
    let figures = &account.figures;
    let period = account_words::period(account);
    let apart = account.from.is_some();
    let (ae, cp) = (format!("AE, {period}"), format!("CP, {period}"));
    let mut columns = vec![("Quoi", false)];
    if apart {
        columns.extend([(ae.as_str(), true), (cp.as_str(), true)]);
    }
    columns.extend([("AE, depuis le début", true), ("CP, depuis le début", true)]);
    let mut table = Table::new("ensemble", "Ce que dit le registre des crédits".to_owned(), &columns);
    for (what, ae, cp) in KINDS {
        if what.starts_with("Ouvert") && figures.fund.is_none() {
            continue;
        }
        let cells = |amounts: &Amounts| {
            [ae, cp].map(|read| read.map_or(Cell::Nothing, |read| Cell::Money(read(amounts))))
        };
        let mut row = vec![text(what)];
        if apart {
            row.extend(cells(&figures.period));
        }
        row.extend(cells(&figures.total));
        table.rows.push(row);
    }
    table
}

fn year_name(year: &AccountYear) -> Cell {
    text(year.year.map_or_else(|| "Sans jour connu".to_owned(), |year| year.to_string()))
}

fn ae_by_year(figures: &AccountFigures) -> Table {
    let columns =
        [("Année", false), ("Prévu", true), ("Mis à disposition", true), ("Réservé", true), ("Engagé", true)];
    let caption = "Autorisations d’engagement (AE), par année".to_owned();
    let mut table = Table::new("ae", caption, &columns);
    let cells = |amounts: &Amounts| {
        [amounts.available_ae + amounts.opened_ae, amounts.reserved, amounts.committed].map(Cell::Money)
    };
    for year in &figures.years {
        let planned = if year.year.is_some() { known(year.planned_ae) } else { Cell::Nothing };
        table.rows.push([vec![year_name(year), planned], cells(&year.amounts).to_vec()].concat());
    }
    let planned: Vec<Cents> = figures.years.iter().filter_map(|year| year.planned_ae).collect();
    let sum = known((!planned.is_empty()).then(|| planned.into_iter().sum()));
    table.total = Some([vec![text("En tout"), sum], cells(&figures.total).to_vec()].concat());
    table
}

fn cp_by_year(figures: &AccountFigures) -> Table {
    let columns = [
        ("Année", false),
        ("Prévu", true),
        ("Mis à disposition", true),
        ("Service fait", true),
        ("Payé", true),
    ];
    let mut table = Table::new("cp", "Crédits de paiement (CP), par année".to_owned(), &columns);
    let cells = |amounts: &Amounts| {
        [amounts.available_cp + amounts.opened_cp, amounts.certified, amounts.paid].map(Cell::Money)
    };
    for year in &figures.years {
        let planned = if year.year.is_some() { known(year.planned_cp) } else { Cell::Nothing };
        table.rows.push([vec![year_name(year), planned], cells(&year.amounts).to_vec()].concat());
    }
    let total = vec![text("En tout"), known(figures.planned_cp)];
    table.total = Some([total, cells(&figures.total).to_vec()].concat());
    table
}

fn by_order(account: &Account) -> Table {
    let figures = &account.figures;
    let apart = account.from.is_some();
    let period = account_words::period(account);
    let (committed, paid) = (format!("Engagé, {period}"), format!("Payé, {period}"));
    let mut columns = vec![("Commande", false)];
    if apart {
        columns.extend([(committed.as_str(), true), (paid.as_str(), true)]);
    }
    columns.extend([("Engagé", true), ("Service fait", true), ("Payé", true)]);
    let mut table = Table::new("commandes", "Par commande".to_owned(), &columns);
    let cells = |period: &Amounts, total: &Amounts| {
        let mut cells = Vec::new();
        if apart {
            cells.extend([period.committed, period.paid].map(Cell::Money));
        }
        cells.extend([total.committed, total.certified, total.paid].map(Cell::Money));
        cells
    };
    for order in &figures.orders {
        let words = [order.number.as_deref().unwrap_or_default(), &order.title, &order.supplier];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let mut row = vec![text(words.join(", "))];
        row.extend(cells(&order.period, &order.total));
        table.rows.push(row);
    }
    let mut total = vec![text("En tout")];
    total.extend(cells(&figures.period, &figures.total));
    table.total = Some(total);
    table
}

fn of_fund(fund: &FundFigures) -> Table {
    let columns = [("Quoi", false), ("AE", true), ("CP", true), ("Sommes", true)];
    let mut table = Table::new("fonds", "Fonds de concours".to_owned(), &columns);
    let cash = |what: &str, amount| vec![text(what), Cell::Nothing, Cell::Nothing, Cell::Money(amount)];
    if let Some(opening) = fund.opening {
        table.rows.push(cash("Solde de la convention précédente", opening));
    }
    table.rows.push(cash("Encaissé, solde précédent compris", fund.received));
    table.rows.push(vec![
        text("Crédits ouverts"),
        Cell::Money(fund.opened_ae),
        Cell::Money(fund.opened_cp),
        Cell::Nothing,
    ]);
    table.rows.push(vec![
        text("Consommé"),
        Cell::Money(fund.consumed_ae),
        Cell::Money(fund.consumed_cp),
        Cell::Nothing,
    ]);
    table.rows.push(cash("Restitué", fund.refunded));
    table.total = Some(cash("Solde\u{a0}: encaissé, moins payé, moins restitué", fund.balance));
    table
}

fn shares(fund: &FundFigures) -> Table {
    let columns = [("Financeur", false), ("À restituer", true)];
    let caption = "À restituer, en proportion de ce que chacun a versé".to_owned();
    let mut table = Table::new("restitution", caption, &columns);
    let row = |share: &crate::model::account_figures::FundShare| {
        vec![text(&share.funder), Cell::Money(share.amount)]
    };
    table.rows = fund.shares.iter().map(row).collect();
    table.total = Some(vec![text("En tout"), Cell::Money(fund.shares.iter().map(|one| one.amount).sum())]);
    table
}

/// Lines written after the account of their month was sent.
pub fn corrections(account: &Account) -> Option<Table> {
    let columns =
        [("Ligne", false), ("Jour", false), ("Pièce", false), ("AE", true), ("CP", true), ("Sommes", true)];
    let mut table = Table::new("corrections", "Lignes d’un mois déjà rendu".to_owned(), &columns);
    let amount = |cents: Option<Cents>| cents.map_or(Cell::Nothing, Cell::Money);
    for one in &account.figures.corrections {
        let entry = &one.entry;
        let order = entry.order.iter().chain(&entry.document).cloned().collect::<Vec<_>>();
        table.rows.push(vec![
            text(crate::pages::sentence(entry.kind.fr())),
            Cell::Day(entry.date),
            text(order.join(", ")),
            amount(entry.ae.map(|ae| ae.0)),
            amount(entry.cp.map(|cp| cp.0)),
            amount(entry.cash),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Orders that are not signed yet.
pub fn foreseen(account: &Account) -> Option<Table> {
    let columns = [
        ("Commande prévue", false),
        ("Service", false),
        ("Début", false),
        ("Fin", false),
        ("Montant TTC", true),
    ];
    let mut table = Table::new("previsions", "Commandes prévues".to_owned(), &columns);
    let orders = &account.figures.foreseen;
    for order in orders {
        table.rows.push(vec![
            text(&order.title),
            text(&order.product),
            maybe(order.from),
            maybe(order.to),
            Cell::Money(order.amount),
        ]);
    }
    let sum = Cell::Money(orders.iter().map(|order| order.amount).sum());
    table.total = Some(vec![text("En tout"), Cell::Nothing, Cell::Nothing, Cell::Nothing, sum]);
    (!table.rows.is_empty()).then_some(table)
}

/// What the months to come will consume.
pub fn consumption(account: &Account) -> Option<Table> {
    let columns = [("Mois", false), ("AE à engager", true), ("CP à payer", true)];
    let mut table = Table::new("consommation", "Consommation prévue, mois par mois".to_owned(), &columns);
    let months = &account.figures.consumption;
    for month in months {
        let name = crate::pages::sentence(&format::month(month.month.first_day()));
        table.rows.push(vec![text(name), Cell::Money(month.ae), Cell::Money(month.cp)]);
    }
    let (ae, cp) = (months.iter().map(|one| one.ae).sum(), months.iter().map(|one| one.cp).sum());
    table.total = Some(vec![text("En tout"), Cell::Money(ae), Cell::Money(cp)]);
    (!table.rows.is_empty()).then_some(table)
}
