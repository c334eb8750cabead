//! What people typed, as the font can write it.
//!
//! PDF/A refuses a document with one character that has no sign in its font, or that Unicode leaves to private agreement. A name in a
//! script that is not here must not stop an account: the character becomes U+FFFD, the sign of what could not be written. What is not seen
//! (ends of lines of Windows, marks of direction, joiners, hyphens to come) leaves.

use serde_json::Value;

use crate::fonts::FONTS;

const UNWRITABLE: char = '\u{FFFD}';

pub(crate) fn text(text: &str) -> String {
    text.chars().filter_map(character).collect()
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

fn character(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => Some(character),
        _ if is_unseen(character) => None,
        // The font gives signs of its own to the area of private agreement.
        '\u{e000}'..='\u{f8ff}' => Some(UNWRITABLE),
        _ if character.is_control() || !FONTS.write(character) => Some(UNWRITABLE),
        _ => Some(character),
    }
}

fn is_unseen(character: char) -> bool {
    matches!(character, '\r' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
