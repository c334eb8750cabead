use std::io::{self, Seek as _};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use socle::documents::{Documents, Draft, Written};

use super::column::{Cell, Column};
use super::line::Line;
use super::sheet::{Sheet, SheetError};

/// Lines a sheet may have, its header excluded (limit of the format: 1 048 576).
const LONGEST: u32 = 1_000_000;

/// A workbook: sheets « Trajets 1 », « Trajets 2 »… of at most a million lines each.
///
/// The format ends with its table of contents: the library writes to temporary files without a name, on the disk of
/// the documents, and the whole is sealed at the end.
pub struct Spreadsheet {
    columns: Vec<Column>,
    workbook: Workbook,
    sheets: usize,
    /// Lines of the present sheet, its header included.
    lines: u32,
    draft: Draft,
    scratch: std::fs::File,
}

impl Spreadsheet {
    pub fn begin(columns: Vec<Column>, draft: Draft, documents: &Documents) -> Result<Self, SheetError> {
        let mut workbook = Workbook::new();
        let scratch = documents.scratch()?;
        workbook.set_tempdir(documents.folder())?;
        let mut begun = Self { columns, workbook, sheets: 0, lines: 0, draft, scratch };
        begun.add_sheet()?;
        Ok(begun)
    }

    fn add_sheet(&mut self) -> Result<(), SheetError> {
        self.sheets += 1;
        let header = Format::new().set_bold();
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(format!("Trajets {}", self.sheets))?;
        sheet.set_freeze_panes(1, 0)?;
        for (index, column) in (0..).zip(&self.columns) {
            sheet.write_string_with_format(0, index, column.name, &header)?;
        }
        self.lines = 1;
        Ok(())
    }
}

fn write_line(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[Column],
    line: &Line<'_>,
) -> Result<(), SheetError> {
    for (index, column) in (0..).zip(columns) {
        match (column.read)(line) {
            Cell::Nothing => continue,
            Cell::Text(text) => sheet.write_string(row, index, text.as_ref())?,
            #[expect(clippy::cast_precision_loss, reason = "numbers of journeys, far below 2^53")]
            Cell::Integer(value) => sheet.write_number(row, index, value as f64)?,
            Cell::Decimal(value) => sheet.write_number(row, index, value)?,
            Cell::Moment(at, zone) => {
                sheet.write_string(row, index, at.display_with_offset(zone.to_offset(at)).to_string())?
            }
        };
    }
    Ok(())
}

impl Sheet for Spreadsheet {
    fn write(&mut self, lines: &[Line<'_>]) -> Result<(), SheetError> {
        for line in lines {
            if self.lines > LONGEST {
                self.add_sheet()?;
            }
            let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
            write_line(sheet, self.lines, &self.columns, line)?;
            self.lines += 1;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written, SheetError> {
        self.workbook.save_to_writer(&self.scratch)?;
        self.scratch.rewind()?;
        io::copy(&mut self.scratch, &mut self.draft)?;
        Ok(self.draft.finish()?)
    }
}
