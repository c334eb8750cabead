//! What a party of the committee thinks, for a product.

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant};

use super::ServiceError;
use crate::model::decision::Opinion;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "opinions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub committee_id: i64,
    pub product: String,
    pub body: String,
    pub opinion: String,
    pub reason: String,
    pub given_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whose opinion, and for which product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub product: String,
    pub body: String,
    pub opinion: Opinion,
    pub reason: String,
}

/// Gives an opinion; a body that gave one already gives it anew.
pub async fn give(
    database: &Database,
    actor: Actor,
    committee: i64,
    given: Given,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let same = Entity::find()
                    .filter(Column::CommitteeId.eq(committee))
                    .filter(Column::Product.eq(&given.product))
                    .filter(Column::Body.eq(&given.body));
                let before = same.one(tx.connection()).await?;
                if let Some(before) = &before {
                    Entity::delete_by_id(before.id).exec(tx.connection()).await?;
                }
                let told = before.map(|before| json!({"opinion": before.opinion, "reason": before.reason}));
                let facts = json!({
                    "product": given.product, "body": given.body, "before": told,
                    "after": {"opinion": given.opinion, "reason": given.reason},
                });
                let row = ActiveModel {
                    id: Set(tx.next_number()),
                    committee_id: Set(committee),
                    product: Set(given.product),
                    body: Set(given.body),
                    opinion: Set(given.opinion.to_string()),
                    reason: Set(given.reason),
                    given_at: Set(tx.now().into()),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                tx.record(
                    Entry::new(actor, "committee.opinion_given", "committee", committee).with_facts(facts),
                );
                Ok(())
            })
        })
        .await
}

/// Those of a committee, in the order of the bodies.
pub async fn of(database: &Database, committee: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::CommitteeId.eq(committee))
        .order_by_asc(Column::Body)
        .all(database.read())
        .await?)
}
