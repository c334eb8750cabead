//! Where each agreement stands today: computed from what is known of it, kept so that lists are quick.

use jiff::civil::Date;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sha2::{Digest as _, Sha256};
use socle::jobs::Ran;
use socle::store::{Database, Tx};

use super::agreement::{self, Filed, Knowledge};
use super::{ServiceError, budget_cell, day, open_duty};
use crate::model::money::Cents;
use crate::model::outlook::outlook;
use crate::model::public_budget::public_budget;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outlooks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    pub standing: String,
    pub urgency: i32,
    pub end_day: Option<i32>,
    pub ceiling: Option<i64>,
    pub committed: i64,
    pub certified: i64,
    pub paid: i64,
    pub late: i32,
    pub soon: i32,
    pub blocking: i32,
    pub exhausted_day: Option<i32>,
    pub print: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The outlook of an agreement, and the duties to be done, as rows.
struct Computed {
    row: Model,
    duties: Vec<open_duty::Model>,
    /// What its products cost.
    budget: Vec<budget_cell::Model>,
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn computed(filed: &Filed, knowledge: &Knowledge, today: Date) -> Computed {
    let outlook = outlook(&filed.agreement, &knowledge.library, today);
    let products = &filed.agreement.written.products;
    let duties: Vec<_> = (0_i32..)
        .zip(outlook.open())
        .filter_map(|(rank, duty)| {
            let named = duty.product.as_ref().and_then(|name| products.iter().find(|one| one.name == *name));
            Some(open_duty::Model {
                agreement_id: filed.id,
                rank,
                product: named.map_or_else(String::new, |product| product.key.clone()),
                day: day::number(duty.day()?),
                contractual: duty.internal_target.is_none(),
                status: duty.status.name().to_owned(),
                title: duty.fr.clone(),
                debtors: duty.debtors.join(", "),
                clause: duty.clause.clone(),
                article: duty.citations.first().map_or_else(String::new, |one| one.article.clone()),
            })
        })
        .collect();
    let mut row = Model {
        agreement_id: filed.id,
        standing: outlook.standing.name().to_owned(),
        urgency: outlook.urgency().rank(),
        end_day: outlook.standing.course.end.as_ref().map(|end| day::number(end.on)),
        ceiling: outlook.ceiling.map(Cents::as_i64),
        committed: outlook.committed.as_i64(),
        certified: outlook.certified.as_i64(),
        paid: outlook.paid.as_i64(),
        late: count(outlook.late()),
        soon: count(outlook.soon()),
        blocking: count(outlook.blocking()),
        exhausted_day: outlook.exhausted_on().map(day::number),
        print: Vec::new(),
    };
    let budget = budget_cell::cells(filed.id, public_budget(&filed.agreement, today));
    row.print = print(&row, &duties, &budget);
    Computed { row, duties, budget }
}

/// What two computations that say the same have in common.
fn print(row: &Model, duties: &[open_duty::Model], budget: &[budget_cell::Model]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", Model { print: Vec::new(), ..row.clone() }));
    hash.update(format!("{duties:?}"));
    hash.update(format!("{budget:?}"));
    hash.finalize().to_vec()
}

/// Computes an agreement's outlook again, in the change that touched it.
pub(super) async fn refresh(tx: &mut Tx, knowledge: &Knowledge, id: i64) -> Result<(), ServiceError> {
    refresh_some(tx, knowledge, &[id]).await
}

async fn refresh_some(tx: &mut Tx, knowledge: &Knowledge, ids: &[i64]) -> Result<(), ServiceError> {
    let today = day::today(tx);
    let filed = agreement::within_change(tx, knowledge, ids).await?;
    write(tx, filed.iter().map(|one| computed(one, knowledge, today)).collect()).await
}

async fn write(tx: &Tx, all: Vec<Computed>) -> Result<(), ServiceError> {
    let ids: Vec<i64> = all.iter().map(|one| one.row.agreement_id).collect();
    open_duty::Entity::delete_many()
        .filter(open_duty::Column::AgreementId.is_in(ids.iter().copied()))
        .exec(tx.connection())
        .await?;
    let budget = all.iter().flat_map(|one| &one.budget).cloned().collect();
    budget_cell::replace(tx, ids, budget).await?;
    let duties: Vec<_> = all.iter().flat_map(|one| &one.duties).cloned().collect();
    for some in duties.chunks(1_000) {
        let rows = some.iter().cloned().map(open_duty::ActiveModel::from);
        open_duty::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    let rows: Vec<_> = all.into_iter().map(|one| ActiveModel::from(one.row)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let replace = OnConflict::column(Column::AgreementId)
        .update_columns(
            <Column as sea_orm::Iterable>::iter().filter(|column| !matches!(column, Column::AgreementId)),
        )
        .to_owned();
    Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// How many agreements are read at once.
const AT_ONCE: u64 = 200;

/// Every agreement, for today. What came out the same is not written again.
pub async fn refresh_all(
    database: &Database,
    knowledge: &Knowledge,
    today: Date,
) -> Result<Ran, ServiceError> {
    let mut last = 0;
    let mut done = 0;
    loop {
        let filed = agreement::after(database.read(), knowledge, last, AT_ONCE).await?;
        let Some(end) = filed.last() else { return Ok(Ran { done, more: false }) };
        let ids: Vec<i64> = filed.iter().map(|one| one.id).collect();
        let known: std::collections::HashMap<i64, Vec<u8>> = Entity::find()
            .filter(Column::AgreementId.is_in(ids))
            .all(database.read())
            .await?
            .into_iter()
            .map(|row| (row.agreement_id, row.print))
            .collect();
        last = end.id;
        // Computed again inside the change: a request may have changed one meanwhile.
        let changed: Vec<i64> = filed
            .iter()
            .filter(|one| known.get(&one.id) != Some(&computed(one, knowledge, today).row.print))
            .map(|one| one.id)
            .collect();
        done += changed.len() as u64;
        if !changed.is_empty() {
            let knowledge = knowledge.clone();
            database
                .write(move |tx| Box::pin(async move { refresh_some(tx, &knowledge, &changed).await }))
                .await?;
        }
    }
}
