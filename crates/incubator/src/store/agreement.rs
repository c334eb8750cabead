//! Agreements: what was written, and everything known of each read together.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::rights::Scope;
use socle::seal::Keyring;
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement_bank::sealed_bank;
use super::collected::{by_team, collected, conditions, shown_by};
use super::portfolio::Portfolio;
use super::{
    ServiceError, agreement_product, call_award, committee, decision, fact, ledger, member, order, outlook,
};
use crate::model::agreement::Agreement;
use crate::model::fact::Facts;
use crate::model::ledger::{LedgerEntry, LedgerKind};
use crate::model::library::ClauseLibrary;
use crate::model::money::CommitmentAuthorisation;
use crate::model::order::{Order, OrderUnder};
use crate::model::portfolio::History;
use crate::model::product::Product;
use crate::model::tenant::Tenant;
use crate::model::written::Written;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub reference: String,
    pub title: String,
    pub kind: String,
    /// A [`Written`], in JSON.
    pub written: String,
    pub bank: Option<Vec<u8>>,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What reading an agreement needs besides its rows.
#[derive(Clone)]
pub struct Knowledge {
    pub library: Arc<ClauseLibrary>,
    pub portfolio: Arc<Portfolio>,
}

/// An agreement as the database holds it.
#[derive(Clone, Debug)]
pub struct Filed {
    pub id: i64,
    pub version: i64,
    pub agreement: Agreement,
}

/// A reference that another agreement has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceTaken;

/// Files an agreement with all that its file told: facts, orders, entries.
pub async fn file(
    database: &Database,
    keyring: &Keyring,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: Agreement,
) -> Result<Result<i64, ReferenceTaken>, ServiceError> {
    file_for(database, keyring, knowledge, actor, agreement, None).await
}

/// The same for the laureate of a call, by number of application: once.
pub async fn file_for(
    database: &Database,
    keyring: &Keyring,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: Agreement,
    laureate: Option<i64>,
) -> Result<Result<i64, ReferenceTaken>, ServiceError> {
    let bank = sealed_bank(keyring, &agreement.written).await?;
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let Agreement { written, facts, orders, ledger } = agreement;
                let taken = Entity::find().filter(Column::Reference.eq(&written.reference));
                if taken.count(tx.connection()).await? > 0 {
                    return Ok(Err(ReferenceTaken));
                }
                let id = tx.next_number();
                let row = ActiveModel {
                    id: Set(id),
                    reference: Set(written.reference.clone()),
                    title: Set(written.title.clone()),
                    kind: Set(written.kind.to_string()),
                    written: Set(serde_json::to_string(&written)?),
                    bank: Set(bank),
                    created_at: Set(tx.now().into()),
                    updated_at: Set(tx.now().into()),
                    version: Set(1),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                set_products(tx, id, &written).await?;
                if let Some(laureate) = laureate {
                    call_award::filed(tx, laureate, id).await?;
                }
                for one in facts.into_list() {
                    fact::add(tx, id, &one).await?;
                }
                let mut ledger = ledger;
                ledger.extend(commitments(&orders, &ledger));
                let numbers = order::file_all(tx, id, orders).await?;
                ledger::file_all(tx, id, ledger, &numbers).await?;
                tx.record(
                    Entry::new(actor, "agreement.filed", "agreement", id)
                        .with_facts(json!({"reference": written.reference, "title": written.title})),
                );
                outlook::refresh(tx, &knowledge, id).await?;
                Ok(Ok(id))
            })
        })
        .await
}

/// The commitments of orders signed on a known day that the entries of their file leave out.
fn commitments(orders: &[Order], ledger: &[LedgerEntry]) -> Vec<LedgerEntry> {
    let known = |number: &String| {
        ledger.iter().any(|one| one.kind == LedgerKind::Commitment && one.order.as_ref() == Some(number))
    };
    let placed = orders.iter().filter(|one| !one.estimate && one.under == OrderUnder::ThisAgreement);
    placed
        .filter_map(|order| Some((order, order.number.clone()?, order.signed_on?)))
        .filter(|(_, number, _)| !known(number))
        .map(|(order, number, date)| LedgerEntry {
            date,
            kind: LedgerKind::Commitment,
            ae: Some(CommitmentAuthorisation(order.total())),
            cp: None,
            cash: None,
            document: Some(number.clone()),
            order: Some(number),
        })
        .collect()
}

