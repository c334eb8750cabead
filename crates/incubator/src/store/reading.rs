//! How the reading of each product's `/stats.json` goes, and what was found there.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::{ServiceError, indicator, indicator_point};
use crate::model::stats_document::Told;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "readings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product: String,
    pub url: String,
    pub read_url: String,
    pub tried_at: Option<Instant>,
    pub answered_at: Option<Instant>,
    pub failures: i32,
    pub failing_since: Option<Instant>,
    pub problem: String,
    pub etag: String,
    pub found: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// After so many failures in a row, a page that answered is said to have stopped.
pub const LOST: i32 = 3;

/// Who reads.
const READER: Actor = Actor::Program("reading");

impl Model {
    /// A product whose page was never read.
    pub fn fresh(product: &str) -> Self {
        Self {
            product: product.to_owned(),
            url: String::new(),
            read_url: String::new(),
            tried_at: None,
            answered_at: None,
            failures: 0,
            failing_since: None,
            problem: String::new(),
            etag: String::new(),
            found: "[]".to_owned(),
        }
    }

    /// What it told the last time it answered.
    pub fn found(&self) -> Vec<Told> {
        serde_json::from_str(&self.found).unwrap_or_default()
    }

    /// Whether it answered once, and no longer does.
    pub fn is_lost(&self) -> bool {
        self.answered_at.is_some() && self.failures >= LOST
    }

    /// Whether it answers.
    pub fn is_read(&self) -> bool {
        self.answered_at.is_some() && self.failures < LOST
    }
}

/// The state of every reading, by product.
pub async fn all(database: &Database) -> Result<HashMap<String, Model>, ServiceError> {
    let rows = Entity::find().all(database.read()).await?;
    Ok(rows.into_iter().map(|row| (row.product.clone(), row)).collect())
}

/// The state of a product's reading.
pub async fn of(database: &Database, product: &str) -> Result<Model, ServiceError> {
    let row = Entity::find_by_id(product).one(database.read()).await?;
    Ok(row.unwrap_or_else(|| Model::fresh(product)))
}

async fn within(tx: &Tx, product: &str) -> Result<Model, ServiceError> {
    let row = Entity::find_by_id(product).one(tx.connection()).await?;
    Ok(row.unwrap_or_else(|| Model::fresh(product)))
}

async fn save(tx: &Tx, row: Model) -> Result<(), ServiceError> {
    let row = ActiveModel {
        product: Set(row.product),
        url: Set(row.url),
        read_url: Set(row.read_url),
        tried_at: Set(row.tried_at),
        answered_at: Set(row.answered_at),
        failures: Set(row.failures),
        failing_since: Set(row.failing_since),
        problem: Set(row.problem),
        etag: Set(row.etag),
        found: Set(row.found),
    };
    let columns = <Column as sea_orm::Iterable>::iter().filter(|one| !matches!(one, Column::Product));
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Product).update_columns(columns).to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// Chooses the address that is read for a product; empty: the one its public sheet lets guess. What was known of another
/// address is forgotten.
pub async fn choose(
    database: &Database,
    actor: Actor,
    product: &str,
    url: String,
) -> Result<(), ServiceError> {
    let product = product.to_owned();
    database
        .write(move |tx| {
            Box::pin(async move {
                let before = within(tx, &product).await?;
                if before.url == url {
                    return Ok(());
                }
                tx.record(
                    Entry::new(actor, "reading.address_chosen", "product", &product)
                        .with_facts(json!({"before": before.url, "after": url})),
                );
                save(tx, Model { url, ..Model::fresh(&product) }).await
            })
        })
        .await
}

/// What a try brought.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A document, with its tag.
    Answered { told: Vec<Told>, etag: String },
    /// The same as the last time.
    Same,
    /// Why not, in French.
    Failed(String),
}

/// Keeps what a try of `url` brought, with the values of the indicators that follow it. Returns how many values are new.
pub async fn keep(
    database: &Database,
    product: &str,
    url: String,
    outcome: Outcome,
) -> Result<u64, ServiceError> {
    let product = product.to_owned();
    database.write(move |tx| Box::pin(async move { keep_within(tx, product, url, outcome).await })).await
}

async fn keep_within(
    tx: &mut Tx,
    product: String,
    url: String,
    outcome: Outcome,
) -> Result<u64, ServiceError> {
    let now: Instant = tx.now().into();
    let before = within(tx, &product).await?;
    let was_lost = before.is_lost();
    let mut row = Model { read_url: url, tried_at: Some(now), ..before };
    let mut taken = 0;
    if let Outcome::Failed(problem) = outcome {
        row.failures = row.failures.saturating_add(1);
        row.failing_since = row.failing_since.or(Some(now));
        row.problem = problem;
        // Said once, when the third try fails.
        if row.is_lost() && !was_lost {
            let facts = json!({"address": row.read_url, "problem": row.problem});
            tx.record(Entry::new(READER, "reading.lost", "product", &product).with_facts(facts));
        }
    } else {
        row.failures = 0;
        row.failing_since = None;
        row.problem = String::new();
        row.answered_at = Some(now);
        if was_lost {
            tx.record(Entry::new(READER, "reading.found_again", "product", &product));
        }
        if let Outcome::Answered { told, etag } = outcome {
            for (id, source) in indicator::followed(tx.connection(), &product).await? {
                if let Some(one) = told.iter().find(|one| one.key == source) {
                    taken += indicator_point::take(tx, &READER, id, &one.points).await?;
                }
            }
            row.found = serde_json::to_string(&told)?;
            row.etag = etag;
        }
    }
    save(tx, row).await?;
    Ok(taken)
}
