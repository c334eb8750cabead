//! Committees: foreseen, prepared, held or called off.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::rights::Scope;
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::{self, Knowledge, nothing};
use super::{ServiceError, committee_product, day, outlook};
use crate::model::committee::CommitteeKind;
use crate::model::named::Named as _;
use crate::model::tenant::Tenant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "committees")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agreement_id: Option<i64>,
    pub kind: String,
    pub day: i32,
    pub held: bool,
    pub cancelled: String,
    pub place: String,
    pub chair: String,
    pub asked: String,
    pub agenda: String,
    pub minutes: String,
    pub pack_sent_day: Option<i32>,
    pub created_at: Instant,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A committee and the products it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committee {
    pub row: Model,
    /// Identifiers.
    pub products: Vec<String>,
}

impl Committee {
    pub fn kind(&self) -> CommitteeKind {
        CommitteeKind::from_name(&self.row.kind).unwrap_or(CommitteeKind::Coordination)
    }

    /// Whether it is still to be held.
    pub fn is_ahead(&self) -> bool {
        !self.row.held && self.row.cancelled.is_empty()
    }
}

/// What is said of a committee before it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub kind: CommitteeKind,
    pub day: jiff::civil::Date,
    pub place: String,
    pub chair: String,
    /// The decision that is asked.
    pub asked: String,
    /// One point a line.
    pub agenda: String,
}

impl Prepared {
    fn told(&self) -> serde_json::Value {
        json!({"kind": self.kind, "day": self.day, "chair": self.chair, "asked": self.asked, "agenda": self.agenda})
    }

    fn of(row: &Model) -> Self {
        Self {
            kind: CommitteeKind::from_name(&row.kind).unwrap_or(CommitteeKind::Coordination),
            day: day::date(row.day),
            place: row.place.clone(),
            chair: row.chair.clone(),
            asked: row.asked.clone(),
            agenda: row.agenda.clone(),
        }
    }
}

/// Foresees a committee on products, under an agreement or none.
pub async fn plan(
    database: &Database,
    actor: Actor,
    agreement: Option<i64>,
    products: Vec<String>,
    prepared: Prepared,
) -> Result<i64, ServiceError> {
    database
        .write(move |tx| Box::pin(async move { plan_within(tx, actor, agreement, products, prepared).await }))
        .await
}

