//! Sends an agreement to the catalogue, and keeps what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use socle::audit::Actor;

use super::PublicText;
use super::catalogue::{Catalogue, Failure, There};
use super::dataset::{PublishedFile, dataset, print};
use super::files;
use crate::Incubator;
use crate::model::fact::Fact;
use crate::model::publication::{Channel, Publication, channels};
use crate::store::agreement::Filed;
use crate::store::publication_sending::{self, Busy, Model};

/// What came of a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there, at this address.
    Published(String),
    /// It is not, and why.
    Failed(String),
    /// Somebody is sending it at this moment.
    Busy,
}

/// Sends the text of an agreement. The same agreement keeps one data set: a second sending brings it up to date.
pub async fn send(
    incubator: Arc<Incubator>,
    actor: Actor,
    filed: Filed,
    text: PublicText,
) -> anyhow::Result<Outcome> {
    let catalogue = incubator.catalogue.as_ref().context("no catalogue is configured")?;
    let row = match publication_sending::begin(&incubator.database, actor.clone(), filed.id).await? {
        Ok(row) => row,
        Err(Busy) => return Ok(Outcome::Busy),
    };
    let about = dataset(&text, catalogue.organisation.as_deref());
    let leaving = tokio::task::spawn_blocking(move || files::published(&text)).await??;
    let digest = print(&leaving.iter().flat_map(|file| file.bytes.iter().copied()).collect::<Vec<_>>());
    let mut under_way = UnderWay { incubator: &incubator, catalogue, actor: actor.clone(), row };
    let why = match under_way.run(&about, &leaving).await? {
        Ok(address) => {
            let fact = fact(&incubator, &filed, &address);
            let knowledge = incubator.knowledge().await?;
            let told = (address.clone(), digest, fact);
            publication_sending::succeed(&incubator.database, &knowledge, actor, under_way.row, told).await?;
            return Ok(Outcome::Published(address));
        }
        // Taken away there: the next try makes another.
        Err(Failure::Gone) => {
            under_way.remember(There::default()).await?;
            "le jeu de données ou l’organisation n’existe plus sur le catalogue. Envoyez de nouveau\u{a0}: un nouveau jeu sera créé".to_owned()
        }
        Err(Failure::Told(why)) => why,
    };
    publication_sending::fail(&incubator.database, actor, under_way.row, why.clone()).await?;
    Ok(Outcome::Failed(why))
}

/// The publication that a success is; none when this content was published there before.
fn fact(incubator: &Incubator, filed: &Filed, address: &str) -> Option<Fact> {
    let today = incubator.today();
    let lines = channels(&filed.agreement, &incubator.library, today);
    let line = lines.iter().find(|line| line.channel == Channel::DataGouv);
    let same = |one: &Publication| one.address.as_deref() == Some(address);
    if line.is_some_and(|line| !line.is_open() && line.latest.is_some_and(same)) {
        return None;
    }
    Some(Fact::Publication(Publication {
        channel: Channel::DataGouv,
        published_on: today,
        by: line.and_then(|line| line.by.first().cloned()),
        address: Some(address.to_owned()),
    }))
}

/// A sending, and what is known of it.
struct UnderWay<'a> {
    incubator: &'a Incubator,
    catalogue: &'a Catalogue,
    actor: Actor,
    row: Model,
}

impl UnderWay<'_> {
    async fn run(
        &mut self,
        about: &serde_json::Value,
        files: &[PublishedFile],
    ) -> anyhow::Result<Result<String, Failure>> {
        let mut there = There { dataset: self.row.dataset.clone(), resources: self.row.resources()? };
        let shown = !there.dataset.is_empty() && self.row.sent_at.is_some();
        let made = match self.catalogue.keep_dataset(&there.dataset, shown, about).await {
            Ok(made) => made,
            Err(failure) => return Ok(Err(failure)),
        };
        if made != there.dataset {
            there = There { dataset: made, resources: BTreeMap::default() };
            self.remember(there.clone()).await?;
        }
        for file in files {
            let known = there.resources.get(file.key).cloned();
            let mut kept = self.catalogue.keep_file(&there.dataset, known.as_deref(), file).await;
            // Only the file was taken away there: it is sent as a new one.
            if kept == Err(Failure::Gone) && known.is_some() {
                kept = self.catalogue.keep_file(&there.dataset, None, file).await;
            }
            let kept = match kept {
                Ok(kept) => kept,
                Err(failure) => return Ok(Err(failure)),
            };
            if known.as_ref() != Some(&kept) {
                there.resources.insert(file.key.to_owned(), kept);
                self.remember(there.clone()).await?;
            }
        }
        Ok(self.catalogue.show(&there.dataset, about).await)
    }

    async fn remember(&mut self, there: There) -> anyhow::Result<()> {
        let (database, actor) = (&self.incubator.database, self.actor.clone());
        let known = (there.dataset, there.resources);
        self.row = publication_sending::remember(database, actor, self.row.clone(), known).await?;
        Ok(())
    }
}
