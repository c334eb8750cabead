//! The bank details of an agreement: sealed, and read by name in the log.

use sea_orm::entity::prelude::*;
use socle::audit::{Actor, Entry};
use socle::seal::Keyring;
use socle::store::Database;

use super::ServiceError;
use super::agreement::{Entity, Filed};
use crate::model::bank_details::BankDetails;
use crate::model::written::Written;

/// Where bank details belong.
fn bank_context(reference: &str) -> String {
    format!("agreement {reference} bank")
}

/// The bank details of each contribution, sealed; `None` when there is none.
pub(super) async fn sealed_bank(
    keyring: &Keyring,
    written: &Written,
) -> Result<Option<Vec<u8>>, ServiceError> {
    let accounts: Vec<_> = written
        .contributions
        .iter()
        .map(|one| [&one.pay_to, &one.refund_to].map(|bank| bank.as_ref().map(BankDetails::parts)))
        .collect();
    if accounts.iter().flatten().all(Option::is_none) {
        return Ok(None);
    }
    let key = keyring.current("agreements", "bank").await?;
    Ok(Some(key.seal(&bank_context(&written.reference), &serde_json::to_vec(&accounts)?)))
}

/// Puts back the bank details of an agreement, for those who may read them. Whoever asks is written in the log.
pub async fn with_bank(
    database: &Database,
    keyring: &Keyring,
    actor: Actor,
    mut filed: Filed,
) -> Result<Filed, ServiceError> {
    let Some(row) = Entity::find_by_id(filed.id).one(database.read()).await? else { return Ok(filed) };
    let Some(sealed) = row.bank else { return Ok(filed) };
    let plain = keyring.open(&bank_context(&row.reference), &sealed).await?;
    let accounts: Vec<[Option<[String; 5]>; 2]> = serde_json::from_slice(&plain)?;
    for (one, [pay_to, refund_to]) in filed.agreement.written.contributions.iter_mut().zip(accounts) {
        one.pay_to = pay_to.and_then(BankDetails::from_parts);
        one.refund_to = refund_to.and_then(BankDetails::from_parts);
    }
    let id = filed.id;
    database
        .write(move |tx| {
            Box::pin(async move {
                tx.record(Entry::new(actor, "agreement.bank_read", "agreement", id));
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    Ok(filed)
}
