//! The form that asks to join.

use serde::Deserialize;
use socle::pages::FormErrors;
use socle::people::Email;

use super::operator_form::{contact, siret, text};
use super::organisation::{NOT_A_NAME, is_a_name};
use crate::store::join_request::Asking;

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    pub name: String,
    pub legal_name: String,
    pub siret: String,
    pub person: String,
    pub email: String,
    pub technical_email: String,
    /// `oui` when the conditions are accepted.
    pub conditions: String,
}

impl JoinForm {
    pub fn accepts(&self) -> bool {
        self.conditions == "oui"
    }

    /// Who asks, or what is to be corrected.
    pub fn read(&self) -> Result<Asking, FormErrors> {
        let mut errors = FormErrors::default();
        let name = text(
            &self.name,
            "name",
            "Indiquez le nom sous lequel le public connaît votre service.",
            &mut errors,
        );
        let legal_name = text(
            &self.legal_name,
            "legal_name",
            "Indiquez le nom de la société ou de l’association.",
            &mut errors,
        );
        let siret = siret(&self.siret, &mut errors);
        // These words go in a letter to a mailbox that anyone may name: they must not carry anything else.
        for (field, typed) in
            [("name", &self.name), ("legal_name", &self.legal_name), ("person", &self.person)]
        {
            if !is_a_name(typed) {
                errors.add(field, NOT_A_NAME);
            }
        }
        let person = text(&self.person, "person", "Indiquez votre prénom et votre nom.", &mut errors);
        let email = contact(
            &self.email,
            "Indiquez votre adresse électronique professionnelle : vous y recevrez un lien.",
            &mut errors,
        );
        let technical = self.technical_email.trim();
        let technical_email = if technical.is_empty() {
            String::new()
        } else {
            Email::parse(technical).map_or_else(
                |error| {
                    errors.add("technical_email", error.to_string());
                    String::new()
                },
                |email| email.as_str().to_owned(),
            )
        };
        if !self.accepts() {
            errors.add("conditions", "Lisez les conditions d’utilisation, puis cochez cette case.");
        }
        match email {
            Some(email) if errors.is_empty() => {
                let email = email.as_str().to_owned();
                Ok(Asking { name, legal_name, siret, email, person, technical_email })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_field_says_what_is_expected() {
        let errors = JoinForm::default().read().expect_err("an empty form");
        let fields: Vec<_> = errors.0.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["name", "legal_name", "siret", "person", "email", "conditions"]);
        for name in ["Gagnez sur https://exemple.fr", "Covoit\nwww.exemple.fr", "Covoit\nLac"] {
            let carrying = JoinForm { name: name.to_owned(), ..JoinForm::default() };
            assert!(carrying.read().expect_err("not a name").of("name").contains("une ligne"), "{name}");
        }
        let wrong = JoinForm { technical_email: "technique".to_owned(), ..JoinForm::default() };
        assert!(!wrong.read().expect_err("not an address").of("technical_email").is_empty());
    }
}
