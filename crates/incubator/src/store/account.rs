//! Accounts rendered to the other parties: text as long as they are in preparation, frozen once they are sent.

use jiff::civil::Date;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::agreement::{self, Filed, Knowledge};
use super::{ServiceError, account_withdrawal, day, fact, ledger, outlook};
use crate::model::account::{Account, AccountAsked, Period, accounts};
use crate::model::account_figures::Rendered;
use crate::model::account_text::AccountText;
use crate::model::evidence::Evidence;
use crate::model::fact::Fact;
use crate::model::month::Month;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_reports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub agreement_id: i64,
    /// First day of the month; of the month of the term for a final account.
    pub month: i32,
    #[sea_orm(column_name = "final")]
    pub is_final: bool,
    pub progress: String,
    /// Beside the orders foreseen.
    pub outlook: String,
    /// An [`Account`], in JSON.
    pub frozen: Option<String>,
    pub sent_at: Option<Instant>,
    pub acknowledged_at: Option<Instant>,
    pub version: i64,
    pub consumption: String,
    pub evidence_id: Option<i64>,
    pub acknowledged_day: Option<i32>,
    /// The name of the role that received it.
    pub acknowledged_as: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn text(&self) -> AccountText {
        AccountText {
            progress: self.progress.clone(),
            orders: self.outlook.clone(),
            consumption: self.consumption.clone(),
        }
    }

    /// The account as it was sent.
    pub fn sent(&self) -> Result<Option<Account>, ServiceError> {
        Ok(self.frozen.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// The day it was received.
    pub fn acknowledged_on(&self) -> Option<Date> {
        self.acknowledged_day.map(day::date)
    }

    /// Whether this row is of that account.
    pub fn is_of(&self, asked: &AccountAsked) -> bool {
        match asked.period {
            Period::Month(month) => !self.is_final && self.month == day::number(month.first_day()),
            Period::Final => self.is_final && self.month == day::number(Month::of(asked.until).first_day()),
        }
    }
}

/// What was written of the accounts of an agreement.
pub async fn list(connection: &impl ConnectionTrait, agreement: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::AgreementId.eq(agreement))
        .order_by_asc(Column::Month)
        .order_by_asc(Column::IsFinal)
        .all(connection)
        .await?)
}

/// Whether a fact is the proof of an account that was sent.
pub(super) async fn shown_by(tx: &Tx, fact: i64) -> Result<bool, ServiceError> {
    Ok(Entity::find().filter(Column::EvidenceId.eq(fact)).count(tx.connection()).await? > 0)
}

/// An account in preparation, with the text of its row or the one given.
pub async fn draft(
    connection: &impl ConnectionTrait,
    filed: &Filed,
    (asked, rows): (&AccountAsked, &[Model]),
    today: Date,
    text: AccountText,
) -> Result<Account, ServiceError> {
    let lines = ledger::numbers(connection, filed.id).await?;
    let before = before(asked, rows)?;
    Ok(Account::draft(&filed.agreement, asked, &lines, (before.as_ref(), today), text))
}

/// The last account sent of a period before this one.
fn before(asked: &AccountAsked, rows: &[Model]) -> Result<Option<Rendered>, ServiceError> {
    let mut latest: Option<Account> = None;
    for row in rows.iter().filter(|row| !row.is_of(asked)) {
        let Some(sent) = row.sent()? else { continue };
        let earlier =
            sent.until < asked.until || (asked.period == Period::Final && sent.period != Period::Final);
        if earlier && latest.as_ref().is_none_or(|known| known.until < sent.until) {
            latest = Some(sent);
        }
    }
    Ok(latest.map(|account| account.rendered()))
}

/// What two drafts that say the same have in common: whoever sends an account sends what was read.
pub fn print(account: &Account) -> Result<String, ServiceError> {
    Ok(sha256(&serde_json::to_vec(account)?))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Saves the text of an account in preparation: the row read before, or a new one.
pub async fn save(
    database: &Database,
    actor: Actor,
    agreement: i64,
    (asked, before): (AccountAsked, Option<Model>),
    text: AccountText,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let told = json!({"period": asked.period, "before": before.as_ref().map(Model::text), "after": text});
                let id = match &before {
                    Some(row) => {
                        let after = ActiveModel {
                            progress: Set(text.progress),
                            outlook: Set(text.orders),
                            consumption: Set(text.consumption),
                            ..Default::default()
                        };
                        advance(tx, row, false, after).await?;
                        row.id
                    }
                    None => add(tx, agreement, &asked, text).await?,
                };
                tx.record(
                    Entry::new(actor, "account.written", "agreement", agreement)
                        .with_facts(json!({"account": id, "change": told})),
                );
                Ok(())
            })
        })
        .await
}

async fn add(
    tx: &mut Tx,
    agreement: i64,
    asked: &AccountAsked,
    text: AccountText,
) -> Result<i64, ServiceError> {
    // Two who begin at once: the second reads again.
    let taken = list(tx.connection(), agreement).await?.iter().any(|row| row.is_of(asked));
    if taken {
        return Err(StoreError::Stale { what: "account" }.into());
    }
    let month = match asked.period {
        Period::Month(month) => month,
        Period::Final => Month::of(asked.until),
    };
    let id = tx.next_number();
    let row = ActiveModel {
        id: Set(id),
        agreement_id: Set(agreement),
        month: Set(day::number(month.first_day())),
        is_final: Set(asked.period == Period::Final),
        progress: Set(text.progress),
        outlook: Set(text.orders),
        frozen: Set(None),
        sent_at: Set(None),
        acknowledged_at: Set(None),
        version: Set(1),
        consumption: Set(text.consumption),
        evidence_id: Set(None),
        acknowledged_day: Set(None),
        acknowledged_as: Set(String::new()),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(id)
}

/// Gives an account, as it was read and still in that state, new values and its next version.
async fn advance(tx: &Tx, row: &Model, sent: bool, mut after: ActiveModel) -> Result<(), ServiceError> {
    after.version = Set(row.version + 1);
    let state = if sent { Column::Frozen.is_not_null() } else { Column::Frozen.is_null() };
    let changed = Entity::update_many()
        .set(after)
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
        .filter(state)
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::Stale { what: "account" }.into());
    }
    Ok(())
}

