/// Names by their beginning, whatever the accents, capitals, hyphens and apostrophes.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameIndex {
    /// Folded name and rank of what it names, in order.
    entries: Vec<(Box<str>, u32)>,
}

const ARTICLES: [&str; 4] = ["l ", "le ", "la ", "les "];

impl NameIndex {
    /// A name beginning with an article is found with and without it.
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut entries = Vec::new();
        for (name, rank) in names.zip(0..) {
            let folded = fold(name);
            for article in ARTICLES {
                if let Some(bare) = folded.strip_prefix(article) {
                    entries.push((bare.into(), rank));
                }
            }
            entries.push((folded.into_boxed_str(), rank));
        }
        entries.sort_unstable();
        Self { entries }
    }

    /// Ranks of the names beginning so, and whether the name is the whole of what was typed; in no useful order,
    /// without repetition. Nothing for an empty beginning.
    pub(crate) fn beginning(&self, typed: &str) -> Vec<(u32, bool)> {
        let folded = fold(typed);
        let spelled = spell_out(&folded);
        let mut found: Vec<(u32, bool)> = self.matching(&folded).collect();
        if spelled != folded {
            found.extend(self.matching(&spelled));
        }
        // A whole match hides a partial match of the same name.
        found.sort_unstable_by_key(|(rank, whole)| (*rank, !whole));
        found.dedup_by_key(|(rank, _)| *rank);
        found
    }

    fn matching(&self, folded: &str) -> impl Iterator<Item = (u32, bool)> {
        let first = self.entries.partition_point(|(name, _)| name.as_ref() < folded);
        self.entries[first..]
            .iter()
            .take_while(move |(name, _)| !folded.is_empty() && name.starts_with(folded))
            .map(move |(name, rank)| (*rank, name.as_ref() == folded))
    }
}

/// "St" and "Ste" as people type them.
fn spell_out(folded: &str) -> String {
    let words = folded.split(' ').map(|word| match word {
        "st" => "saint",
        "ste" => "sainte",
        word => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Lower case without accents; whatever is neither letter nor digit becomes one space.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => folded.push(letter),
            'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            // Combining accents of decomposed text.
            '\u{300}'..='\u{36f}' => {}
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::{NameIndex, fold};

    #[test]
    fn accents_capitals_and_hyphens_are_alike() {
        assert_eq!(fold("L'Haÿ-les-Roses"), "l hay les roses");
        assert_eq!(fold("Œuilly"), "oeuilly");
        assert_eq!(fold("Bors (Canton de Charente-Sud)"), "bors canton de charente sud");
        assert_eq!(fold("E\u{301}pinal"), "epinal");
    }

    #[test]
    fn a_beginning_finds_with_or_without_the_article_and_with_st_for_saint() {
        let index = NameIndex::new(["L'Haÿ-les-Roses", "Saint-Céré", "Stenay", "Sainte-Foy"].into_iter());
        let ranks =
            |typed: &str| index.beginning(typed).into_iter().map(|(rank, _)| rank).collect::<Vec<_>>();
        assert_eq!(ranks("hay les"), [0]);
        assert_eq!(ranks("l'hay"), [0]);
        assert_eq!(ranks("St Cere"), [1]);
        assert_eq!(ranks("ste"), [2, 3]);
        assert_eq!(index.beginning("saint cere"), [(1, true)]);
        assert!(ranks("  -").is_empty());
    }
}
