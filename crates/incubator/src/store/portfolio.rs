//! The portfolio as a whole: taken from the public content in one change, read as one copy.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Tx};

use super::product::Details;
use super::{IncubatorError, carrier, organisation, phase, product, sponsor, state};
use crate::import::Content;
use crate::model::portfolio::{
    Episode, Fast, History, IncubatorSheet, OrganisationSheet, ProductSheet, identifier,
};

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
}

impl Changes {
    /// What is to be done with something of which `known` is the fingerprint.
    fn note(&mut self, known: Option<&Vec<u8>>, print: &[u8]) -> bool {
        match known {
            Some(known) if known.as_slice() == print => {
                self.unchanged += 1;
                return false;
            }
            Some(_) => self.updated += 1,
            None => self.created += 1,
        }
        true
    }
}

/// How many rows one statement writes.
const ROWS: usize = 500;

fn fingerprint(value: &serde_json::Value) -> Vec<u8> {
    Sha256::digest(value.to_string().as_bytes()).to_vec()
}

fn day_number(day: Date) -> i32 {
    Date::constant(1970, 1, 1).until(day).map_or(0, |span| span.get_days())
}

fn day_of(number: i32) -> Date {
    Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(number))
}

/// Takes the public content in, in one change. What is already the same is left alone; what the content does not hold
/// stays.
pub async fn import(database: &Database, actor: Actor, content: &Content) -> Result<Changes, IncubatorError> {
    let (organisations, incubators, products) =
        (content.organisations.clone(), content.incubators.clone(), content.products.clone());
    database
        .write(move |tx| {
            Box::pin(async move {
                let mut changes = Changes::default();
                take_organisations(tx, &organisations, &mut changes).await?;
                take_incubators(tx, &incubators, &mut changes).await?;
                take_products(tx, &products, &mut changes).await?;
                if changes.created + changes.updated > 0 {
                    state::Entity::update_many()
                        .col_expr(state::Column::Version, Expr::col(state::Column::Version).add(1))
                        .exec(tx.connection())
                        .await?;
                    tx.record(Entry::new(actor, "portfolio.imported", "portfolio", "all").with_facts(json!({
                        "created": changes.created, "updated": changes.updated, "unchanged": changes.unchanged,
                    })));
                }
                Ok(changes)
            })
        })
        .await
}

async fn take_organisations(
    tx: &mut Tx,
    sheets: &BTreeMap<String, OrganisationSheet>,
    changes: &mut Changes,
) -> Result<(), IncubatorError> {
    let known: HashMap<String, (i64, Vec<u8>)> = organisation::Entity::find()
        .all(tx.connection())
        .await?
        .into_iter()
        .map(|one| (one.slug, (one.id, one.print)))
        .collect();
    for (slug, sheet) in sheets {
        let print = fingerprint(&json!([sheet.name, sheet.acronym, sheet.domaine_ministeriel, sheet.kind]));
        if !changes.note(known.get(slug).map(|(_, print)| print), &print) {
            continue;
        }
        let values = organisation::ActiveModel {
            id: Set(known.get(slug).map_or_else(|| tx.next_number(), |(id, _)| *id)),
            slug: Set(slug.clone()),
            name: Set(sheet.name.clone()),
            acronym: Set(sheet.acronym.clone()),
            domain: Set(sheet.domaine_ministeriel.clone()),
            kind: Set(sheet.kind.clone()),
            print: Set(print),
        };
        if known.contains_key(slug) {
            organisation::Entity::update(values).exec(tx.connection()).await?;
        } else {
            organisation::Entity::insert(values).exec_without_returning(tx.connection()).await?;
        }
    }
    Ok(())
}

