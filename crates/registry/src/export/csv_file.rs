use std::fmt::Write as _;
use std::io::Write as _;

use socle::documents::{Draft, Written};

use super::column::{Cell, Column};
use super::line::Line;
use super::sheet::{Sheet, SheetError};

/// What tells spreadsheets that a text is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Text with semicolons, as French spreadsheets read it; decimals with a point, as programs do.
pub struct CsvFile {
    columns: Vec<Column>,
    writer: csv::Writer<Draft>,
    cell: String,
}

impl CsvFile {
    pub fn begin(columns: Vec<Column>, mut draft: Draft) -> Result<Self, SheetError> {
        draft.write_all(MARK)?;
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(draft);
        writer.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self { columns, writer, cell: String::new() })
    }
}

/// A text that a spreadsheet would take for a formula is kept a text.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

impl Sheet for CsvFile {
    fn write(&mut self, lines: &[Line<'_>]) -> Result<(), SheetError> {
        for line in lines {
            for column in &self.columns {
                self.cell.clear();
                // Writing to a text does not fail.
                let _ = match (column.read)(line) {
                    Cell::Nothing => Ok(()),
                    Cell::Text(text) if is_formula(&text) => write!(self.cell, "'{text}"),
                    Cell::Text(text) => {
                        self.writer.write_field(text.as_bytes())?;
                        continue;
                    }
                    Cell::Integer(value) => write!(self.cell, "{value}"),
                    Cell::Decimal(value) => write!(self.cell, "{value}"),
                    Cell::Moment(moment) => {
                        write!(self.cell, "{}", moment.at.display_with_offset(moment.offset))
                    }
                };
                self.writer.write_field(self.cell.as_bytes())?;
            }
            self.writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SheetError> {
        let draft = self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(draft.finish()?)
    }
}
