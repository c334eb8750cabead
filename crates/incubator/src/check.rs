//! An agreement's file, checked from end to end.

use jiff::civil::Date;
use thiserror::Error;

use crate::{
    Report,
    file::{self, Unreadable},
    model::{checks, duties::duties, library::ClauseLibrary, standing::standing},
};

/// Why no report can be given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckError {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("the horizon {horizon} comes before the day {as_of}")]
    HorizonPassed { as_of: Date, horizon: Date },
}

/// Reads an agreement and says where it stands on a day: in force or not and why, duties up to `horizon`, credits,
/// findings. `file` only names it in errors.
///
/// # Errors
/// [`CheckError::Unreadable`] with every problem of the file; [`CheckError::HorizonPassed`].
pub fn check(
    file: &str,
    text: &str,
    library: &ClauseLibrary,
    as_of: Date,
    horizon: Date,
) -> Result<Report, CheckError> {
    if horizon < as_of {
        return Err(CheckError::HorizonPassed { as_of, horizon });
    }
    let agreement = file::read(file, text, library)?;
    Ok(Report {
        reference: agreement.reference.clone(),
        title: agreement.title.clone(),
        horizon,
        standing: standing(&agreement, as_of),
        duties: duties(&agreement, library, as_of, horizon),
        ceiling: checks::ceiling(&agreement, as_of),
        committed: checks::committed(&agreement, as_of),
        plan: agreement.plan_on(as_of),
        findings: checks::findings(&agreement, as_of),
    })
}
