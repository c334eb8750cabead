//! Orders that a spreadsheet tells.

use jiff::civil::Date;

use super::chosen_cells::{Cells, number};
use super::{Chosen, Table};
use crate::model::named::Named as _;
use crate::model::order::ServiceKind;
use crate::model::product::Product;
use crate::store::order::{NewOrder, NewOrderLine, Signed};

/// An order of a file, which may hold several lines of it, or why it cannot be read, in French.
pub struct Told {
    /// Where it begins in the file.
    pub line: usize,
    pub what: String,
    pub order: Result<NewOrder, String>,
}

/// The orders of a table: the lines that bear the same number are one. `today` bounds signatures.
pub fn orders(table: &Table, chosen: &Chosen, products: &[Product], today: Date) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for row in &table.rows {
        let cells = Cells { row, chosen };
        let read = order(&cells, products, today);
        let known = read.as_ref().ok().and_then(|order| order.signed.as_ref()).map(|one| one.number.clone());
        let same = known.and_then(|known| {
            told.iter_mut().find(|one| {
                one.order
                    .as_ref()
                    .is_ok_and(|order| order.signed.as_ref().is_some_and(|signed| signed.number == known))
            })
        });
        match (same, read) {
            (Some(one), Ok(more)) => join(one, more),
            (_, read) => {
                let title = cells.text("title");
                let what = if title.is_empty() { "(sans objet)" } else { title };
                told.push(Told { line: row.line, what: what.to_owned(), order: read });
            }
        }
    }
    told
}

/// Adds a line to the order it belongs to; the whole order is refused when they disagree.
fn join(one: &mut Told, more: NewOrder) {
    let Ok(order) = &mut one.order else { return };
    let day = |order: &NewOrder| order.signed.as_ref().map(|signed| signed.day);
    let number = order.signed.as_ref().map(|signed| signed.number.clone()).unwrap_or_default();
    let disagree = if day(order) != day(&more) {
        Some("le même jour de signature")
    } else if order.product != more.product {
        Some("le même service numérique")
    } else if order.supplier != more.supplier {
        Some("le même titulaire")
    } else {
        None
    };
    if let Some(what) = disagree {
        one.order = Err(format!("Les lignes de l’engagement {number} n’ont pas toutes {what}."));
        return;
    }
    order.lines.extend(more.lines);
    order.from = [order.from, more.from].into_iter().flatten().reduce(std::cmp::min);
    order.to = [order.to, more.to].into_iter().flatten().reduce(std::cmp::max);
}

fn order(cells: &Cells, products: &[Product], today: Date) -> Result<NewOrder, String> {
    let title = cells.text("title");
    if title.is_empty() {
        return Err("L’objet manque.".to_owned());
    }
    let amount = cells.amount("amount")?.ok_or("Le montant manque.")?;
    let service = match cells.text("nature") {
        "" => ServiceKind::Other,
        typed => service(typed).ok_or_else(|| {
            let known: Vec<&str> = ServiceKind::ALL.iter().map(|kind| kind.fr()).collect();
            format!("Nature «\u{a0}{typed}\u{a0}» inconnue. Attendu\u{a0}: {}.", known.join(", "))
        })?,
    };
    let product = product(cells.text("product"), products)?;
    let (from, to) = (cells.day("from")?, cells.day("to")?);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err("La fin de la prestation vient avant son début.".to_owned());
    }
    let signed = match (cells.text("number"), cells.day("signed")?) {
        // An order that is foreseen may have a day, the one people hope for: it commits nothing.
        ("", _) => None,
        (_, None) => return Err("Un numéro Chorus sans jour de signature ne s’engage pas.".to_owned()),
        (_, Some(day)) if day > today => return Err("La signature est dans l’avenir.".to_owned()),
        (typed, Some(day)) => {
            Some(Signed { number: number(typed)?, day, note: "Reprise d’un fichier.".to_owned() })
        }
    };
    let phase = product.and_then(|one| one.phase_on(signed.as_ref().map_or(today, |signed| signed.day)));
    let line = NewOrderLine {
        label: title.to_owned(),
        service,
        activity: String::new(),
        resource: String::new(),
        amount,
    };
    Ok(NewOrder {
        product: product.map(|one| one.key.clone()).unwrap_or_default(),
        title: title.chars().take(120).collect(),
        supplier: cells.text("supplier").chars().take(120).collect(),
        market: cells.text("market").chars().take(120).collect(),
        phase,
        need: String::new(),
        from,
        to,
        market_ends_on: None,
        lines: vec![line],
        signed,
    })
}

fn service(typed: &str) -> Option<ServiceKind> {
    let typed = typed.to_lowercase();
    ServiceKind::ALL.iter().copied().find(|kind| typed == kind.fr() || typed == kind.as_str())
}

/// The product that is named; the only one when none is; none in an agreement that bears no product.
fn product<'a>(typed: &str, products: &'a [Product]) -> Result<Option<&'a Product>, String> {
    let lower = typed.to_lowercase();
    let names = || products.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    match (typed, products) {
        ("", []) => Ok(None),
        ("", [only]) => Ok(Some(only)),
        ("", _) => Err(format!("Le service numérique manque. Attendu\u{a0}: {}.", names())),
        _ => products
            .iter()
            .find(|one| one.key == typed || one.name.to_lowercase() == lower)
            .map(Some)
            .ok_or_else(|| {
                format!(
                    "Le service «\u{a0}{typed}\u{a0}» n’est pas dans cette convention. Attendu\u{a0}: {}.",
                    names()
                )
            }),
    }
}
