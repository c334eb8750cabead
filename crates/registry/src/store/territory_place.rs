use sea_orm::entity::prelude::*;

/// A place of a territory: a commune of today, or one that became part of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "territory_places")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub territory_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
