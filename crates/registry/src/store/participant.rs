use sea_orm::entity::prelude::*;

/// A person of a journey, as keyed pseudonyms. Computed at ingestion: they cannot be computed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "participants")]
pub struct Model {
    /// 2 × journey for the driver, 2 × journey + 1 for the passenger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub day: i32,
    pub linkage_key: i64,
    pub person: Vec<u8>,
    pub phone: Option<Vec<u8>>,
    pub phone_truncated: Vec<u8>,
    pub travel_pass: Option<Vec<u8>>,
    pub name_sound: Option<Vec<u8>>,
    pub operator_user: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a journey's driver.
pub fn driver_of(journey: i64) -> i64 {
    2 * journey
}

/// The row of a journey's passenger.
pub fn passenger_of(journey: i64) -> i64 {
    2 * journey + 1
}
