//! Values of indicators. One is corrected by another row, which replaces it with a reason.

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::{ServiceError, day};
use crate::model::figure::Figure;
use crate::model::point::Point;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub indicator_id: i64,
    pub from_day: Option<i32>,
    pub day: i32,
    pub value: i64,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub note: String,
    pub by_hand: bool,
    pub recorded_at: Instant,
    pub replaced_at: Option<Instant>,
    pub replaced_reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn point(&self) -> Point {
        Point {
            from: self.from_day.map(day::date),
            day: day::date(self.day),
            value: Figure::new(self.value),
            numerator: self.numerator.map(Figure::new),
            denominator: self.denominator.map(Figure::new),
            note: self.note.clone(),
        }
    }
}

/// The values of some indicators that stand, the oldest period first.
pub(super) async fn standing(
    connection: &impl ConnectionTrait,
    indicators: &[i64],
) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::IndicatorId.is_in(indicators.iter().copied()))
        .filter(Column::ReplacedAt.is_null())
        .order_by_asc(Column::IndicatorId)
        .order_by_asc(Column::Day)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Every row of an indicator, those that were replaced too, the latest period first.
pub async fn rows(database: &Database, indicator: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::IndicatorId.eq(indicator))
        .order_by_desc(Column::Day)
        .order_by_desc(Column::Id)
        .all(database.read())
        .await?)
}

fn filled(point: &Point) -> ActiveModel {
    ActiveModel {
        from_day: Set(point.from.map(day::number)),
        day: Set(day::number(point.day)),
        value: Set(point.value.as_i64()),
        numerator: Set(point.numerator.map(Figure::as_i64)),
        denominator: Set(point.denominator.map(Figure::as_i64)),
        note: Set(point.note.clone()),
        ..Default::default()
    }
}

async fn insert(tx: &mut Tx, indicator: i64, point: &Point, by_hand: bool) -> Result<i64, ServiceError> {
    let id = tx.next_number();
    let row = ActiveModel {
        id: Set(id),
        indicator_id: Set(indicator),
        by_hand: Set(by_hand),
        recorded_at: Set(tx.now().into()),
        replaced_at: Set(None),
        replaced_reason: Set(String::new()),
        ..filled(point)
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(id)
}

/// Records a value that someone typed. `false` when the indicator already has one that ends on that day: it is to be
/// corrected.
pub async fn record(
    database: &Database,
    actor: Actor,
    indicator: i64,
    point: Point,
) -> Result<bool, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let known = standing(tx.connection(), &[indicator]).await?;
                if known.iter().any(|row| row.day == day::number(point.day)) {
                    return Ok(false);
                }
                let id = insert(tx, indicator, &point, true).await?;
                tx.record(
                    Entry::new(actor, "indicator.point_recorded", "indicator", indicator)
                        .with_facts(json!({"point": id, "after": point})),
                );
                Ok(true)
            })
        })
        .await
}

/// Replaces a value by a corrected one, of the same period. Stale when it was replaced meanwhile.
pub async fn correct(
    database: &Database,
    actor: Actor,
    before: Model,
    after: Point,
    reason: String,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let replaced = ActiveModel {
                    replaced_at: Set(Some(tx.now().into())),
                    replaced_reason: Set(reason.clone()),
                    ..Default::default()
                };
                let changed = Entity::update_many()
                    .set(replaced)
                    .filter(Column::Id.eq(before.id))
                    .filter(Column::ReplacedAt.is_null())
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "point" }.into());
                }
                let (indicator, before) = (before.indicator_id, before.point());
                let after = Point { from: before.from, day: before.day, ..after };
                let id = insert(tx, indicator, &after, true).await?;
                tx.record(
                    Entry::new(actor, "indicator.point_corrected", "indicator", indicator)
                        .with_facts(json!({"point": id, "reason": reason, "before": before, "after": after})),
                );
                Ok(())
            })
        })
        .await
}

/// Takes values read from a source, one a period: a period already known gets its new value, unless somebody typed it.
/// Returns how many are new or changed.
pub(super) async fn take(
    tx: &mut Tx,
    actor: &Actor,
    indicator: i64,
    read: &[Point],
) -> Result<u64, ServiceError> {
    let mut known = standing(tx.connection(), &[indicator]).await?;
    let mut taken = 0;
    for point in read {
        let same = known
            .iter()
            .find(|row| row.day == day::number(point.day) || row.point().same_period(point.from, point.day));
        let before = match same {
            Some(row) if row.by_hand => continue,
            Some(row) if row.value == point.value.as_i64() && row.day == day::number(point.day) => continue,
            Some(row) => {
                Entity::update_many()
                    .set(ActiveModel { recorded_at: Set(tx.now().into()), ..filled(point) })
                    .filter(Column::Id.eq(row.id))
                    .exec(tx.connection())
                    .await?;
                Some(row.point())
            }
            None => {
                insert(tx, indicator, point, false).await?;
                None
            }
        };
        // A running total that did not move is only dated again.
        if before.as_ref().is_none_or(|before| before.value != point.value) {
            taken += 1;
            tx.record(
                Entry::new(actor.clone(), "indicator.point_read", "indicator", indicator)
                    .with_facts(json!({"before": before, "after": point})),
            );
        }
        known = standing(tx.connection(), &[indicator]).await?;
    }
    Ok(taken)
}
