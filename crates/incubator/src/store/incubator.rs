//! An incubator, which carries products.

use sea_orm::entity::prelude::*;

use crate::model::portfolio::IncubatorSheet;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incubators")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub owner: String,
    pub website: String,
    pub code: String,
    pub address: String,
    pub summary: String,
    pub hidden: bool,
    pub print: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its identifier, and what its sheet says.
    pub fn sheet(self) -> (String, IncubatorSheet) {
        let sheet = IncubatorSheet {
            name: self.name,
            owner: self.owner,
            website: self.website,
            github: self.code,
            address: self.address,
            short_description: self.summary,
            hidden: self.hidden,
        };
        (self.slug, sheet)
    }
}
