use std::collections::BTreeMap;

use sea_orm::DbErr;
use serde::Deserialize;

use crate::audit::{Page, Row, latest};
use crate::store::Database;

/// More receptions than a service will ever know.
const MOST: u64 = 1_000;

/// The agents that a log names, when it was begun in another house: its entries bear their numbers there, and cannot
/// be changed.
pub struct Actors(Vec<Reception>);

/// A change of house.
struct Reception {
    /// The group that tells it: those before were written elsewhere.
    group: i64,
    /// Numbers there and here, where they differ.
    renumbered: BTreeMap<i64, i64>,
}

#[derive(Deserialize)]
struct Facts {
    #[serde(default)]
    agents_renumbered: BTreeMap<i64, i64>,
}

impl Actors {
    /// Reads how often the service of `database` changed houses.
    pub async fn of(database: &Database) -> Result<Self, DbErr> {
        let subject = Some(("service".to_owned(), database.name().to_owned()));
        let rows = latest(database, &Page { before: None, subject, limit: MOST }).await?;
        let mut receptions: Vec<_> = rows
            .iter()
            .filter(|row| row.action == super::RECEIVED)
            .filter_map(|row| {
                let facts: Facts = serde_json::from_str(&row.facts).ok()?;
                Some(Reception { group: row.group, renumbered: facts.agents_renumbered })
            })
            .collect();
        receptions.reverse();
        Ok(Self(receptions))
    }

    /// The actor of an entry, as this house numbers its agents.
    pub fn here(&self, row: &Row) -> String {
        let Some(number) = row.actor.strip_prefix("agent:").and_then(|number| number.parse::<i64>().ok())
        else {
            return row.actor.clone();
        };
        let crossed = self.0.iter().filter(|reception| row.group < reception.group);
        let here =
            crossed.fold(number, |number, reception| *reception.renumbered.get(&number).unwrap_or(&number));
        format!("agent:{here}")
    }
}
