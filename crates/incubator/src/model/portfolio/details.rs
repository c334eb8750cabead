use serde::{Deserialize, Serialize};

/// What a product publishes beside its mission and its phases, read and kept as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Other incubators that carry it, by identifier.
    pub co_incubators: Vec<String>,
    pub link: String,
    pub repository: String,
    pub stats_url: String,
    pub budget_url: String,
    pub impact_url: String,
    pub dashlord_url: String,
    /// As published: `non conforme`, `partiellement conforme`, `totalement conforme`; empty when not said.
    pub accessibility: String,
    /// Not said, no, or yes.
    pub risk_analysis: Option<bool>,
    pub registered_on_mss: Option<bool>,
    pub fast: Option<Fast>,
    /// As they are written.
    pub user_types: Vec<String>,
    pub themes: Vec<String>,
    pub technologies: Vec<String>,
}

/// A grant of the FAST fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fast {
    pub edition: u32,
    /// Euros, as published.
    pub euros: i64,
}
