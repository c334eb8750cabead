//! An agreement's file, checked from end to end.

use jiff::civil::Date;
use thiserror::Error;

use crate::{
    Report,
    file::{self, Unreadable},
    model::{
        checks,
        course::months_after,
        duties::duties,
        library::{ClauseLibrary, LibraryError},
        standing::standing,
    },
};

/// Why a check by the shipped library gives no report.
#[derive(Debug, Error)]
pub enum CheckError {
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Months of duties that [`check`] looks ahead.
const HORIZON_MONTHS: u16 = 12;

/// Reads an agreement with the shipped library and says where it stands on a day: in force or not and why, duties
/// overdue and due within twelve months, credits, findings. `file_name` only names it in errors.
///
/// # Errors
/// [`CheckError::Unreadable`] with every problem of the file; [`CheckError::Library`] when our own data is wrong.
pub fn check(text: &str, file_name: &str, as_of: Date) -> Result<Report, CheckError> {
    let library = ClauseLibrary::shipped()?;
    let horizon = months_after(as_of, HORIZON_MONTHS).unwrap_or(Date::MAX);
    Ok(check_until(text, file_name, &library, as_of, horizon)?)
}

/// The same with a library and a horizon: duties are listed up to that day, included.
///
/// # Errors
/// [`Unreadable`], with every problem of the file.
pub fn check_until(
    text: &str,
    file_name: &str,
    library: &ClauseLibrary,
    as_of: Date,
    horizon: Date,
) -> Result<Report, Unreadable> {
    let agreement = file::read(file_name, text, library)?;
    Ok(Report {
        reference: agreement.written.reference.clone(),
        title: agreement.written.title.clone(),
        horizon,
        standing: standing(&agreement, as_of),
        duties: duties(&agreement, library, as_of, horizon),
        ceiling: checks::ceiling(&agreement, as_of),
        committed: checks::committed(&agreement, as_of),
        plan: agreement.plan_on(as_of),
        findings: checks::findings(&agreement, as_of),
    })
}
