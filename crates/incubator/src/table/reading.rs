//! A table out of the bytes of a file.

use std::io::Cursor;

use calamine::{Data, Reader as _};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::{LONGEST_CELL, MOST_COLUMNS, MOST_LINES, Row, Table};

/// Why a file gives no table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Empty,
    /// A header and nothing under it.
    HeaderOnly,
    /// It begins like a spreadsheet and cannot be opened as one.
    Spreadsheet(String),
    /// Bytes that are no text.
    Binary,
    TooManyLines(usize),
    TooManyColumns(usize),
    TooLong {
        line: usize,
        characters: usize,
    },
}

/// What spreadsheets begin with: an archive, or the older format.
const SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];
const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];

/// Reads the first sheet of a spreadsheet, or a text in UTF-8, UTF-16 or Windows-1252 whose separator is guessed. The
/// header is the first line that is not empty.
///
/// # Errors
/// [`Unreadable`], with what was seen.
pub fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    let lines = if SPREADSHEETS.iter().any(|magic| bytes.starts_with(magic)) {
        spreadsheet(bytes)?
    } else {
        text(bytes)?
    };
    let mut lines = lines.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    let Some((_, header)) = lines.next() else { return Err(Unreadable::Empty) };
    let rows: Vec<Row> = lines.map(|(line, cells)| Row { line, cells }).collect();
    if rows.is_empty() {
        return Err(Unreadable::HeaderOnly);
    }
    if rows.len() > MOST_LINES {
        return Err(Unreadable::TooManyLines(rows.len()));
    }
    let widest = rows.iter().map(|row| row.cells.len()).chain([header.len()]).fold(0, std::cmp::max);
    if widest > MOST_COLUMNS {
        return Err(Unreadable::TooManyColumns(widest));
    }
    for row in &rows {
        if let Some(characters) =
            row.cells.iter().map(|cell| cell.chars().count()).find(|characters| *characters > LONGEST_CELL)
        {
            return Err(Unreadable::TooLong { line: row.line, characters });
        }
    }
    let header = header.into_iter().map(|cell| cell.trim().chars().take(LONGEST_CELL).collect()).collect();
    Ok(Table { header, rows })
}

/// The lines of a file, with their numbers.
type Lines = Vec<(usize, Vec<String>)>;

fn spreadsheet(bytes: &[u8]) -> Result<Lines, Unreadable> {
    let broken = |cause: &dyn std::fmt::Display| Unreadable::Spreadsheet(cause.to_string());
    let mut book =
        calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|cause| broken(&cause))?;
    let sheet = book.worksheet_range_at(0).ok_or(Unreadable::Empty)?.map_err(|cause| broken(&cause))?;
    let first = sheet.start().map_or(0, |(row, _)| row as usize);
    Ok(sheet.rows().enumerate().map(|(at, row)| (first + at + 1, row.iter().map(cell).collect())).collect())
}

fn cell(data: &Data) -> String {
    match data {
        Data::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        // Whole numbers are identifiers as often as amounts; others are amounts, to the cent.
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Data::Float(number) => format!("{number:.2}"),
        other => other.to_string(),
    }
}

fn text(bytes: &[u8]) -> Result<Lines, Unreadable> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    let (text, _, _) = encoding.decode(bytes);
    if text.contains('\0') {
        return Err(Unreadable::Binary);
    }
    let mut lines = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    for record in reader.records() {
        // The text is UTF-8 and lines may have any number of cells: nothing is left to go wrong.
        let Ok(record) = record else { return Err(Unreadable::Binary) };
        let line = record.position().map_or(0, |position| first_line(&text, position));
        lines.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(lines)
}

/// The line on which a record begins: the reader tells where the one before ended, and passes empty lines silently.
fn first_line(text: &str, ended: &csv::Position) -> usize {
    let after =
        usize::try_from(ended.byte()).ok().and_then(|from| text.as_bytes().get(from..)).unwrap_or_default();
    let empty =
        after.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
    usize::try_from(ended.line()).unwrap_or(usize::MAX).saturating_add(empty)
}

/// The separator that the first line that is not empty holds most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let held = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    // The first of the list wins when two are held as often.
    SEPARATORS.into_iter().rev().max_by_key(|separator| held(*separator)).unwrap_or(b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let table = read(bytes).expect("a table");
        std::iter::once(table.header).chain(table.rows.into_iter().map(|row| row.cells)).collect()
    }

    #[test]
    fn separators_and_encodings_are_guessed() {
        let expected = [["Objet", "Payé"], ["Été", "1 200,50"]];
        assert_eq!(cells("Objet;Payé\nÉté;1 200,50".as_bytes()), expected);
        assert_eq!(cells("\u{feff}Objet\tPayé\r\n\r\nÉté\t1 200,50\r\n".as_bytes()), expected);
        assert_eq!(cells("Objet,Payé\nÉté,\"1 200,50\"".as_bytes()), expected);
        assert_eq!(cells(b"Objet;Pay\xE9\n\xC9t\xE9;1 200,50"), expected);
    }

    #[test]
    fn lines_keep_their_number_in_the_file() {
        let table = read(b"\nObjet;Montant\n\n\"deux\nlignes\";5\nsuite;6").expect("a table");
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 6]);
    }

    #[test]
    fn what_is_no_table_is_named() {
        assert_eq!(read(b""), Err(Unreadable::Empty));
        assert_eq!(read(b";;\n"), Err(Unreadable::Empty));
        assert_eq!(read(b"Objet;Montant"), Err(Unreadable::HeaderOnly));
        assert_eq!(read(b"\x7FELF\0\0;x\n"), Err(Unreadable::Binary));
        assert!(matches!(read(b"PK\x03\x04rien"), Err(Unreadable::Spreadsheet(_))));
        let long = format!("a;b\n1;{}", "x".repeat(501));
        assert_eq!(read(long.as_bytes()), Err(Unreadable::TooLong { line: 2, characters: 501 }));
        let many = format!("a\n{}", "1\n".repeat(2_001));
        assert_eq!(read(many.as_bytes()), Err(Unreadable::TooManyLines(2_001)));
    }
}
