//! A service's risks as data: what is feared, what is done about it, and the test that proves it is done. A
//! listed test that does not exist fails the build (`tests/it/risks.rs` of each service).

use serde::Deserialize;

/// A service's risk file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskFile {
    /// When people last reviewed it, ISO date.
    pub reviewed: String,
    pub events: Vec<FearedEvent>,
}

/// Something that must not happen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FearedEvent {
    pub id: String,
    pub event: String,
    /// 1 (minor) to 4 (critical).
    pub severity: u8,
    /// 1 (unlikely) to 4 (almost certain), with the measures in place.
    pub likelihood: u8,
    pub measures: Vec<Measure>,
}

/// What is done about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub what: String,
    /// `file.rs::name_of_the_test`, below the repository's root; empty when no test can prove it.
    #[serde(default)]
    pub test: String,
}

impl RiskFile {
    /// Reads a file written in TOML.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The tests that this file lists and `root` does not have.
    pub fn missing_tests(&self, root: &std::path::Path) -> Vec<String> {
        let tests = self.events.iter().flat_map(|event| &event.measures).map(|measure| measure.test.as_str());
        tests
            .filter(|test| !test.is_empty())
            .filter(|test| {
                let Some((file, name)) = test.split_once("::") else { return true };
                let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
                !text.contains(&format!("fn {name}(")) && !text.contains(&format!("test(\"{name}\""))
            })
            .map(str::to_owned)
            .collect()
    }
}
