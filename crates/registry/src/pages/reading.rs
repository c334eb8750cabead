//! What the readers of journeys say of a mistake, in French. The operator API answers machines in English; people
//! who try a journey on a page read this.

use super::place;
use crate::api::ApiError;
use crate::model::Fault;
use crate::model::identity::PhonesRefused;
use crate::model::phone::NotAPhone;

/// A body that could not be read as a journey: where, then what.
pub fn of_body(error: &ApiError) -> String {
    spaced(&match error {
        ApiError::InvalidParameters(text) => {
            let (at, cause) = text.split_once(": ").unwrap_or(("data", text));
            let at = at.strip_prefix("data").unwrap_or(at).trim_start_matches('/').replace('/', " > ");
            let cause = sentence(cause);
            // The place may end with the field the cause names: said once.
            let field = at.rsplit(" > ").next().unwrap_or_default();
            let cause = cause
                .strip_prefix(&format!("le champ {field} "))
                .map_or_else(|| cause.clone(), |rest| format!("ce champ {rest}"));
            if at.is_empty() { capitalised(&cause) } else { format!("« {at} » : {cause}") }
        }
        ApiError::InvalidRequest(text) => syntax(text.strip_prefix("The body is not JSON: ").unwrap_or(text)),
        _ => "Le texte n’a pas pu être lu.".to_owned(),
    })
}

/// A journey that makes no sense.
pub fn of_fault(fault: &Fault) -> String {
    spaced(&match fault {
        Fault::DriverPhones(refused) => phones("driver", refused),
        Fault::PassengerPhones(refused) => phones("passenger", refused),
        Fault::EndsBeforeStart { start, end } => format!(
            "« end > datetime » : l’arrivée ({}) doit venir après le départ ({}).",
            place::moment(*end),
            place::moment(*start)
        ),
        Fault::InTheFuture { end, now } => format!(
            "« end > datetime » : un trajet ne peut pas finir dans l’avenir. Arrivée le {} ; nous sommes le {}, heure de Paris.",
            place::moment(*end),
            place::moment(*now)
        ),
    })
}

/// The spaces that French keeps on the line: inside « », before : ; ! and ?
fn spaced(text: &str) -> String {
    let mut text = text.replace("« ", "«\u{a0}");
    for mark in ["»", ":", ";", "!", "?"] {
        text = text.replace(&format!(" {mark}"), &format!("\u{a0}{mark}"));
    }
    text
}

fn phones(person: &str, refused: &PhonesRefused) -> String {
    match refused {
        PhonesRefused::Phone(wrong) => format!("« {person} > identity > phone » : {}", phone(wrong)),
        PhonesRefused::Truncated(wrong) => {
            format!("« {person} > identity > phone_trunc » : {}", phone(wrong))
        }
        PhonesRefused::None => {
            format!("« {person} > identity » : le champ phone ou le champ phone_trunc est nécessaire.")
        }
    }
}

fn phone(wrong: &NotAPhone) -> String {
    match wrong {
        NotAPhone::Full(seen) => {
            format!("« {seen} » n’est pas un numéro de téléphone qui existe. Exemple attendu : +33601020304.")
        }
        NotAPhone::NotFictional(seen) => {
            format!("« {seen} » pourrait être celui de quelqu’un. Exemple attendu : +33639980001.")
        }
        NotAPhone::Truncated(seen) => {
            format!(
                "« {seen} » n’est pas un numéro privé de ses deux derniers chiffres. Exemple attendu : +336010203."
            )
        }
    }
}

