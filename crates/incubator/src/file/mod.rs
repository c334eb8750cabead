//! Agreements as files that people write: YAML, read strictly. The format is described in `docs/agreements.md`.

mod agreement;
mod choosing;
mod clause;
mod credits;
mod facts;
mod node;
mod period;
mod problem;
mod section;
mod writing;

use crate::model::{agreement::Agreement, library::ClauseLibrary};

pub use self::problem::{Problem, Unreadable};

/// Reads an agreement. `file` only names it in errors.
///
/// # Errors
/// [`Unreadable`], with every problem found: YAML that is not, an unknown or missing field, an impossible date, a wrong
/// RIB key, an unknown name. Each says line, path, the value seen and what is expected.
pub fn read(file: &str, text: &str, library: &ClauseLibrary) -> Result<Agreement, Unreadable> {
    let node =
        node::parse(text).map_err(|problem| Unreadable { file: file.to_owned(), problems: vec![problem] })?;
    let problems = section::Problems::default();
    let read = agreement::read(&node, &problems, library);
    let mut problems = problems.into_vec();
    problems.sort_by_key(|problem| problem.line);
    match read {
        Some(agreement) if problems.is_empty() => Ok(agreement),
        _ => Err(Unreadable { file: file.to_owned(), problems }),
    }
}
