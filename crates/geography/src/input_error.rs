use std::fmt;

use thiserror::Error;

/// An input file refused: which file, where in it, which field, what was seen and what was expected.
#[derive(Debug, Error)]
pub enum InputError {
    /// The file could not be opened or read.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable { file: String, cause: std::io::Error },
    /// The file says something it should not.
    #[error("{file}, {place}: {field} is {seen}, expected {expected}")]
    Unexpected {
        file: String,
        place: Place,
        field: String,
        /// The value as written, shortened.
        seen: String,
        expected: String,
    },
}

/// Where in an input file; all counts start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Whole,
    Line(usize),
    /// A feature of a `GeoJSON` file.
    Feature(usize),
    /// An entry of a JSON list.
    Entry(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => write!(f, "whole file"),
            Self::Line(number) => write!(f, "line {number}"),
            Self::Feature(number) => write!(f, "feature {number}"),
            Self::Entry(number) => write!(f, "entry {number}"),
        }
    }
}

impl InputError {
    /// For a value shown between quotes.
    pub(crate) fn unexpected(
        file: &str,
        place: Place,
        field: impl Into<String>,
        seen: &str,
        expected: impl Into<String>,
    ) -> Self {
        const LONGEST: usize = 60;
        let mut shown: String = seen.chars().take(LONGEST).collect();
        if seen.chars().nth(LONGEST).is_some() {
            shown.push('…');
        }
        Self::Unexpected {
            file: file.to_owned(),
            place,
            field: field.into(),
            seen: format!("{shown:?}"),
            expected: expected.into(),
        }
    }

    /// For what has no text of its own ("absent", "12 rows").
    pub(crate) fn unexpected_state(
        file: &str,
        place: Place,
        field: impl Into<String>,
        seen: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Unexpected {
            file: file.to_owned(),
            place,
            field: field.into(),
            seen: seen.into(),
            expected: expected.into(),
        }
    }

    /// For JSON that does not parse, or not to the expected shape.
    pub(crate) fn json(file: &str, error: &serde_json::Error) -> Self {
        let place = if error.line() == 0 { Place::Whole } else { Place::Line(error.line()) };
        Self::unexpected_state(
            file,
            place,
            "JSON",
            format!("refused ({error})"),
            "well-formed, complete JSON",
        )
    }
}
