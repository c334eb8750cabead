//! What experts declared of their interests. Append-only, the latest holds.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::agreement::Knowledge;
use super::member::{self, Known};
use super::{ServiceError, day};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "interest_declarations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub member_id: i64,
    pub declared_day: i32,
    pub has_interests: bool,
    pub measures: String,
    pub reference: String,
    pub reviewed_by: String,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A declaration to record. What was declared stays in the document: only what follows from it is here.
#[derive(Clone, Debug)]
pub struct NewDeclaration {
    pub declared_on: Date,
    pub has_interests: bool,
    /// What was decided; nothing when nothing was declared.
    pub measures: String,
    /// Where the document is.
    pub reference: String,
    pub reviewed_by: String,
}

/// The latest declaration of each of these people.
pub(super) async fn latest(
    connection: &impl ConnectionTrait,
    members: &[i64],
) -> Result<HashMap<i64, Model>, ServiceError> {
    let mut rows = Vec::new();
    for some in members.chunks(500) {
        let of = Entity::find().filter(Column::MemberId.is_in(some.iter().copied()));
        rows.extend(of.order_by_asc(Column::Id).all(connection).await?);
    }
    // The latest comes last, and stays.
    Ok(rows.into_iter().map(|row| (row.member_id, row)).collect())
}

/// Everything of that kind that is held about somebody, the oldest first.
pub async fn all(database: &Database, member: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::MemberId.eq(member))
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?)
}

/// Records the declaration of somebody. The agreements that ask for it hold it in the same change.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    of: Known,
    new: NewDeclaration,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "interests.declared", "member", of.id).with_facts(json!({
                    "product": of.product, "declared": new.declared_on,
                    "before": of.declaration.as_ref().map(|one| one.has_interests), "after": new.has_interests,
                })));
                let row = ActiveModel {
                    id: Set(tx.next_number()),
                    member_id: Set(of.id),
                    declared_day: Set(day::number(new.declared_on)),
                    has_interests: Set(new.has_interests),
                    measures: Set(new.measures),
                    reference: Set(new.reference),
                    reviewed_by: Set(new.reviewed_by),
                    recorded_at: Set(tx.now().into()),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                member::follow(tx, &knowledge, &of.product).await
            })
        })
        .await
}

/// Forgets what was decided about somebody; that they declared stays.
pub(super) async fn forget(tx: &Tx, member: i64) -> Result<(), ServiceError> {
    let bare = ActiveModel {
        measures: Set(String::new()),
        reference: Set(String::new()),
        reviewed_by: Set(String::new()),
        ..Default::default()
    };
    Entity::update_many().set(bare).filter(Column::MemberId.eq(member)).exec(tx.connection()).await?;
    Ok(())
}