async fn take_incubators(
    tx: &mut Tx,
    sheets: &BTreeMap<String, IncubatorSheet>,
    changes: &mut Changes,
) -> Result<(), IncubatorError> {
    let known: HashMap<String, (i64, Vec<u8>)> = carrier::Entity::find()
        .all(tx.connection())
        .await?
        .into_iter()
        .map(|one| (one.slug, (one.id, one.print)))
        .collect();
    for (slug, sheet) in sheets {
        let owner = identifier(&sheet.owner);
        let print = fingerprint(&json!([
            sheet.name,
            owner,
            sheet.website,
            sheet.github,
            sheet.address,
            sheet.short_description,
            sheet.hidden
        ]));
        if !changes.note(known.get(slug).map(|(_, print)| print), &print) {
            continue;
        }
        let values = carrier::ActiveModel {
            id: Set(known.get(slug).map_or_else(|| tx.next_number(), |(id, _)| *id)),
            slug: Set(slug.clone()),
            name: Set(sheet.name.trim().to_owned()),
            owner: Set(owner.to_owned()),
            website: Set(sheet.website.clone()),
            code: Set(sheet.github.clone()),
            address: Set(sheet.address.clone()),
            summary: Set(sheet.short_description.clone()),
            hidden: Set(sheet.hidden),
            print: Set(print),
        };
        if known.contains_key(slug) {
            carrier::Entity::update(values).exec(tx.connection()).await?;
        } else {
            carrier::Entity::insert(values).exec_without_returning(tx.connection()).await?;
        }
    }
    Ok(())
}

