//! The sending of agreements to data.gouv.fr: what was made there is remembered as soon as it is known, so that the next
//! try goes on instead of beginning again.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::Knowledge;
use super::{ServiceError, fact, outlook};
use crate::model::fact::Fact;

#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication_sendings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    pub dataset: String,
    /// JSON: the identifier there of each file.
    pub resources: String,
    pub address: String,
    pub digest: String,
    pub began_at: Option<Instant>,
    pub sent_at: Option<Instant>,
    pub failure: String,
    pub failed_at: Option<Instant>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// After so long, a sending that did not end is given up: the program stopped in the middle.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Somebody is sending it at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl Model {
    /// The identifier there of each file, by its key here.
    pub fn resources(&self) -> Result<BTreeMap<String, String>, ServiceError> {
        Ok(serde_json::from_str(&self.resources)?)
    }
}

/// The sending of an agreement, when there was one.
pub async fn find(database: &Database, agreement: i64) -> Result<Option<Model>, ServiceError> {
    Ok(Entity::find_by_id(agreement).one(database.read()).await?)
}

/// Begins to send: one at a time for each agreement.
pub async fn begin(
    database: &Database,
    actor: Actor,
    agreement: i64,
) -> Result<Result<Model, Busy>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let before = Entity::find_by_id(agreement).one(tx.connection()).await?;
                let now = tx.now();
                let runs = |at: Instant| now.duration_since(at.timestamp()) < GIVEN_UP_AFTER;
                if before.as_ref().and_then(|row| row.began_at).is_some_and(runs) {
                    return Ok(Err(Busy));
                }
                tx.record(Entry::new(actor, "publication.sending_began", "agreement", agreement));
                let Some(mut row) = before else {
                    let row = Model {
                        agreement_id: agreement,
                        resources: "{}".to_owned(),
                        began_at: Some(now.into()),
                        version: 1,
                        ..Model::default()
                    };
                    let new = ActiveModel::from(row.clone()).reset_all();
                    Entity::insert(new).exec_without_returning(tx.connection()).await?;
                    return Ok(Ok(row));
                };
                row.began_at = Some(now.into());
                advance(tx, &mut row).await?;
                Ok(Ok(row))
            })
        })
        .await
}

/// Remembers what was made there.
pub async fn remember(
    database: &Database,
    actor: Actor,
    mut row: Model,
    (dataset, resources): (String, BTreeMap<String, String>),
) -> Result<Model, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let told = |row: &Model| json!({"dataset": row.dataset, "resources": row.resources});
                let before = told(&row);
                row.dataset = dataset;
                row.resources = serde_json::to_string(&resources)?;
                advance(tx, &mut row).await?;
                tx.record(
                    Entry::new(actor, "publication.made_there", "agreement", row.agreement_id)
                        .with_facts(json!({"before": before, "after": told(&row)})),
                );
                Ok(row)
            })
        })
        .await
}

/// Keeps why it failed.
pub async fn fail(
    database: &Database,
    actor: Actor,
    mut row: Model,
    why: String,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                (row.began_at, row.failed_at) = (None, Some(tx.now().into()));
                tx.record(
                    Entry::new(actor, "publication.sending_failed", "agreement", row.agreement_id)
                        .with_facts(json!({"why": why})),
                );
                row.failure = why;
                advance(tx, &mut row).await
            })
        })
        .await
}

/// Keeps that it succeeded, where and when; the publication is a fact of the agreement in the same change. `fact`: none when
/// what is published is what was there already.
pub async fn succeed(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    mut row: Model,
    (address, digest, fact): (String, String, Option<Fact>),
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let agreement = row.agreement_id;
                let before = json!({"address": row.address, "digest": row.digest});
                (row.began_at, row.failed_at, row.sent_at) = (None, None, Some(tx.now().into()));
                (row.failure, row.address, row.digest) = (String::new(), address, digest);
                advance(tx, &mut row).await?;
                tx.record(Entry::new(actor.clone(), "publication.sent", "agreement", agreement).with_facts(
                    json!({"before": before, "after": {"address": row.address, "digest": row.digest}}),
                ));
                if let Some(fact) = fact {
                    fact::record_within(tx, actor, agreement, &fact).await?;
                    outlook::refresh(tx, &knowledge, agreement).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn advance(tx: &Tx, row: &mut Model) -> Result<(), ServiceError> {
    let read = row.version;
    row.version += 1;
    let mut values = ActiveModel::from(row.clone()).reset_all();
    values.agreement_id = sea_orm::ActiveValue::NotSet;
    let changed = Entity::update_many()
        .set(values)
        .filter(Column::AgreementId.eq(row.agreement_id))
        .filter(Column::Version.eq(read))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "sending" }.into());
    }
    Ok(())
}
