//! What clauses depend on, answered by the team: is it a procedure, must users sign in?

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError};

use super::agreement::Knowledge;
use super::{ServiceError, agreement_product, outlook, portfolio, state};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
    pub is_procedure: Option<bool>,
    pub authenticates_users: Option<bool>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The answers of a product; none when nobody has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub is_procedure: Option<bool>,
    pub authenticates_users: Option<bool>,
}

/// Records the answers. The duties of the product's agreements follow in the same change.
pub async fn answer(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    product: String,
    profile: Profile,
) -> Result<(), ServiceError> {
    let mut knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let before = Entity::find_by_id(&product).one(tx.connection()).await?;
                let version = before.as_ref().map_or(0, |row| row.version);
                let row = ActiveModel {
                    product: Set(product.clone()),
                    is_procedure: Set(profile.is_procedure),
                    authenticates_users: Set(profile.authenticates_users),
                    version: Set(version + 1),
                };
                if before.is_none() {
                    Entity::insert(row).exec_without_returning(tx.connection()).await?;
                } else {
                    let same = Entity::update_many().set(row).filter(Column::Product.eq(&product));
                    let changed = same.filter(Column::Version.eq(version)).exec(tx.connection()).await?;
                    if changed.rows_affected == 0 {
                        return Err(StoreError::Stale { what: "profile" }.into());
                    }
                }
                let told =
                    |procedure: Option<bool>, authenticates: Option<bool>| json!([procedure, authenticates]);
                tx.record(Entry::new(actor, "product.profiled", "product", &product).with_facts(json!({
                    "before": before.map(|row| told(row.is_procedure, row.authenticates_users)),
                    "after": told(profile.is_procedure, profile.authenticates_users),
                })));
                state::advance(tx).await?;
                knowledge.portfolio = std::sync::Arc::new(portfolio::within_change(tx).await?);
                for one in agreement_product::of_product(tx.connection(), &product).await? {
                    outlook::refresh(tx, &knowledge, one).await?;
                }
                Ok(())
            })
        })
        .await
}

/// The answers of every product that gave some.
pub(super) async fn all(connection: &impl ConnectionTrait) -> Result<HashMap<String, Profile>, ServiceError> {
    let rows = Entity::find().all(connection).await?;
    let profile = |row: &Model| Profile {
        is_procedure: row.is_procedure,
        authenticates_users: row.authenticates_users,
    };
    Ok(rows.into_iter().map(|row| (row.product.clone(), profile(&row))).collect())
}
