//! An organisation that sponsors products or owns an incubator.

use sea_orm::entity::prelude::*;

use crate::model::portfolio::OrganisationSheet;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub acronym: String,
    pub domain: String,
    pub kind: String,
    pub print: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its identifier, and what its sheet says.
    pub fn sheet(self) -> (String, OrganisationSheet) {
        let sheet = OrganisationSheet {
            name: self.name,
            acronym: self.acronym,
            domaine_ministeriel: self.domain,
            kind: self.kind,
        };
        (self.slug, sheet)
    }
}
