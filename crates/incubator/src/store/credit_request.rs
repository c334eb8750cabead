//! Credits asked of whoever delegates (*demandes de mise à disposition*), and what came of each.

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::Knowledge;
use super::ledger::{self, NewLine};
use super::{ServiceError, day, outlook};
use crate::model::ledger::LedgerKind;
use crate::model::money::Cents;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agreement_id: i64,
    pub year: i32,
    pub ae: Option<i64>,
    pub cp: Option<i64>,
    pub requested_day: i32,
    pub document: String,
    pub ledger_id: Option<i64>,
    pub refused: String,
    pub closed_day: Option<i32>,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A request to record.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub year: i16,
    pub ae: Option<Cents>,
    pub cp: Option<Cents>,
    pub requested_on: Date,
    pub document: String,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Credits were made available; less than asked, perhaps.
    Received {
        day: Date,
        ae: Option<Cents>,
        cp: Option<Cents>,
        document: String,
    },
    Refused {
        reason: String,
    },
}

/// The requests of an agreement, the latest first.
pub async fn of(database: &Database, agreement: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::AgreementId.eq(agreement))
        .order_by_desc(Column::Id)
        .all(database.read())
        .await?)
}

/// A request of an agreement that nothing answered yet.
pub async fn open(database: &Database, agreement: i64, id: i64) -> Result<Option<Model>, ServiceError> {
    let found = Entity::find_by_id(id).filter(Column::AgreementId.eq(agreement));
    Ok(found.filter(Column::ClosedDay.is_null()).one(database.read()).await?)
}

/// Records a request.
pub async fn ask(
    database: &Database,
    actor: Actor,
    agreement: i64,
    new: NewRequest,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = tx.next_number();
                tx.record(Entry::new(actor, "credits.requested", "agreement", agreement).with_facts(json!({
                    "request": id, "year": new.year, "ae": new.ae, "cp": new.cp, "day": new.requested_on,
                })));
                let row = ActiveModel {
                    id: Set(id),
                    agreement_id: Set(agreement),
                    year: Set(new.year.into()),
                    ae: Set(new.ae.map(Cents::as_i64)),
                    cp: Set(new.cp.map(Cents::as_i64)),
                    requested_day: Set(day::number(new.requested_on)),
                    document: Set(new.document),
                    ledger_id: Set(None),
                    refused: Set(String::new()),
                    closed_day: Set(None),
                    recorded_at: Set(tx.now().into()),
                };
                Entity::insert(row).exec_without_returning(tx.connection()).await?;
                Ok(())
            })
        })
        .await
}

/// Records the answer to a request; credits received go to the ledger in the same change. A request is answered once.
pub async fn answer(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    request: Model,
    answer: Answer,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let agreement = request.agreement_id;
                let (line, refused) = match answer {
                    Answer::Received { day, ae, cp, document } => {
                        let line = NewLine { ae, cp, document, ..NewLine::of(LedgerKind::Availability, day) };
                        (Some(ledger::write(tx, &actor, agreement, line).await?), String::new())
                    }
                    Answer::Refused { reason } => (None, reason),
                };
                close(tx, request.id, line, refused).await?;
                tx.record(
                    Entry::new(actor, "credits.request_answered", "agreement", agreement)
                        .with_facts(json!({"request": request.id, "line": line, "received": line.is_some()})),
                );
                outlook::refresh(tx, &knowledge, agreement).await
            })
        })
        .await
}

async fn close(tx: &Tx, id: i64, line: Option<i64>, refused: String) -> Result<(), ServiceError> {
    let row = ActiveModel {
        ledger_id: Set(line),
        refused: Set(refused),
        closed_day: Set(Some(day::number(day::today(tx)))),
        ..Default::default()
    };
    let open = Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(Column::ClosedDay.is_null());
    if open.exec(tx.connection()).await?.rows_affected == 0 {
        return Err(StoreError::Stale { what: "credit request" }.into());
    }
    Ok(())
}
