//! What is decided about an application, one step after the other.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use serde_json::json;
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant};

use super::application::{ActiveModel, Choice, Eligibility, Model, NotNow, Outcome, advance};
use super::{ServiceError, call_edition};
use crate::model::call::Step;
use crate::model::money::Cents;

/// Something to decide about an application.
#[derive(Clone, Debug)]
pub enum Decision {
    Eligibility { verdict: Eligibility, reason: String },
    Choice { choice: Choice, reason: String, hearing: Option<Timestamp> },
    Outcome { outcome: Outcome, reason: String, granted: Option<Cents>, conditions: Vec<String> },
}

impl Decision {
    /// The step during which it is decided.
    fn step(&self) -> Step {
        match self {
            Self::Eligibility { .. } => Step::Eligibility,
            Self::Choice { .. } => Step::Shortlisted,
            Self::Outcome { .. } => Step::Deliberation,
        }
    }
}

/// Decides something about an application, as it was read, during the step where it is decided.
pub async fn decide(
    database: &Database,
    actor: Actor,
    before: Model,
    decision: Decision,
) -> Result<Result<(), NotNow>, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let edition = call_edition::within_change(tx, before.edition_id).await?;
                if edition.step != decision.step()
                    || before.sent_at.is_none()
                    || before.withdrawn_at.is_some()
                {
                    return Ok(Err(NotNow));
                }
                // Reasons may tell of people: the log keeps what was decided.
                let (what, from, to) = match &decision {
                    Decision::Eligibility { verdict, .. } => {
                        ("application.eligibility", before.eligibility.clone(), verdict.to_string())
                    }
                    Decision::Choice { choice, .. } => {
                        call_edition::unsign(tx, before.edition_id).await?;
                        ("application.chosen", before.choice.clone(), choice.to_string())
                    }
                    Decision::Outcome { outcome, .. } => {
                        call_edition::unsign(tx, before.edition_id).await?;
                        ("application.decided", before.outcome.clone(), outcome.to_string())
                    }
                };
                advance(tx, &before, decided(decision)).await?;
                let facts = json!({"before": from, "after": to});
                tx.record(Entry::new(actor, what, "application", before.id).with_facts(facts));
                Ok(Ok(()))
            })
        })
        .await
}

fn decided(decision: Decision) -> ActiveModel {
    match decision {
        Decision::Eligibility { verdict, reason } => ActiveModel {
            eligibility: Set(verdict.to_string()),
            eligibility_reason: Set(reason),
            ..Default::default()
        },
        Decision::Choice { choice, reason, hearing } => ActiveModel {
            choice: Set(choice.to_string()),
            choice_reason: Set(reason),
            hearing_at: Set(hearing.map(Instant::from)),
            ..Default::default()
        },
        Decision::Outcome { outcome, reason, granted, conditions } => ActiveModel {
            outcome: Set(outcome.to_string()),
            outcome_reason: Set(reason),
            granted: Set(granted.map(Cents::as_i64)),
            conditions: Set(conditions.join("\n")),
            ..Default::default()
        },
    }
}
