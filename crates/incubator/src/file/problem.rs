//! What is wrong in a file.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// A problem at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// From 1.
    pub line: u64,
    /// `parties[1].roles`; empty for the file itself.
    pub path: String,
    /// As written; `None` when nothing is.
    pub seen: Option<String>,
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "file" } else { &self.path };
        match &self.seen {
            Some(seen) => write!(f, "{}: {path}: seen \"{seen}\", expected {}", self.line, self.expected),
            None => write!(f, "{}: {path}: nothing seen, expected {}", self.line, self.expected),
        }
    }
}

/// A file that cannot be read, with everything that is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error("{}", .problems.iter().map(|problem| format!("{}:{problem}", .file)).collect::<Vec<_>>().join("\n"))]
pub struct Unreadable {
    pub file: String,
    pub problems: Vec<Problem>,
}
