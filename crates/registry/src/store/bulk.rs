//! Journeys of the past, stored by the thousand: imports and generation. The same judgement as one by one.

use futures::future::BoxFuture;
use jiff::Timestamp;
use socle::store::{Database, Tx};

use super::ServiceError;
use super::intake::{self, Prepared, Received};
use super::nearby::Crowds;
use crate::model::TermsCatalogue;

/// How many journeys are stored in one change.
pub const AT_ONCE: usize = 500;
/// The engine's statistics are refreshed once this many journeys were stored, then each time their number has grown
/// tenfold.
const FIRST_STATISTICS: u64 = 5_000;

/// A load in bulk.
pub struct Bulk {
    database: Database,
    terms: &'static TermsCatalogue,
    crowds: Crowds,
    stored: u64,
    next_statistics: u64,
}

impl Bulk {
    pub fn new(database: Database, terms: &'static TermsCatalogue) -> Self {
        Self { database, terms, crowds: Crowds::default(), stored: 0, next_statistics: FIRST_STATISTICS }
    }

    /// Stores a batch, each journey with the instant it was received; tells what became of each, in order.
    pub async fn store(&mut self, batch: Vec<(Prepared, Timestamp)>) -> Result<Vec<Received>, ServiceError> {
        self.store_and(batch, |_, outcomes| Box::pin(async move { Ok(outcomes) })).await
    }

    /// Stores a batch and does `also` in the same change, knowing what became of each journey.
    pub async fn store_and<T, F>(
        &mut self,
        batch: Vec<(Prepared, Timestamp)>,
        also: F,
    ) -> Result<T, ServiceError>
    where
        F: for<'t> FnOnce(&'t mut Tx, Vec<Received>) -> BoxFuture<'t, Result<T, ServiceError>>
            + Send
            + 'static,
        T: Send + 'static,
    {
        let (terms, crowds) = (self.terms, self.crowds.clone());
        let (prepared, received): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        self.stored += prepared.len() as u64;
        let done = self
            .database
            .write::<_, ServiceError, _>(move |tx| {
                Box::pin(async move {
                    let outcomes = intake::store_batch(tx, terms, prepared, &received, &crowds).await?;
                    also(tx, outcomes).await
                })
            })
            .await
            .inspect_err(|_| self.crowds.forget())?;
        if self.stored >= self.next_statistics {
            self.next_statistics *= 10;
            self.refresh_statistics().await;
        }
        Ok(done)
    }

    /// Ends the load.
    pub async fn finish(self) {
        self.refresh_statistics().await;
    }

    /// Statistics are advice: without them the load goes on, slower.
    async fn refresh_statistics(&self) {
        if let Err(error) = self.database.refresh_statistics().await {
            tracing::warn!(%error, "the engine's statistics could not be refreshed");
        }
    }
}
