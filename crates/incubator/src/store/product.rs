//! A product: what the public may read of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::store::Instant;

use crate::model::portfolio::ProductSheet;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub mission: String,
    pub incubator: String,
    /// A [`Details`], in JSON.
    pub sheet: String,
    pub updated_at: Instant,
    pub print: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is read of a product as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
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
    /// Edition and euros of a FAST grant.
    pub fast: Option<(u32, i64)>,
    pub user_types: Vec<String>,
    pub themes: Vec<String>,
    pub technologies: Vec<String>,
}

impl Details {
    pub fn of(sheet: &ProductSheet) -> Self {
        Self {
            co_incubators: sheet.co_incubators.clone(),
            link: sheet.link.clone(),
            repository: sheet.repository.clone(),
            stats_url: sheet.stats_url.clone(),
            budget_url: sheet.budget_url.clone(),
            impact_url: sheet.impact_url.clone(),
            dashlord_url: sheet.dashlord_url.clone(),
            accessibility: sheet.accessibility.clone(),
            risk_analysis: sheet.risk_analysis,
            registered_on_mss: sheet.registered_on_mss,
            fast: sheet.fast.map(|fast| (fast.edition, fast.euros)),
            user_types: sheet.user_types.clone(),
            themes: sheet.themes.clone(),
            technologies: sheet.technologies.clone(),
        }
    }
}