/// Adds a product to the text of an agreement, inside a change.
pub(super) async fn add_product(
    tx: &mut Tx,
    actor: Actor,
    filed: &Filed,
    product: Product,
    reason: String,
) -> Result<(), ServiceError> {
    // The text as it is kept: `filed` also holds what the portfolio and later signatures say.
    let kept = Entity::find_by_id(filed.id).one(tx.connection()).await?;
    let kept = kept.ok_or_else(|| ServiceError::Corrupt(format!("agreement {} is not there", filed.id)))?;
    let before: Written = serde_json::from_str(&kept.written)?;
    let mut written = before.clone();
    written.products.push(product);
    let row = ActiveModel { written: Set(serde_json::to_string(&written)?), ..Default::default() };
    advance(tx, filed.id, filed.version, row).await?;
    set_products(tx, filed.id, &written).await?;
    tx.record(
        Entry::new(actor, "agreement.rewritten", "agreement", filed.id)
            .with_facts(json!({"reason": reason, "changes": differences(&before, &written)?})),
    );
    Ok(())
}

/// Sections that differ, before and after. Names of people are not kept in the log for ever: parties are only named.
fn differences(before: &Written, after: &Written) -> Result<serde_json::Value, serde_json::Error> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let mut changes = serde_json::Map::new();
    for (section, new) in after.as_object().into_iter().flatten() {
        let old = &before[section];
        if old == new {
            continue;
        }
        let told = if section == "parties" { json!("changed") } else { json!({"before": old, "after": new}) };
        changes.insert(section.clone(), told);
    }
    Ok(changes.into())
}

/// Gives an agreement, as it was read, new values and its next version.
pub(super) async fn advance(
    tx: &Tx,
    id: i64,
    version: i64,
    mut row: ActiveModel,
) -> Result<(), ServiceError> {
    row.updated_at = Set(tx.now().into());
    row.version = Set(version + 1);
    let changed = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "agreement" }.into());
    }
    Ok(())
}

async fn set_products(tx: &Tx, id: i64, written: &Written) -> Result<(), ServiceError> {
    use agreement_product::{ActiveModel, Column, Entity};
    Entity::delete_many().filter(Column::AgreementId.eq(id)).exec(tx.connection()).await?;
    let rows: Vec<_> = written
        .products
        .iter()
        .map(|product| ActiveModel { agreement_id: Set(id), product: Set(product.key.clone()) })
        .collect();
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// What no row meets.
pub(super) fn nothing() -> Condition {
    Condition::any().add(Expr::val(1).eq(0))
}

/// The agreements that a scope covers.
pub(super) fn within(scope: &Scope) -> Condition {
    let every = Condition::all();
    match Tenant::of(scope) {
        None => every,
        Some(Tenant::Call(_)) => nothing(),
        Some(Tenant::Agreement(reference)) => every.add(Column::Reference.eq(reference)),
        Some(Tenant::Service(product)) => every.add(
            Column::Id.in_subquery(
                Query::select()
                    .column(agreement_product::Column::AgreementId)
                    .from(agreement_product::Entity)
                    .and_where(agreement_product::Column::Product.eq(product))
                    .to_owned(),
            ),
        ),
    }
}

/// The numbers of the agreements that a scope covers.
pub(super) fn numbers(scope: &Scope) -> sea_orm::sea_query::SelectStatement {
    Query::select().column(Column::Id).from(Entity).cond_where(within(scope)).to_owned()
}

/// Titles of agreements, by number.
pub async fn titles(
    database: &Database,
    ids: &[i64],
) -> Result<HashMap<i64, (String, String)>, ServiceError> {
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(database.read()).await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.reference, row.title))).collect())
}

/// Whether an agreement has that reference.
pub async fn exists(database: &Database, reference: &str) -> Result<bool, ServiceError> {
    Ok(Entity::find().filter(Column::Reference.eq(reference)).count(database.read()).await? > 0)
}

