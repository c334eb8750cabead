//! The cells of a line, by what they are.

use jiff::civil::Date;

use super::{Chosen, Row, amount, day};
use crate::model::money::Cents;

pub(super) struct Cells<'a> {
    pub row: &'a Row,
    pub chosen: &'a Chosen,
}

impl<'a> Cells<'a> {
    pub fn text(&self, key: &str) -> &'a str {
        self.row.cell(self.chosen.at(key))
    }

    /// An amount above zero; none when the cell is empty or says zero.
    pub fn amount(&self, key: &str) -> Result<Option<Cents>, String> {
        let cell = self.text(key);
        if cell.is_empty() {
            return Ok(None);
        }
        match amount(cell) {
            Ok((_, cents)) if cents == Cents::ZERO => Ok(None),
            Ok((false, cents)) => Ok(Some(cents)),
            Ok((true, _)) => Err(format!(
                "«\u{a0}{cell}\u{a0}» est négatif\u{a0}: une erreur s’annule par une ligne contraire, sur la page des crédits."
            )),
            Err(_) => Err(format!(
                "«\u{a0}{cell}\u{a0}» n’est pas un montant. Attendu, par exemple\u{a0}: 12 500 ou 12 500,40."
            )),
        }
    }

    pub fn day(&self, key: &str) -> Result<Option<Date>, String> {
        let cell = self.text(key);
        if cell.is_empty() {
            return Ok(None);
        }
        day(cell).map(Some).ok_or_else(|| {
            format!(
                "«\u{a0}{cell}\u{a0}» n’est pas un jour qui existe. Attendu, par exemple\u{a0}: 24/03/2026."
            )
        })
    }
}

/// A number of commitment: ten digits, whatever stands between them.
pub(super) fn number(typed: &str) -> Result<String, String> {
    let digits: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    if digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(format!("«\u{a0}{typed}\u{a0}» n’est pas un numéro d’engagement\u{a0}: dix chiffres sont attendus."))
}
