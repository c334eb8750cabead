//! What is hidden in a text before it is published: rules as data (`data/redaction.yaml`), and the search for what they
//! name. A false alarm hides too much, and the person who reads the text again sees it; the reverse would be a leak.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::named::named;

named! {
    /// The kinds of things that are hidden.
    Hidden {
        BankDetails = "bank-details", "coordonnées bancaires";
        People = "people", "noms de personnes";
        Contacts = "contacts", "adresses et numéros";
        Imputations = "imputations", "imputations Chorus";
        Words = "words", "mots ajoutés";
    }
}

/// What replaces it.
pub const MASK: &str = "[occulté]";

/// The rules of one version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactionRules {
    pub version: String,
    /// The day they were last checked, as `YYYY-MM-DD`.
    pub checked_on: String,
    pub rules: Vec<RedactionRule>,
}

/// A rule, and what founds it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactionRule {
    pub key: Hidden,
    pub fr: String,
    pub why: String,
    pub source: String,
    /// Whether it is applied only when chosen.
    #[serde(default)]
    pub choice: bool,
}

/// The rules shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the rules of redaction cannot be read: {0}")]
pub struct RedactionError(String);

impl RedactionRules {
    /// # Errors
    /// [`RedactionError`] when our own data is wrong, or leaves out a kind.
    pub fn shipped() -> Result<Self, RedactionError> {
        use super::named::Named as _;
        let read: Self = serde_saphyr::from_str(include_str!("../../data/redaction.yaml"))
            .map_err(|error| RedactionError(error.to_string()))?;
        match Hidden::ALL.iter().find(|kind| read.rules.iter().all(|rule| rule.key != **kind)) {
            Some(missing) => Err(RedactionError(format!("no rule for {missing}"))),
            None => Ok(read),
        }
    }
}

/// What was chosen for one agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    pub hide_imputations: bool,
    /// Hidden wherever they stand, besides what the rules find.
    pub words: Vec<String>,
}

/// Hides, and remembers where it did.
#[derive(Clone, Debug, Default)]
pub struct Masking {
    names: Vec<Vec<String>>,
    surnames: Vec<Vec<String>>,
    words: Vec<Vec<String>>,
    places: BTreeMap<Hidden, Vec<String>>,
}

/// A word of a text: where it begins and ends, in characters.
struct Word {
    from: usize,
    to: usize,
    folded: String,
    capital: bool,
}

impl Masking {
    /// `names`: those of every natural person that is known; `words`: what was added by hand.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, words: &[String]) -> Self {
        let folded = |text: &str| -> Vec<String> {
            words_of(&text.chars().collect::<Vec<_>>()).into_iter().map(|word| word.folded).collect()
        };
        let mut masking = Self { words: words.iter().map(|word| folded(word)).collect(), ..Self::default() };
        for name in names {
            let name = folded(name);
            // What follows the first name; a name of one word is looked for as such.
            if let Some(surname) = name.get(1..).filter(|rest| rest.iter().any(|word| word.len() > 2)) {
                masking.surnames.push(surname.to_vec());
            }
            masking.names.push(name);
        }
        for all in [&mut masking.names, &mut masking.surnames, &mut masking.words] {
            all.retain(|words| !words.is_empty());
        }
        masking
    }

    /// Says that something is hidden at a place, whole.
    pub fn hide(&mut self, kind: Hidden, place: &str) {
        let places = self.places.entry(kind).or_default();
        if !places.iter().any(|one| one == place) {
            places.push(place.to_owned());
        }
    }

    /// Where something of a kind was hidden.
    pub fn places(&self, kind: Hidden) -> &[String] {
        self.places.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The text without what is hidden.
    pub fn text(&mut self, place: &str, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let words = words_of(&letters);
        let mut spans: Vec<(usize, usize, Hidden)> = Vec::new();
        for (wanted, kind, capital) in [
            (&self.names, Hidden::People, true),
            (&self.surnames, Hidden::People, true),
            (&self.words, Hidden::Words, false),
        ] {
            for sought in wanted {
                spans.extend(
                    occurrences(&words, sought, capital).into_iter().map(|(from, to)| (from, to, kind)),
                );
            }
        }
        spans.extend(after_civility(&letters, &words).into_iter().map(|(a, b)| (a, b, Hidden::People)));
        spans.extend(mail_addresses(&letters).into_iter().map(|(a, b)| (a, b, Hidden::Contacts)));
        spans.extend(numbers(&letters));
        for (_, _, kind) in &spans {
            self.hide(*kind, place);
        }
        without(&letters, spans)
    }
}

/// Puts the mask in place of the spans, those that touch together.
fn without(letters: &[char], mut spans: Vec<(usize, usize, Hidden)>) -> String {
    spans.sort_by_key(|(from, to, _)| (*from, *to));
    let mut told = String::new();
    let mut at = 0;
    for (from, to, _) in spans {
        if to <= at {
            continue;
        }
        if from >= at {
            told.extend(letters.iter().skip(at).take(from - at));
            told.push_str(MASK);
        }
        at = to;
    }
    told.extend(letters.iter().skip(at));
    told
}

