//! How far an operator got in the sandbox: when each kind of thing first and last happened. Kept when its journeys are
//! erased; nothing personal.

use std::collections::BTreeSet;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use socle::store::{Database, Instant};

use super::ServiceError;

/// When a kind of thing happened to an operator.
pub type Sign = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    pub first_at: Instant,
    pub last_at: Instant,
    /// Of the last one: the rule or the field, never a value that was sent.
    pub detail: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any call of the API.
    Call,
    /// A journey sent and accepted.
    Accepted,
    /// A journey, a correction or a cancellation refused by a rule: 409 or 422.
    Refused,
    /// An acceptance after a refusal.
    Recovered,
    Corrected,
    Canceled,
    /// A body that could not be read: 400.
    Faulty,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Recovered => "recovered",
            Self::Corrected => "corrected",
            Self::Canceled => "canceled",
            Self::Faulty => "faulty",
        }
    }
}

/// Notes what a call showed. Like the last use of a key, it is an observation: the log already says what was done.
pub async fn note(
    database: &Database,
    operator: i64,
    kinds: Vec<Kind>,
    detail: String,
) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let mut kinds: Vec<&str> = kinds.into_iter().map(Kind::as_str).collect();
                let accepted = [Kind::Accepted, Kind::Corrected].map(Kind::as_str);
                if kinds.iter().any(|kind| accepted.contains(kind)) {
                    let refused = (operator, Kind::Refused.as_str().to_owned());
                    if Entity::find_by_id(refused).one(tx.connection()).await?.is_some() {
                        kinds.push(Kind::Recovered.as_str());
                    }
                }
                let now = Instant::from(tx.now());
                let rows = kinds.into_iter().map(|kind| ActiveModel {
                    operator_id: Set(operator),
                    kind: Set(kind.to_owned()),
                    first_at: Set(now),
                    last_at: Set(now),
                    detail: Set(detail.clone()),
                });
                let again = OnConflict::columns([Column::OperatorId, Column::Kind])
                    .update_columns([Column::LastAt, Column::Detail])
                    .to_owned();
                Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx.connection()).await?;
                Ok(())
            })
        })
        .await
}

/// The signs of some operators.
pub async fn of(database: &Database, operators: &BTreeSet<i64>) -> Result<Vec<Sign>, ServiceError> {
    let among = Column::OperatorId.is_in(operators.iter().copied());
    Ok(Entity::find().filter(among).all(database.read()).await?)
}
