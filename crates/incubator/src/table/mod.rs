//! Tables that people keep elsewhere: a spreadsheet, a text with separators, cells pasted in a field.

pub mod chorus;
mod chosen_cells;
mod columns;
pub mod orders;
mod reading;
mod value;

use serde::{Deserialize, Serialize};

pub use self::columns::{Chosen, Column, Columns};
pub use self::reading::{Unreadable, read};
pub use self::value::{amount, day};

/// How many lines a file may have under its header.
pub const MOST_LINES: usize = 2_000;
/// How many columns.
pub const MOST_COLUMNS: usize = 64;
/// How many characters a cell may have.
pub const LONGEST_CELL: usize = 500;

/// A header and the lines under it, as text. Amounts are as they were typed; days of spreadsheets are `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

/// A line that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the file; the header is usually on the first.
    pub line: usize,
    pub cells: Vec<String>,
}

impl Row {
    /// A cell, without the spaces around; nothing beyond the end.
    pub fn cell(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }
}

impl Table {
    /// Whether it is within what is read: what came back from a page is checked again.
    pub fn is_sound(&self) -> bool {
        let short = |cell: &String| cell.chars().count() <= LONGEST_CELL;
        self.header.len() <= MOST_COLUMNS
            && self.rows.len() <= MOST_LINES
            && self.header.iter().all(short)
            && self.rows.iter().all(|row| row.cells.len() <= MOST_COLUMNS && row.cells.iter().all(short))
    }
}
