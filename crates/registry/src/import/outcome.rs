//! What became of the lines of a chunk, once its journeys are stored.

use socle::store::Tx;

use super::refusal::{Reason, Refusal, Wrong, of_verdict};
use crate::store::ServiceError;
use crate::store::import::{Counts, Import, RefusedLine, used_since};
use crate::store::intake::Received;

/// Counts outcomes and words refusals, within the change that stored the journeys. `lines` and `identifiers` are
/// those of `outcomes`, in order.
pub async fn settle(
    tx: &Tx,
    import: &Import,
    lines: &[u64],
    identifiers: &[String],
    outcomes: &[Received],
    broken: Vec<RefusedLine>,
) -> Result<(Counts, Vec<RefusedLine>), ServiceError> {
    let known: Vec<&str> = outcomes
        .iter()
        .zip(identifiers)
        .filter(|(outcome, _)| matches!(outcome, Received::Duplicate))
        .map(|(_, identifier)| identifier.as_str())
        .collect();
    let since = used_since(tx, import, &known).await?;
    let mut counts = Counts { broken: i64::try_from(broken.len()).unwrap_or(i64::MAX), ..Counts::default() };
    let mut refused = broken;
    for ((outcome, &line), identifier) in outcomes.iter().zip(lines).zip(identifiers) {
        let mut leave_out = |reason, faults| -> Result<(), ServiceError> {
            refused.push(Refusal { line, operator_journey_id: Some(identifier), reason, faults }.written()?);
            Ok(())
        };
        match outcome {
            Received::Accepted { .. } => counts.accepted += 1,
            Received::Refused { verdict, .. } => {
                counts.refused += 1;
                leave_out(Reason::Terms, of_verdict(verdict))?;
            }
            Received::Duplicate | Received::KeyReused if since.contains(identifier) => {
                counts.repeated += 1;
                let seen =
                    "an identifier that came since this import began, on an earlier line or by the API";
                leave_out(
                    Reason::Repeated,
                    vec![Wrong::new("operator_journey_id", seen, "one line for each identifier")],
                )?;
            }
            Received::Duplicate | Received::KeyReused => counts.already_there += 1,
        }
    }
    Ok((counts, refused))
}
