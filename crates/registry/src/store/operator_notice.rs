use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant};

use super::ServiceError;

/// Where an operator tells people what becomes of their data.
pub type OperatorNotice = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    pub url: String,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Gives the address, or another one.
pub async fn give(database: &Database, actor: Actor, operator: i64, url: String) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel {
                    operator_id: Set(operator),
                    url: Set(url.clone()),
                    at: Set(tx.now().into()),
                };
                let again = OnConflict::column(Column::OperatorId)
                    .update_columns([Column::Url, Column::At])
                    .to_owned();
                Entity::insert(row).on_conflict(again).exec_without_returning(tx.connection()).await?;
                tx.record(
                    Entry::new(actor, "notice.given", "operator", operator)
                        .with_facts(serde_json::json!({"url": url})),
                );
                Ok(())
            })
        })
        .await
}

/// Every address given.
pub async fn all(database: &Database) -> Result<Vec<OperatorNotice>, ServiceError> {
    Ok(Entity::find().all(database.read()).await?)
}
