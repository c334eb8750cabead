//! Which products a committee is about.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "committee_products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub committee_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
