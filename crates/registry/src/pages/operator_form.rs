//! The form that registers an operator.

use serde::Deserialize;
use socle::pages::FormErrors;
use socle::people::Email;

use crate::store::operator::NewOperator;

/// The longest name, in characters.
const LONGEST: usize = 120;

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OperatorForm {
    pub name: String,
    pub legal_name: String,
    pub siret: String,
    pub email: String,
}

impl OperatorForm {
    /// The operator to register, or what is to be corrected.
    pub fn read(&self, uuid: String) -> Result<NewOperator, FormErrors> {
        let mut errors = FormErrors::default();
        let name = text(
            &self.name,
            "name",
            "Indiquez le nom sous lequel le public connaît l’opérateur.",
            &mut errors,
        );
        let legal_name = text(
            &self.legal_name,
            "legal_name",
            "Indiquez le nom de la société ou de l’association.",
            &mut errors,
        );
        let siret = siret(&self.siret, &mut errors);
        let contact = contact(
            &self.email,
            "Indiquez l’adresse électronique à laquelle joindre l’opérateur.",
            &mut errors,
        );
        match contact {
            Some(contact) if errors.is_empty() => {
                Ok(NewOperator { uuid, name, legal_name, siret, contact_email: contact.as_str().to_owned() })
            }
            _ => Err(errors),
        }
    }
}

/// A SIRET, digits only.
pub(super) fn siret(typed: &str, errors: &mut FormErrors) -> String {
    let siret: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    if siret.is_empty() {
        errors.add("siret", "Indiquez le numéro SIRET de l’établissement.");
    } else if siret.len() != 14 || !siret.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = siret.chars().filter(char::is_ascii_digit).count();
        errors.add("siret", format!("Un numéro SIRET compte 14 chiffres ; celui-ci en compte {digits}."));
    }
    siret
}

/// An address to write to.
pub(super) fn contact(typed: &str, missing: &str, errors: &mut FormErrors) -> Option<Email> {
    Email::parse(typed)
        .map_err(|error| {
            let text = if error.0.is_empty() { missing.to_owned() } else { error.to_string() };
            errors.add("email", text);
        })
        .ok()
}

/// A name that is neither empty nor too long.
pub(super) fn text(typed: &str, field: &'static str, missing: &str, errors: &mut FormErrors) -> String {
    let text = typed.trim().to_owned();
    match text.chars().count() {
        0 => errors.add(field, missing),
        length if length > LONGEST => {
            errors.add(field, format!("Ce nom compte {length} caractères ; la limite est de {LONGEST}."));
        }
        _ => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> OperatorForm {
        OperatorForm {
            name: "Covoit’Vallée".to_owned(),
            legal_name: "Coopérative Covoit’Vallée".to_owned(),
            siret: "900 000 001 00010".to_owned(),
            email: "Contact@exemple.fr".to_owned(),
        }
    }

    #[test]
    fn an_operator_is_read_as_people_type_it() {
        let operator = form().read("un-uuid".to_owned()).expect("an operator");
        assert_eq!(
            (operator.siret.as_str(), operator.contact_email.as_str()),
            ("90000000100010", "contact@exemple.fr")
        );
    }

    #[test]
    fn each_wrong_field_says_what_is_expected() {
        let errors = OperatorForm::default().read(String::new()).expect_err("an empty form");
        assert_eq!(
            errors.0.iter().map(|error| error.field).collect::<Vec<_>>(),
            ["name", "legal_name", "siret", "email"]
        );
        let errors = OperatorForm { siret: "9000000010001".to_owned(), ..form() }
            .read(String::new())
            .expect_err("a short SIRET");
        assert_eq!(errors.of("siret"), "Un numéro SIRET compte 14 chiffres ; celui-ci en compte 13.");
    }
}
