//! What can be cut at once, without stopping the program: a whole service (maintenance), or one thing it does.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::audit::{Actor, Entry};
use crate::store::{Database, Instant, StoreError};

/// Something that can be cut.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// Stable name: `intake`.
    pub name: &'static str,
    /// What people read: « Réception des trajets ».
    pub title: &'static str,
    /// What happens while it is cut, in one sentence.
    pub while_cut: &'static str,
}

/// The switch that every service has: all its pages and interfaces.
pub const WHOLE_SERVICE: Switch = Switch {
    name: "service",
    title: "Tout le service (maintenance)",
    while_cut: "Pages et interfaces répondent que le service est en maintenance, avec la raison. Ceux qui tiennent les interrupteurs continuent de le voir.",
};

/// The action, in a service's table of rights, of those who cut and put back.
pub const ACTION: &str = "switches.manage";

/// How often a process reads what others cut.
const REFRESH: Duration = Duration::from_secs(2);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "switches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub service: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub reason: String,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Something that is cut: why and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    pub reason: String,
    pub since: Timestamp,
}

type Known = HashMap<(String, String), Cut>;

/// The switches of the house. What is cut is known without waiting, two seconds late at most in another process.
#[derive(Clone)]
pub struct Switches {
    database: Database,
    cut: Arc<RwLock<Known>>,
}

impl Switches {
    /// Reads what is cut, and goes on reading as long as somebody holds the value.
    pub async fn open(database: Database) -> Result<Self, StoreError> {
        let switches = Self { database, cut: Arc::default() };
        switches.refresh().await?;
        let (weak, database) = (Arc::downgrade(&switches.cut), switches.database.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(REFRESH).await;
                let Some(cut) = weak.upgrade() else { return };
                let again = Self { database: database.clone(), cut };
                if let Err(error) = again.refresh().await {
                    tracing::warn!(%error, "switches could not be read: those known last still hold");
                }
            }
        });
        Ok(switches)
    }

    async fn refresh(&self) -> Result<(), StoreError> {
        let rows = Entity::find().all(self.database.read()).await?;
        let known = rows
            .into_iter()
            .map(|row| ((row.service, row.name), Cut { reason: row.reason, since: row.at.timestamp() }))
            .collect();
        *self.cut.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// Whether something is cut, and why.
    pub fn cut(&self, service: &str, name: &str) -> Option<Cut> {
        let known = self.cut.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return None;
        }
        known.get(&(service.to_owned(), name.to_owned())).cloned()
    }

    /// Cuts something, or puts it back (`reason` is `None`).
    pub async fn set(
        &self,
        actor: Actor,
        service: &str,
        name: &str,
        reason: Option<String>,
    ) -> Result<(), StoreError> {
        let (service, name) = (service.to_owned(), name.to_owned());
        self.database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let subject = format!("{service} {name}");
                    let Some(reason) = reason else {
                        let put_back = Entity::delete_by_id((service, name)).exec(tx.connection()).await?;
                        if put_back.rows_affected > 0 {
                            tx.record(Entry::new(actor, "switch.put_back", "switch", subject));
                        }
                        return Ok(());
                    };
                    Entity::insert(ActiveModel {
                        service: Set(service),
                        name: Set(name),
                        reason: Set(reason.clone()),
                        at: Set(tx.now().into()),
                    })
                    .on_conflict(
                        OnConflict::columns([Column::Service, Column::Name])
                            .update_column(Column::Reason)
                            .to_owned(),
                    )
                    .exec_without_returning(tx.connection())
                    .await?;
                    tx.record(
                        Entry::new(actor, "switch.cut", "switch", subject)
                            .with_facts(serde_json::json!({"reason": reason})),
                    );
                    Ok(())
                })
            })
            .await?;
        self.refresh().await
    }
}
