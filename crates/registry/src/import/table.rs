//! CSV whose columns are the dotted paths of the API's body: a row becomes the body it stands for.

use serde::de::IgnoredAny;

use super::line;
use super::refusal::{Wrong, shown_text};

/// How the cells of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// A number as JSON writes it.
    Number,
    /// The same; a decimal comma, as French spreadsheets write it, is a point.
    Degrees,
    Boolean,
    /// JSON text.
    Json,
}

/// The columns, in the order of the body: those of one object follow each other.
const COLUMNS: [(&str, Kind); 44] = [
    ("operator_journey_id", Kind::Text),
    ("operator_trip_id", Kind::Text),
    ("operator_class", Kind::Text),
    ("start.datetime", Kind::Text),
    ("start.lat", Kind::Degrees),
    ("start.lon", Kind::Degrees),
    ("end.datetime", Kind::Text),
    ("end.lat", Kind::Degrees),
    ("end.lon", Kind::Degrees),
    ("distance", Kind::Number),
    ("licence_plate", Kind::Text),
    ("incentives", Kind::Json),
    ("incentive_counterparts", Kind::Json),
    ("driver.identity.operator_user_id", Kind::Text),
    ("driver.identity.identity_key", Kind::Text),
    ("driver.identity.phone", Kind::Text),
    ("driver.identity.phone_trunc", Kind::Text),
    ("driver.identity.firstname", Kind::Text),
    ("driver.identity.lastname", Kind::Text),
    ("driver.identity.email", Kind::Text),
    ("driver.identity.company", Kind::Text),
    ("driver.identity.travel_pass.name", Kind::Text),
    ("driver.identity.travel_pass.user_id", Kind::Text),
    ("driver.identity.application_timestamp", Kind::Text),
    ("driver.identity.driving_license", Kind::Text),
    ("driver.identity.over_18", Kind::Boolean),
    ("driver.revenue", Kind::Number),
    ("passenger.identity.operator_user_id", Kind::Text),
    ("passenger.identity.identity_key", Kind::Text),
    ("passenger.identity.phone", Kind::Text),
    ("passenger.identity.phone_trunc", Kind::Text),
    ("passenger.identity.firstname", Kind::Text),
    ("passenger.identity.lastname", Kind::Text),
    ("passenger.identity.email", Kind::Text),
    ("passenger.identity.company", Kind::Text),
    ("passenger.identity.travel_pass.name", Kind::Text),
    ("passenger.identity.travel_pass.user_id", Kind::Text),
    ("passenger.identity.application_timestamp", Kind::Text),
    ("passenger.identity.driving_license", Kind::Text),
    ("passenger.identity.over_18", Kind::Boolean),
    ("passenger.contribution", Kind::Number),
    ("passenger.payments", Kind::Json),
    ("passenger.seats", Kind::Number),
    ("received_at", Kind::Text),
];

/// Those without which no row is a journey. (Of the two telephone columns one is enough: rows tell.)
const REQUIRED: [&str; 17] = [
    "operator_journey_id",
    "operator_trip_id",
    "operator_class",
    "start.datetime",
    "start.lat",
    "start.lon",
    "end.datetime",
    "end.lat",
    "end.lon",
    "distance",
    "incentives",
    "driver.identity.operator_user_id",
    "driver.identity.identity_key",
    "driver.revenue",
    "passenger.identity.operator_user_id",
    "passenger.identity.identity_key",
    "passenger.contribution",
];

/// What the first line of a CSV file says.
#[derive(Clone, Debug)]
pub struct Table {
    separator: u8,
    width: usize,
    /// The columns in the order of the body: which cell, which column.
    cells: Vec<(usize, Column)>,
}

#[derive(Clone, Debug)]
struct Column {
    name: &'static str,
    path: Vec<&'static str>,
    kind: Kind,
}

impl Table {
    /// Reads the first line, or says what is wrong with it.
    pub fn of_header(header: &[u8]) -> Result<Self, Wrong> {
        let count = |separator: &u8| header.split(|byte| byte == separator).count();
        let separator = *[b',', b';', b'\t'].iter().max_by_key(|separator| count(separator)).unwrap_or(&b',');
        let mut cells = Cells::new(separator);
        let names: Vec<String> =
            cells.split(header)?.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        if names.len() < 2 {
            return Err(Wrong::new(
                "line 1",
                format!("{} cell", names.len()),
                "a JSON object, or the names of columns separated by , or ; or tab",
            ));
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (cell, name) in names.iter().enumerate() {
            let place = format!("line 1, column {}", cell + 1);
            let Some(order) = COLUMNS.iter().position(|(known, _)| known == name) else {
                let seen = format!("{:?}", name.chars().take(60).collect::<String>());
                return Err(Wrong::new(place, seen, "a dotted path of the body (docs/import.md lists them)"));
            };
            if found.iter().any(|(known, _)| *known == order) {
                return Err(Wrong::new(place, format!("{name:?} again"), "each column once"));
            }
            found.push((order, cell));
        }
        let missing: Vec<_> =
            REQUIRED.into_iter().filter(|name| !names.iter().any(|known| known == name)).collect();
        if !missing.is_empty() {
            return Err(Wrong::new("line 1", "columns are missing", missing.join(", ")));
        }
        found.sort_unstable();
        let cells = found
            .into_iter()
            .map(|(order, cell)| {
                let (name, kind) = COLUMNS[order];
                (cell, Column { name, path: name.split('.').collect(), kind })
            })
            .collect();
        Ok(Self { separator, width: names.len(), cells })
    }

    /// What reads its rows.
    pub fn reader(&self) -> Rows<'_> {
        Rows { table: self, cells: Cells::new(self.separator), body: Vec::new() }
    }
}

