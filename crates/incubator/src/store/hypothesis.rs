//! Hypotheses: what a committee bets on, until the field answers.

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError};

use super::{ServiceError, day};
use crate::model::hypothesis::Verdict;
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hypotheses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub decision_id: i64,
    pub product: String,
    pub text: String,
    pub verdict: String,
    pub evidence: String,
    pub closed_day: Option<i32>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn verdict(&self) -> Verdict {
        Verdict::from_name(&self.verdict).unwrap_or(Verdict::Open)
    }
}

/// The hypothesis of that number.
pub async fn find(database: &Database, id: i64) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id(id).one(database.read()).await?)
}

/// Says what the field showed.
pub async fn close(
    database: &Database,
    actor: Actor,
    before: &Model,
    (verdict, on, evidence): (Verdict, Date, String),
) -> Result<(), ServiceError> {
    let before = before.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel {
                    verdict: Set(verdict.to_string()),
                    evidence: Set(evidence.clone()),
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
                    return Err(StoreError::Stale { what: "hypothesis" }.into());
                }
                tx.record(Entry::new(actor, "hypothesis.closed", "hypothesis", before.id).with_facts(
                    json!({
                        "product": before.product,
                        "before": {"verdict": before.verdict, "evidence": before.evidence},
                        "after": {"verdict": verdict, "evidence": evidence, "on": on},
                    }),
                ));
                Ok(())
            })
        })
        .await
}
