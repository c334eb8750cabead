//! What people typed, as the fonts can write it.
//!
//! PDF/A refuses a document with one character that has no sign in its fonts, or that Unicode leaves to private agreement. A name in a
//! script that is not here must not stop an account: the character becomes U+FFFD, the sign of what could not be written.

use serde_json::Value;

use crate::fonts::FONTS;

const UNWRITABLE: char = '\u{FFFD}';

pub(crate) fn text(text: &str) -> String {
    text.chars().map(character).collect()
}

pub(crate) fn value(value: Value) -> Value {
    match value {
        Value::String(string) => Value::String(text(&string)),
        Value::Array(values) => values.into_iter().map(self::value).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (text(&name), self::value(field))).collect()
        }
        other => other,
    }
}

fn character(character: char) -> char {
    if is_writable(character) { character } else { UNWRITABLE }
}

fn is_writable(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        // The font gives signs of its own to the area that Unicode leaves to private agreement.
        '\u{e000}'..='\u{f8ff}' => false,
        _ => !character.is_control() && FONTS.write(character),
    }
}
