use sea_orm::entity::prelude::*;

use crate::model::{Selector, SelectorKind};

/// A part of a territory's perimeter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "territory_selectors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub territory_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The selector; `None` when no version of the program knows its kind.
    pub fn selector(&self) -> Option<Selector> {
        SelectorKind::parse(&self.kind).map(|kind| Selector::new(kind, &self.code))
    }
}
