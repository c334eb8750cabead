//! Orders, as they are kept. What is done to them: [`order_move`](super::order_move).

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, Tx};

use super::agreement::Knowledge;
use super::day::today;
use super::ledger::{self, NewLine};
use super::{ServiceError, day, order_line, order_step, outlook};
use crate::model::ledger::LedgerKind;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::order::{Order, OrderLine, OrderUnder, ServiceKind};
use crate::model::phase::Phase;
use crate::model::public_budget::{Activity, Resource};
use crate::model::purchase::{OrderStage, OrderStep};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agreement_id: i64,
    pub product: String,
    pub title: String,
    pub stage: String,
    pub number: Option<String>,
    pub placed_under: String,
    pub supplier: String,
    pub market: String,
    pub phase: Option<String>,
    pub need: String,
    pub signed_day: Option<i32>,
    pub from_day: Option<i32>,
    pub to_day: Option<i32>,
    pub market_end_day: Option<i32>,
    pub created_at: Instant,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn stage(&self) -> Result<OrderStage, ServiceError> {
        OrderStage::from_name(&self.stage)
            .ok_or_else(|| ServiceError::Corrupt(format!("order {}: stage {:?}", self.id, self.stage)))
    }
}

/// An order and its lines.
#[derive(Clone, Debug)]
pub struct Placed {
    pub row: Model,
    pub stage: OrderStage,
    pub lines: Vec<order_line::Model>,
}

impl Placed {
    pub fn total(&self) -> Cents {
        self.lines.iter().map(|line| Cents::new(line.amount)).sum()
    }

    /// Whether it is foreseen and takes nothing yet.
    pub fn is_foreseen(&self) -> bool {
        !self.stage.is_placed() && self.stage != OrderStage::Abandoned
    }

    /// The order as the agreement's rules see it; `None` when it was given up.
    pub(super) fn in_agreement(&self) -> Option<Order> {
        let row = &self.row;
        (self.stage != OrderStage::Abandoned).then(|| Order {
            number: row.number.clone(),
            estimate: !self.stage.is_placed(),
            under: OrderUnder::from_name(&row.placed_under).unwrap_or(OrderUnder::ThisAgreement),
            supplier: Some(row.supplier.clone()).filter(|name| !name.is_empty()),
            product: Some(row.product.clone()).filter(|name| !name.is_empty()),
            phase: row.phase.as_deref().and_then(Phase::from_name),
            signed_on: row.signed_day.map(day::date),
            from: row.from_day.map(day::date),
            to: row.to_day.map(day::date),
            market_ends_on: row.market_end_day.map(day::date),
            lines: self.lines.iter().map(in_order).collect(),
        })
    }
}

fn in_order(line: &order_line::Model) -> OrderLine {
    OrderLine {
        label: line.label.clone(),
        service: ServiceKind::from_name(&line.service).unwrap_or(ServiceKind::Other),
        amount: Cents::new(line.amount),
        rounded_to: line.rounded_to.map(Cents::new),
        activity: Activity::from_name(&line.activity),
        resource: Resource::from_name(&line.resource),
    }
}

/// A line to write.
#[derive(Clone, Debug)]
pub struct NewOrderLine {
    pub label: String,
    pub service: ServiceKind,
    pub activity: String,
    pub resource: String,
    pub amount: Cents,
}

/// An order to foresee.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub product: String,
    pub title: String,
    pub supplier: String,
    pub market: String,
    pub phase: Option<Phase>,
    pub need: String,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub market_ends_on: Option<Date>,
    pub lines: Vec<NewOrderLine>,
    /// When it is already signed elsewhere.
    pub signed: Option<Signed>,
}

/// The signature of an order: its ten digits in Chorus, its day, where it is known from.
#[derive(Clone, Debug)]
pub struct Signed {
    pub number: String,
    pub day: Date,
    pub note: String,
}

/// How much of an order is committed, certified, paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    pub committed: Cents,
    pub certified: Cents,
    pub paid: Cents,
}

/// The sums of an order's lines in the ledger, up to and including a day.
pub async fn consumed(
    connection: &impl ConnectionTrait,
    order: i64,
    until: Date,
) -> Result<Consumed, ServiceError> {
    let mut sums = Consumed::default();
    let lines = ledger::Entity::find().filter(ledger::Column::OrderId.eq(order)).all(connection).await?;
    for line in lines.into_iter().filter(|line| line.date() <= until) {
        let (ae, cp) = (Cents::new(line.ae.unwrap_or(0)), Cents::new(line.cp.unwrap_or(0)));
        match line.kind()? {
            LedgerKind::Commitment => sums.committed = sums.committed + ae,
            LedgerKind::Release => sums.committed = sums.committed - ae,
            LedgerKind::Certification => sums.certified = sums.certified + cp,
            LedgerKind::Payment => sums.paid = sums.paid + cp,
            _ => {}
        }
    }
    Ok(sums)
}

