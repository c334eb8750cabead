//! Who works on a product.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError, Tx};

use super::agreement::{self, Knowledge};
use super::{
    ServiceError, agreement_product, criteria_review, day, interest_declaration, mission_letter, outlook,
};
use crate::model::expert::Expert;
use crate::model::member::{Member, MemberRole, MemberStatus};
use crate::model::named::Named as _;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub product: String,
    pub name: String,
    pub role: String,
    pub employer: String,
    pub status: String,
    pub from_day: i32,
    pub until_day: Option<i32>,
    pub share: i32,
    pub order_id: Option<i64>,
    pub forgotten: bool,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Somebody in a team, with what is held about them: the latest of each.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: i64,
    pub product: String,
    pub version: i64,
    pub forgotten: bool,
    pub member: Member,
    pub letter: Option<mission_letter::Model>,
    pub review: Option<criteria_review::Review>,
    pub declaration: Option<interest_declaration::Model>,
}

impl Known {
    /// How pages call them.
    pub fn name(&self) -> &str {
        if self.forgotten { "Nom effacé" } else { &self.member.name }
    }

    /// As agreements that want experts free of conflicts of interest see them.
    pub(super) fn expert(&self) -> Option<Expert> {
        (self.member.status.is_expert() && !self.forgotten).then(|| Expert {
            name: self.member.name.clone(),
            role: Some(self.member.role.fr().to_owned()),
            declared_on: self.declaration.as_ref().map(|one| day::date(one.declared_day)),
            reviewed_by: self.declaration.as_ref().map(|one| one.reviewed_by.clone()),
        })
    }
}

impl Model {
    fn member(&self) -> Result<Member, ServiceError> {
        let corrupt = |what: &str| ServiceError::Corrupt(format!("member {}: {what:?}", self.id));
        Ok(Member {
            name: self.name.clone(),
            role: MemberRole::from_name(&self.role).ok_or_else(|| corrupt(&self.role))?,
            employer: self.employer.clone(),
            status: MemberStatus::from_name(&self.status).ok_or_else(|| corrupt(&self.status))?,
            from: day::date(self.from_day),
            until: self.until_day.map(day::date),
            share: self.share,
            order: self.order_id,
        })
    }
}

/// The people of these products, by product, those who came first.
pub(super) async fn of_products(
    connection: &impl ConnectionTrait,
    products: Vec<String>,
) -> Result<HashMap<String, Vec<Known>>, ServiceError> {
    let mut rows = Vec::new();
    for some in products.chunks(500) {
        let of = Entity::find().filter(Column::Product.is_in(some.iter().map(String::as_str)));
        rows.extend(of.order_by_asc(Column::FromDay).order_by_asc(Column::Id).all(connection).await?);
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut letters = mission_letter::latest(connection, &ids).await?;
    let mut reviews = criteria_review::latest(connection, &ids).await?;
    let mut declarations = interest_declaration::latest(connection, &ids).await?;
    let mut people: HashMap<String, Vec<Known>> = HashMap::new();
    for row in rows {
        let known = Known {
            id: row.id,
            product: row.product.clone(),
            version: row.version,
            forgotten: row.forgotten,
            member: row.member()?,
            letter: letters.remove(&row.id),
            review: reviews.remove(&row.id),
            declaration: declarations.remove(&row.id),
        };
        people.entry(row.product).or_default().push(known);
    }
    Ok(people)
}

/// The people of a product.
pub async fn of(database: &Database, product: &str) -> Result<Vec<Known>, ServiceError> {
    let mut people = of_products(database.read(), vec![product.to_owned()]).await?;
    Ok(people.remove(product).unwrap_or_default())
}

/// Somebody of a product.
pub async fn find(database: &Database, product: &str, id: i64) -> Result<Option<Known>, ServiceError> {
    Ok(of(database, product).await?.into_iter().find(|known| known.id == id))
}

/// Whether an agreement of the product wants experts free of conflicts of interest.
pub async fn wants_declarations(database: &Database, product: &str) -> Result<bool, ServiceError> {
    let about = agreement_product::of_product(database.read(), product).await?;
    agreement::has_clause(database, &about, "conflict_of_interest").await
}

/// What the log keeps: not the name.
fn told(member: &Member) -> serde_json::Value {
    json!({
        "role": member.role, "status": member.status, "from": member.from, "until": member.until,
        "share": member.share, "order": member.order,
    })
}

fn filled(member: &Member) -> ActiveModel {
    ActiveModel {
        name: Set(member.name.clone()),
        role: Set(member.role.to_string()),
        employer: Set(member.employer.clone()),
        status: Set(member.status.to_string()),
        from_day: Set(day::number(member.from)),
        until_day: Set(member.until.map(day::number)),
        share: Set(member.share),
        order_id: Set(member.order),
        ..Default::default()
    }
}

/// The duties and the warnings of the product's agreements follow what is known of its people.
pub(super) async fn follow(tx: &mut Tx, knowledge: &Knowledge, product: &str) -> Result<(), ServiceError> {
    for one in agreement_product::of_product(tx.connection(), product).await? {
        outlook::refresh(tx, knowledge, one).await?;
    }
    Ok(())
}

/// Adds somebody to the team of a product; their number.
pub async fn add(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    product: String,
    member: Member,
) -> Result<i64, ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = tx.next_number();
                tx.record(
                    Entry::new(actor, "member.added", "member", id)
                        .with_facts(json!({"product": product, "after": told(&member)})),
                );
                let row = ActiveModel {
                    id: Set(id),
                    product: Set(product.clone()),
                    forgotten: Set(false),
                    version: Set(1),
                    ..filled(&member)
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                follow(tx, &knowledge, &product).await?;
                Ok(id)
            })
        })
        .await
}

