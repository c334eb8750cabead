use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, QueryOrder as _};
use socle::audit::{Actor, Entry};
use socle::rights::Scope;
use socle::store::{Database, Instant, StoreError, Tx};

use super::{
    ServiceError, export, fact, territory_of, territory_place, territory_selector, territory_summary,
    territory_tenant,
};
use crate::model::{LocalDay, Perimeter, Selector};

/// A local authority: it sees the journeys that start or end in its perimeter.
pub type Territory = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "territories")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub uuid: String,
    pub name: String,
    pub siret: String,
    pub contact_email: String,
    /// What came before and after this day is compared.
    pub turning_day: Option<i32>,
    pub created_at: Instant,
    pub version: i64,
    /// When the registry's team agreed to the perimeter as it is; until then, figures are told and no journey is.
    pub agreed_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A territory to register.
#[derive(Clone, Debug)]
pub struct NewTerritory {
    pub uuid: String,
    pub name: String,
    pub siret: String,
    pub contact_email: String,
    /// Empty: to be said later.
    pub perimeter: Perimeter,
}

/// Who sets a perimeter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The registry's team, which thereby agrees to it.
    Team,
    /// The territory's own people: widening it asks for the team's agreement again.
    Itself,
}

/// Registers a territory, with an empty perimeter.
pub async fn register(
    database: &Database,
    actor: Actor,
    new: NewTerritory,
) -> Result<Territory, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let territory = Model {
                    id: tx.next_number(),
                    uuid: new.uuid,
                    name: new.name,
                    siret: new.siret,
                    contact_email: new.contact_email,
                    turning_day: None,
                    created_at: tx.now().into(),
                    version: 1,
                    agreed_at: (!new.perimeter.selectors.is_empty()).then(|| tx.now().into()),
                };
                Entity::insert(ActiveModel::from(territory.clone()))
                    .exec_without_returning(tx.connection())
                    .await?;
                tx.record(
                    Entry::new(actor.clone(), "territory.registered", "territory", territory.id)
                        .with_facts(serde_json::json!({"uuid": territory.uuid, "name": territory.name})),
                );
                if !new.perimeter.selectors.is_empty() {
                    write_perimeter(tx, actor, territory.id, new.perimeter).await?;
                }
                Ok(territory)
            })
        })
        .await
}

/// The territories of a scope, by name.
pub async fn list(database: &Database, scope: &Scope) -> Result<Vec<Territory>, ServiceError> {
    let mut select = Entity::find().order_by_asc(Column::Name);
    if let Some(id) = territory_of(scope) {
        select = select.filter(Column::Id.eq(id));
    }
    Ok(select.all(database.read()).await?)
}

/// A territory within a scope.
pub async fn find(database: &Database, scope: &Scope, id: i64) -> Result<Option<Territory>, ServiceError> {
    if territory_of(scope).is_some_and(|own| own != id) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id).one(database.read()).await?)
}

/// How many territories wait for the team's agreement to what they set.
pub async fn to_agree(database: &Database) -> Result<u64, ServiceError> {
    let set = Query::select()
        .column(territory_selector::Column::TerritoryId)
        .from(territory_selector::Entity)
        .to_owned();
    Ok(Entity::find()
        .filter(Column::AgreedAt.is_null())
        .filter(Column::Id.in_subquery(set))
        .count(database.read())
        .await?)
}

/// What makes up a territory's perimeter.
pub async fn perimeter(database: &Database, territory: i64) -> Result<Vec<Selector>, ServiceError> {
    let rows = territory_selector::Entity::find()
        .filter(territory_selector::Column::TerritoryId.eq(territory))
        .all(database.read())
        .await?;
    let mut selectors: Vec<_> = rows.iter().filter_map(territory_selector::Model::selector).collect();
    selectors.sort_unstable();
    Ok(selectors)
}

/// The places of a territory.
pub async fn places(database: &Database, territory: i64) -> Result<BTreeSet<String>, ServiceError> {
    places_of(database.read(), territory).await
}

