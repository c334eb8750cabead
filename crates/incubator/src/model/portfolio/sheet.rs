//! Sheets as the programme's public repository keeps them: YAML between two lines of dashes, then a text.

use jiff::civil::Date;
use serde::Deserialize;

use super::{Episode, History};

/// Why a sheet cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("no header: the first line is to be ---, and another --- is to end it")]
    NoHeader,
    #[error("header: {0}")]
    Yaml(String),
    #[error("phases, {rank}: {why}")]
    Phase { rank: usize, why: String },
    #[error("{field}: empty, expected a text")]
    Missing { field: &'static str },
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSheet {
    pub name: String,
    pub mission: String,
    pub incubator: String,
    /// Other incubators that carry it.
    pub co_incubators: Vec<String>,
    /// Organisations, by identifier.
    pub sponsors: Vec<String>,
    pub history: History,
    pub link: String,
    pub repository: String,
    pub stats_url: String,
    pub budget_url: String,
    pub impact_url: String,
    pub dashlord_url: String,
    pub accessibility: String,
    pub risk_analysis: Option<bool>,
    pub registered_on_mss: Option<bool>,
    pub fast: Option<Fast>,
    /// As they are written.
    pub user_types: Vec<String>,
    pub themes: Vec<String>,
    pub technologies: Vec<String>,
}

/// A grant of the FAST fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fast {
    pub edition: u32,
    /// Euros, as published.
    pub euros: i64,
}

/// An incubator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct IncubatorSheet {
    #[serde(rename = "title")]
    pub name: String,
    /// `/organisations/<identifier>`.
    #[serde(deserialize_with = "or_nothing")]
    pub owner: String,
    #[serde(deserialize_with = "or_nothing")]
    pub website: String,
    #[serde(deserialize_with = "or_nothing")]
    pub github: String,
    #[serde(deserialize_with = "or_nothing")]
    pub address: String,
    #[serde(deserialize_with = "or_nothing")]
    pub short_description: String,
    pub hidden: bool,
}

/// An organisation that sponsors products or owns an incubator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OrganisationSheet {
    pub name: String,
    #[serde(deserialize_with = "or_nothing")]
    pub acronym: String,
    #[serde(deserialize_with = "or_nothing")]
    pub domaine_ministeriel: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// The header of a product, as it is written.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Header {
    title: Option<String>,
    mission: Option<String>,
    incubator: Option<String>,
    incubators: Option<Vec<String>>,
    sponsors: Option<Vec<String>>,
    phases: Option<Vec<Phase>>,
    link: Option<String>,
    repository: Option<String>,
    stats_url: Option<String>,
    budget_url: Option<String>,
    impact_url: Option<String>,
    dashlord_url: Option<String>,
    accessibility_status: Option<String>,
    analyse_risques: Option<bool>,
    mon_service_securise: Option<bool>,
    fast: Option<Grant>,
    usertypes: Option<Vec<String>>,
    thematiques: Option<Vec<String>>,
    techno: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Phase {
    name: String,
    #[serde(default)]
    start: Option<String>,
    #[serde(default)]
    end: Option<String>,
    #[serde(default)]
    comment: Option<String>,
}

#[derive(Deserialize)]
struct Grant {
    promotion: u32,
    montant: i64,
}

/// A text, or nothing written.
fn or_nothing<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(text)
}

/// The header of a sheet.
fn header(text: &str) -> Result<&str, SheetError> {
    let text = text.trim_start_matches('\u{feff}');
    let inside = text.strip_prefix("---").ok_or(SheetError::NoHeader)?;
    let (header, _) = inside.split_once("\n---").ok_or(SheetError::NoHeader)?;
    Ok(header)
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, SheetError> {
    serde_saphyr::from_str(header(text)?).map_err(|cause| {
        // Only the first line: the rest draws the text with an arrow.
        SheetError::Yaml(cause.to_string().lines().next().unwrap_or_default().to_owned())
    })
}

/// The identifier at the end of `/organisations/<identifier>`.
pub fn identifier(reference: &str) -> &str {
    reference.trim().rsplit('/').next().unwrap_or_default()
}

fn day(text: &str) -> Result<Date, String> {
    // Some are instants: only the day counts.
    text.trim()
        .get(..10)
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| format!("{text:?} is no date; expected 2026-07-20"))
}

fn text(value: Option<String>) -> String {
    value.map(|value| value.trim().to_owned()).unwrap_or_default()
}

fn list(values: Option<Vec<String>>) -> Vec<String> {
    let mut list: Vec<String> = values
        .unwrap_or_default()
        .into_iter()
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|one| seen.insert(one.clone()));
    list
}

