//! Everything that may be published, read as one copy.

use std::collections::{BTreeMap, HashMap};

use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use socle::store::{Database, Tx};

use super::product_profile::Profile;
use super::{
    ServiceError, call_award, day, decision, incubator, organisation, phase, product, product_profile,
    sponsor, state,
};
use crate::model::portfolio::{Content, Episode, History, IncubatorSheet, OrganisationSheet, ProductSheet};

/// A product and its identifier.
#[derive(Clone, Debug)]
pub struct Product {
    pub slug: String,
    pub sheet: ProductSheet,
}

/// The portfolio as of one version.
#[derive(Debug, Default)]
pub struct Portfolio {
    pub version: i64,
    /// In order of name.
    pub products: Vec<Product>,
    pub incubators: BTreeMap<String, IncubatorSheet>,
    pub organisations: BTreeMap<String, OrganisationSheet>,
    /// Phases that committees and calls opened for products without a sheet.
    pub decided: HashMap<String, Vec<Episode>>,
    /// What teams say of their products.
    pub profiles: HashMap<String, Profile>,
}

impl Portfolio {
    /// The product of that identifier.
    pub fn product(&self, slug: &str) -> Option<&Product> {
        self.products.iter().find(|one| one.slug == slug)
    }

    /// The same as a repository would hold it: all of it is public.
    pub fn into_content(self) -> Content {
        Content {
            products: self.products.into_iter().map(|one| (one.slug, one.sheet)).collect(),
            incubators: self.incubators,
            organisations: self.organisations,
            refused: Vec::new(),
        }
    }
}

/// The present version of the portfolio.
pub async fn version(database: &Database) -> Result<i64, ServiceError> {
    Ok(state::Entity::find().one(database.read()).await?.map_or(0, |row| row.version))
}

/// Reads the whole portfolio.
pub async fn read(database: &Database) -> Result<Portfolio, ServiceError> {
    // The version is read first: what changes meanwhile is read again next time.
    let version = version(database).await?;
    read_from(database.read(), version).await
}

/// The same as a change leaves it, before it ends.
pub(super) async fn within_change(tx: &Tx) -> Result<Portfolio, ServiceError> {
    read_from(tx.connection(), 0).await
}

async fn read_from(connection: &impl ConnectionTrait, version: i64) -> Result<Portfolio, ServiceError> {
    let mut histories: HashMap<i64, Vec<Episode>> = HashMap::new();
    let phases = phase::Entity::find()
        .order_by_asc(phase::Column::ProductId)
        .order_by_asc(phase::Column::Rank)
        .all(connection)
        .await?;
    for row in phases {
        histories.entry(row.product_id).or_default().push(Episode {
            stage: row.phase.parse().map_err(|cause| ServiceError::Corrupt(format!("{cause}")))?,
            from: day::date(row.from_day),
            to: row.to_day.map(day::date),
            comment: row.comment,
        });
    }
    let mut sponsors: HashMap<i64, Vec<String>> = HashMap::new();
    for row in sponsor::Entity::find().all(connection).await? {
        sponsors.entry(row.product_id).or_default().push(row.organisation);
    }
    let mut decided = decision::stages(connection).await?;
    for (product, opened) in call_award::stages(connection).await? {
        decided.entry(product).or_default().extend(opened);
    }
    let mut products = Vec::new();
    for row in product::Entity::find().all(connection).await? {
        let mut history = History(histories.remove(&row.id).unwrap_or_default());
        for episode in decided.remove(&row.slug).unwrap_or_default() {
            history.add(episode);
        }
        let sheet = ProductSheet {
            history,
            sponsors: sponsors.remove(&row.id).unwrap_or_default(),
            details: serde_json::from_str(&row.sheet)?,
            name: row.name,
            mission: row.mission,
            incubator: row.incubator,
        };
        products.push(Product { slug: row.slug, sheet });
    }
    products.sort_by_cached_key(|one| one.sheet.name.to_lowercase());
    let incubators = incubator::Entity::find().all(connection).await?;
    let organisations = organisation::Entity::find().all(connection).await?;
    Ok(Portfolio {
        version,
        products,
        incubators: incubators.into_iter().map(incubator::Model::sheet).collect(),
        organisations: organisations.into_iter().map(organisation::Model::sheet).collect(),
        decided,
        profiles: product_profile::all(connection).await?,
    })
}
