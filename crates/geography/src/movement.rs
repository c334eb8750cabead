use jiff::civil::Date;

use crate::InseeCode;
use crate::input_error::InputError;
use crate::source_file::SourceFile;
use crate::table::{Row, Table};

/// One line of INSEE's list of events on communes since 1943 (`v_mvt_commune`).
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    /// MOD: 21 for a commune set up again, 32 for a merger...
    pub(crate) kind: u8,
    pub(crate) date: Date,
    pub(crate) before: Option<Side>,
    pub(crate) after: Option<Side>,
}

/// A commune before or after an event.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) level: Level,
    pub(crate) code: InseeCode,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Commune,
    Associated,
    Delegated,
    Arrondissement,
}

const COLUMNS: [&str; 8] =
    ["MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "LIBELLE_AV", "TYPECOM_AP", "COM_AP", "LIBELLE_AP"];

/// Reads the CSV published by INSEE.
pub(crate) fn read(file: &SourceFile) -> Result<Vec<Movement>, InputError> {
    Table::read(file, &COLUMNS)?.rows().map(|row| movement(&row)).collect()
}

fn movement(row: &Row<'_>) -> Result<Movement, InputError> {
    let movement = Movement {
        kind: row.number("MOD")?,
        date: row.get("DATE_EFF").parse().map_err(|_| row.unexpected("DATE_EFF", "a date, YYYY-MM-DD"))?,
        before: side(row, ["TYPECOM_AV", "COM_AV", "LIBELLE_AV"])?,
        after: side(row, ["TYPECOM_AP", "COM_AP", "LIBELLE_AP"])?,
    };
    if movement.before.is_none() && movement.after.is_none() {
        return Err(row.unexpected("COM_AV", "a code here or in COM_AP"));
    }
    Ok(movement)
}

fn side(row: &Row<'_>, [level, code, name]: [&str; 3]) -> Result<Option<Side>, InputError> {
    if row.get(code).is_empty() {
        return Ok(None);
    }
    let level = match row.get(level) {
        "COM" => Level::Commune,
        "COMA" => Level::Associated,
        "COMD" => Level::Delegated,
        "ARM" => Level::Arrondissement,
        _ => return Err(row.unexpected(level, "COM, COMA, COMD or ARM")),
    };
    Ok(Some(Side { level, code: row.code(code)?, name: row.get(name).to_owned() }))
}