/// A letter without its accent, in lower case.
fn fold(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|lower| match lower {
        'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ñ' => 'n',
        'ÿ' => 'y',
        other => other,
    })
}

fn words_of(letters: &[char]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut from = None;
    for at in 0..=letters.len() {
        let inside = letters.get(at).is_some_and(|letter| letter.is_alphanumeric());
        match (inside, from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                let run = letters.get(start..at).unwrap_or_default();
                words.push(Word {
                    from: start,
                    to: at,
                    folded: run.iter().flat_map(|letter| fold(*letter)).collect(),
                    capital: run.first().is_some_and(|letter| letter.is_uppercase()),
                });
                from = None;
            }
            _ => {}
        }
    }
    words
}

/// Where these words follow each other. `capital`: the first of them must be written with one, as names are.
fn occurrences(words: &[Word], sought: &[String], capital: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for run in words.windows(sought.len().max(1)) {
        let same = run.iter().zip(sought).all(|(word, sought)| word.folded == *sought);
        let near = run.windows(2).all(|two| two[1].from - two[0].to <= 3);
        if let (true, true, Some(first), Some(last)) = (same, near, run.first(), run.last())
            && (!capital || run.iter().any(|word| word.capital))
        {
            found.push((first.from, last.to));
        }
    }
    found
}

/// "Mme Jeanne de Brisset": what follows a civility, as long as it is written as a name.
fn after_civility(letters: &[char], words: &[Word]) -> Vec<(usize, usize)> {
    const CIVILITIES: [&str; 9] =
        ["m", "mm", "mme", "mmes", "mlle", "monsieur", "madame", "mademoiselle", "dr"];
    const PARTICLES: [&str; 7] = ["de", "d", "du", "des", "la", "van", "von"];
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !(word.capital && CIVILITIES.contains(&word.folded.as_str())) {
            continue;
        }
        let (mut end, mut before) = (None, word.to);
        for (rank, next) in words.iter().skip(at + 1).enumerate() {
            let between = letters.get(before..next.from).unwrap_or_default();
            let joined = between.iter().all(|sign| sign.is_whitespace() || "-.'’".contains(*sign));
            let particle = PARTICLES.contains(&next.folded.as_str()) && !(rank == 0 && next.folded == "la");
            if !joined || between.len() > 3 || rank > 6 || !(next.capital || particle) {
                break;
            }
            if next.capital {
                end = Some(next.to);
            }
            before = next.to;
        }
        let start = words.get(at + 1).map(|next| next.from);
        found.extend(start.zip(end));
    }
    found
}

fn mail_addresses(letters: &[char]) -> Vec<(usize, usize)> {
    let part = |letter: char| letter.is_alphanumeric() || "._-+%".contains(letter);
    let mut found = Vec::new();
    for (at, _) in letters.iter().enumerate().filter(|(_, letter)| **letter == '@') {
        let before = letters.iter().take(at).rev().take_while(|letter| part(**letter)).count();
        let after = letters.iter().skip(at + 1).take_while(|letter| part(**letter)).count();
        if before > 0 && after > 0 {
            found.push((at - before, at + 1 + after));
        }
    }
    found
}

/// Telephone numbers, and accounts: an IBAN, a RIB in one piece or in groups, an account number alone.
fn numbers(letters: &[char]) -> Vec<(usize, usize, Hidden)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let begins = at == 0 || !letters.get(at - 1).is_some_and(|before| before.is_alphanumeric());
        let runs = if begins { runs_from(letters, at) } else { Vec::new() };
        let longest = runs.iter().rev().find_map(|(to, text)| Some((*to, kind_of(text)?)));
        match longest {
            Some((to, kind)) => {
                found.push((at, to, kind));
                at = to;
            }
            None => at += 1,
        }
    }
    found.extend(accounts(letters));
    found
}

/// Digits and capital letters from there, with single signs between groups: where each group ends, and all up to there.
fn runs_from(letters: &[char], from: usize) -> Vec<(usize, String)> {
    let mut runs = Vec::new();
    let mut text = String::new();
    let mut at = from;
    // The longest account is an IBAN of 34.
    while text.len() <= 34 {
        match letters.get(at) {
            Some(letter) if letter.is_ascii_digit() || letter.is_ascii_uppercase() => text.push(*letter),
            Some('+') if at == from => text.push('+'),
            next => {
                if runs.last().is_some_and(|(_, before)| *before == text) || text.is_empty() {
                    break;
                }
                runs.push((at, text.clone()));
                if !next.is_some_and(|sign| " \u{a0}\u{202f}.-/".contains(*sign)) {
                    break;
                }
            }
        }
        at += 1;
    }
    runs
}

