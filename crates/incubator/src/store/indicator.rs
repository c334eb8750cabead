//! Indicators of products. One is never removed: it is retired, with its values.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::{ServiceError, day, indicator_point};
use crate::model::figure::Figure;
use crate::model::indicator::{Axis, Indicator, Kind};
use crate::model::named::Named as _;
use crate::model::point::Point;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "indicators")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub product: String,
    pub key: String,
    pub title: String,
    pub definition: String,
    pub population: String,
    pub unit: String,
    pub axis: String,
    pub kind: String,
    pub source: String,
    pub baseline: Option<i64>,
    pub target: Option<i64>,
    pub target_day: Option<i32>,
    pub published: bool,
    pub version: i64,
    pub retired_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An indicator where it is kept, with its values.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: i64,
    pub product: String,
    pub version: i64,
    pub indicator: Indicator,
}

impl Model {
    fn kept(self, points: Vec<Point>) -> Result<Kept, ServiceError> {
        let corrupt = |what: &str, name: &str| ServiceError::Corrupt(format!("indicator: {what} {name:?}"));
        Ok(Kept {
            id: self.id,
            product: self.product,
            version: self.version,
            indicator: Indicator {
                axis: Axis::from_name(&self.axis).ok_or_else(|| corrupt("axis", &self.axis))?,
                kind: Kind::from_name(&self.kind).ok_or_else(|| corrupt("kind", &self.kind))?,
                key: self.key,
                title: self.title,
                definition: self.definition,
                population: self.population,
                unit: self.unit,
                source: self.source,
                baseline: self.baseline.map(Figure::new),
                target: self.target.map(Figure::new),
                target_day: self.target_day.map(day::date),
                published: self.published,
                points,
            },
        })
    }
}

async fn with_points(database: &Database, rows: Vec<Model>) -> Result<Vec<Kept>, ServiceError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut points: HashMap<i64, Vec<Point>> = HashMap::new();
    for row in indicator_point::standing(database.read(), &ids).await? {
        points.entry(row.indicator_id).or_default().push(row.point());
    }
    rows.into_iter()
        .map(|row| {
            let points = points.remove(&row.id).unwrap_or_default();
            row.kept(points)
        })
        .collect()
}

/// The indicators of some products that are not retired, in the order they were added, with their values.
pub async fn of_products(database: &Database, products: &[String]) -> Result<Vec<Kept>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Product.is_in(products.iter().cloned()))
        .filter(Column::RetiredAt.is_null())
        .order_by_asc(Column::Product)
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?;
    with_points(database, rows).await
}

/// The same of one product.
pub async fn of(database: &Database, product: &str) -> Result<Vec<Kept>, ServiceError> {
    of_products(database, &[product.to_owned()]).await
}

/// Every indicator that anyone may read, by product.
pub async fn published(database: &Database) -> Result<Vec<Kept>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Published.eq(true))
        .filter(Column::RetiredAt.is_null())
        .order_by_asc(Column::Product)
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?;
    with_points(database, rows).await
}

/// An indicator of a product that is not retired.
pub async fn find(database: &Database, product: &str, id: i64) -> Result<Option<Kept>, ServiceError> {
    Ok(of(database, product).await?.into_iter().find(|one| one.id == id))
}

/// Numbers and sources of the indicators of a product that follow its `/stats.json`.
pub(super) async fn followed(
    connection: &impl ConnectionTrait,
    product: &str,
) -> Result<Vec<(i64, String)>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Product.eq(product))
        .filter(Column::Source.ne(""))
        .filter(Column::RetiredAt.is_null())
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.source)).collect())
}

fn filled(indicator: &Indicator) -> ActiveModel {
    ActiveModel {
        title: Set(indicator.title.clone()),
        definition: Set(indicator.definition.clone()),
        population: Set(indicator.population.clone()),
        unit: Set(indicator.unit.clone()),
        axis: Set(indicator.axis.to_string()),
        kind: Set(indicator.kind.to_string()),
        source: Set(indicator.source.clone()),
        baseline: Set(indicator.baseline.map(Figure::as_i64)),
        target: Set(indicator.target.map(Figure::as_i64)),
        target_day: Set(indicator.target_day.map(day::number)),
        published: Set(indicator.published),
        ..Default::default()
    }
}

/// Adds an indicator to a product, with the values it comes with (read from its source); its number. A key is used once,
/// by retired indicators too: the next one of that name gets a number behind it.
pub async fn add(
    database: &Database,
    actor: Actor,
    product: &str,
    indicator: Indicator,
) -> Result<i64, ServiceError> {
    let product = product.to_owned();
    database.write(move |tx| Box::pin(async move { add_within(tx, &actor, product, indicator).await })).await
}

async fn add_within(
    tx: &mut Tx,
    actor: &Actor,
    product: String,
    mut indicator: Indicator,
) -> Result<i64, ServiceError> {
    let rows = Entity::find().filter(Column::Product.eq(product.as_str())).all(tx.connection()).await?;
    let taken = |key: &str| rows.iter().any(|row| row.key == key);
    if taken(&indicator.key) {
        let numbered =
            (2..=rows.len() + 2).map(|rank| format!("{}-{rank}", indicator.key)).find(|key| !taken(key));
        indicator.key = numbered.unwrap_or_default();
    }
    let id = tx.next_number();
    tx.record(
        Entry::new(actor.clone(), "indicator.added", "indicator", id)
            .with_facts(json!({"product": product, "after": indicator})),
    );
    let row = ActiveModel {
        id: Set(id),
        product: Set(product),
        key: Set(indicator.key.clone()),
        version: Set(1),
        retired_at: Set(None),
        ..filled(&indicator)
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    indicator_point::take(tx, actor, id, &indicator.points).await?;
    Ok(id)
}

/// Changes what an indicator says of itself, as it was read, with the values its new source comes with; its key stays.
pub async fn amend(
    database: &Database,
    actor: Actor,
    before: Kept,
    after: Indicator,
) -> Result<(), ServiceError> {
    advance(database, actor, before, Some(after)).await
}

/// Retires an indicator: it is no longer shown, read nor published. Its values stay.
pub async fn retire(database: &Database, actor: Actor, before: Kept) -> Result<(), ServiceError> {
    advance(database, actor, before, None).await
}

async fn advance(
    database: &Database,
    actor: Actor,
    before: Kept,
    after: Option<Indicator>,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = match &after {
                    Some(after) => filled(after),
                    None => ActiveModel { retired_at: Set(Some(tx.now().into())), ..Default::default() },
                };
                let changed = Entity::update_many()
                    .set(ActiveModel { version: Set(before.version + 1), ..row })
                    .filter(Column::Id.eq(before.id))
                    .filter(Column::Version.eq(before.version))
                    .filter(Column::RetiredAt.is_null())
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "indicator" }.into());
                }
                if let Some(after) = &after {
                    indicator_point::take(tx, &actor, before.id, &after.points).await?;
                }
                let action = if after.is_some() { "indicator.changed" } else { "indicator.retired" };
                tx.record(Entry::new(actor, action, "indicator", before.id).with_facts(
                    json!({"product": before.product, "before": before.indicator, "after": after}),
                ));
                Ok(())
            })
        })
        .await
}
