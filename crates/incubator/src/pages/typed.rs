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

/// A short name that serves as an address: lower case, digits and dashes, at most 60.
pub fn identifier(errors: &mut FormErrors, field: &'static str, typed: &str) -> String {
    let typed = typed.trim();
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if typed.is_empty() || typed.len() > 60 || !typed.bytes().all(sound) {
        errors.add(field, "Seulement des minuscules sans accent, des chiffres et des tirets, 60 au plus.");
    }
    typed.to_owned()
}

/// An identifier made of a name: lower case without accents, digits and dashes.
pub fn slug_of(name: &str) -> String {
    let plain = |letter: char| match letter {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => ' ',
    };
    let lowered: String = name.to_lowercase().replace('œ', "oe").chars().map(plain).collect();
    let mut slug = lowered.split_whitespace().collect::<Vec<_>>().join("-");
    slug.truncate(40);
    slug.trim_matches('-').to_owned()
}