/// Why an account is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// What it is about is not over: the first day it may be sent.
    NotOver { from: Date },
    /// The agreement does not ask for it any more.
    NotAsked,
    /// It does not say what was read.
    Changed,
}

/// Sends an account: freezes what was read, and shows its duty done.
pub async fn send(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    row: Model,
    (period, read, reference): (Period, String, String),
) -> Result<Result<(), NotSent>, ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let today = day::today(tx);
                let agreement = row.agreement_id;
                let filed = agreement::within_change(tx, &knowledge, &[agreement]).await?.pop();
                let Some(filed) = filed else { return Ok(Err(NotSent::NotAsked)) };
                let asked = accounts(&filed.agreement, &knowledge.library, today);
                let asked = asked.into_iter().find(|one| one.period == period && row.is_of(one));
                let Some(asked) = asked else { return Ok(Err(NotSent::NotAsked)) };
                if !asked.may_be_sent(today) {
                    return Ok(Err(NotSent::NotOver { from: asked.until }));
                }
                let rows = list(tx.connection(), agreement).await?;
                let draft = draft(tx.connection(), &filed, (&asked, &rows), today, row.text()).await?;
                if print(&draft)? != read {
                    return Ok(Err(NotSent::Changed));
                }
                let evidence = Fact::Evidence(Evidence {
                    clause: period.clause().to_owned(),
                    article: Some(asked.article.clone()),
                    product: None,
                    occurrence: Some(asked.occurrence),
                    done_on: today,
                    reference: Some(reference),
                    waived: None,
                });
                let proof = fact::record_within(tx, actor.clone(), agreement, &evidence).await?;
                let frozen = serde_json::to_string(&Account { sent_on: Some(today), ..draft })?;
                tx.record(Entry::new(actor, "account.sent", "agreement", agreement).with_facts(json!({
                    "account": row.id, "period": period, "before": "in preparation",
                    "sha256": sha256(frozen.as_bytes()), "evidence": proof,
                })));
                let after = ActiveModel {
                    frozen: Set(Some(frozen)),
                    sent_at: Set(Some(tx.now().into())),
                    evidence_id: Set(Some(proof)),
                    ..Default::default()
                };
                advance(tx, &row, false, after).await?;
                outlook::refresh(tx, &knowledge, agreement).await?;
                Ok(Ok(()))
            })
        })
        .await
}

/// Takes back an account that nobody has acknowledged: it is kept as it was sent, its proof is withdrawn with it, and it is
/// in preparation again.
pub async fn take_back(
    database: &Database,
    knowledge: &Knowledge,
    actor: Actor,
    row: Model,
    reason: String,
) -> Result<(), ServiceError> {
    let knowledge = knowledge.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let agreement = row.agreement_id;
                let (Some(frozen), Some(sent_at), None) = (&row.frozen, row.sent_at, row.acknowledged_at)
                else {
                    return Err(StoreError::Stale { what: "account" }.into());
                };
                let kept = account_withdrawal::ActiveModel {
                    id: Set(tx.next_number()),
                    account_id: Set(row.id),
                    frozen: Set(frozen.clone()),
                    sent_at: Set(sent_at),
                    reason: Set(reason.clone()),
                    withdrawn_at: Set(tx.now().into()),
                };
                account_withdrawal::Entity::insert(kept).exec_without_returning(tx.connection()).await?;
                let after = ActiveModel {
                    frozen: Set(None),
                    sent_at: Set(None),
                    evidence_id: Set(None),
                    ..Default::default()
                };
                advance(tx, &row, true, after).await?;
                if let Some(id) = row.evidence_id
                    && let Some(proof) = fact::find_within(tx, agreement, id).await?
                {
                    fact::withdraw_within(tx, actor.clone(), agreement, &proof, reason.clone()).await?;
                }
                tx.record(Entry::new(actor, "account.taken_back", "agreement", agreement).with_facts(
                    json!({
                        "account": row.id, "reason": reason, "before": "sent", "after": "in preparation",
                        "sha256": sha256(frozen.as_bytes()),
                    }),
                ));
                outlook::refresh(tx, &knowledge, agreement).await
            })
        })
        .await
}

/// Notes the day an account that was sent was received.
pub async fn acknowledge(
    database: &Database,
    actor: Actor,
    row: Model,
    (on, role): (Date, String),
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                if row.acknowledged_at.is_some() {
                    return Err(StoreError::Stale { what: "account" }.into());
                }
                let after = ActiveModel {
                    acknowledged_at: Set(Some(tx.now().into())),
                    acknowledged_day: Set(Some(day::number(on))),
                    acknowledged_as: Set(role.clone()),
                    ..Default::default()
                };
                advance(tx, &row, true, after).await?;
                tx.record(Entry::new(actor, "account.acknowledged", "agreement", row.agreement_id).with_facts(
                    json!({"account": row.id, "before": "sent", "after": "acknowledged", "on": on, "as": role}),
                ));
                Ok(())
            })
        })
        .await
}
