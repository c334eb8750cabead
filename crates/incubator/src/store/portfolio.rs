//! Everything that may be published, read as one copy.

use std::collections::{BTreeMap, HashMap};

use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use socle::store::Database;

use super::{ServiceError, day, incubator, organisation, phase, product, sponsor, state};
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
    let mut histories: HashMap<i64, Vec<Episode>> = HashMap::new();
    let phases = phase::Entity::find()
        .order_by_asc(phase::Column::ProductId)
        .order_by_asc(phase::Column::Rank)
        .all(database.read())
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
    for row in sponsor::Entity::find().all(database.read()).await? {
        sponsors.entry(row.product_id).or_default().push(row.organisation);
    }
    let mut products = Vec::new();
    for row in product::Entity::find().all(database.read()).await? {
        let sheet = ProductSheet {
            history: History(histories.remove(&row.id).unwrap_or_default()),
            sponsors: sponsors.remove(&row.id).unwrap_or_default(),
            details: serde_json::from_str(&row.sheet)?,
            name: row.name,
            mission: row.mission,
            incubator: row.incubator,
        };
        products.push(Product { slug: row.slug, sheet });
    }
    products.sort_by_cached_key(|one| one.sheet.name.to_lowercase());
    let incubators = incubator::Entity::find().all(database.read()).await?;
    let organisations = organisation::Entity::find().all(database.read()).await?;
    Ok(Portfolio {
        version,
        products,
        incubators: incubators.into_iter().map(incubator::Model::sheet).collect(),
        organisations: organisations.into_iter().map(organisation::Model::sheet).collect(),
    })
}