impl ProductSheet {
    /// Reads a product's sheet.
    pub fn parse(written: &str) -> Result<Self, SheetError> {
        let header: Header = parse(written)?;
        let mut episodes = Vec::new();
        for (rank, phase) in header.phases.unwrap_or_default().into_iter().enumerate() {
            let wrong = |why: String| SheetError::Phase { rank: rank + 1, why };
            let stage = phase.name.parse().map_err(|cause| wrong(format!("name: {cause}")))?;
            let start = phase.start.ok_or_else(|| wrong("start: missing, expected a date".to_owned()))?;
            let from = day(&start).map_err(|why| wrong(format!("start: {why}")))?;
            let to = match phase.end.filter(|end| !end.trim().is_empty()) {
                Some(end) => Some(day(&end).map_err(|why| wrong(format!("end: {why}")))?),
                None => None,
            };
            if let Some(to) = to.filter(|to| *to < from) {
                return Err(wrong(format!("end: {to} comes before its start, {from}")));
            }
            episodes.push(Episode { stage, from, to, comment: text(phase.comment) });
        }
        let (name, mission, incubator) = (text(header.title), text(header.mission), text(header.incubator));
        if name.is_empty() {
            return Err(SheetError::Missing { field: "title" });
        }
        let mut co_incubators = list(header.incubators);
        co_incubators.retain(|one| *one != incubator);
        Ok(Self {
            name,
            mission,
            incubator,
            co_incubators,
            sponsors: list(header.sponsors).iter().map(|one| identifier(one).to_owned()).collect(),
            history: History(episodes),
            link: text(header.link),
            repository: text(header.repository),
            stats_url: text(header.stats_url),
            budget_url: text(header.budget_url),
            impact_url: text(header.impact_url),
            dashlord_url: text(header.dashlord_url),
            accessibility: text(header.accessibility_status),
            risk_analysis: header.analyse_risques,
            registered_on_mss: header.mon_service_securise,
            fast: header.fast.map(|grant| Fast { edition: grant.promotion, euros: grant.montant }),
            user_types: list(header.usertypes),
            themes: list(header.thematiques),
            technologies: list(header.techno),
        })
    }
}

impl IncubatorSheet {
    /// Reads an incubator's sheet.
    pub fn parse(written: &str) -> Result<Self, SheetError> {
        let sheet: Self = parse(written)?;
        if sheet.name.trim().is_empty() { Err(SheetError::Missing { field: "title" }) } else { Ok(sheet) }
    }
}

impl OrganisationSheet {
    /// Reads an organisation's sheet.
    pub fn parse(written: &str) -> Result<Self, SheetError> {
        let sheet: Self = parse(written)?;
        if sheet.name.trim().is_empty() { Err(SheetError::Missing { field: "name" }) } else { Ok(sheet) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::Stage;
    use super::*;

    const SHEET: &str = "---\ntitle: Pas à pas\nmission: Aider\nincubator: fabrique\nsponsors:\n  - /organisations/dgx\nphases:\n  - name: investigation\n    start: 2024-01-15\n  - name: construction\n    start: 2024-05-01T00:00:00.000Z\n    end: 2025-05-01\nusertypes: []\nfast:\n  promotion: 15\n  montant: 120000\nanalyse_risques: false\n---\n\n## Contexte\n";

    #[test]
    fn a_sheet_is_read() {
        let sheet = ProductSheet::parse(SHEET).expect("a sheet");
        assert_eq!((sheet.name.as_str(), sheet.incubator.as_str()), ("Pas à pas", "fabrique"));
        assert_eq!(sheet.sponsors, ["dgx"]);
        assert_eq!(sheet.history.on(date(2024, 6, 1)).map(|one| one.stage), Some(Stage::Construction));
        assert_eq!(sheet.fast, Some(Fast { edition: 15, euros: 120_000 }));
        assert_eq!((sheet.risk_analysis, sheet.registered_on_mss), (Some(false), None), "no is not unknown");
    }

    #[test]
    fn what_is_wrong_says_where_and_what_was_seen() {
        let wrong = |from: &str, to: &str| {
            ProductSheet::parse(&SHEET.replace(from, to)).expect_err("refused").to_string()
        };
        assert!(wrong("construction", "croissance").contains("phases, 2: name: \"croissance\" is no phase"));
        assert!(wrong("2024-01-15", "2024-02-30").contains("phases, 1: start: \"2024-02-30\" is no date"));
        assert!(wrong("end: 2025-05-01", "end: 2024-04-30").contains("comes before its start"));
        assert!(wrong("title: Pas à pas", "title: ''").contains("title: empty"));
        assert!(wrong("title: Pas à pas", "title: [Pas").starts_with("header: "));
        assert_eq!(ProductSheet::parse("title: x"), Err(SheetError::NoHeader));
    }
}
