//! Agreements in a list, with where each stands.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, Query};
use sea_orm::{JoinType, QueryOrder as _, QuerySelect as _, RelationDef};
use socle::rights::Scope;
use socle::store::Database;

use super::agreement::{Column, Entity, Model, within};
use super::{ServiceError, outlook};
use crate::model::tenant::Tenant;

/// An agreement in a list, with where it stands.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: Model,
    pub outlook: outlook::Model,
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Words of the title or of the reference.
    pub words: Vec<String>,
    /// Rank of an urgency.
    pub urgency: Option<i32>,
    /// Identifier of a product.
    pub product: Option<String>,
}

/// A page of the agreements of a scope, the most urgent first, and how many there are in all. After the last page comes
/// the last one again.
pub async fn list(
    database: &Database,
    scope: &Scope,
    wanted: &Wanted,
    (page, a_page): (u64, u64),
) -> Result<(Vec<Listed>, u64), ServiceError> {
    let mut select = Entity::find().filter(within(scope));
    if let Some(product) = &wanted.product {
        select = select.filter(within(&Scope::Tenant(Tenant::Service(product.clone()).to_string())));
    }
    for word in &wanted.words {
        let like = format!("%{}%", word.to_lowercase());
        let on = |column: Column| Expr::expr(Func::lower(Expr::col((Entity, column)))).like(like.as_str());
        select = select.filter(Condition::any().add(on(Column::Title)).add(on(Column::Reference)));
    }
    let ranked = Query::select()
        .column(outlook::Column::AgreementId)
        .from(outlook::Entity)
        .and_where(outlook::Column::Urgency.eq(wanted.urgency.unwrap_or_default()))
        .to_owned();
    if wanted.urgency.is_some() {
        select = select.filter(Column::Id.in_subquery(ranked));
    }
    let count = select.clone().count(database.read()).await?;
    let rows = select
        .join(JoinType::InnerJoin, outlook_of())
        .select_also(outlook::Entity)
        .order_by_asc(outlook::Column::Urgency)
        .order_by_asc(Expr::col(outlook::Column::EndDay).is_null())
        .order_by_asc(outlook::Column::EndDay)
        .order_by_asc(Column::Id)
        .offset(std::cmp::min(page, count.div_ceil(a_page)).saturating_sub(1) * a_page)
        .limit(a_page)
        .all(database.read())
        .await?;
    let listed = rows.into_iter().filter_map(|(row, outlook)| Some(Listed { row, outlook: outlook? }));
    Ok((listed.collect(), count))
}

fn outlook_of() -> RelationDef {
    Entity::belongs_to(outlook::Entity).from(Column::Id).to(outlook::Column::AgreementId).into()
}
