use std::str::FromStr;

use crate::InvalidCode;
use crate::input_error::{InputError, Place};
use crate::source_file::SourceFile;

/// A comma-separated table with a header line (RFC 4180: fields may be quoted).
pub(crate) struct Table {
    file: String,
    columns: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

/// One line of a table.
pub(crate) struct Row<'a> {
    table: &'a Table,
    line: usize,
    fields: &'a [String],
}

impl Table {
    /// Every line must have as many fields as the header, and the header must hold the wanted columns.
    pub(crate) fn read(file: &SourceFile, wanted: &[&str]) -> Result<Self, InputError> {
        let content = file.content()?;
        let text = std::str::from_utf8(&content).map_err(|error| {
            let line = content[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            InputError::unexpected_state(&file.name, Place::Line(line), "encoding", "not UTF-8", "UTF-8")
        })?;
        let mut records = records(&file.name, text.trim_start_matches('\u{feff}'))?.into_iter();
        let Some((_, columns)) = records.next() else {
            return Err(InputError::unexpected_state(
                &file.name,
                Place::Whole,
                "content",
                "empty",
                "a header line",
            ));
        };
        for column in wanted {
            if !columns.iter().any(|name| name == column) {
                let expected = format!("a column {column}");
                return Err(InputError::unexpected(
                    &file.name,
                    Place::Line(1),
                    "header",
                    &columns.join(","),
                    expected,
                ));
            }
        }
        let table = Self { file: file.name.clone(), columns, rows: records.collect() };
        for row in table.rows() {
            if row.fields.len() != table.columns.len() {
                let (seen, expected) = (row.fields.len().to_string(), table.columns.len().to_string());
                return Err(InputError::unexpected_state(
                    &table.file,
                    Place::Line(row.line),
                    "number of fields",
                    seen,
                    expected,
                ));
            }
        }
        if table.rows.is_empty() {
            let place = Place::Line(1);
            return Err(InputError::unexpected_state(
                &table.file,
                place,
                "content",
                "a header only",
                "rows below it",
            ));
        }
        Ok(table)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }
}

impl Row<'_> {
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// The text of a column, without the spaces around it; empty when the column is missing.
    pub(crate) fn get(&self, column: &str) -> &str {
        let rank = self.table.columns.iter().position(|name| name == column);
        rank.and_then(|rank| self.fields.get(rank)).map_or("", |field| field.trim())
    }

    /// A column read as a code.
    pub(crate) fn code<C: FromStr<Err = InvalidCode>>(&self, column: &str) -> Result<C, InputError> {
        self.get(column).parse().map_err(|error: InvalidCode| self.unexpected(column, error.expected))
    }

    /// A column read as a number.
    pub(crate) fn number<N: FromStr>(&self, column: &str) -> Result<N, InputError> {
        self.get(column).parse().map_err(|_| self.unexpected(column, "a number"))
    }

    pub(crate) fn unexpected(&self, column: &str, expected: impl Into<String>) -> InputError {
        InputError::unexpected(&self.table.file, Place::Line(self.line), column, self.get(column), expected)
    }
}

/// Splits into records, each with the line it starts on. Blank lines are skipped.
fn records(file: &str, text: &str) -> Result<Vec<(usize, Vec<String>)>, InputError> {
    let mut records = Vec::new();
    let (mut line, mut start) = (1, 1);
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        line += usize::from(letter == '\n');
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field));
                let record = std::mem::take(&mut fields);
                if record.iter().any(|field| !field.is_empty()) {
                    records.push((start, record));
                }
                start = line;
            }
            letter => field.push(letter),
        }
    }
    if quoted {
        let expected = "a closing quotation mark before the end of the file";
        return Err(InputError::unexpected(file, Place::Line(start), "quoted field", &field, expected));
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((start, fields));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::source_file::SourceFile;

    fn read(text: &str) -> Result<Table, crate::InputError> {
        Table::read(
            &SourceFile { name: "list.csv".into(), year: 2026, bytes: text.into() },
            &["code", "name"],
        )
    }

    #[test]
    fn quotes_commas_and_line_ends_are_read_as_rfc_4180_says() {
        let table = read("\u{feff}code,name\r\n1,\"Pays de \"\"X\"\", Y\"\r\n\r\n2,plain").unwrap();
        let rows: Vec<_> = table
            .rows()
            .map(|row| (row.line(), row.get("code").to_owned(), row.get("name").to_owned()))
            .collect();
        assert_eq!(rows, [(2, "1".into(), "Pays de \"X\", Y".into()), (4, "2".into(), "plain".into())]);
    }

    #[test]
    fn a_cut_line_is_named() {
        let error = read("code,name\n1,a\n2").err().unwrap().to_string();
        assert_eq!(error, "list.csv, line 3: number of fields is 1, expected 2");
        let error = read("code,name\n1,\"a\n").err().unwrap().to_string();
        assert!(error.starts_with("list.csv, line 2: quoted field"), "{error}");
        let error = read("code\n1\n").err().unwrap().to_string();
        assert!(error.contains("line 1: header is \"code\", expected a column name"), "{error}");
    }
}