/// The agreement of that reference, within a scope.
pub async fn find(
    database: &Database,
    knowledge: &Knowledge,
    scope: &Scope,
    reference: &str,
) -> Result<Option<Filed>, ServiceError> {
    let row = Entity::find()
        .filter(within(scope))
        .filter(Column::Reference.eq(reference))
        .one(database.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(read(database.read(), &knowledge.portfolio, vec![row]).await?.pop())
}

/// The same by number, for whoever was let in by what led there.
pub async fn numbered(
    database: &Database,
    knowledge: &Knowledge,
    id: i64,
) -> Result<Option<Filed>, ServiceError> {
    let row = Entity::find_by_id(id).one(database.read()).await?;
    Ok(read(database.read(), &knowledge.portfolio, row.into_iter().collect()).await?.pop())
}

/// The same by number, inside a change.
pub(super) async fn within_change(
    tx: &Tx,
    knowledge: &Knowledge,
    ids: &[i64],
) -> Result<Vec<Filed>, ServiceError> {
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(tx.connection()).await?;
    read(tx.connection(), &knowledge.portfolio, rows).await
}

/// Whether one of these agreements has a clause.
pub(super) async fn has_clause(database: &Database, ids: &[i64], clause: &str) -> Result<bool, ServiceError> {
    for row in Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(database.read()).await? {
        let written: Written = serde_json::from_str(&row.written)?;
        if written.clauses.iter().any(|one| one.key == clause) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Agreements after that number, in order, at most `count`.
pub(super) async fn after(
    connection: &impl ConnectionTrait,
    knowledge: &Knowledge,
    id: i64,
    count: u64,
) -> Result<Vec<Filed>, ServiceError> {
    let rows =
        sea_orm::QuerySelect::limit(Entity::find().filter(Column::Id.gt(id)).order_by_asc(Column::Id), count)
            .all(connection)
            .await?;
    read(connection, &knowledge.portfolio, rows).await
}

/// Reads what belongs to these rows and puts each together.
pub(super) async fn read(
    connection: &impl ConnectionTrait,
    portfolio: &Portfolio,
    rows: Vec<Model>,
) -> Result<Vec<Filed>, ServiceError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut facts = fact::of(connection, &ids).await?;
    let orders = order::of(connection, &ids).await?;
    let mut entries = ledger::of(connection, &ids, &orders).await?;
    let mut held = committee::held_under(connection, &ids).await?;
    let numbers: Vec<i64> = held.values().flatten().map(|one| one.row.id).collect();
    let decided = decision::of_committees(connection, &numbers).await?;
    let about = agreement_product::of_agreements(connection, &ids).await?;
    let people = member::of_products(connection, about).await?;
    let mut by_agreement: HashMap<i64, Vec<order::Placed>> = HashMap::new();
    for one in orders {
        by_agreement.entry(one.row.agreement_id).or_default().push(one);
    }
    rows.into_iter()
        .map(|row| {
            let mut written: Written = serde_json::from_str(&row.written)?;
            // The portfolio knows the phases, the team what its product is; the text only what was true on its day.
            for product in &mut written.products {
                if let Some(said) = portfolio.profiles.get(&product.key) {
                    product.is_procedure = said.is_procedure.or(product.is_procedure);
                    product.authenticates_users = said.authenticates_users.or(product.authenticates_users);
                }
                if let Some(known) = portfolio.product(&product.key) {
                    product.phases = known.sheet.history.phases();
                } else if let Some(decided) = portfolio.decided.get(&product.key) {
                    product.phases.extend(History(decided.clone()).phases());
                }
            }
            let placed = by_agreement.remove(&row.id).unwrap_or_default();
            let orders = placed.iter().filter_map(order::Placed::in_agreement).collect();
            let mut facts: Facts = facts.remove(&row.id).unwrap_or_default().into_iter().collect();
            sign(&mut written, &facts);
            facts.evidence.extend(collected(&written, portfolio));
            by_team(&mut facts, &written, &people);
            let held = held.remove(&row.id).unwrap_or_default();
            facts.evidence.extend(held.iter().flat_map(|one| shown_by(&written, one)));
            facts.conditions = held.iter().flat_map(|one| conditions(one, &decided)).collect();
            let ledger = entries.remove(&row.id).unwrap_or_default();
            let agreement = Agreement { written, facts, orders, ledger };
            Ok(Filed { id: row.id, version: row.version, agreement })
        })
        .collect()
}

/// The text with the signatures that came after it was entered.
fn sign(written: &mut Written, facts: &Facts) {
    for signature in &facts.signatures {
        let unsigned = written.parties.iter_mut().filter(|party| party.signed_on.is_none());
        for party in unsigned.filter(|party| party.body == signature.party) {
            party.signed_on = Some(signature.on);
            party.signed_by = Some(signature.by.clone());
            party.signed_by_title = signature.title.clone().or(party.signed_by_title.take());
        }
    }
}
