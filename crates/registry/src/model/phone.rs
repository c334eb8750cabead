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
    #[error(
        "{0:?} could be somebody's: the sandbox takes only numbers reserved for fiction (for instance +33639980001, or +336399800 without its last two digits)"
    )]
    NotFictional(String),
}

/// Which numbers a registry takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// Those that exist.
    Assigned,
    /// Those that belong to nobody: reserved for works of fiction (Arcep, décision 2018-0881, plan national de
    /// numérotation).
    Fictional,
}

/// How each reserved range begins; four more digits follow.
const FICTIONAL: [&str; 6] = ["+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998"];

/// Reads a number of the reserved ranges, with `missing` of its last digits left out.
fn read_fictional(text: &str, missing: usize) -> Option<String> {
    let plain: String = text.chars().filter(|sign| !matches!(sign, ' ' | '.' | '-')).collect();
    let number = match plain.strip_prefix('0') {
        Some(national) => format!("+33{national}"),
        None => plain,
    };
    let beginning = FICTIONAL.iter().find_map(|range| number.strip_prefix(range))?;
    let whole = beginning.len() + missing == 4 && beginning.bytes().all(|byte| byte.is_ascii_digit());
    whole.then_some(number)
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

    /// The same, of the numbers that a registry takes.
    pub fn parse_among(text: &str, numbering: Numbering) -> Result<Self, NotAPhone> {
        match numbering {
            Numbering::Assigned => Self::parse(text),
            Numbering::Fictional => {
                read_fictional(text, 0).map(Self).ok_or_else(|| NotAPhone::NotFictional(text.to_owned()))
            }
        }
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

    /// The same, of the numbers that a registry takes.
    pub fn parse_among(text: &str, numbering: Numbering) -> Result<Self, NotAPhone> {
        match numbering {
            Numbering::Assigned => Self::parse(text),
            Numbering::Fictional => {
                read_fictional(text, 2).map(Self).ok_or_else(|| NotAPhone::NotFictional(text.to_owned()))
            }
        }
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

    #[test]
    fn numbers_of_fiction_belong_to_nobody() {
        let read = |text| Phone::parse_among(text, Numbering::Fictional);
        for fictional in ["+33639981234", "06 39 98 12 34", "0639981234", "06.39.98.12.34"] {
            assert_eq!(read(fictional), Ok(Phone("+33639981234".to_owned())), "{fictional}");
        }
        for real in ["+33601020304", "+3363998123", "+336399812345", "+33639971234", "+3363998123x", ""] {
            assert_eq!(read(real), Err(NotAPhone::NotFictional(real.to_owned())));
        }
        let cut = |text| TruncatedPhone::parse_among(text, Numbering::Fictional);
        assert_eq!(cut("+336399812"), Ok(TruncatedPhone("+336399812".to_owned())));
        assert!(cut("+336010203").is_err());
    }
}
