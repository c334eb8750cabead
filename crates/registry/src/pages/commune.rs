//! From what a person types to the places journeys are searched in.

use std::collections::BTreeSet;

use geography::{Commune, CountryCode, InseeCode, Reference};

use crate::model::identity::folded;

/// How many communes are proposed at most.
const PROPOSED: usize = 12;

/// What a name or a code stands for.
pub enum Meant<'r> {
    /// One commune or country, or the communes that share out a past one: the codes to search, and how to write it.
    Known { places: Vec<String>, label: String },
    /// Several communes have this name, or a name that begins so.
    Several(Vec<&'r Commune>),
    /// None; the nearest names.
    Unknown(Vec<&'r Commune>),
}

/// Reads a name, an INSEE code, or `Cahors (46042)`.
pub fn read<'r>(reference: &'r Reference, typed: &str) -> Meant<'r> {
    let typed = typed.trim();
    let code =
        typed.rsplit_once('(').map_or(typed, |(_, code)| code.trim_end_matches(')')).trim().to_uppercase();
    if let Some(country) = code.parse::<CountryCode>().ok().and_then(|code| reference.country(&code)) {
        return Meant::Known { places: vec![code.clone()], label: format!("{} ({code})", country.name) };
    }
    if let Ok(code) = code.parse::<InseeCode>() {
        return of_code(reference, code);
    }
    let mut found = reference.search_by_name(typed, PROPOSED);
    let name = folded(typed);
    let exact: Vec<_> = found.iter().copied().filter(|commune| folded(&commune.name) == name).collect();
    match (exact.as_slice(), found.as_slice()) {
        ([only], _) | ([], [only]) => known(reference, only),
        ([], []) => Meant::Unknown(near(reference, typed)),
        ([], _) => Meant::Several(std::mem::take(&mut found)),
        (_, _) => Meant::Several(exact),
    }
}

fn of_code(reference: &Reference, code: InseeCode) -> Meant<'_> {
    match reference.resolve(&code).as_slice() {
        [] => Meant::Unknown(Vec::new()),
        [only] => known(reference, only),
        several => {
            let name =
                reference.past_commune(&code).map_or_else(|| code.to_string(), |past| past.name.clone());
            Meant::Known {
                places: several
                    .iter()
                    .flat_map(|commune| codes(reference, commune))
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
                label: format!("{name} ({code})"),
            }
        }
    }
}

fn known<'r>(reference: &'r Reference, commune: &Commune) -> Meant<'r> {
    Meant::Known { places: codes(reference, commune), label: format!("{} ({})", commune.name, commune.code) }
}

/// Its code, and those of the communes it took in: older journeys bear them.
fn codes(reference: &Reference, commune: &Commune) -> Vec<String> {
    let past =
        reference.past_communes().iter().filter(|past| past.today == [commune.code]).map(|past| past.code);
    std::iter::once(commune.code).chain(past).map(|code| code.to_string()).collect()
}

/// The communes whose name begins like the longest beginning that some name has: two thirds of what was typed at least,
/// or it is another word.
fn near<'r>(reference: &'r Reference, typed: &str) -> Vec<&'r Commune> {
    let letters: Vec<char> = typed.chars().take(60).collect();
    (3.max(letters.len() * 2 / 3)..letters.len())
        .rev()
        .map(|kept| reference.search_by_name(&letters[..kept].iter().collect::<String>(), 5))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static REFERENCE: LazyLock<Reference> =
        LazyLock::new(|| Reference::embedded().expect("the shipped reference"));

    fn label(typed: &str) -> String {
        match read(&REFERENCE, typed) {
            Meant::Known { label, .. } => label,
            Meant::Several(communes) => format!("{} communes", communes.len()),
            Meant::Unknown(near) => {
                near.iter().map(|commune| commune.name.as_str()).collect::<Vec<_>>().join(", ")
            }
        }
    }

    #[test]
    fn a_name_a_code_or_both_mean_the_same_commune() {
        for typed in ["Cahors", " cahors ", "46042", "Cahors (46042)"] {
            assert_eq!(label(typed), "Cahors (46042)", "{typed}");
        }
        assert_eq!(label("2a004"), "Ajaccio (2A004)");
        assert_eq!(label("75101"), "Paris (75056)", "an arrondissement is searched as its commune");
    }

    #[test]
    fn a_name_that_several_communes_have_is_to_be_chosen() {
        assert!(matches!(read(&REFERENCE, "Saint-Denis"), Meant::Several(communes) if communes.len() > 1));
    }

    #[test]
    fn a_mistyped_name_proposes_the_nearest() {
        assert!(label("Cahorss").contains("Cahors"));
        assert_eq!(label("Nimportequoi"), "", "Nîmes is no answer");
        assert_eq!(label("00000"), "");
    }
}
