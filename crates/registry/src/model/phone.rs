use std::borrow::Cow;

use phonenumber::country;

/// A full telephone number in E.164 form: `+33601020304`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(pub String);

/// A telephone number without its last two digits: `+336010203`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruncatedPhone(pub String);

/// What was expected of a telephone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhone {
    #[error("{0:?} is not a telephone number that exists (E.164 expected, for instance +33601020304)")]
    Full(String),
    #[error("{0:?} is not a telephone number without its last two digits (for instance +336010203)")]
    Truncated(String),
}

/// Reads a number; without country code it is French.
fn read(text: &str) -> Option<String> {
    let length = text.chars().count();
    if !(3..=20).contains(&length) {
        return None;
    }
    let number = phonenumber::parse(Some(country::FR), text).ok()?;
    number.is_valid().then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

impl Phone {
    /// The normal form of a number as operators send it.
    pub fn parse(text: &str) -> Result<Self, NotAPhone> {
        read(text).map(Self).ok_or_else(|| NotAPhone::Full(text.to_owned()))
    }

    /// The same number without its last two digits.
    pub fn truncated(&self) -> TruncatedPhone {
        TruncatedPhone(self.0.chars().take(self.0.chars().count().saturating_sub(2)).collect())
    }
}

impl TruncatedPhone {
    /// Valid when two zeros make it a telephone number.
    pub fn parse(text: &str) -> Result<Self, NotAPhone> {
        let wrong = || NotAPhone::Truncated(text.to_owned());
        let padded: Cow<'_, str> = format!("{text}00").into();
        let full = read(&padded).ok_or_else(wrong)?;
        Ok(Phone(full).truncated())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_their_international_form() {
        assert_eq!(Phone::parse("06 01 02 03 04"), Ok(Phone("+33601020304".to_owned())));
        assert_eq!(Phone::parse("+590690101010"), Ok(Phone("+590690101010".to_owned())));
        assert_eq!(TruncatedPhone::parse("+336010203"), Ok(TruncatedPhone("+336010203".to_owned())));
        assert_eq!(Phone("+33601020304".to_owned()).truncated(), TruncatedPhone("+336010203".to_owned()));
    }

    #[test]
    fn what_is_no_number_is_refused_with_what_was_seen() {
        for wrong in ["", "12", "bonjour", "+33", "+3360102030405060708090", "+336"] {
            assert_eq!(Phone::parse(wrong), Err(NotAPhone::Full(wrong.to_owned())));
        }
        assert!(TruncatedPhone::parse("+33601").is_err());
    }
}
