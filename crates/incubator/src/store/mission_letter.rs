//! Mission letters: what an intrapreneur may decide alone. Append-only, the latest holds.

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
#[sea_orm(table_name = "mission_letters")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub member_id: i64,
    pub signed_day: i32,
    pub reference: String,
    pub arbitrates: bool,
    pub approves_quotes: bool,
    pub certifies: bool,
    pub reporting: String,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A letter to record.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub signed_on: Date,
    /// Where the document is.
    pub reference: String,
    pub arbitrates: bool,
    pub approves_quotes: bool,
    pub certifies: bool,
    /// How the business directorate is kept informed.
    pub reporting: String,
}

/// The latest letter of each of these people.
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

/// Records the letter of somebody. It shows the duty done in the agreements of the product.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    of: Known,
    new: NewLetter,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let before = of.letter.as_ref();
                tx.record(Entry::new(actor, "mission_letter.recorded", "member", of.id).with_facts(json!({
                    "product": of.product,
                    "before": before.map(|one| json!([one.signed_day, one.arbitrates, one.approves_quotes, one.certifies])),
                    "after": json!([day::number(new.signed_on), new.arbitrates, new.approves_quotes, new.certifies]),
                    "signed": new.signed_on,
                })));
                let row = ActiveModel {
                    id: Set(tx.next_number()),
                    member_id: Set(of.id),
                    signed_day: Set(day::number(new.signed_on)),
                    reference: Set(new.reference),
                    arbitrates: Set(new.arbitrates),
                    approves_quotes: Set(new.approves_quotes),
                    certifies: Set(new.certifies),
                    reporting: Set(new.reporting),
                    recorded_at: Set(tx.now().into()),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                member::follow(tx, &knowledge, &of.product).await
            })
        })
        .await
}

/// Forgets where the letters of somebody are: a document is often called by a name. What they say stays.
pub(super) async fn forget(tx: &Tx, member: i64) -> Result<(), ServiceError> {
    let bare = ActiveModel { reference: Set(String::new()), ..Default::default() };
    Entity::update_many().set(bare).filter(Column::MemberId.eq(member)).exec(tx.connection()).await?;
    Ok(())
}