async fn take_products(
    tx: &mut Tx,
    sheets: &BTreeMap<String, ProductSheet>,
    changes: &mut Changes,
) -> Result<(), IncubatorError> {
    let known: HashMap<String, (i64, Vec<u8>)> = product::Entity::find()
        .select_only()
        .columns([product::Column::Slug, product::Column::Id, product::Column::Print])
        .into_tuple::<(String, i64, Vec<u8>)>()
        .all(tx.connection())
        .await?
        .into_iter()
        .map(|(slug, id, print)| (slug, (id, print)))
        .collect();
    let now = tx.now();
    let (mut rows, mut phases, mut sponsors, mut known_before) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (slug, sheet) in sheets {
        let details = serde_json::to_value(Details::of(sheet))?;
        let told: Vec<_> = sheet
            .history
            .0
            .iter()
            .map(|one| {
                json!([
                    one.stage.as_str(),
                    one.from.to_string(),
                    one.to.map(|to| to.to_string()),
                    one.comment
                ])
            })
            .collect();
        let print =
            fingerprint(&json!([sheet.name, sheet.mission, sheet.incubator, sheet.sponsors, details, told]));
        if !changes.note(known.get(slug).map(|(_, print)| print), &print) {
            continue;
        }
        let id = known.get(slug).map_or_else(|| tx.next_number(), |(id, _)| *id);
        if known.contains_key(slug) {
            known_before.push(id);
        }
        rows.push(product::ActiveModel {
            id: Set(id),
            slug: Set(slug.clone()),
            name: Set(sheet.name.clone()),
            mission: Set(sheet.mission.clone()),
            incubator: Set(sheet.incubator.clone()),
            sheet: Set(details.to_string()),
            updated_at: Set(now.into()),
            print: Set(print),
        });
        for (rank, one) in (0_i32..).zip(&sheet.history.0) {
            phases.push(phase::ActiveModel {
                product_id: Set(id),
                rank: Set(rank),
                phase: Set(one.stage.as_str().to_owned()),
                from_day: Set(day_number(one.from)),
                to_day: Set(one.to.map(day_number)),
                comment: Set(one.comment.clone()),
            });
        }
        sponsors.extend(sheet.sponsors.iter().map(|organisation| sponsor::ActiveModel {
            product_id: Set(id),
            organisation: Set(organisation.clone()),
        }));
    }
    for ids in known_before.chunks(ROWS) {
        let of_them = ids.iter().copied();
        phase::Entity::delete_many()
            .filter(phase::Column::ProductId.is_in(of_them.clone()))
            .exec(tx.connection())
            .await?;
        sponsor::Entity::delete_many()
            .filter(sponsor::Column::ProductId.is_in(of_them.clone()))
            .exec(tx.connection())
            .await?;
        product::Entity::delete_many()
            .filter(product::Column::Id.is_in(of_them))
            .exec(tx.connection())
            .await?;
    }
    for rows in rows.chunks(ROWS) {
        product::Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    for phases in phases.chunks(ROWS) {
        phase::Entity::insert_many(phases.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    for sponsors in sponsors.chunks(ROWS) {
        sponsor::Entity::insert_many(sponsors.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// A product with its history and sponsors.
#[derive(Clone, Debug)]
pub struct Product {
    pub slug: String,
    pub name: String,
    pub mission: String,
    /// Identifier of the incubator.
    pub incubator: String,
    pub history: History,
    /// Identifiers of organisations.
    pub sponsors: Vec<String>,
    pub details: Details,
}

/// Everything that may be published, as of one version.
#[derive(Debug, Default)]
pub struct Portfolio {
    pub version: i64,
    /// In order of name.
    pub products: Vec<Product>,
    pub incubators: BTreeMap<String, carrier::Model>,
    pub organisations: BTreeMap<String, organisation::Model>,
}

/// The present version of the portfolio.
pub async fn version(database: &Database) -> Result<i64, IncubatorError> {
    Ok(state::Entity::find().one(database.read()).await?.map_or(0, |row| row.version))
}

/// Reads the whole portfolio.
pub async fn read(database: &Database) -> Result<Portfolio, IncubatorError> {
    // The version is read first: what changes meanwhile is read again next time.
    let version = version(database).await?;
    let mut histories: HashMap<i64, Vec<Episode>> = HashMap::new();
    let phases = phase::Entity::find()
        .order_by_asc(phase::Column::ProductId)
        .order_by_asc(phase::Column::Rank)
        .all(database.read())
        .await?;
    for row in phases {
        let stage = row.phase.parse().map_err(|cause| IncubatorError::Corrupt(format!("{cause}")))?;
        histories.entry(row.product_id).or_default().push(Episode {
            stage,
            from: day_of(row.from_day),
            to: row.to_day.map(day_of),
            comment: row.comment,
        });
    }
    let mut sponsors: HashMap<i64, Vec<String>> = HashMap::new();
    for row in sponsor::Entity::find().all(database.read()).await? {
        sponsors.entry(row.product_id).or_default().push(row.organisation);
    }
    let mut products = Vec::new();
    for row in product::Entity::find().all(database.read()).await? {
        products.push(Product {
            history: History(histories.remove(&row.id).unwrap_or_default()),
            sponsors: sponsors.remove(&row.id).unwrap_or_default(),
            details: serde_json::from_str(&row.sheet)?,
            slug: row.slug,
            name: row.name,
            mission: row.mission,
            incubator: row.incubator,
        });
    }
    products.sort_by_cached_key(|one| one.name.to_lowercase());
    let incubators = carrier::Entity::find().all(database.read()).await?;
    let organisations = organisation::Entity::find().all(database.read()).await?;
    Ok(Portfolio {
        version,
        products,
        incubators: incubators.into_iter().map(|one| (one.slug.clone(), one)).collect(),
        organisations: organisations.into_iter().map(|one| (one.slug.clone(), one)).collect(),
    })
}

/// Copies the portfolio of one database into another that is empty: all of it is public. Says how many products.
pub async fn copy(from: &Database, to: &Database) -> Result<u64, IncubatorError> {
    let portfolio = read(from).await?;
    let mut content = Content::default();
    for (slug, one) in portfolio.organisations {
        content.organisations.insert(
            slug,
            OrganisationSheet {
                name: one.name,
                acronym: one.acronym,
                domaine_ministeriel: one.domain,
                kind: one.kind,
            },
        );
    }
    for (slug, one) in portfolio.incubators {
        content.incubators.insert(
            slug,
            IncubatorSheet {
                name: one.name,
                owner: one.owner,
                website: one.website,
                github: one.code,
                address: one.address,
                short_description: one.summary,
                hidden: one.hidden,
            },
        );
    }
    let kept = portfolio.products.len() as u64;
    for one in portfolio.products {
        content.products.insert(one.slug.clone(), one.into_sheet());
    }
    import(to, Actor::Program("copy for tests"), &content).await?;
    Ok(kept)
}

impl Product {
    fn into_sheet(self) -> ProductSheet {
        let details = self.details;
        ProductSheet {
            name: self.name,
            mission: self.mission,
            incubator: self.incubator,
            co_incubators: details.co_incubators,
            sponsors: self.sponsors,
            history: self.history,
            link: details.link,
            repository: details.repository,
            stats_url: details.stats_url,
            budget_url: details.budget_url,
            impact_url: details.impact_url,
            dashlord_url: details.dashlord_url,
            accessibility: details.accessibility,
            risk_analysis: details.risk_analysis,
            registered_on_mss: details.registered_on_mss,
            fast: details.fast.map(|(edition, euros)| Fast { edition, euros }),
            user_types: details.user_types,
            themes: details.themes,
            technologies: details.technologies,
        }
    }
}
