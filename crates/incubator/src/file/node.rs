//! YAML as a tree where each value knows its line and is kept as it was written.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

use super::problem::Problem;

/// A value and the line it begins on.
#[derive(Debug)]
pub(super) struct Node {
    pub line: u64,
    pub value: Value,
}

/// Scalars are kept as written: `0352` stays four digits and an amount never passes by a floating number.
#[derive(Debug)]
pub(super) enum Value {
    Blank,
    Scalar(String),
    List(Vec<Node>),
    /// Key, its line, its value.
    Map(Vec<(String, u64, Node)>),
}

impl Value {
    /// How to show it in an error.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Blank => None,
            Self::Scalar(text) => Some(text.chars().take(80).collect()),
            Self::List(_) => Some("a list".into()),
            Self::Map(_) => Some("a group of fields".into()),
        }
    }
}

/// Reads YAML: one document, no key twice.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let parsed: Spanned<Parsed> = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        let message = error.render_with_formatter(&serde_saphyr::DefaultMessageFormatter);
        let seen = usize::try_from(line).ok().and_then(|line| text.lines().nth(line.saturating_sub(1)));
        let why = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Problem {
            line,
            path: String::new(),
            seen: seen.map(|line| line.trim().to_owned()),
            expected: format!("YAML ({why})"),
        }
    })?;
    Ok(kept(parsed, text))
}

/// What the YAML reader gives, before scalars are taken back from the text.
enum Parsed {
    Blank,
    /// A number or a boolean: the text says how it was written.
    Plain,
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

fn kept(parsed: Spanned<Parsed>, text: &str) -> Node {
    let line = parsed.referenced.line();
    let value = match parsed.value {
        Parsed::Blank => Value::Blank,
        Parsed::Text(text) => Value::Scalar(text),
        Parsed::Plain => {
            let span = parsed.defined.span();
            let written = span.byte_offset().zip(span.byte_len()).and_then(|(from, length)| {
                let from = usize::try_from(from).ok()?;
                text.get(from..from.checked_add(usize::try_from(length).ok()?)?)
            });
            Value::Scalar(written.unwrap_or_default().trim().to_owned())
        }
        Parsed::List(items) => Value::List(items.into_iter().map(|item| kept(item, text)).collect()),
        Parsed::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.value, key.referenced.line(), kept(value, text)))
                .collect(),
        ),
    };
    Node { line, value }
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParsedVisitor)
    }
}

struct ParsedVisitor;

impl<'de> Visitor<'de> for ParsedVisitor {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a group of fields")
    }

    fn visit_unit<E>(self) -> Result<Parsed, E> {
        Ok(Parsed::Blank)
    }

    fn visit_none<E>(self) -> Result<Parsed, E> {
        Ok(Parsed::Blank)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Parsed, E> {
        Ok(Parsed::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Parsed, E> {
        Ok(Parsed::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Parsed, E> {
        Ok(Parsed::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Parsed, E> {
        Ok(Parsed::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Parsed, E> {
        Ok(Parsed::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Parsed, E> {
        Ok(Parsed::Plain)
    }

    fn visit_str<E>(self, text: &str) -> Result<Parsed, E> {
        Ok(Parsed::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Parsed, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Parsed::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Parsed, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Parsed::Map(map))
    }
}