/// Changes what is known of somebody, as it was read.
pub async fn amend(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    before: Known,
    after: Member,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let row = ActiveModel { version: Set(before.version + 1), ..filled(&after) };
                advance(tx, &before, row).await?;
                tx.record(Entry::new(actor, "member.changed", "member", before.id).with_facts(json!({
                    "product": before.product, "before": told(&before.member), "after": told(&after),
                })));
                follow(tx, &knowledge, &before.product).await
            })
        })
        .await
}

async fn advance(tx: &Tx, before: &Known, row: ActiveModel) -> Result<(), ServiceError> {
    let same = Entity::update_many().set(row).filter(Column::Id.eq(before.id));
    let changed = same
        .filter(Column::Version.eq(before.version))
        .filter(Column::Forgotten.eq(false))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "member" }.into());
    }
    Ok(())
}

/// Forgets who somebody was: what they did stays, dated, without a name.
pub async fn forget(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    before: Known,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                forget_within(tx, actor, before.id).await?;
                follow(tx, &knowledge, &before.product).await
            })
        })
        .await
}

async fn forget_within(tx: &mut Tx, actor: Actor, id: i64) -> Result<(), ServiceError> {
    let row = ActiveModel {
        name: Set(String::new()),
        employer: Set(String::new()),
        forgotten: Set(true),
        ..Default::default()
    };
    Entity::update_many().set(row).filter(Column::Id.eq(id)).exec(tx.connection()).await?;
    mission_letter::forget(tx, id).await?;
    interest_declaration::forget(tx, id).await?;
    criteria_review::forget(tx, id).await?;
    tx.record(Entry::new(actor, "member.forgotten", "member", id));
    Ok(())
}

/// Writes in the log that somebody's declaration was read.
pub async fn read_interests(database: &Database, actor: Actor, id: i64) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "interests.read", "member", id));
                Ok(())
            })
        })
        .await
}

/// How many people one run forgets.
const AT_ONCE: u64 = 100;

/// Forgets those whose mission ended before that day; how many.
pub async fn forget_before(database: &Database, day_limit: Date) -> Result<u64, ServiceError> {
    let gone = Entity::find()
        .filter(Column::Forgotten.eq(false))
        .filter(Column::UntilDay.lt(day::number(day_limit)))
        .limit(AT_ONCE)
        .all(database.read())
        .await?;
    let count = gone.len() as u64;
    for row in gone {
        database
            .write(move |tx| {
                Box::pin(async move { forget_within(tx, Actor::Program("retention"), row.id).await })
            })
            .await?;
    }
    Ok(count)
}