/// Text that is not JSON at all, with the line where reading stopped.
fn syntax(cause: &str) -> String {
    let line = cause.rsplit_once(" at line ").and_then(|(_, at)| at.split(' ').next()).unwrap_or("1");
    let what = if cause.starts_with("EOF") {
        "le texte s’arrête trop tôt : une accolade, un crochet ou un guillemet n’est pas refermé"
    } else if cause.starts_with("trailing comma") {
        "une virgule est de trop avant la fermeture"
    } else if cause.starts_with("trailing characters") {
        "du texte reste après la fin du trajet"
    } else if cause.starts_with("key must be a string") {
        "un nom de champ n’est pas entre guillemets droits"
    } else if cause.starts_with("expected `,`") {
        "il manque une virgule entre deux champs, ou une fermeture"
    } else if cause.starts_with("expected `:`") {
        "il manque un deux-points après un nom de champ"
    } else {
        "ce caractère n’est pas attendu à cet endroit"
    };
    format!("Ce texte n’est pas du JSON. Ligne {line} : {what}.")
}

/// A field that is not as described. The readers' sentences are ours (`model`) and serde's: each is told by its
/// own words; a sentence nobody translated is given as it is.
fn sentence(cause: &str) -> String {
    let cause = cause.rsplit_once(" at line ").map_or(cause, |(cause, _)| cause);
    let quoted = |text: &str| text.trim().trim_matches('`').to_owned();
    if let Some(field) = cause.strip_prefix("missing field ") {
        return format!("le champ {} manque.", quoted(field));
    }
    if let Some(rest) = cause.strip_prefix("unknown field ") {
        let field = rest.split(',').next().unwrap_or(rest);
        return format!(
            "le champ {} n’est pas prévu. Vérifiez son orthographe, ou retirez-le.",
            quoted(field)
        );
    }
    if let Some(field) = cause.strip_prefix("duplicate field ") {
        return format!("le champ {} figure deux fois.", quoted(field));
    }
    if let Some(rest) = cause.strip_prefix("unknown variant ") {
        let (seen, expected) = rest.split_once(", expected ").unwrap_or((rest, ""));
        let expected = expected.trim_start_matches("one of ").replace('`', "").replace(" or ", ", ");
        return format!("« {} » n’est pas possible ici. Valeurs possibles : {expected}.", quoted(seen));
    }
    if let Some((seen, expected)) =
        cause.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    {
        return format!("{} est attendu ici, et non {}.", kind(expected), kind(seen));
    }
    for (middle, expected) in [
        (" is not a whole number of metres from ", "un nombre entier de mètres"),
        (" is not a whole number of euro cents from ", "un nombre entier de centimes d’euro"),
        (" is not a whole number of seats from ", "un nombre entier de places"),
        (" is not a whole number of ranks from ", "un rang entier"),
    ] {
        if let Some((seen, bounds)) = cause.split_once(middle) {
            let (least, most) = bounds.split_once(" to ").unwrap_or((bounds, ""));
            return format!(
                "« {} » ne convient pas : il faut {expected}, de {least} à {most}.",
                unquoted(seen)
            );
        }
    }
    for (middle, expected) in [
        (
            " is not a date and time with its offset",
            "une date et une heure avec leur décalage, par exemple 2026-11-25T08:00:00Z",
        ),
        (" is not a SIRET", "un numéro SIRET de 14 chiffres"),
        (" is not an identity key", "64 chiffres hexadécimaux en minuscules"),
        (" is not between -90 and 90 degrees", "une latitude entre -90 et 90 degrés"),
        (" is not between -180 and 180 degrees", "une longitude entre -180 et 180 degrés"),
    ] {
        if let Some((seen, _)) = cause.split_once(middle) {
            return format!("« {} » ne convient pas : il faut {expected}.", unquoted(seen));
        }
    }
    if let Some((length, bounds)) =
        cause.strip_prefix("a text of ").and_then(|rest| rest.split_once(" characters: from "))
    {
        let (least, most) =
            bounds.trim_end_matches(" are expected").split_once(" to ").unwrap_or((bounds, ""));
        return format!("ce texte compte {length} caractères : il en faut de {least} à {most}.");
    }
    if let Some((length, most)) =
        cause.strip_prefix("a list of ").and_then(|rest| rest.split_once(" elements: at most "))
    {
        return format!(
            "cette liste compte {length} éléments : {} au plus.",
            most.trim_end_matches(" are expected")
        );
    }
    if cause.starts_with("a text with a NUL character") {
        return "ce texte contient un caractère interdit (zéro).".to_owned();
    }
    format!("valeur refusée ({cause}).")
}

