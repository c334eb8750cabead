//! The public content taken in, in one change. What is already the same is left alone; what the content does not hold
//! stays.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{EntityTrait, QuerySelect as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Tx};

use super::{ServiceError, day, incubator, organisation, phase, product, sponsor, state};
use crate::model::portfolio::{Content, IncubatorSheet, OrganisationSheet, ProductSheet, identifier};

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
}

/// How many rows one statement writes.
const ROWS: usize = 500;

/// Takes the content in.
pub async fn import(database: &Database, actor: Actor, content: &Content) -> Result<Changes, ServiceError> {
    let (organisations, incubators, products) =
        (content.organisations.clone(), content.incubators.clone(), content.products.clone());
    database
        .write(move |tx| {
            Box::pin(async move {
                let mut changes = Changes::default();
                take_organisations(tx, organisations, &mut changes).await?;
                take_incubators(tx, incubators, &mut changes).await?;
                take_products(tx, products, &mut changes).await?;
                if changes.created + changes.updated > 0 {
                    state::advance(tx).await?;
                    tx.record(Entry::new(actor, "portfolio.imported", "portfolio", "all").with_facts(json!({
                        "created": changes.created, "updated": changes.updated, "unchanged": changes.unchanged,
                    })));
                }
                Ok(changes)
            })
        })
        .await
}

/// The rows of a table, by identifier: their number, and the fingerprint of what they were made from.
struct Known(HashMap<String, (i64, Vec<u8>)>);

impl Known {
    async fn of<E: EntityTrait>(tx: &Tx, columns: [E::Column; 3]) -> Result<Self, ServiceError> {
        let rows: Vec<(String, i64, Vec<u8>)> =
            E::find().select_only().columns(columns).into_tuple().all(tx.connection()).await?;
        Ok(Self(rows.into_iter().map(|(slug, id, print)| (slug, (id, print))).collect()))
    }

    /// The number under which to write what `told` says of `slug`, and its fingerprint; `None` when it is written already.
    fn number(&self, tx: &mut Tx, slug: &str, told: &Value, changes: &mut Changes) -> Option<(i64, Vec<u8>)> {
        let print = Sha256::digest(told.to_string().as_bytes()).to_vec();
        match self.0.get(slug) {
            Some((_, known)) if *known == print => {
                changes.unchanged += 1;
                None
            }
            Some((id, _)) => {
                changes.updated += 1;
                Some((*id, print))
            }
            None => {
                changes.created += 1;
                Some((tx.next_number(), print))
            }
        }
    }
}

async fn remove<E: EntityTrait>(tx: &Tx, column: E::Column, numbers: &[i64]) -> Result<(), ServiceError> {
    for some in numbers.chunks(ROWS) {
        E::delete_many().filter(column.is_in(some.iter().copied())).exec(tx.connection()).await?;
    }
    Ok(())
}

async fn add<E: EntityTrait>(tx: &Tx, rows: &[E::ActiveModel]) -> Result<(), ServiceError>
where
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    for some in rows.chunks(ROWS) {
        E::insert_many(some.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

async fn take_organisations(
    tx: &mut Tx,
    sheets: BTreeMap<String, OrganisationSheet>,
    changes: &mut Changes,
) -> Result<(), ServiceError> {
    use organisation::{ActiveModel, Column, Entity};
    let known = Known::of::<Entity>(tx, [Column::Slug, Column::Id, Column::Print]).await?;
    let (mut numbers, mut rows) = (Vec::new(), Vec::new());
    for (slug, sheet) in sheets {
        let told = json!([sheet.name, sheet.acronym, sheet.domaine_ministeriel, sheet.kind]);
        let Some((id, print)) = known.number(tx, &slug, &told, changes) else { continue };
        numbers.push(id);
        rows.push(ActiveModel {
            id: Set(id),
            slug: Set(slug),
            name: Set(sheet.name),
            acronym: Set(sheet.acronym),
            domain: Set(sheet.domaine_ministeriel),
            kind: Set(sheet.kind),
            print: Set(print),
        });
    }
    remove::<Entity>(tx, Column::Id, &numbers).await?;
    add::<Entity>(tx, &rows).await
}

async fn take_incubators(
    tx: &mut Tx,
    sheets: BTreeMap<String, IncubatorSheet>,
    changes: &mut Changes,
) -> Result<(), ServiceError> {
    use incubator::{ActiveModel, Column, Entity};
    let known = Known::of::<Entity>(tx, [Column::Slug, Column::Id, Column::Print]).await?;
    let (mut numbers, mut rows) = (Vec::new(), Vec::new());
    for (slug, sheet) in sheets {
        let owner = identifier(&sheet.owner).to_owned();
        let told = json!([
            sheet.name,
            owner,
            sheet.website,
            sheet.github,
            sheet.address,
            sheet.short_description,
            sheet.hidden
        ]);
        let Some((id, print)) = known.number(tx, &slug, &told, changes) else { continue };
        numbers.push(id);
        rows.push(ActiveModel {
            id: Set(id),
            slug: Set(slug),
            name: Set(sheet.name.trim().to_owned()),
            owner: Set(owner),
            website: Set(sheet.website),
            code: Set(sheet.github),
            address: Set(sheet.address),
            summary: Set(sheet.short_description),
            hidden: Set(sheet.hidden),
            print: Set(print),
        });
    }
    remove::<Entity>(tx, Column::Id, &numbers).await?;
    add::<Entity>(tx, &rows).await
}

async fn take_products(
    tx: &mut Tx,
    sheets: BTreeMap<String, ProductSheet>,
    changes: &mut Changes,
) -> Result<(), ServiceError> {
    use product::{ActiveModel, Column, Entity};
    let known = Known::of::<Entity>(tx, [Column::Slug, Column::Id, Column::Print]).await?;
    let now = tx.now();
    let (mut numbers, mut rows, mut phases, mut sponsors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (slug, sheet) in sheets {
        let details = serde_json::to_value(&sheet.details)?;
        let history: Vec<_> = sheet
            .history
            .0
            .iter()
            .map(|one| json!([one.stage.as_str(), one.from, one.to, one.comment]))
            .collect();
        let told = json!([sheet.name, sheet.mission, sheet.incubator, sheet.sponsors, details, history]);
        let Some((id, print)) = known.number(tx, &slug, &told, changes) else { continue };
        numbers.push(id);
        rows.push(ActiveModel {
            id: Set(id),
            slug: Set(slug),
            name: Set(sheet.name),
            mission: Set(sheet.mission),
            incubator: Set(sheet.incubator),
            sheet: Set(details.to_string()),
            updated_at: Set(now.into()),
            print: Set(print),
        });
        phases.extend((0_i32..).zip(sheet.history.0).map(|(rank, one)| phase::ActiveModel {
            product_id: Set(id),
            rank: Set(rank),
            phase: Set(one.stage.as_str().to_owned()),
            from_day: Set(day::number(one.from)),
            to_day: Set(one.to.map(day::number)),
            comment: Set(one.comment),
        }));
        sponsors.extend(sheet.sponsors.into_iter().map(|organisation| sponsor::ActiveModel {
            product_id: Set(id),
            organisation: Set(organisation),
        }));
    }
    remove::<phase::Entity>(tx, phase::Column::ProductId, &numbers).await?;
    remove::<sponsor::Entity>(tx, sponsor::Column::ProductId, &numbers).await?;
    remove::<Entity>(tx, Column::Id, &numbers).await?;
    add::<Entity>(tx, &rows).await?;
    add::<phase::Entity>(tx, &phases).await?;
    add::<sponsor::Entity>(tx, &sponsors).await
}
