//! What products answer to the standards. Append-only: the latest holds, the others stay.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant};

use super::{ServiceError, day};
use crate::model::compliance::{Answer, Given};
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "compliance_answers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub product: String,
    pub criterion: String,
    pub answer: String,
    pub evidence: String,
    pub valid_until_day: Option<i32>,
    pub checked_day: i32,
    pub standards: String,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    fn given(&self) -> Option<Given> {
        Some(Given {
            answer: Answer::from_name(&self.answer)?,
            evidence: self.evidence.clone(),
            checked_on: day::date(self.checked_day),
            valid_until: self.valid_until_day.map(day::date),
        })
    }
}

/// The answers of a product that hold, by key of criterion.
pub async fn of(database: &Database, product: &str) -> Result<HashMap<String, Given>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Product.eq(product))
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?;
    // The latest comes last, and stays.
    Ok(rows.into_iter().filter_map(|row| Some((row.criterion.clone(), row.given()?))).collect())
}

/// Everything a product answered to a criterion, the latest first.
pub async fn history(
    database: &Database,
    product: &str,
    criterion: &str,
) -> Result<Vec<Given>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Product.eq(product))
        .filter(Column::Criterion.eq(criterion))
        .order_by_desc(Column::Id)
        .all(database.read())
        .await?;
    Ok(rows.iter().filter_map(Model::given).collect())
}

/// Records an answer.
pub async fn give(
    database: &Database,
    actor: Actor,
    (product, criterion, standards): (String, String, String),
    before: Option<Given>,
    given: Given,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let told = |one: &Given| json!({"answer": one.answer, "evidence": one.evidence, "until": one.valid_until});
                let facts = json!({
                    "product": product, "criterion": criterion,
                    "before": before.as_ref().map(told), "after": told(&given),
                });
                let id = tx.next_number();
                let row = ActiveModel {
                    id: Set(id),
                    product: Set(product),
                    criterion: Set(criterion),
                    answer: Set(given.answer.to_string()),
                    evidence: Set(given.evidence),
                    valid_until_day: Set(given.valid_until.map(day::number)),
                    checked_day: Set(day::number(given.checked_on)),
                    standards: Set(standards),
                    recorded_at: Set(tx.now().into()),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                tx.record(Entry::new(actor, "compliance.answered", "compliance", id).with_facts(facts));
                Ok(())
            })
        })
        .await
}