/// The same inside a change.
pub(super) async fn plan_within(
    tx: &mut Tx,
    actor: Actor,
    agreement: Option<i64>,
    products: Vec<String>,
    prepared: Prepared,
) -> Result<i64, ServiceError> {
    let id = tx.next_number();
    let entry = json!({"agreement": agreement, "products": products, "after": prepared.told()});
    let row = ActiveModel {
        id: Set(id),
        agreement_id: Set(agreement),
        kind: Set(prepared.kind.to_string()),
        day: Set(day::number(prepared.day)),
        held: Set(false),
        cancelled: Set(String::new()),
        place: Set(prepared.place),
        chair: Set(prepared.chair),
        asked: Set(prepared.asked),
        agenda: Set(prepared.agenda),
        minutes: Set(String::new()),
        pack_sent_day: Set(None),
        created_at: Set(tx.now().into()),
        version: Set(1),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    let rows: Vec<_> = products
        .into_iter()
        .map(|product| committee_product::ActiveModel { committee_id: Set(id), product: Set(product) })
        .collect();
    committee_product::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    tx.record(Entry::new(actor, "committee.planned", "committee", id).with_facts(entry));
    Ok(id)
}

/// Changes what is said of a committee that is still to be held.
pub async fn prepare(
    database: &Database,
    actor: Actor,
    before: &Committee,
    prepared: Prepared,
) -> Result<(), ServiceError> {
    let facts = json!({"before": Prepared::of(&before.row).told(), "after": prepared.told()});
    let row = ActiveModel {
        kind: Set(prepared.kind.to_string()),
        day: Set(day::number(prepared.day)),
        place: Set(prepared.place),
        chair: Set(prepared.chair),
        asked: Set(prepared.asked),
        agenda: Set(prepared.agenda),
        ..Default::default()
    };
    change(database, actor, ("committee.prepared", facts), before, row).await
}

/// Calls a committee off.
pub async fn cancel(
    database: &Database,
    actor: Actor,
    before: &Committee,
    reason: String,
) -> Result<(), ServiceError> {
    let facts = json!({"day": day::date(before.row.day), "reason": reason});
    let row = ActiveModel { cancelled: Set(reason), ..Default::default() };
    change(database, actor, ("committee.cancelled", facts), before, row).await
}

/// Notes that its pack was sent.
pub async fn pack_sent(
    database: &Database,
    actor: Actor,
    before: &Committee,
    on: jiff::civil::Date,
) -> Result<(), ServiceError> {
    let row = ActiveModel { pack_sent_day: Set(Some(day::number(on))), ..Default::default() };
    change(database, actor, ("committee.pack_sent", json!({"on": on})), before, row).await
}

async fn change(
    database: &Database,
    actor: Actor,
    (what, facts): (&'static str, serde_json::Value),
    before: &Committee,
    row: ActiveModel,
) -> Result<(), ServiceError> {
    let (id, version) = (before.row.id, before.row.version);
    database
        .write(move |tx| {
            Box::pin(async move {
                advance(tx, id, version, row).await?;
                tx.record(Entry::new(actor, what, "committee", id).with_facts(facts));
                Ok(())
            })
        })
        .await
}

/// Notes that it was held, on which day, and what was said: the duty of its agreement is done. Said again, the day and
/// the minutes are corrected.
pub async fn hold(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    before: &Committee,
    on: jiff::civil::Date,
    minutes: String,
) -> Result<(), ServiceError> {
    let (id, version, agreement) = (before.row.id, before.row.version, before.row.agreement_id);
    let facts = json!({
        "before": {"held": before.row.held, "day": day::date(before.row.day)},
        "after": {"held": true, "day": on},
    });
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel {
                    held: Set(true),
                    day: Set(day::number(on)),
                    minutes: Set(minutes),
                    ..Default::default()
                };
                advance(tx, id, version, row).await?;
                tx.record(Entry::new(actor, "committee.held", "committee", id).with_facts(facts));
                match agreement {
                    Some(agreement) => outlook::refresh(tx, &knowledge, agreement).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

async fn advance(tx: &Tx, id: i64, version: i64, mut row: ActiveModel) -> Result<(), ServiceError> {
    row.version = Set(version + 1);
    let changed = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .filter(Column::Cancelled.eq(""))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "committee" }.into());
    }
    Ok(())
}

/// The committees that a scope covers.
fn within(scope: &Scope) -> Condition {
    let every = Condition::all();
    match Tenant::of(scope) {
        None => every,
        Some(Tenant::Agreement(_)) => every.add(Column::AgreementId.in_subquery(agreement::numbers(scope))),
        Some(Tenant::Service(product)) => every.add(of_product(&product)),
        Some(Tenant::Call(_)) => nothing(),
    }
}

fn of_product(product: &str) -> sea_orm::sea_query::SimpleExpr {
    let of = Query::select()
        .column(committee_product::Column::CommitteeId)
        .from(committee_product::Entity)
        .and_where(committee_product::Column::Product.eq(product))
        .to_owned();
    Column::Id.in_subquery(of)
}

/// The committee of that number, within a scope.
pub async fn find(database: &Database, scope: &Scope, id: i64) -> Result<Option<Committee>, ServiceError> {
    let row = Entity::find_by_id(id).filter(within(scope)).one(database.read()).await?;
    Ok(with_products(database.read(), row.into_iter().collect()).await?.pop())
}

/// Those still to be held, the soonest first.
pub async fn ahead(database: &Database, scope: &Scope, most: u64) -> Result<Vec<Committee>, ServiceError> {
    let rows = Entity::find()
        .filter(within(scope))
        .filter(Column::Held.eq(false))
        .filter(Column::Cancelled.eq(""))
        .order_by_asc(Column::Day)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(database.read())
        .await?;
    with_products(database.read(), rows).await
}

/// Those that were held, the latest first.
pub async fn held(database: &Database, scope: &Scope, most: u64) -> Result<Vec<Committee>, ServiceError> {
    let rows = Entity::find()
        .filter(within(scope))
        .filter(Column::Held.eq(true))
        .order_by_desc(Column::Day)
        .order_by_desc(Column::Id)
        .limit(most)
        .all(database.read())
        .await?;
    with_products(database.read(), rows).await
}

/// Those of an agreement, held or to be held, the latest first.
pub async fn of_agreement(database: &Database, agreement: i64) -> Result<Vec<Committee>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::AgreementId.eq(agreement))
        .order_by_desc(Column::Day)
        .order_by_desc(Column::Id)
        .all(database.read())
        .await?;
    with_products(database.read(), rows).await
}

/// Those held under agreements, by agreement.
pub(super) async fn held_under(
    connection: &impl ConnectionTrait,
    agreements: &[i64],
) -> Result<HashMap<i64, Vec<Committee>>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::AgreementId.is_in(agreements.iter().copied()))
        .filter(Column::Held.eq(true))
        .order_by_asc(Column::Day)
        .all(connection)
        .await?;
    let mut held: HashMap<i64, Vec<Committee>> = HashMap::new();
    for committee in with_products(connection, rows).await? {
        held.entry(committee.row.agreement_id.unwrap_or_default()).or_default().push(committee);
    }
    Ok(held)
}

async fn with_products(
    connection: &impl ConnectionTrait,
    rows: Vec<Model>,
) -> Result<Vec<Committee>, ServiceError> {
    use committee_product::{Column, Entity};
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let products = Entity::find()
        .filter(Column::CommitteeId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(Column::Product)
        .all(connection)
        .await?;
    let mut by_committee: HashMap<i64, Vec<String>> = HashMap::new();
    for one in products {
        by_committee.entry(one.committee_id).or_default().push(one.product);
    }
    let with = |row: Model| Committee { products: by_committee.remove(&row.id).unwrap_or_default(), row };
    Ok(rows.into_iter().map(with).collect())
}
