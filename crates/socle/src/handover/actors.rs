use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query};
use sea_orm::{ConnectionTrait as _, DbErr};
use serde::Deserialize;

use crate::audit::Row;
use crate::store::Database;

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
        let select = Query::select()
            .columns(["commit_group", "facts"].map(Alias::new))
            .from(Alias::new("audit_entries"))
            // Written out, so that both stores use the index of these entries alone.
            .and_where(Expr::cust("subject_kind = 'service'"))
            .and_where(Expr::col(Alias::new("action")).eq(super::RECEIVED))
            .order_by(Alias::new("commit_group"), Order::Asc)
            .to_owned();
        let mut receptions = Vec::new();
        for row in database.read().query_all(&select).await? {
            let facts: String = row.try_get_by_index(1)?;
            if let Ok(facts) = serde_json::from_str::<Facts>(&facts) {
                let (group, renumbered) = (row.try_get_by_index(0)?, facts.agents_renumbered);
                receptions.push(Reception { group, renumbered });
            }
        }
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
