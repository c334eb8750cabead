//! What a cell says.

use jiff::civil::Date;

use crate::model::money::{Cents, NotAnAmount};

/// An amount as files write it: `48 000,50`, `12000.4`, `1 200 €`, `-5`. The sign comes back apart: it is for whoever
/// reads to say whether an amount below zero makes sense.
///
/// # Errors
/// [`NotAnAmount`] when nobody can tell: `1.234,56` is refused rather than guessed.
pub fn amount(cell: &str) -> Result<(bool, Cents), NotAnAmount> {
    let cell = cell.trim().trim_end_matches("EUR").trim_end_matches('€').trim();
    let (negative, cell) = match cell.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim()),
        None => (false, cell),
    };
    let one_decimal = cell.rsplit_once(['.', ',']).is_some_and(|(_, cents)| cents.len() == 1);
    let full = if one_decimal { format!("{cell}0") } else { cell.to_owned() };
    full.parse().map(|cents| (negative, cents))
}

/// A day: `2026-06-15`, `15/06/2026`, `15.06.2026`. The day first, as in French.
pub fn day(cell: &str) -> Option<Date> {
    let cell = cell.trim();
    if let Ok(day) = cell.parse() {
        return Some(day);
    }
    let mut parts = cell.split(['/', '.']).map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent_or_not_at_all() {
        let read = |cell| amount(cell).map(|(negative, cents)| (negative, cents.as_i64()));
        assert_eq!(read("48\u{202f}000,50 €"), Ok((false, 4_800_050)));
        assert_eq!(read("12000.4"), Ok((false, 1_200_040)));
        assert_eq!(read(" - 5"), Ok((true, 500)));
        assert_eq!(read("1 200 EUR"), Ok((false, 120_000)));
        for unclear in ["1.234,56", "1,234.56", "12,345", "douze", ""] {
            assert_eq!(read(unclear), Err(NotAnAmount), "{unclear}");
        }
    }

    #[test]
    fn days_are_french_or_iso() {
        assert_eq!(day("15/06/2026"), day("2026-06-15"));
        assert_eq!(day("5.6.2026"), day("2026-06-05"));
        for wrong in ["31/11/2026", "06/15/2026", "15/06/26", "15/06", "", "demain"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