fn kind_of(packed: &str) -> Option<Hidden> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let national = packed.strip_prefix("+33").or_else(|| packed.strip_prefix("0033"));
    let phone = match (national, packed.strip_prefix('+')) {
        (Some(rest), _) => matches!(rest.len(), 9 | 10) && digits(rest),
        (None, Some(abroad)) => abroad.len() >= 8 && digits(abroad),
        (None, None) => packed.len() == 10 && packed.starts_with('0') && digits(packed),
    };
    if phone {
        return Some(Hidden::Contacts);
    }
    let (country, rest) = packed.split_at_checked(2)?;
    let named = country.bytes().all(|byte| byte.is_ascii_uppercase());
    let iban = named
        && rest.len() >= 13
        && rest.get(..2).is_some_and(digits)
        && (country == "FR" || is_iban(packed));
    let rib = packed.len() == 23 && packed.get(..10).is_some_and(digits);
    (iban || rib).then_some(Hidden::BankDetails)
}

/// Whether the check digits are right (ISO 13616): abroad, a word and a number may look like an account.
fn is_iban(packed: &str) -> bool {
    let (head, rest) = packed.split_at_checked(4).unwrap_or_default();
    let remainder = rest.bytes().chain(head.bytes()).fold(0_u32, |remainder, byte| match byte {
        b'A'..=b'Z' => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
        digit => (remainder * 10 + u32::from(digit.saturating_sub(b'0'))) % 97,
    });
    remainder == 1
}

/// Words of eleven characters, nearly all digits: the account number of a RIB.
fn accounts(letters: &[char]) -> Vec<(usize, usize, Hidden)> {
    words_of(letters)
        .into_iter()
        .filter(|word| {
            let run = letters.get(word.from..word.to).unwrap_or_default();
            run.len() == 11 && run.iter().filter(|letter| letter.is_ascii_digit()).count() >= 8
        })
        .map(|word| (word.from, word.to, Hidden::BankDetails))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(text: &str) -> String {
        Masking::new(["Jeanne Bou-Hérisson", "Rose"], &["projet Alouette".to_owned()]).text("ici", text)
    }

    #[test]
    fn names_are_hidden_however_they_are_written() {
        for (text, told) in [
            ("Signée par Jeanne Bou-Hérisson, directrice", "Signée par [occulté], directrice"),
            ("JEANNE BOU HERISSON préside", "[occulté] préside"),
            ("l’avis de Bou-Hérisson est requis", "l’avis de [occulté] est requis"),
            ("Rose présente la rose des vents", "[occulté] présente la rose des vents"),
            ("Mme Odile de La Tour-Noire, cheffe", "Mme [occulté], cheffe"),
            ("M. K. Sanchez suit", "M. [occulté] suit"),
            ("Madame la Préfète du Lot", "Madame la Préfète du Lot"),
            ("Le Projet alouette commence", "Le [occulté] commence"),
            ("à 5 m Nord du pont", "à 5 m Nord du pont"),
        ] {
            assert_eq!(masked(text), told);
        }
    }

    #[test]
    fn contacts_and_accounts_are_hidden_and_codes_are_not() {
        for (text, told) in [
            ("écrire à j.bou@agence.exemple.fr.", "écrire à [occulté]"),
            ("tél. 01 99 00 12 34, poste 2", "tél. [occulté], poste 2"),
            ("+33 1 99 00 12 34", "[occulté]"),
            ("01 99 00 12 34 2 rue", "[occulté] 2 rue"),
            ("BE68 5390 0754 7034", "[occulté]"),
            ("AE 280 000 CP 243 600 EN 2020", "AE 280 000 CP 243 600 EN 2020"),
            ("IBAN FR76 3000 1000 6400 0000 9244 140", "IBAN [occulté]"),
            ("compte 00000092441 clé 40", "compte [occulté] clé 40"),
            ("30001 00064 00000092441 40 fin", "[occulté] fin"),
            (
                "imputé sur 0203-47-01, 020346AU00CV, 1-2-00548",
                "imputé sur 0203-47-01, 020346AU00CV, 1-2-00548",
            ),
            ("AE 280 000 € en 2020", "AE 280 000 € en 2020"),
            ("décret n° 2004-1085 du 14 octobre 2004", "décret n° 2004-1085 du 14 octobre 2004"),
            ("commande 1404518242 du 18/10/2019", "commande 1404518242 du 18/10/2019"),
        ] {
            assert_eq!(masked(text), told);
        }
    }

    #[test]
    fn where_it_was_hidden_is_remembered_once() {
        let mut masking = Masking::new(["Jeanne Martin"], &[]);
        masking.text("article 3", "Jeanne Martin, puis Jeanne Martin");
        masking.text("article 5", "rien");
        assert_eq!(masking.places(Hidden::People), ["article 3"]);
        assert!(masking.places(Hidden::Words).is_empty());
        RedactionRules::shipped().expect("our rules");
    }

    proptest! {
        #[test]
        fn a_known_name_never_comes_through(before in "[ -~éàç,.]{0,30}", after in "[ -~éàç,.]{0,30}") {
            let told = masked(&format!("{before} Jeanne Bou-Hérisson {after}"));
            prop_assert!(!told.contains("Hérisson") && !told.contains("Jeanne"), "{}", told);
        }

        #[test]
        fn any_text_is_taken(text in "\\PC{0,200}") {
            let told = masked(&text);
            prop_assert!(told.chars().count() <= text.chars().count() * 9 + 9);
        }
    }
}