/// Reads rows one after the other, in the same memory.
pub struct Rows<'t> {
    table: &'t Table,
    cells: Cells,
    body: Vec<u8>,
}

impl Rows<'_> {
    /// The body that a row stands for. An empty cell is a field that was not sent.
    pub fn body(&mut self, row: &[u8]) -> Result<&[u8], Wrong> {
        line::utf8(row)?;
        let cells = self.cells.split(row)?;
        if cells.len() != self.table.width {
            let expected = format!("{} cells, as on line 1", self.table.width);
            return Err(Wrong::new("line", format!("{} cells", cells.len()), expected));
        }
        self.body.clear();
        self.body.push(b'{');
        let mut open: &[&str] = &[];
        for (cell, column) in &self.table.cells {
            let Some(text) = cells.get(*cell).and_then(|cell| std::str::from_utf8(cell).ok()) else {
                continue;
            };
            let Some((leaf, parents)) = column.path.split_last() else { continue };
            if text.trim().is_empty() {
                continue;
            }
            let common = open.iter().zip(parents).take_while(|(a, b)| a == b).count();
            self.body.extend(std::iter::repeat_n(b'}', open.len() - common));
            for parent in &parents[common..] {
                name(&mut self.body, parent);
                self.body.push(b'{');
            }
            open = parents;
            name(&mut self.body, leaf);
            value(&mut self.body, column, text)?;
        }
        self.body.extend(std::iter::repeat_n(b'}', open.len() + 1));
        Ok(&self.body)
    }

    /// The identifier of a row that is broken, if it can be read.
    pub fn identifier(&mut self, row: &[u8]) -> Option<String> {
        let cells = self.cells.split(row).ok()?;
        let (cell, _) = self.table.cells.iter().find(|(_, column)| column.name == COLUMNS[0].0)?;
        let text = std::str::from_utf8(cells.get(*cell)?).ok()?;
        (cells.len() == self.table.width && !text.is_empty() && text.chars().count() <= 256)
            .then(|| text.to_owned())
    }
}

/// Writes the name of a member, after a comma if it is not the first.
fn name(body: &mut Vec<u8>, name: &str) {
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
    body.push(b'"');
    body.extend(name.as_bytes());
    body.extend(b"\":");
}

/// Writes the value of a cell.
fn value(body: &mut Vec<u8>, column: &Column, text: &str) -> Result<(), Wrong> {
    let trimmed = text.trim();
    let wrong = |expected: &str| Wrong::new(column.name, shown_text(text), expected);
    match column.kind {
        Kind::Text => {
            return serde_json::to_writer(body, text).map_err(|_| wrong("a text"));
        }
        Kind::Number => {
            serde_json::from_str::<serde_json::Number>(trimmed).map_err(|_| wrong("a whole number"))?;
            body.extend(trimmed.as_bytes());
        }
        Kind::Degrees => {
            let degrees = trimmed.replacen(',', ".", 1);
            serde_json::from_str::<serde_json::Number>(&degrees).map_err(|_| wrong("a number of degrees"))?;
            body.extend(degrees.as_bytes());
        }
        Kind::Boolean => match trimmed {
            "true" | "false" | "null" => body.extend(trimmed.as_bytes()),
            _ => return Err(wrong("true, false or null")),
        },
        Kind::Json => {
            serde_json::from_str::<IgnoredAny>(trimmed).map_err(|_| wrong("a list in JSON, [] if empty"))?;
            body.extend(trimmed.as_bytes());
        }
    }
    Ok(())
}

/// Splits one line.
struct Cells {
    reader: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Most cells of a line.
const MOST: usize = 256;

impl Cells {
    fn new(separator: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new()
            .delimiter(separator)
            .terminator(csv_core::Terminator::Any(b'\n'))
            .build();
        Self { reader, text: Vec::new(), ends: vec![0; MOST] }
    }

