use serde::{Deserialize, Deserializer, Serialize};

use super::phone::{NotAPhone, Numbering, Phone, TruncatedPhone};

/// A person of a journey, as the operator sends them (spec §2.4). Everything here is personal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub operator_user_id: Text<1, 256>,
    pub identity_key: IdentityKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_trunc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firstname: Option<Text<0, 256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lastname: Option<Text<0, 256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Text<0, 256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text<0, 256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel_pass: Option<TravelPass>,
    /// Three answers: yes, no, not known. Not known stays not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_18: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_timestamp: Option<Text<1, 64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driving_license: Option<Text<1, 64>>,
}

/// A travel pass, such as a Navigo.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TravelPass {
    pub name: PassName,
    pub user_id: Text<1, 256>,
}

/// The passes that are supported.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassName {
    Navigo,
}

/// A text of bounded length, in characters, kept as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const LEAST: usize, const MOST: usize>(pub String);

impl<'de, const LEAST: usize, const MOST: usize> Deserialize<'de> for Text<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let length = text.chars().count();
        if length < LEAST || length > MOST {
            let message = format!("a text of {length} characters: from {LEAST} to {MOST} are expected");
            return Err(serde::de::Error::custom(message));
        }
        if text.contains('\0') {
            return Err(serde::de::Error::custom(
                "a text with a NUL character: it is not kept by every store",
            ));
        }
        Ok(Self(text))
    }
}

/// The person key that operators compute: SHA-256 of the number and the last name, 64 lower-case hexadecimal
/// digits (spec §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct IdentityKey(pub String);

impl<'de> Deserialize<'de> for IdentityKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(text))
        } else {
            let message =
                format!("{text:?} is not an identity key: 64 lower-case hexadecimal digits are expected");
            Err(serde::de::Error::custom(message))
        }
    }
}

/// The telephone numbers of a person, in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phones {
    pub full: Option<Phone>,
    pub truncated: TruncatedPhone,
}

/// Why a person's numbers are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhonesRefused {
    #[error("phone: {0}")]
    Phone(NotAPhone),
    #[error("phone_trunc: {0}")]
    Truncated(NotAPhone),
    #[error("phone or phone_trunc is required")]
    None,
}

impl Identity {
    /// The numbers in normal form: the full one if sent, and the truncated one, computed if it was not sent.
    pub fn phones(&self, numbering: Numbering) -> Result<Phones, PhonesRefused> {
        let full = self
            .phone
            .as_deref()
            .map(|text| Phone::parse_among(text, numbering))
            .transpose()
            .map_err(PhonesRefused::Phone)?;
        let truncated = self
            .phone_trunc
            .as_deref()
            .map(|text| TruncatedPhone::parse_among(text, numbering))
            .transpose()
            .map_err(PhonesRefused::Truncated)?;
        match (full, truncated) {
            (full, Some(truncated)) => Ok(Phones { full, truncated }),
            (Some(full), None) => Ok(Phones { truncated: full.truncated(), full: Some(full) }),
            (None, None) => Err(PhonesRefused::None),
        }
    }

    /// How the last name sounds, if it was sent: equal for spellings that are pronounced alike.
    pub fn name_sound(&self) -> Option<String> {
        let name = folded(&self.lastname.as_ref()?.0);
        let sound = rphonetic::DoubleMetaphone::new(Some(8)).double_metaphone(&name).primary();
        (!sound.is_empty()).then_some(sound)
    }

    /// The travel pass as one text: name and number.
    pub fn travel_pass_text(&self) -> Option<String> {
        let pass = self.travel_pass.as_ref()?;
        let PassName::Navigo = pass.name;
        Some(format!("navigo {}", pass.user_id.0.trim().to_uppercase()))
    }
}

/// A name in capitals without accents, dashes or apostrophes: `D HERUG DE L HERAULT` (spec §4.2).
pub fn folded(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_uppercase) {
        match letter {
            'A'..='Z' => plain.push(letter),
            'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => plain.push('A'),
            'Æ' => plain.push_str("AE"),
            'Ç' => plain.push('C'),
            'È' | 'É' | 'Ê' | 'Ë' => plain.push('E'),
            'Ì' | 'Í' | 'Î' | 'Ï' => plain.push('I'),
            'Ñ' => plain.push('N'),
            'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' => plain.push('O'),
            'Œ' => plain.push_str("OE"),
            'Ù' | 'Ú' | 'Û' | 'Ü' => plain.push('U'),
            'Ÿ' | 'Ý' => plain.push('Y'),
            _ if !plain.ends_with(' ') && !plain.is_empty() => plain.push(' '),
            _ => {}
        }
    }
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_folded_as_the_national_key_asks() {
        assert_eq!(folded("D'Hérûg-de-l'Hérault"), "D HERUG DE L HERAULT");
        assert_eq!(folded("Tô"), "TO");
    }
}
