//! Which products an agreement is about.

use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use socle::rights::Scope;
use socle::store::Database;

use super::{ServiceError, agreement};
use crate::model::tenant::Tenant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether a product is within a scope: everywhere, one's own product, or a product of one's own agreement.
pub async fn covers(database: &Database, scope: &Scope, product: &str) -> Result<bool, ServiceError> {
    match Tenant::of(scope) {
        None => Ok(true),
        Some(Tenant::Service(own)) => Ok(own == product),
        Some(Tenant::Call(_)) => Ok(false),
        Some(Tenant::Agreement(_)) => Ok(Entity::find()
            .filter(Column::Product.eq(product))
            .filter(Column::AgreementId.in_subquery(agreement::numbers(scope)))
            .one(database.read())
            .await?
            .is_some()),
    }
}

/// The products a scope is limited to; `None` when it has no limit.
pub async fn covered(database: &Database, scope: &Scope) -> Result<Option<Vec<String>>, ServiceError> {
    match Tenant::of(scope) {
        None => Ok(None),
        Some(Tenant::Service(own)) => Ok(Some(vec![own])),
        Some(Tenant::Call(_)) => Ok(Some(Vec::new())),
        Some(Tenant::Agreement(_)) => {
            let rows = Entity::find()
                .filter(Column::AgreementId.in_subquery(agreement::numbers(scope)))
                .all(database.read())
                .await?;
            Ok(Some(rows.into_iter().map(|row| row.product).collect()))
        }
    }
}

/// The numbers of the agreements about a product.
pub(super) async fn of_product(
    connection: &impl ConnectionTrait,
    product: &str,
) -> Result<Vec<i64>, ServiceError> {
    let rows = Entity::find().filter(Column::Product.eq(product)).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.agreement_id).collect())
}

/// The products of these agreements, each once.
pub(super) async fn of_agreements(
    connection: &impl ConnectionTrait,
    agreements: &[i64],
) -> Result<Vec<String>, ServiceError> {
    let rows =
        Entity::find().filter(Column::AgreementId.is_in(agreements.iter().copied())).all(connection).await?;
    let products: std::collections::BTreeSet<String> = rows.into_iter().map(|row| row.product).collect();
    Ok(products.into_iter().collect())
}

/// The agreements of a product that a scope covers: reference and title, the oldest first.
pub async fn agreements(
    database: &Database,
    scope: &Scope,
    product: &str,
) -> Result<Vec<(String, String)>, ServiceError> {
    let about = Query::select()
        .column(Column::AgreementId)
        .from(Entity)
        .cond_where(Column::Product.eq(product))
        .to_owned();
    let rows = agreement::Entity::find()
        .filter(agreement::Column::Id.in_subquery(agreement::numbers(scope)))
        .filter(agreement::Column::Id.in_subquery(about))
        .order_by_asc(agreement::Column::Id)
        .all(database.read())
        .await?;
    Ok(rows.into_iter().map(|row| (row.reference, row.title)).collect())
}