/// A kind of value, as serde names it.
fn kind(named: &str) -> String {
    let named = named.trim();
    let value = named.split_once(' ').map(|(_, value)| unquoted(value.trim_matches('`')));
    let with =
        |word: &str| value.as_deref().map_or_else(|| word.to_owned(), |value| format!("{word} « {value} »"));
    match named.split(' ').next().unwrap_or_default() {
        "string" => with("le texte"),
        "integer" => with("le nombre entier"),
        "floating" => "un nombre à virgule".to_owned(),
        "boolean" => with("la réponse"),
        "null" => "une valeur vide".to_owned(),
        "map" | "struct" => "un objet entre accolades".to_owned(),
        "sequence" => "une liste entre crochets".to_owned(),
        "a" if named.contains("string") => "un texte entre guillemets".to_owned(),
        "a" if named.contains("sequence") => "une liste entre crochets".to_owned(),
        "a" if named.contains("boolean") => "true ou false".to_owned(),
        "a" | "JSON" if named.contains("number") => "un nombre".to_owned(),
        "f64" | "i64" | "u64" | "i32" | "i16" => "un nombre".to_owned(),
        _ => format!("« {named} »"),
    }
}

fn unquoted(seen: &str) -> String {
    seen.trim().trim_matches('"').to_owned()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::body::read;
    use crate::model::Submission;

    const EXAMPLE: &str = include_str!("../../data/example_journey.json");

    /// What is said of the example once `from` became `to`.
    fn said(from: &str, to: &str) -> String {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE, "{from} is not in the example");
        of_body(&read::<Submission>(text.as_bytes()).expect_err("a mistake"))
    }

    #[test]
    fn mistakes_are_told_in_french_with_their_place() {
        for (from, to, expected) in [
            (
                "62000",
                "62.5",
                "« distance » : « 62.5 » ne convient pas : il faut un nombre entier de mètres, de 1 à 1000000.",
            ),
            ("62000", "\"loin\"", "« distance » : un nombre est attendu ici, et non le texte « loin »."),
            (
                "44.4475",
                "144.4475",
                "« start > lat » : « 144.4475 » ne convient pas : il faut une latitude entre -90 et 90 degrés.",
            ),
            (
                "\"C\"",
                "\"D\"",
                "« operator_class » : « D » n’est pas possible ici. Valeurs possibles : A, B, C.",
            ),
            ("\"distance\": 62000,", "", "Le champ distance manque."),
            (
                "\"distance\"",
                "\"longueur\": 3, \"distance\"",
                "« longueur » : ce champ n’est pas prévu. Vérifiez son orthographe, ou retirez-le.",
            ),
            (
                "20002373700010",
                "2000237370001",
                "« incentives[0] > siret » : « 2000237370001 » ne convient pas : il faut un numéro SIRET de 14 chiffres.",
            ),
            (
                "2026-11-25T07:30:00Z",
                "hier",
                "« start > datetime » : « hier » ne convient pas : il faut une date et une heure avec leur décalage, par exemple 2026-11-25T08:00:00Z.",
            ),
            (
                "\"driver-17\"",
                "17",
                "« driver > identity > operator_user_id » : un texte entre guillemets est attendu ici, et non le nombre entier « 17 ».",
            ),
            (
                "62000,",
                "62000",
                "Ce texte n’est pas du JSON. Ligne 8 : il manque une virgule entre deux champs, ou une fermeture.",
            ),
        ] {
            assert_eq!(said(from, to), spaced(expected));
        }
        let cut = read::<Submission>(&EXAMPLE.as_bytes()[..200]).expect_err("a mistake");
        assert!(of_body(&cut).contains("s’arrête trop tôt"), "{}", of_body(&cut));
    }
}
