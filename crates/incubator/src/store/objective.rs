//! Objectives of products' teams. One is never removed: it is reached, or abandoned.

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError, Tx};

use super::{ServiceError, day};
use crate::model::named::Named as _;
use crate::model::objective::{DEEPEST, Leaf, Node, Objective, ObjectiveStatus, tree};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "objectives")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub product: String,
    pub parent_id: Option<i64>,
    pub rank: i32,
    pub title: String,
    pub agreement: String,
    pub status: String,
    pub due_day: Option<i32>,
    pub note: String,
    pub reviewed_day: Option<i32>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    fn leaf(self) -> Result<Leaf, ServiceError> {
        let status = ObjectiveStatus::from_name(&self.status)
            .ok_or_else(|| ServiceError::Corrupt(format!("objective: status {:?}", self.status)))?;
        Ok(Leaf {
            id: self.id,
            parent: self.parent_id,
            version: self.version,
            objective: Objective {
                title: self.title,
                agreement: self.agreement,
                status,
                due: self.due_day.map(day::date),
                note: self.note,
                reviewed: self.reviewed_day.map(day::date),
            },
        })
    }
}

/// Why an objective is not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdded {
    /// The objective above it is not one of this product.
    Elsewhere,
    /// The one above it is already as deep as a tree goes.
    TooDeep,
}

async fn leaves(connection: &impl ConnectionTrait, product: &str) -> Result<Vec<Leaf>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Product.eq(product))
        .order_by_asc(Column::Rank)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    rows.into_iter().map(Model::leaf).collect()
}

/// The objectives of a product, as a tree.
pub async fn of(database: &Database, product: &str) -> Result<Vec<Node>, ServiceError> {
    Ok(tree(&leaves(database.read(), product).await?))
}

/// What the log keeps: all but the note, in which people may be named.
fn told(objective: &Objective) -> Value {
    json!({
        "title": objective.title, "agreement": objective.agreement, "status": objective.status,
        "due": objective.due, "reviewed": objective.reviewed,
    })
}

fn filled(objective: &Objective) -> ActiveModel {
    ActiveModel {
        title: Set(objective.title.clone()),
        agreement: Set(objective.agreement.clone()),
        status: Set(objective.status.to_string()),
        due_day: Set(objective.due.map(day::number)),
        note: Set(objective.note.clone()),
        reviewed_day: Set(objective.reviewed.map(day::number)),
        ..Default::default()
    }
}

/// Adds an objective to a product, under another or at the top; its number.
pub async fn add(
    database: &Database,
    actor: Actor,
    product: &str,
    parent: Option<i64>,
    objective: Objective,
) -> Result<Result<i64, NotAdded>, ServiceError> {
    let product = product.to_owned();
    database
        .write(move |tx| Box::pin(async move { add_within(tx, actor, product, parent, &objective).await }))
        .await
}

async fn add_within(
    tx: &mut Tx,
    actor: Actor,
    product: String,
    parent: Option<i64>,
    objective: &Objective,
) -> Result<Result<i64, NotAdded>, ServiceError> {
    let known = leaves(tx.connection(), &product).await?;
    if let Some(parent) = parent {
        let tree = tree(&known);
        match Node::find(&tree, parent) {
            None => return Ok(Err(NotAdded::Elsewhere)),
            Some((_, depth)) if depth >= DEEPEST => return Ok(Err(NotAdded::TooDeep)),
            Some(_) => {}
        }
    }
    let id = tx.next_number();
    tx.record(
        Entry::new(actor, "objective.added", "objective", id)
            .with_facts(json!({"product": product, "parent": parent, "after": told(objective)})),
    );
    let row = ActiveModel {
        id: Set(id),
        product: Set(product),
        parent_id: Set(parent),
        rank: Set(i32::try_from(known.len()).unwrap_or(i32::MAX)),
        version: Set(1),
        ..filled(objective)
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(Ok(id))
}

/// Changes an objective of a product, as it was read.
pub async fn amend(
    database: &Database,
    actor: Actor,
    product: &str,
    before: &Node,
    after: Objective,
) -> Result<(), ServiceError> {
    let (product, id, version) = (product.to_owned(), before.id, before.version);
    let told_before = told(&before.objective);
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel { version: Set(version + 1), ..filled(&after) };
                let changed = Entity::update_many()
                    .set(row)
                    .filter(Column::Id.eq(id))
                    .filter(Column::Product.eq(product.as_str()))
                    .filter(Column::Version.eq(version))
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "objective" }.into());
                }
                tx.record(
                    Entry::new(actor, "objective.changed", "objective", id).with_facts(
                        json!({"product": product, "before": told_before, "after": told(&after)}),
                    ),
                );
                Ok(())
            })
        })
        .await
}