    /// The cells of a line, without their quotes.
    fn split(&mut self, line: &[u8]) -> Result<Vec<&[u8]>, Wrong> {
        self.reader.reset();
        self.text.resize(line.len() + 1, 0);
        let (mut written, mut count) = (0, 0);
        for input in [line, b"\n"] {
            let (result, _, text, ends) =
                self.reader.read_record(input, &mut self.text[written..], &mut self.ends[count..]);
            (written, count) = (written + text, count + ends);
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::Record => {
                    let mut begin = 0;
                    let cells = self.ends[..count].iter().map(|end| {
                        let cell = self.text.get(begin..*end).unwrap_or_default();
                        begin = *end;
                        cell
                    });
                    return Ok(cells.collect());
                }
                _ => return Err(Wrong::new("line", format!("more than {MOST} cells"), "fewer cells")),
            }
        }
        Err(Wrong::new(
            "line",
            "a quote that is not closed",
            "a journey on one line, quotes closed and doubled inside",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(separator: &str) -> String {
        let mut names: Vec<_> = REQUIRED.to_vec();
        names.extend([
            "driver.identity.phone",
            "passenger.identity.phone_trunc",
            "passenger.identity.over_18",
        ]);
        names.join(separator)
    }

    fn row(separator: &str) -> String {
        let incentives = r#""[{""index"":0,""siret"":""11000101300017"",""amount"":150}]""#;
        [
            "j1",
            "t1",
            "C",
            "2026-11-20T08:00:00Z",
            "44.4",
            "1.4",
            "2026-11-20T08:30:00Z",
            "44.6",
            "2",
            "60000",
            incentives,
            "d",
            "k",
            "250",
            "p",
            "k",
            "100",
            "+33601020304",
            "+336010203",
            "true",
        ]
        .join(separator)
    }

    #[test]
    fn a_row_becomes_the_body_it_stands_for() {
        for separator in [",", ";", "\t"] {
            let table = Table::of_header(header(separator).as_bytes()).expect("a header");
            let mut rows = table.reader();
            let body = rows.body(row(separator).as_bytes()).expect("a body");
            let expected = concat!(
                r#"{"operator_journey_id":"j1","operator_trip_id":"t1","operator_class":"C","#,
                r#""start":{"datetime":"2026-11-20T08:00:00Z","lat":44.4,"lon":1.4},"#,
                r#""end":{"datetime":"2026-11-20T08:30:00Z","lat":44.6,"lon":2},"distance":60000,"#,
                r#""incentives":[{"index":0,"siret":"11000101300017","amount":150}],"#,
                r#""driver":{"identity":{"operator_user_id":"d","identity_key":"k","phone":"+33601020304"},"#,
                r#""revenue":250},"passenger":{"identity":{"operator_user_id":"p","identity_key":"k","#,
                r#""phone_trunc":"+336010203","over_18":true},"contribution":100}}"#,
            );
            assert_eq!(String::from_utf8_lossy(body), expected);
        }
    }

    #[test]
    fn a_decimal_comma_is_read_in_degrees_only() {
        let table = Table::of_header(header(";").as_bytes()).expect("a header");
        let mut rows = table.reader();
        let body = rows.body(row(";").replace("44.4", "44,4").as_bytes()).expect("a body").to_vec();
        assert!(String::from_utf8_lossy(&body).contains("\"lat\":44.4,"));
        let wrong = rows.body(row(";").replace("60000", "60,5").as_bytes()).expect_err("not a number");
        assert_eq!(wrong, Wrong::new("distance", "\"60,5\"", "a whole number"));
    }

    #[test]
    fn what_is_wrong_breaks_its_own_line() {
        let table = Table::of_header(header(",").as_bytes()).expect("a header");
        let mut rows = table.reader();
        let mut wrong = |row: &str| rows.body(row.as_bytes()).expect_err("a broken row");
        assert_eq!(wrong("a,b").seen, "2 cells");
        assert_eq!(wrong(&format!("{},\"", row(","))).seen, "a quote that is not closed");
        let injected = row(",").replace("amount\"\":150}]", "amount\"\":150}], \"\"distance\"\": 5");
        assert_eq!(wrong(&injected).place, "incentives");
        assert!(rows.body(row(",").as_bytes()).is_ok(), "the next row is read");
    }

    #[test]
    fn a_wrong_header_is_refused_whole() {
        let wrong = |header: &str| Table::of_header(header.as_bytes()).expect_err("a wrong header");
        assert_eq!(wrong("operator_journey_id|distance").seen, "1 cell");
        assert_eq!(wrong(&header(",").replace("distance", "km")).place, "line 1, column 10");
        assert_eq!(wrong(&header(",").replace("distance,", "")).expected, "distance");
        assert_eq!(wrong(&format!("{},distance", header(","))).seen, "\"distance\" again");
    }
}
