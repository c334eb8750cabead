use socle::documents::{Documents, Draft, Written};
use socle::seal::SealError;

use super::column::Column;
use super::csv_file::CsvFile;
use super::line::Line;
use super::parquet_file::ParquetFile;
use super::spreadsheet::Spreadsheet;
use crate::model::ExportFormat;

/// A file being written, whatever its format.
pub trait Sheet: Send {
    fn write(&mut self, lines: &[Line<'_>]) -> Result<(), SheetError>;
    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<Written, SheetError>;
}

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Spreadsheet(#[from] rust_xlsxwriter::XlsxError),
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error(transparent)]
    Arrow(#[from] arrow_schema::ArrowError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a stored value is not readable: {0}")]
    Stored(#[from] serde_json::Error),
}

/// Begins a file.
pub fn open(
    format: ExportFormat,
    columns: Vec<Column>,
    draft: Draft,
    documents: &Documents,
) -> Result<Box<dyn Sheet>, SheetError> {
    Ok(match format {
        ExportFormat::Csv => Box::new(CsvFile::begin(columns, draft)?),
        ExportFormat::Spreadsheet => Box::new(Spreadsheet::begin(columns, draft, documents)?),
        ExportFormat::Parquet => Box::new(ParquetFile::begin(columns, draft)?),
    })
}
