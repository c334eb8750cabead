//! Who was asked to a committee, and who came.

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::Database;

use super::ServiceError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendees")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub committee_id: i64,
    pub name: String,
    pub body: String,
    pub function: String,
    pub present: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A person at a committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub body: String,
    pub function: String,
    pub present: bool,
}

/// Notes a person. The log keeps the body, not the name.
pub async fn add(
    database: &Database,
    actor: Actor,
    committee: i64,
    person: Person,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let facts = json!({"body": person.body, "present": person.present});
                let row = ActiveModel {
                    id: Set(tx.next_number()),
                    committee_id: Set(committee),
                    name: Set(person.name),
                    body: Set(person.body),
                    function: Set(person.function),
                    present: Set(person.present),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                tx.record(
                    Entry::new(actor, "committee.attendee_added", "committee", committee).with_facts(facts),
                );
                Ok(())
            })
        })
        .await
}

/// Removes a person noted by mistake, or who asks for it; whether there was one.
pub async fn remove(
    database: &Database,
    actor: Actor,
    committee: i64,
    id: i64,
) -> Result<bool, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let removed = Entity::delete_many()
                    .filter(Column::Id.eq(id))
                    .filter(Column::CommitteeId.eq(committee))
                    .exec(tx.connection())
                    .await?;
                if removed.rows_affected > 0 {
                    tx.record(
                        Entry::new(actor, "committee.attendee_removed", "committee", committee)
                            .with_facts(json!({"attendee": id})),
                    );
                }
                Ok(removed.rows_affected > 0)
            })
        })
        .await
}

/// Those of a committee, those who came first.
pub async fn of(database: &Database, committee: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::CommitteeId.eq(committee))
        .order_by_desc(Column::Present)
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?)
}
