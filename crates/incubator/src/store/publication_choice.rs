//! What is hidden of an agreement that is published, besides what always is.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, StoreError};

use super::ServiceError;
use crate::model::redaction::Choices;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication_choices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    pub hide_imputations: bool,
    pub words: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    fn choices(&self) -> Choices {
        Choices {
            hide_imputations: self.hide_imputations,
            words: self.words.lines().map(str::to_owned).collect(),
        }
    }
}

/// What was chosen for an agreement, and the version it was read at.
pub async fn of(connection: &impl ConnectionTrait, agreement: i64) -> Result<(Choices, i64), ServiceError> {
    let row = Entity::find_by_id(agreement).one(connection).await?;
    Ok(row.map_or_else(Default::default, |row| (row.choices(), row.version)))
}

/// Chooses, as it was read. The log keeps how many words are hidden, not the words: they may be names.
pub async fn choose(
    database: &Database,
    actor: Actor,
    agreement: i64,
    (chosen, version): (Choices, i64),
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let before = Entity::find_by_id(agreement).one(tx.connection()).await?;
                if before.as_ref().map_or(0, |row| row.version) != version {
                    return Err(StoreError::Stale { what: "choices of publication" }.into());
                }
                let row = ActiveModel {
                    agreement_id: Set(agreement),
                    hide_imputations: Set(chosen.hide_imputations),
                    words: Set(chosen.words.join("\n")),
                    version: Set(version + 1),
                };
                if before.is_none() {
                    Entity::insert(row).exec_without_returning(tx.connection()).await?;
                } else {
                    let same = Entity::update_many().set(row).filter(Column::AgreementId.eq(agreement));
                    let changed = same.filter(Column::Version.eq(version)).exec(tx.connection()).await?;
                    if changed.rows_affected == 0 {
                        return Err(StoreError::Stale { what: "choices of publication" }.into());
                    }
                }
                let told = |choices: &Choices| {
                    json!({"hide_imputations": choices.hide_imputations, "words": choices.words.len()})
                };
                let was = before.map(|row| row.choices()).unwrap_or_default();
                tx.record(
                    Entry::new(actor, "publication.redaction_chosen", "agreement", agreement)
                        .with_facts(json!({"before": told(&was), "after": told(&chosen)})),
                );
                Ok(())
            })
        })
        .await
}
