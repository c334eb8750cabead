//! Which column of a file is what.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How files call their columns (`data/columns.yaml`).
#[derive(Clone, Debug, Deserialize)]
pub struct Columns {
    files: BTreeMap<String, Vec<Column>>,
}

/// Something that a file may tell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub key: String,
    pub fr: String,
    #[serde(default)]
    pub required: bool,
    names: Vec<String>,
}

/// The names shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the names of columns cannot be read: {0}")]
pub struct ColumnsError(String);

impl Columns {
    /// # Errors
    /// [`ColumnsError`] when our own data is wrong.
    pub fn shipped() -> Result<Self, ColumnsError> {
        serde_saphyr::from_str(include_str!("../../data/columns.yaml"))
            .map_err(|error| ColumnsError(error.to_string()))
    }

    /// What a kind of file may tell, in the order it is asked.
    pub fn of(&self, file: &str) -> &[Column] {
        self.files.get(file).map_or(&[], Vec::as_slice)
    }
}

/// Where each thing is: the rank of a column from 0, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen(BTreeMap<String, usize>);

impl Chosen {
    /// Guesses from the header. A column is one thing only: the first that claims it, in the order of the data.
    pub fn guess(columns: &[Column], header: &[String]) -> Self {
        let header: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let mut chosen = BTreeMap::new();
        for column in columns {
            let free = |at: &usize| !chosen.values().any(|taken| taken == at);
            // Its names are tried in order: the surest first.
            let found = column
                .names
                .iter()
                .find_map(|name| header.iter().position(|one| one == name).filter(|at| free(at)));
            if let Some(at) = found {
                chosen.insert(column.key.clone(), at);
            }
        }
        Self(chosen)
    }

    pub fn set(&mut self, key: &str, at: Option<usize>) {
        match at {
            Some(at) => self.0.insert(key.to_owned(), at),
            None => self.0.remove(key),
        };
    }

    pub fn at(&self, key: &str) -> Option<usize> {
        self.0.get(key).copied()
    }

    /// What is required and not there.
    pub fn missing<'a>(&self, columns: &'a [Column]) -> Vec<&'a Column> {
        columns.iter().filter(|column| column.required && !self.0.contains_key(&column.key)).collect()
    }
}

/// Lower case, without accents, signs read as spaces.
fn plain(name: &str) -> String {
    let letters: String = name
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            '°' | 'º' => ' ',
            other if other.is_alphanumeric() => other,
            _ => ' ',
        })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(file: &str, header: &[&str]) -> Chosen {
        let columns = Columns::shipped().expect("our own data");
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        Chosen::guess(columns.of(file), &header)
    }

    #[test]
    fn names_are_compared_without_accents_or_signs() {
        let chosen = guess("chorus", &["N° EJ", "Date", "Pièce", "Montant engagé", "Montant SF", "Payé"]);
        let at = ["number", "day", "document", "committed", "certified", "paid"].map(|key| chosen.at(key));
        assert_eq!(at, [0, 1, 2, 3, 4, 5].map(Some));
    }

    #[test]
    fn a_column_is_one_thing_only() {
        let chosen = guess("commandes", &["Date", "Objet", "Montant"]);
        assert_eq!(
            (chosen.at("title"), chosen.at("amount"), chosen.at("signed")),
            (Some(1), Some(2), Some(0))
        );
        let columns = Columns::shipped().expect("our own data");
        assert!(chosen.missing(columns.of("commandes")).is_empty());
        assert_eq!(guess("commandes", &["Truc"]).missing(columns.of("commandes")).len(), 2);
    }
}
