//! The metadata of a published agreement, in the shape of a data set of data.gouv.fr (udata, API 1), which follows DCAT.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::text::PublicText;

/// The open licence of the State, version 2.0, under the name data.gouv.fr gives it.
pub const LICENCE: &str = "lov2";
/// Titles of data.gouv.fr hold no more characters.
const LONGEST_TITLE: usize = 350;

/// A file of the data set.
#[derive(Clone, Debug)]
pub struct PublishedFile {
    /// What it is called here: `pdf`, `text`.
    pub key: &'static str,
    pub name: String,
    pub title: &'static str,
    pub format: &'static str,
    pub mime: &'static str,
    /// `main` or `documentation`, as data.gouv.fr says it.
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

/// What is said of the data set; `organisation`: its identifier there.
pub fn dataset(text: &PublicText, organisation: Option<&str>) -> Value {
    let parties: Vec<&str> = text.parties.iter().map(|party| party[0].as_str()).collect();
    let hidden: Vec<String> = text.hidden.iter().map(|one| one.what.to_lowercase()).collect();
    let mut description =
        format!("{}, entre {}.\n\n{}, avenants signés compris.", text.kind, parties.join(" et "), text.date);
    if !text.products.is_empty() {
        let _ = write!(description, "\n\nServices numériques concernés : {}.", text.products.join(", "));
    }
    if !hidden.is_empty() {
        let _ = write!(description, "\n\nMentions occultées : {}.", hidden.join(", "));
    }
    let mut told = json!({
        "title": text.title.chars().take(LONGEST_TITLE).collect::<String>(),
        "description": description,
        "license": LICENCE,
        "frequency": "irregular",
        "tags": tags(&text.kind),
        "extras": {"pepiniere:reference": text.reference},
    });
    if let Some((start, end)) = text.covers {
        told["temporal_coverage"] = json!({"start": start.to_string(), "end": end.to_string()});
    }
    if let Some(organisation) = organisation {
        told["organization"] = json!(organisation);
    }
    told
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn print(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The same with its files, for whoever publishes by hand.
pub fn with_files(mut dataset: Value, files: &[PublishedFile]) -> Value {
    dataset["resources"] = files
        .iter()
        .map(|file| {
            json!({
                "title": file.title, "type": file.kind, "format": file.format, "mime": file.mime,
                "filetype": "file", "filesize": file.bytes.len(), "file": file.name,
                "checksum": {"type": "sha256", "value": print(&file.bytes)},
            })
        })
        .collect();
    dataset
}

/// Lower case, digits and dashes, three characters at least.
fn tags(kind: &str) -> Vec<String> {
    let plain: String = kind
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'é' | 'è' | 'ê' => 'e',
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => '-',
        })
        .collect();
    ["convention".to_owned(), plain, "incubateur".to_owned(), "services-numeriques".to_owned()].into()
}
