use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use socle::documents::{Draft, Written};

use super::column::{Cell, Column, Kind};
use super::line::Line;
use super::sheet::{Sheet, SheetError};

/// Lines that are written together: what memory holds at most.
const GROUP: usize = 100_000;

/// Apache Parquet: instants are in UTC, microseconds.
pub struct ParquetFile {
    columns: Vec<Column>,
    schema: Arc<Schema>,
    writer: ArrowWriter<Draft>,
}

impl ParquetFile {
    pub fn begin(columns: Vec<Column>, draft: Draft) -> Result<Self, SheetError> {
        let field = |column: &Column| {
            let kind = match column.kind {
                Kind::Text => DataType::Utf8,
                Kind::Integer => DataType::Int64,
                Kind::Decimal => DataType::Float64,
                Kind::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            };
            Field::new(column.name, kind, true)
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let writer = ArrowWriter::try_new(draft, Arc::clone(&schema), Some(properties))?;
        Ok(Self { columns, schema, writer })
    }
}

/// The cells of a column; a cell of another kind than its column's is a mistake of ours, and is left empty.
fn array(column: &Column, lines: &[Line<'_>]) -> ArrayRef {
    let cells = lines.iter().map(column.read);
    match column.kind {
        Kind::Text => {
            let mut builder = StringBuilder::with_capacity(lines.len(), 16 * lines.len());
            for cell in cells {
                builder.append_option(match cell {
                    Cell::Text(text) => Some(text),
                    _ => None,
                });
            }
            Arc::new(builder.finish())
        }
        Kind::Integer => {
            let mut builder = Int64Builder::with_capacity(lines.len());
            for cell in cells {
                builder.append_option(match cell {
                    Cell::Integer(value) => Some(value),
                    _ => None,
                });
            }
            Arc::new(builder.finish())
        }
        Kind::Decimal => {
            let mut builder = Float64Builder::with_capacity(lines.len());
            for cell in cells {
                builder.append_option(match cell {
                    Cell::Decimal(value) => Some(value),
                    _ => None,
                });
            }
            Arc::new(builder.finish())
        }
        Kind::Moment => {
            let mut builder = TimestampMicrosecondBuilder::with_capacity(lines.len()).with_timezone("UTC");
            for cell in cells {
                builder.append_option(match cell {
                    Cell::Moment(at, _) => Some(at.as_microsecond()),
                    _ => None,
                });
            }
            Arc::new(builder.finish())
        }
    }
}

impl Sheet for ParquetFile {
    fn write(&mut self, lines: &[Line<'_>]) -> Result<(), SheetError> {
        let arrays = self.columns.iter().map(|column| array(column, lines)).collect();
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SheetError> {
        Ok(self.writer.into_inner()?.finish()?)
    }
}
