//! What an extract of Chorus tells of orders: what is committed, certified, paid.

use jiff::civil::Date;

use super::chosen_cells::{Cells, number};
use super::{Chosen, Table};
use crate::model::money::Cents;

/// A line of an extract, or why it cannot be read, in French.
pub struct Told {
    pub line: usize,
    /// The number, as it is written.
    pub what: String,
    pub movement: Result<Movement, String>,
}

/// What happened to an order on a day.
#[derive(Clone, Debug)]
pub struct Movement {
    pub number: String,
    pub day: Date,
    pub document: String,
    /// In all, as the extract has it.
    pub committed: Option<Cents>,
    pub certified: Option<Cents>,
    pub paid: Option<Cents>,
}

/// The movements of an extract.
pub fn movements(table: &Table, chosen: &Chosen, today: Date) -> Vec<Told> {
    let told = |row| {
        let cells = Cells { row, chosen };
        Told { line: row.line, what: cells.text("number").to_owned(), movement: movement(&cells, today) }
    };
    table.rows.iter().map(told).collect()
}

fn movement(cells: &Cells, today: Date) -> Result<Movement, String> {
    let number = number(cells.text("number"))?;
    let day = cells.day("day")?.ok_or("Le jour manque.")?;
    if day > today {
        return Err("Ce jour est dans l’avenir.".to_owned());
    }
    let (committed, certified, paid) =
        (cells.amount("committed")?, cells.amount("certified")?, cells.amount("paid")?);
    if committed.or(certified).or(paid).is_none() {
        return Err("Aucun montant\u{a0}: ni engagé, ni service fait, ni payé.".to_owned());
    }
    let document = cells.text("document").chars().take(200).collect();
    Ok(Movement { number, day, document, committed, certified, paid })
}
