use std::collections::BTreeSet;

/// The organisations whose agents may enter: establishments (SIRET, 14 digits) or whole organisations (SIREN, 9).
#[derive(Clone, Debug)]
pub struct Organisations(BTreeSet<String>);

/// What the list says of the organisation a person comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    Yes,
    /// It is not in the list: the number that was seen.
    No(String),
    /// The provider names no organisation.
    NotSaid,
}

impl Organisations {
    /// Reads the list of the configuration; spaces between digits do not count.
    pub fn read(list: &[String]) -> Result<Self, String> {
        if list.is_empty() {
            return Err("at least one SIRET or SIREN is expected: nobody could enter".to_owned());
        }
        list.iter()
            .map(|text| match digits(text) {
                Some(number) if matches!(number.len(), 9 | 14) => Ok(number),
                _ => Err(format!("{text:?} is neither a SIRET (14 digits) nor a SIREN (9 digits)")),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether the list holds the establishment (a SIRET) or its organisation, or else the organisation (a SIREN).
    pub fn know(&self, establishment: Option<&str>, organisation: Option<&str>) -> Known {
        match (said(establishment), said(organisation)) {
            (None, None) => Known::NotSaid,
            (Some(text), _) => {
                let number = digits(text).filter(|number| number.len() == 14);
                self.holds(text, number.as_deref(), number.as_deref().and_then(|number| number.get(..9)))
            }
            (None, Some(text)) => {
                let number = digits(text).filter(|number| number.len() == 9);
                self.holds(text, number.as_deref(), None)
            }
        }
    }

    fn holds(&self, text: &str, number: Option<&str>, whole: Option<&str>) -> Known {
        let held = [number, whole].into_iter().flatten().any(|one| self.0.contains(one));
        if held { Known::Yes } else { Known::No(text.to_owned()) }
    }
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A number without its spaces; `None` when there is anything else.
fn digits(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_is_known_by_its_establishment_or_as_a_whole() {
        let list = ["900 000 001".to_owned(), "90000000200016".to_owned()];
        let organisations = Organisations::read(&list).expect("a list");
        assert_eq!(organisations.know(Some("90000000100018"), None), Known::Yes, "of the whole organisation");
        assert_eq!(organisations.know(Some("900 000 002 00016"), None), Known::Yes, "this establishment");
        let other = organisations.know(Some("90000000200024"), None);
        assert_eq!(other, Known::No("90000000200024".to_owned()), "another establishment");
        assert_eq!(organisations.know(None, Some("900000001")), Known::Yes);
        assert_eq!(organisations.know(None, Some("900000002")), Known::No("900000002".to_owned()));
        assert_eq!(
            organisations.know(Some("900000001"), None),
            Known::No("900000001".to_owned()),
            "a SIREN is no SIRET"
        );
        assert_eq!(
            organisations.know(Some("90000000300014"), Some("900000001")),
            Known::No("90000000300014".to_owned())
        );
        assert_eq!(organisations.know(Some(" "), None), Known::NotSaid);
    }

    #[test]
    fn a_list_that_lets_nobody_or_anybody_in_is_refused() {
        for list in [vec![], vec!["*".to_owned()], vec!["12345".to_owned()], vec!["90000000A".to_owned()]] {
            assert!(Organisations::read(&list).is_err(), "{list:?}");
        }
    }
}
