use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What a column holds, whatever the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Text,
    Integer,
    Real,
    Boolean,
    Bytes,
}

impl Kind {
    /// From the type a migration declares, by the rules of `SQLite` (datatypes, §3.1).
    pub(super) fn declared(name: &str) -> Self {
        let name = name.to_uppercase();
        if name.contains("INT") {
            Self::Integer
        } else if name.contains("BLOB") {
            Self::Bytes
        } else if name.contains("DOUB") || name.contains("REAL") {
            Self::Real
        } else if name.contains("BOOL") {
            Self::Boolean
        } else {
            Self::Text
        }
    }
}

/// A value of a column; `None` stands for NULL where one is expected.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Real(f64),
    Boolean(bool),
    Bytes(Vec<u8>),
}

/// How NULL is written.
const NULL: &str = r"\N";

/// A value as a field of a CSV file. `\N` is NULL; a text that begins with a backslash gets a second one, so that any
/// reader tells NULL from a text and from an empty text, whether it sees quotes or not.
pub(super) fn write(value: Option<&Value>) -> String {
    match value {
        None => NULL.to_owned(),
        Some(Value::Text(text)) if text.starts_with('\\') => format!("\\{text}"),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Integer(number)) => number.to_string(),
        // The shortest text that reads back as the same number.
        Some(Value::Real(number)) => number.to_string(),
        Some(Value::Boolean(answer)) => answer.to_string(),
        Some(Value::Bytes(bytes)) => STANDARD.encode(bytes),
    }
}

/// Reads what [`write`] wrote; says what is expected when it cannot.
pub(super) fn read(kind: Kind, field: &str) -> Result<Option<Value>, String> {
    if field == NULL {
        return Ok(None);
    }
    let expected = |what: &str| format!("{field:?}: {what} is expected");
    Ok(Some(match kind {
        Kind::Text => Value::Text(field.strip_prefix('\\').unwrap_or(field).to_owned()),
        Kind::Integer => Value::Integer(field.parse().map_err(|_| expected("an integer of 64 bits"))?),
        Kind::Real => Value::Real(field.parse().map_err(|_| expected("a number"))?),
        Kind::Boolean => Value::Boolean(field.parse().map_err(|_| expected("true or false"))?),
        Kind::Bytes => Value::Bytes(STANDARD.decode(field).map_err(|_| expected("base64"))?),
    }))
}

/// The same value for a statement.
pub(super) fn bound(kind: Kind, value: Option<Value>) -> sea_orm::Value {
    match (kind, value) {
        (_, Some(Value::Text(text))) => text.into(),
        (_, Some(Value::Integer(number))) => number.into(),
        (_, Some(Value::Real(number))) => number.into(),
        (_, Some(Value::Boolean(answer))) => answer.into(),
        (_, Some(Value::Bytes(bytes))) => bytes.into(),
        (Kind::Text, None) => Option::<String>::None.into(),
        (Kind::Integer, None) => Option::<i64>::None.into(),
        (Kind::Real, None) => Option::<f64>::None.into(),
        (Kind::Boolean, None) => Option::<bool>::None.into(),
        (Kind::Bytes, None) => Option::<Vec<u8>>::None.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_texts_that_look_like_it_come_back_as_they_were() {
        for text in ["", r"\N", r"\\N", "\\", "a\r\nb", "\"é\"", "NULL"] {
            let value = Some(Value::Text(text.to_owned()));
            assert_eq!(read(Kind::Text, &write(value.as_ref())), Ok(value));
        }
        for kind in [Kind::Text, Kind::Integer, Kind::Real, Kind::Boolean, Kind::Bytes] {
            assert_eq!(read(kind, &write(None)), Ok(None));
        }
        let number = Some(Value::Real(0.1 + 0.2));
        assert_eq!(read(Kind::Real, &write(number.as_ref())), Ok(number));
        assert!(read(Kind::Integer, "1.5").is_err());
    }
}