/// Foresees an order: it commits nothing yet.
pub async fn foresee(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    agreement: i64,
    new: NewOrder,
) -> Result<i64, ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = write(tx, &actor, agreement, new).await?;
                outlook::refresh(tx, &knowledge, agreement).await?;
                Ok(id)
            })
        })
        .await
}

/// Writes an order as a part of a change. One that was signed before the house knew it commits credits at once.
pub(super) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    agreement: i64,
    new: NewOrder,
) -> Result<i64, ServiceError> {
    let id = tx.next_number();
    let total: Cents = new.lines.iter().map(|line| line.amount).sum();
    let (stage, done) = match new.signed {
        None => (OrderStage::Estimate, "order.foreseen"),
        Some(_) => (OrderStage::Signed, "order.taken_over"),
    };
    let row = Model {
        id,
        agreement_id: agreement,
        product: new.product,
        title: new.title,
        stage: stage.to_string(),
        number: new.signed.as_ref().map(|signed| signed.number.clone()),
        placed_under: OrderUnder::ThisAgreement.to_string(),
        supplier: new.supplier,
        market: new.market,
        phase: new.phase.map(|phase| phase.to_string()),
        need: new.need,
        signed_day: new.signed.as_ref().map(|signed| day::number(signed.day)),
        from_day: new.from.map(day::number),
        to_day: new.to.map(day::number),
        market_end_day: new.market_ends_on.map(day::number),
        created_at: tx.now().into(),
        version: 1,
    };
    tx.record(Entry::new(actor.clone(), done, "order", id).with_facts(json!({
        "agreement": agreement, "product": row.product, "title": row.title, "amount": total,
        "number": row.number, "signed": new.signed.as_ref().map(|signed| signed.day),
    })));
    Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
    set_lines(tx, id, new.lines).await?;
    let Some(signed) = new.signed else {
        let today = today(tx);
        note_step(tx, actor, id, OrderStep::Foresee, today, (Some(total), String::new())).await?;
        return Ok(id);
    };
    note_step(tx, actor, id, OrderStep::Sign, signed.day, (Some(total), signed.note)).await?;
    let commitment = NewLine {
        order: Some(id),
        ae: Some(total),
        document: signed.number,
        ..NewLine::of(LedgerKind::Commitment, signed.day)
    };
    ledger::write(tx, actor, agreement, commitment).await?;
    Ok(id)
}