async fn places_of(
    connection: &impl ConnectionTrait,
    territory: i64,
) -> Result<BTreeSet<String>, ServiceError> {
    let rows = territory_place::Entity::find()
        .filter(territory_place::Column::TerritoryId.eq(territory))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.place).collect())
}

/// Gives a territory, as it was read, this perimeter. Its figures are counted again in the same change.
pub async fn set_perimeter(
    database: &Database,
    actor: Actor,
    territory: &Territory,
    perimeter: Perimeter,
    by: SetBy,
) -> Result<(), ServiceError> {
    let territory = territory.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = territory.id;
                let agreed_at = match by {
                    SetBy::Team => Some(tx.now().into()),
                    SetBy::Itself if perimeter.places.is_subset(&places_of(tx.connection(), id).await?) => {
                        territory.agreed_at
                    }
                    SetBy::Itself => None,
                };
                if agreed_at.is_none() {
                    export::cancel_all(tx, &actor, &territory_tenant(id)).await?;
                }
                let agreed = ActiveModel { agreed_at: Set(agreed_at), ..Default::default() };
                advance(tx, id, territory.version, agreed).await?;
                write_perimeter(tx, actor, id, perimeter).await
            })
        })
        .await
}

/// The registry's team agrees to a perimeter as it was read.
pub async fn agree(database: &Database, actor: Actor, territory: &Territory) -> Result<(), ServiceError> {
    let (id, version) = (territory.id, territory.version);
    database
        .write(move |tx| {
            Box::pin(async move {
                let agreed = ActiveModel { agreed_at: Set(Some(tx.now().into())), ..Default::default() };
                advance(tx, id, version, agreed).await?;
                tx.record(Entry::new(actor, "territory.perimeter_agreed", "territory", id));
                Ok(())
            })
        })
        .await
}

async fn write_perimeter(
    tx: &mut Tx,
    actor: Actor,
    id: i64,
    perimeter: Perimeter,
) -> Result<(), ServiceError> {
    let Perimeter { selectors, places } = perimeter;
    territory_selector::Entity::delete_many()
        .filter(territory_selector::Column::TerritoryId.eq(id))
        .exec(tx.connection())
        .await?;
    territory_place::Entity::delete_many()
        .filter(territory_place::Column::TerritoryId.eq(id))
        .exec(tx.connection())
        .await?;
    if !selectors.is_empty() {
        let rows = selectors.iter().map(|selector| territory_selector::ActiveModel {
            territory_id: Set(id),
            kind: Set(selector.kind.as_str().to_owned()),
            code: Set(selector.code.clone()),
        });
        territory_selector::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    let places: Vec<_> = places
        .into_iter()
        .map(|place| territory_place::ActiveModel { territory_id: Set(id), place: Set(place) })
        .collect();
    for places in places.chunks(fact::ROWS) {
        territory_place::Entity::insert_many(places.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    territory_summary::count_again(tx, id).await?;
    let named: Vec<_> = selectors.iter().map(ToString::to_string).collect();
    tx.record(
        Entry::new(actor, "territory.perimeter_set", "territory", id)
            .with_facts(serde_json::json!({"selectors": named})),
    );
    Ok(())
}

/// Sets the day before and after which departures are compared.
pub async fn set_turning_day(
    database: &Database,
    actor: Actor,
    territory: &Territory,
    day: Option<LocalDay>,
) -> Result<(), ServiceError> {
    let (id, version) = (territory.id, territory.version);
    database
        .write(move |tx| {
            Box::pin(async move {
                let turning_day = Set(day.map(|day| day.0));
                advance(tx, id, version, ActiveModel { turning_day, ..Default::default() }).await?;
                tx.record(
                    Entry::new(actor, "territory.turning_day_set", "territory", id)
                        .with_facts(serde_json::json!({"day": day.map(|day| day.to_string())})),
                );
                Ok(())
            })
        })
        .await
}

/// Writes over the version that was read.
async fn advance(tx: &Tx, id: i64, version: i64, values: ActiveModel) -> Result<(), ServiceError> {
    let changed = Entity::update_many()
        .set(ActiveModel { version: Set(version + 1), ..values })
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "territory" }.into());
    }
    Ok(())
}
