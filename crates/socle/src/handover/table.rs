use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use futures::TryStreamExt as _;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, StreamTrait as _};

use super::field::{self, Kind, Value};
use super::passing::Passing;
use super::schema::Table;
use super::{HandoverError, io_at, refused};

/// `PostgreSQL` takes 65 535 parameters in a statement, `SQLite` 32 766.
const PARAMETERS: usize = 16_000;

/// Writes the rows of `table` (all of them, or those that fulfil a condition) in the new file `place`, in the order of
/// its primary key. Returns how many.
pub(super) async fn write(
    snapshot: &DatabaseTransaction,
    table: &Table,
    only: Option<&str>,
    passing: Option<Passing<'_>>,
    place: &Path,
) -> Result<u64, HandoverError> {
    let mut file = csv_writer(place)?;
    let failed = |cause: csv::Error| io_at(place)(cause.into());
    file.write_record(table.column_names()).map_err(failed)?;
    let backend = ConnectionTrait::get_database_backend(snapshot);
    let statement = Statement::from_string(backend, selection(table, only, backend));
    let mut rows = snapshot.stream_raw(statement).await?;
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        let mut values = values_of(table, &row)?;
        if let Some(passing) = passing {
            passing.pass(table, &mut values)?;
        }
        file.write_record(values.iter().map(|value| field::write(value.as_ref()))).map_err(failed)?;
        count += 1;
    }
    finish(file, place)?;
    Ok(count)
}

/// A new CSV file as RFC 4180 describes it.
pub(super) fn csv_writer(place: &Path) -> Result<csv::Writer<BufWriter<File>>, HandoverError> {
    let file = File::create_new(place).map_err(io_at(place))?;
    Ok(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BufWriter::new(file)))
}

/// Makes a written file durable.
pub(super) fn finish(file: csv::Writer<BufWriter<File>>, place: &Path) -> Result<(), HandoverError> {
    let failed = io_at(place);
    let mut buffered = file.into_inner().map_err(|cause| failed(cause.into_error()))?;
    buffered.flush().and_then(|()| buffered.get_ref().sync_all()).map_err(failed)
}

fn selection(table: &Table, only: Option<&str>, backend: DbBackend) -> String {
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let name = format!("\"{}\"", column.name);
            match (column.kind, backend) {
                (Kind::Text, _) => format!("CAST({name} AS TEXT)"),
                (Kind::Integer, _) => format!("CAST({name} AS BIGINT)"),
                (Kind::Real, _) => format!("CAST({name} AS DOUBLE PRECISION)"),
                (Kind::Boolean, _) => {
                    format!("CAST(CASE WHEN {name} THEN 1 WHEN NOT {name} THEN 0 END AS BIGINT)")
                }
                (Kind::Bytes, DbBackend::Sqlite) => format!("CAST({name} AS BLOB)"),
                (Kind::Bytes, _) => name,
            }
        })
        .collect();
    let key: Vec<_> = table.primary_key.iter().map(|name| format!("\"{name}\"")).collect();
    let order = if key.is_empty() { String::new() } else { format!(" ORDER BY {}", key.join(", ")) };
    let only = only.map_or_else(String::new, |condition| format!(" WHERE {condition}"));
    format!("SELECT {} FROM \"{}\"{only}{order}", columns.join(", "), table.name)
}

fn values_of(table: &Table, row: &QueryResult) -> Result<Vec<Option<Value>>, HandoverError> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        values.push(match column.kind {
            Kind::Text => row.try_get_by_index::<Option<String>>(at)?.map(Value::Text),
            Kind::Integer => row.try_get_by_index::<Option<i64>>(at)?.map(Value::Integer),
            Kind::Real => row.try_get_by_index::<Option<f64>>(at)?.map(Value::Real),
            Kind::Boolean => {
                row.try_get_by_index::<Option<i64>>(at)?.map(|answer| Value::Boolean(answer != 0))
            }
            Kind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at)?.map(Value::Bytes),
        });
    }
    Ok(values)
}

/// Rows of a CSV file of a pack, one after the other.
pub(super) struct Rows<'a> {
    table: &'a Table,
    name: String,
    records: csv::StringRecordsIntoIter<BufReader<File>>,
}

impl<'a> Rows<'a> {
    /// Opens `place` and checks that its first line names the columns of `table`.
    pub(super) fn open(table: &'a Table, place: &Path) -> Result<Self, HandoverError> {
        let name = place.display().to_string();
        let file = File::open(place).map_err(io_at(place))?;
        let mut reader = csv::Reader::from_reader(BufReader::new(file));
        let header = reader.headers().map_err(|cause| refused(&name, cause))?;
        let expected = table.column_names();
        if !header.iter().eq(&expected) {
            let text = format!("columns {:?}, expected {expected:?}", header.iter().collect::<Vec<_>>());
            return Err(refused(&name, text));
        }
        Ok(Self { table, name, records: reader.into_records() })
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<Option<Value>>, HandoverError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.records.next()? {
            Ok(record) => record,
            Err(cause) => return Some(Err(refused(&self.name, cause))),
        };
        let line = record.position().map_or(0, csv::Position::line);
        let fields = self.table.columns.iter().zip(&record);
        let read = fields.map(|(column, text)| {
            field::read(column.kind, text).map_err(|wrong| {
                refused(&self.name, format_args!("line {line}, column {}: {wrong}", column.name))
            })
        });
        Some(read.collect())
    }
}

/// Puts the rows of the file `place` into `table`, some at a time. Returns how many.
pub(super) async fn fill(
    transaction: &DatabaseTransaction,
    table: &Table,
    passing: Passing<'_>,
    place: &Path,
) -> Result<u64, HandoverError> {
    let most = (PARAMETERS / table.columns.len().max(1)).max(1);
    let mut rows = Rows::open(table, place)?;
    let mut count = 0;
    loop {
        let mut insert = Query::insert();
        insert.into_table(Alias::new(&table.name)).columns(table.column_names().iter().map(Alias::new));
        let mut some = 0;
        for row in rows.by_ref().take(most) {
            let mut row = row?;
            passing.pass(table, &mut row)?;
            let bound = table.columns.iter().zip(row);
            insert.values_panic(bound.map(|(column, value)| field::bound(column.kind, value).into()));
            some += 1;
        }
        if some == 0 {
            return Ok(count);
        }
        transaction.execute(&insert).await?;
        count += some;
    }
}
