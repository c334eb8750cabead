//! What extracts of Chorus say is certified of an order.

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Instant, Tx};

use super::{ServiceError, day};
use crate::model::money::Cents;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chorus_certifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub order_id: i64,
    pub day: i32,
    pub amount: i64,
    pub document: String,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Everything that extracts said of an order, by day.
pub async fn of(connection: &impl ConnectionTrait, order: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order))
        .order_by_asc(Column::Day)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// The latest that Chorus says is certified and that the house has not certified, with the sum that is missing.
pub async fn awaited(
    connection: &impl ConnectionTrait,
    order: i64,
    certified: Cents,
) -> Result<Option<(Model, Cents)>, ServiceError> {
    let said = of(connection, order).await?;
    let total: Cents = said.iter().map(|one| Cents::new(one.amount)).sum();
    Ok(said.into_iter().next_back().filter(|_| total > certified).map(|latest| (latest, total - certified)))
}

pub(super) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    order: i64,
    (on, amount, document): (Date, Cents, String),
) -> Result<(), ServiceError> {
    let id = tx.next_number();
    tx.record(Entry::new(actor.clone(), "chorus.certification_told", "order", order).with_facts(json!({
        "day": on, "amount": amount, "document": document,
    })));
    let row = ActiveModel {
        id: Set(id),
        order_id: Set(order),
        day: Set(day::number(on)),
        amount: Set(amount.as_i64()),
        document: Set(document),
        recorded_at: Set(tx.now().into()),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}
