//! A product: what the public may read of it.

use sea_orm::entity::prelude::*;
use socle::store::Instant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub mission: String,
    pub incubator: String,
    /// A [`crate::model::portfolio::Details`], in JSON.
    pub sheet: String,
    pub updated_at: Instant,
    pub print: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
