//! Amounts and days that people type in forms.

use jiff::civil::Date;
use socle::pages::FormErrors;

use crate::model::money::Cents;
use crate::table;

/// An amount above zero; an error beside the field otherwise.
pub fn amount(errors: &mut FormErrors, field: &'static str, typed: &str) -> Option<Cents> {
    match typed.trim().parse::<Cents>() {
        Ok(cents) if cents > Cents::ZERO => Some(cents),
        Ok(_) => {
            errors.add(field, "Indiquez un montant au-dessus de zéro.");
            None
        }
        Err(_) => {
            errors.add(field, "Indiquez un montant en euros, par exemple 12 500 ou 12 500,40.");
            None
        }
    }
}

/// The same when nothing may be typed.
pub fn maybe_amount(errors: &mut FormErrors, field: &'static str, typed: &str) -> Option<Cents> {
    if typed.trim().is_empty() { None } else { amount(errors, field, typed) }
}

/// A day not after `today`.
pub fn past_day(errors: &mut FormErrors, field: &'static str, typed: &str, today: Date) -> Option<Date> {
    let day = day(errors, field, typed)?;
    if day > today {
        errors.add(field, "Ce jour est dans l’avenir.");
        return None;
    }
    Some(day)
}

/// A day, as browsers send it or as people write it.
pub fn day(errors: &mut FormErrors, field: &'static str, typed: &str) -> Option<Date> {
    let read = table::day(typed);
    if read.is_none() {
        errors.add(field, "Indiquez un jour qui existe, par exemple 24/03/2020.");
    }
    read
}

/// The same when nothing may be typed.
pub fn maybe_day(errors: &mut FormErrors, field: &'static str, typed: &str) -> Option<Date> {
    if typed.trim().is_empty() { None } else { day(errors, field, typed) }
}

/// A text that must be there, cut at `most` characters.
pub fn text(errors: &mut FormErrors, field: &'static str, typed: &str, missing: &str, most: usize) -> String {
    let told: String = typed.trim().chars().take(most).collect();
    if told.is_empty() {
        errors.add(field, missing);
    }
    told
}
