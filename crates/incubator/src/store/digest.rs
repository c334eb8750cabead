//! How often members are told of their duties, and when they last were.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::outbox::{self, Message};
use socle::seal::DataKey;
use socle::store::Database;
use std::sync::Arc;

use super::{ServiceError, day};
use crate::model::digest::DigestPeriod;
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "digests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub membership_id: i64,
    pub period: String,
    pub sent_day: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn period(&self) -> DigestPeriod {
        DigestPeriod::from_name(&self.period).unwrap_or(DigestPeriod::USUAL)
    }

    pub fn sent_on(&self) -> Option<Date> {
        self.sent_day.map(day::date)
    }
}

/// What is known, by membership.
pub async fn all(database: &Database) -> Result<HashMap<i64, Model>, ServiceError> {
    let rows = Entity::find().all(database.read()).await?;
    Ok(rows.into_iter().map(|row| (row.membership_id, row)).collect())
}

/// How often a membership is told.
pub async fn period(database: &Database, membership: i64) -> Result<DigestPeriod, ServiceError> {
    let row = Entity::find_by_id(membership).one(database.read()).await?;
    Ok(row.map_or(DigestPeriod::USUAL, |row| row.period()))
}

/// Says how often.
pub async fn choose(
    database: &Database,
    actor: Actor,
    membership: i64,
    period: DigestPeriod,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = Model { membership_id: membership, period: period.to_string(), sent_day: None };
                let replace =
                    OnConflict::column(Column::MembershipId).update_column(Column::Period).to_owned();
                Entity::insert(ActiveModel::from(row))
                    .on_conflict(replace)
                    .exec_without_returning(tx.connection())
                    .await?;
                tx.record(
                    Entry::new(actor, "digest.chosen", "membership", membership)
                        .with_facts(json!({"period": period})),
                );
                Ok(())
            })
        })
        .await
}

/// Notes that a membership is told today, and posts the letter if there is something to tell.
pub async fn tell(
    database: &Database,
    key: Arc<DataKey>,
    (membership, period): (i64, DigestPeriod),
    today: Date,
    letter: Option<Message>,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = Model {
                    membership_id: membership,
                    period: period.to_string(),
                    sent_day: Some(day::number(today)),
                };
                let replace =
                    OnConflict::column(Column::MembershipId).update_column(Column::SentDay).to_owned();
                Entity::insert(ActiveModel::from(row))
                    .on_conflict(replace)
                    .exec_without_returning(tx.connection())
                    .await?;
                if let Some(letter) = letter {
                    let dedup = format!("digest {membership} {today}");
                    outbox::post(tx, &key, "agreements", &dedup, &letter).await?;
                    let program = Actor::Program("digest");
                    tx.record(Entry::new(program, "digest.sent", "membership", membership));
                }
                Ok(())
            })
        })
        .await
}