pub(super) async fn set_lines(tx: &Tx, order: i64, lines: Vec<NewOrderLine>) -> Result<(), ServiceError> {
    use order_line::{ActiveModel, Column, Entity};
    Entity::delete_many().filter(Column::OrderId.eq(order)).exec(tx.connection()).await?;
    let rows: Vec<_> = (0_i32..)
        .zip(lines)
        .map(|(rank, line)| ActiveModel {
            order_id: Set(order),
            rank: Set(rank),
            label: Set(line.label),
            service: Set(line.service.to_string()),
            activity: Set(line.activity),
            resource: Set(line.resource),
            amount: Set(line.amount.as_i64()),
            rounded_to: Set(None),
        })
        .collect();
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

pub(super) async fn note_step(
    tx: &mut Tx,
    actor: &Actor,
    order: i64,
    step: OrderStep,
    day: Date,
    (amount, note): (Option<Cents>, String),
) -> Result<(), ServiceError> {
    let row = order_step::ActiveModel {
        id: Set(tx.next_number()),
        order_id: Set(order),
        step: Set(step.to_string()),
        day: Set(day::number(day)),
        amount: Set(amount.map(Cents::as_i64)),
        note: Set(note),
        agent_id: Set(match actor {
            Actor::Agent(agent) => Some(*agent),
            _ => None,
        }),
        recorded_at: Set(tx.now().into()),
    };
    order_step::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Orders of a file. Returns their numbers in the tables by their own.
pub(super) async fn file_all(
    tx: &mut Tx,
    agreement: i64,
    orders: Vec<Order>,
) -> Result<HashMap<String, i64>, ServiceError> {
    let mut numbers = HashMap::new();
    for order in orders {
        let id = tx.next_number();
        if let Some(number) = &order.number {
            numbers.entry(number.clone()).or_insert(id);
        }
        let stage = if order.estimate { OrderStage::Estimate } else { OrderStage::Signed };
        let row = Model {
            id,
            agreement_id: agreement,
            product: order.product.unwrap_or_default(),
            title: order.lines.first().map_or_else(String::new, |line| line.label.clone()),
            stage: stage.to_string(),
            number: order.number,
            placed_under: order.under.to_string(),
            supplier: order.supplier.unwrap_or_default(),
            market: String::new(),
            phase: order.phase.map(|phase| phase.to_string()),
            need: String::new(),
            signed_day: order.signed_on.map(day::number),
            from_day: order.from.map(day::number),
            to_day: order.to.map(day::number),
            market_end_day: order.market_ends_on.map(day::number),
            created_at: tx.now().into(),
            version: 1,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
        let lines: Vec<_> = (0_i32..)
            .zip(order.lines)
            .map(|(rank, line)| order_line::ActiveModel {
                order_id: Set(id),
                rank: Set(rank),
                label: Set(line.label),
                service: Set(line.service.to_string()),
                activity: Set(String::new()),
                resource: Set(String::new()),
                amount: Set(line.amount.as_i64()),
                rounded_to: Set(line.rounded_to.map(Cents::as_i64)),
            })
            .collect();
        if !lines.is_empty() {
            order_line::Entity::insert_many(lines).exec_without_returning(tx.connection()).await?;
        }
    }
    Ok(numbers)
}

/// The orders of these agreements, in the order they were foreseen.
pub(super) async fn of(
    connection: &impl ConnectionTrait,
    agreements: &[i64],
) -> Result<Vec<Placed>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::AgreementId.is_in(agreements.iter().copied()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    with_lines(connection, rows).await
}

async fn with_lines(
    connection: &impl ConnectionTrait,
    rows: Vec<Model>,
) -> Result<Vec<Placed>, ServiceError> {
    let mut lines: HashMap<i64, Vec<order_line::Model>> = HashMap::new();
    for some in rows.chunks(2_000) {
        let read = order_line::Entity::find()
            .filter(order_line::Column::OrderId.is_in(some.iter().map(|row| row.id)))
            .order_by_asc(order_line::Column::Rank)
            .all(connection)
            .await?;
        for line in read {
            lines.entry(line.order_id).or_default().push(line);
        }
    }
    rows.into_iter()
        .map(|row| {
            let lines = lines.remove(&row.id).unwrap_or_default();
            Ok(Placed { stage: row.stage()?, row, lines })
        })
        .collect()
}

/// The orders of an agreement.
pub async fn list(database: &Database, agreement: i64) -> Result<Vec<Placed>, ServiceError> {
    of(database.read(), &[agreement]).await
}

/// An order of an agreement.
pub async fn find(database: &Database, agreement: i64, id: i64) -> Result<Option<Placed>, ServiceError> {
    let row = Entity::find_by_id(id).filter(Column::AgreementId.eq(agreement)).one(database.read()).await?;
    Ok(with_lines(database.read(), row.into_iter().collect()).await?.pop())
}

/// The orders of a product under any agreement, but those given up: their number here, and how to call them.
pub async fn of_product(database: &Database, product: &str) -> Result<Vec<(i64, String)>, ServiceError> {
    let rows = Entity::find()
        .filter(Column::Product.eq(product))
        .filter(Column::Stage.ne(OrderStage::Abandoned.as_str()))
        .order_by_desc(Column::Id)
        .all(database.read())
        .await?;
    let called = |row: Model| match row.number {
        Some(number) => (row.id, format!("{} ({number})", row.title)),
        None => (row.id, row.title),
    };
    Ok(rows.into_iter().map(called).collect())
}

/// The last day of an order's service; none when it has none.
pub async fn last_day(database: &Database, order: i64) -> Result<Option<Date>, ServiceError> {
    let row = Entity::find_by_id(order).one(database.read()).await?;
    Ok(row.and_then(|row| row.to_day).map(day::date))
}

/// What happened to an order, in order.
pub async fn steps(database: &Database, order: i64) -> Result<Vec<order_step::Model>, ServiceError> {
    Ok(order_step::Entity::find()
        .filter(order_step::Column::OrderId.eq(order))
        .order_by_asc(order_step::Column::Id)
        .all(database.read())
        .await?)
}
