//! A browser that left to sign in at a provider. It comes back once, within ten minutes, itself.

use jiff::SignedDuration;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{People, PeopleError};
use crate::proconnect::{Departure, Kept};
use crate::store::Instant;

/// How long one may take to sign in at the provider.
const VALIDITY: SignedDuration = SignedDuration::from_mins(10);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "departures")]
pub struct Model {
    /// SHA-256 of the state.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    /// SHA-256 of the secret of the browser's cookie.
    pub browser: Vec<u8>,
    /// What only this house knows, sealed.
    pub sealed: Vec<u8>,
    pub next: String,
    pub expires_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is stored of a secret that comes back.
pub(super) fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn context(id: &[u8]) -> String {
    format!("departure {}", hex::encode(id))
}

impl People {
    /// Remembers that the browser that holds the secret `browser` leaves, and where it goes afterwards.
    pub async fn depart(
        &self,
        departure: &Departure,
        browser: &str,
        next: String,
    ) -> Result<(), PeopleError> {
        let id = fingerprint(&departure.state);
        let kept = serde_json::json!(departure.kept).to_string();
        let sealed = self.keyring.current("agents", "people").await?.seal(&context(&id), kept.as_bytes());
        let browser = fingerprint(browser);
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    Entity::insert(ActiveModel {
                        id: Set(id),
                        browser: Set(browser),
                        sealed: Set(sealed),
                        next: Set(next),
                        expires_at: Set((tx.now() + VALIDITY).into()),
                    })
                    .exec_without_returning(tx.connection())
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// What was kept of the departure `state`, and where to go afterwards; `None` when that browser did not leave
    /// with it, or came back already, or too late.
    pub async fn come_back(&self, state: &str, browser: &str) -> Result<Option<(Kept, String)>, PeopleError> {
        let (id, browser) = (fingerprint(state), fingerprint(browser));
        let wanted = id.clone();
        let found = self
            .database
            .write::<_, PeopleError, _>(move |tx| {
                Box::pin(async move {
                    let theirs = Entity::find_by_id(id.clone()).filter(Column::Browser.eq(browser));
                    let Some(found) = theirs.one(tx.connection()).await? else { return Ok(None) };
                    Entity::delete_by_id(id).exec(tx.connection()).await?;
                    Ok((found.expires_at.timestamp() > tx.now()).then_some(found))
                })
            })
            .await?;
        let Some(found) = found else { return Ok(None) };
        let kept = self.keyring.open(&context(&wanted), &found.sealed).await?;
        Ok(serde_json::from_slice(&kept).ok().map(|kept| (kept, found.next)))
    }
}
