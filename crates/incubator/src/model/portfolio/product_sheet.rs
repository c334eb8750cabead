use jiff::civil::Date;
use serde::Deserialize;

use super::sheet::{SheetError, identifier, parse, text};
use super::{Details, Episode, Fast, History};

/// A product, as its sheet tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSheet {
    pub name: String,
    pub mission: String,
    /// Identifier of the incubator.
    pub incubator: String,
    /// Organisations, by identifier.
    pub sponsors: Vec<String>,
    pub history: History,
    pub details: Details,
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

fn day(text: &str) -> Result<Date, String> {
    // Some are instants: only the day counts.
    text.trim()
        .get(..10)
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| format!("{text:?} is no date; expected 2026-07-20"))
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
        let details = Details {
            co_incubators,
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
        };
        Ok(Self {
            name,
            mission,
            incubator,
            sponsors: list(header.sponsors).iter().map(|one| identifier(one).to_owned()).collect(),
            history: History(episodes),
            details,
        })
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
        assert_eq!(sheet.details.fast, Some(Fast { edition: 15, euros: 120_000 }));
        assert_eq!(
            (sheet.details.risk_analysis, sheet.details.registered_on_mss),
            (Some(false), None),
            "no is not unknown"
        );
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
