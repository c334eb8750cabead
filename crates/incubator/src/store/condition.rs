//! Conditions that committees set.

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError};

use super::agreement::Knowledge;
use super::{ServiceError, day, outlook};
use crate::model::condition::ConditionResult;
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conditions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub decision_id: i64,
    pub product: String,
    pub text: String,
    pub check_day: i32,
    pub result: String,
    pub note: String,
    pub closed_day: Option<i32>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn result(&self) -> ConditionResult {
        ConditionResult::from_name(&self.result).unwrap_or(ConditionResult::Open)
    }
}

/// The condition of that number.
pub async fn find(database: &Database, id: i64) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id(id).one(database.read()).await?)
}

/// Says how a condition ended; the duty it opened in its committee's agreement ends with it.
pub async fn close(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    (before, agreement): (&Model, Option<i64>),
    (result, on, note): (ConditionResult, Date, String),
) -> Result<(), ServiceError> {
    let before = before.clone();
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel {
                    result: Set(result.to_string()),
                    note: Set(note.clone()),
                    closed_day: Set(Some(day::number(on))),
                    version: Set(before.version + 1),
                    ..Default::default()
                };
                let changed = Entity::update_many()
                    .set(row)
                    .filter(Column::Id.eq(before.id))
                    .filter(Column::Version.eq(before.version))
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "condition" }.into());
                }
                tx.record(Entry::new(actor, "condition.closed", "condition", before.id).with_facts(json!({
                    "product": before.product,
                    "before": {"result": before.result, "note": before.note},
                    "after": {"result": result, "note": note, "on": on},
                })));
                match agreement {
                    Some(agreement) => outlook::refresh(tx, &knowledge, agreement).await,
                    None => Ok(()),
                }
            })
        })
        .await
}
