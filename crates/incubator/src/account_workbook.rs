//! An account as a spreadsheet: a sheet of what it is and says, then one for each table. Amounts are numbers, in euros;
//! days are days.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::account_tables::{Cell, Table, consumption, corrections, foreseen, spending};
use crate::account_words::{DRAFT, facts, title};
use crate::model::account::Account;
use crate::model::money::Cents;

/// How cells are shown.
struct Formats {
    bold: Format,
    money: Format,
    day: Format,
    wrapped: Format,
}

/// The bytes of the file.
pub fn render(account: &Account, received: Option<&str>) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats {
        bold: Format::new().set_bold(),
        money: Format::new().set_num_format("#,##0.00 €"),
        day: Format::new().set_num_format("dd/mm/yyyy"),
        wrapped: Format::new().set_text_wrap(),
    };
    let mut book = Workbook::new();
    first(book.add_worksheet(), account, received, &formats)?;
    let more = [corrections(account), foreseen(account), consumption(account)];
    for table in spending(account).into_iter().chain(more.into_iter().flatten()) {
        sheet(book.add_worksheet(), &table, &formats)?;
    }
    book.save_to_buffer()
}

fn first(
    sheet: &mut Worksheet,
    account: &Account,
    received: Option<&str>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name("Compte rendu")?;
    sheet.set_column_width(0, 34)?;
    sheet.set_column_width(1, 90)?;
    sheet.write_string_with_format(0, 0, title(account.period), &formats.bold)?;
    if account.sent_on.is_none() {
        sheet.write_string_with_format(0, 1, DRAFT, &formats.bold)?;
    }
    let texts = [
        ("Ce qui a avancé", &account.text.progress),
        ("Les commandes prévues", &account.text.orders),
        ("La consommation prévue", &account.text.consumption),
    ];
    let texts = texts.into_iter().map(|(label, text)| (label.to_owned(), text.clone()));
    for (row, (label, value)) in (2..).zip(facts(account, received).into_iter().chain(texts)) {
        sheet.write_string_with_format(row, 0, label, &formats.bold)?;
        sheet.write_string_with_format(row, 1, value, &formats.wrapped)?;
    }
    Ok(())
}

fn sheet(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, (title, amount)) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, title, &formats.bold)?;
        sheet.set_column_width(column, if *amount { 18 } else { 30 })?;
    }
    for (row, cells) in (1..).zip(table.rows.iter().chain(&table.total)) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => sheet.write_string(row, column, text)?,
                Cell::Money(cents) => {
                    sheet.write_number_with_format(row, column, euros(*cents), &formats.money)?
                }
                Cell::Day(day) => {
                    let parts =
                        (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs());
                    let day = ExcelDateTime::from_ymd(parts.0, parts.1, parts.2)?;
                    sheet.write_datetime_with_format(row, column, &day, &formats.day)?
                }
                Cell::Unknown | Cell::Nothing => continue,
            };
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "cents of a budget, far below 2^53")]
fn euros(cents: Cents) -> f64 {
    cents.as_i64() as f64 / 100.0
}
