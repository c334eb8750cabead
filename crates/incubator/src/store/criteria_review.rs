//! The criteria of an intrapreneur, looked at on a day. Append-only.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::agreement::Knowledge;
use super::member::{self, Known};
use super::{ServiceError, day};
use crate::model::member::Occasion;
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "criteria_reviews")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub member_id: i64,
    pub day: i32,
    pub occasion: String,
    pub answers: String,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    fn review(&self) -> Result<Review, ServiceError> {
        let occasion = Occasion::from_name(&self.occasion)
            .ok_or_else(|| ServiceError::Corrupt(format!("review {}: {:?}", self.id, self.occasion)))?;
        Ok(Review { day: day::date(self.day), occasion, answers: serde_json::from_str(&self.answers)? })
    }
}

/// A criterion, whether it is met, what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub key: String,
    pub met: bool,
    pub note: String,
}

/// A look at the criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub day: Date,
    pub occasion: Occasion,
    pub answers: Vec<Answered>,
}

impl Review {
    pub fn all_met(&self) -> bool {
        !self.answers.is_empty() && self.answers.iter().all(|one| one.met)
    }
}

/// The latest look at each of these people.
pub(super) async fn latest(
    connection: &impl ConnectionTrait,
    members: &[i64],
) -> Result<HashMap<i64, Review>, ServiceError> {
    let mut latest = HashMap::new();
    for some in members.chunks(500) {
        let of = Entity::find().filter(Column::MemberId.is_in(some.iter().copied()));
        for row in of.order_by_asc(Column::Id).all(connection).await? {
            latest.insert(row.member_id, row.review()?);
        }
    }
    Ok(latest)
}

/// Everything of that kind that is held about somebody, the oldest first.
pub async fn all(database: &Database, member: i64) -> Result<Vec<Review>, ServiceError> {
    let of = Entity::find().filter(Column::MemberId.eq(member)).order_by_asc(Column::Id);
    of.all(database.read()).await?.iter().map(Model::review).collect()
}

/// Records a look at the criteria of somebody.
pub async fn record(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    of: Known,
    review: Review,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let unmet = |review: &Review| {
                    let unmet = review.answers.iter().filter(|one| !one.met);
                    json!(unmet.map(|one| one.key.as_str()).collect::<Vec<_>>())
                };
                tx.record(Entry::new(actor, "criteria.reviewed", "member", of.id).with_facts(json!({
                    "product": of.product, "day": review.day, "occasion": review.occasion,
                    "unmet_before": of.review.as_ref().map(unmet), "unmet": unmet(&review),
                })));
                let row = ActiveModel {
                    id: Set(tx.next_number()),
                    member_id: Set(of.id),
                    day: Set(day::number(review.day)),
                    occasion: Set(review.occasion.to_string()),
                    answers: Set(serde_json::to_string(&review.answers)?),
                    recorded_at: Set(tx.now().into()),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                member::follow(tx, &knowledge, &of.product).await
            })
        })
        .await
}

/// Forgets what was noted of somebody; the answers stay.
pub(super) async fn forget(tx: &Tx, member: i64) -> Result<(), ServiceError> {
    for row in Entity::find().filter(Column::MemberId.eq(member)).all(tx.connection()).await? {
        let mut answers: Vec<Answered> = serde_json::from_str(&row.answers)?;
        for one in &mut answers {
            one.note.clear();
        }
        let bare = ActiveModel { answers: Set(serde_json::to_string(&answers)?), ..Default::default() };
        Entity::update_many().set(bare).filter(Column::Id.eq(row.id)).exec(tx.connection()).await?;
    }
    Ok(())
}
