//! Figures by day and operator, kept in the same change as each status: pages never count raw rows.

use std::collections::{BTreeMap, HashMap};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query};
use sea_orm::{ActiveValue::Set, QuerySelect as _};
use socle::rights::Scope;
use socle::store::{Database, Tx};

use super::{ServiceError, operator_of};
use crate::model::LocalDay;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    /// Valid journeys.
    pub journeys: i64,
    pub metres: i64,
    pub seats: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What valid journeys add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub journeys: i64,
    pub metres: i64,
    pub seats: i64,
}

impl Totals {
    /// One journey.
    pub fn one(metres: i32, seats: i16) -> Self {
        Self { journeys: 1, metres: metres.into(), seats: seats.into() }
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            journeys: self.journeys + other.journeys,
            metres: self.metres + other.metres,
            seats: self.seats + other.seats,
        }
    }

    /// The same, taken away.
    #[must_use]
    pub fn negative(self) -> Self {
        Self { journeys: -self.journeys, metres: -self.metres, seats: -self.seats }
    }
}

/// On a row that is there already, adds to its sums.
pub(super) fn adding<E: EntityTrait>(
    entity: E,
    key: impl IntoIterator<Item = E::Column>,
    sums: [E::Column; 3],
) -> OnConflict {
    let mut conflict = OnConflict::columns(key);
    for column in sums {
        let added = Expr::cust(format!("excluded.{}", column.to_string()));
        conflict.value(column, Expr::col((entity, column)).add(added));
    }
    conflict
}

/// Adds to the days of operators, within a change.
pub async fn add(tx: &Tx, changes: BTreeMap<(LocalDay, i64), Totals>) -> Result<(), ServiceError> {
    if changes.is_empty() {
        return Ok(());
    }
    let rows = changes.into_iter().map(|((day, operator), totals)| ActiveModel {
        day: Set(day.0),
        operator_id: Set(operator),
        journeys: Set(totals.journeys),
        metres: Set(totals.metres),
        seats: Set(totals.seats),
    });
    let conflict =
        adding(Entity, [Column::Day, Column::OperatorId], [Column::Journeys, Column::Metres, Column::Seats]);
    Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The last day on which each operator had a valid journey.
pub async fn last_days(database: &Database) -> Result<HashMap<i64, LocalDay>, ServiceError> {
    let last = Entity::find()
        .select_only()
        .column(Column::OperatorId)
        .column_as(Column::Day.max(), "last")
        .filter(Column::Journeys.gt(0))
        .group_by(Column::OperatorId)
        .into_tuple::<(i64, i32)>();
    let days = last.all(database.read()).await?;
    Ok(days.into_iter().map(|(operator, day)| (operator, LocalDay(day))).collect())
}

/// The days of a scope, in order, summed over operators.
pub async fn by_day(database: &Database, scope: &Scope) -> Result<Vec<(LocalDay, Totals)>, ServiceError> {
    let sum = |column: Column| Expr::col(column).sum().cast_as("bigint");
    let mut select = Query::select();
    select
        .column(Column::Day)
        .expr(sum(Column::Journeys))
        .expr(sum(Column::Metres))
        .expr(sum(Column::Seats))
        .from(Entity)
        .group_by_col(Column::Day)
        .order_by(Column::Day, Order::Asc);
    if let Some(operator) = operator_of(scope) {
        select.and_where(Expr::col(Column::OperatorId).eq(operator));
    }
    database
        .read()
        .query_all(&select)
        .await?
        .into_iter()
        .map(|row| {
            let totals = Totals {
                journeys: row.try_get_by_index(1)?,
                metres: row.try_get_by_index(2)?,
                seats: row.try_get_by_index(3)?,
            };
            Ok((LocalDay(row.try_get_by_index(0)?), totals))
        })
        .collect()
}
