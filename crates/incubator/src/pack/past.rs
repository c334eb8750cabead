//! What happened before: phases, decisions, conditions, hypotheses.

use jiff::civil::Date;
use serde::Serialize;
use socle::pages::format;

use crate::model::committee::CommitteeKind;
use crate::model::condition::ConditionResult;
use crate::model::decision::Opinion;
use crate::model::named::Named as _;
use crate::model::portfolio::History;
use crate::store::decision::{Envelope, Taken};
use crate::store::{committee, day, opinion as given};

/// A decision and its committee.
pub type Decided = (committee::Model, Taken);

#[derive(Debug, Serialize)]
pub struct DecidedRow {
    committee: String,
    outcome: String,
    envelope: String,
}

#[derive(Debug, Serialize)]
pub struct ConditionRow {
    text: String,
    check: String,
    result: String,
    note: String,
}

#[derive(Debug, Serialize)]
pub struct HypothesisRow {
    text: String,
    verdict: String,
    evidence: String,
    /// What would show that it is right.
    criteria: Vec<String>,
}

/// Phases with their first days, the oldest first.
pub fn phases(history: &History) -> Vec<[String; 2]> {
    let episodes = history.in_order().into_iter();
    episodes.map(|one| [one.stage.title().to_owned(), format::date(one.from)]).collect()
}

pub fn decided((committee, taken): &Decided) -> DecidedRow {
    let kind = CommitteeKind::from_name(&committee.kind).unwrap_or(CommitteeKind::Coordination);
    DecidedRow {
        committee: format!("{}, {}", kind.fr(), format::date(day::date(committee.day))),
        outcome: match taken.stage() {
            Some((stage, from)) => {
                format!("{} ({} le {})", taken.outcome().fr(), stage.title(), format::date(from))
            }
            None => taken.outcome().fr().to_owned(),
        },
        envelope: taken.envelope().map_or_else(|| "–".to_owned(), |one| one.amount.fr()),
    }
}

/// The envelope that runs on a day, of the latest decision that gave one.
pub fn envelope(decided: &[Decided], today: Date) -> Option<Envelope> {
    decided.iter().filter_map(|(_, taken)| taken.envelope()).find(|one| one.from <= today && today <= one.to)
}

/// Those of the last decision that set some, and older ones that are still open.
pub fn conditions(decided: &[Decided]) -> Vec<ConditionRow> {
    let last = decided.iter().position(|(_, taken)| !taken.conditions.is_empty());
    let told = decided.iter().enumerate().flat_map(|(at, (_, taken))| {
        let open = |result| result == ConditionResult::Open;
        taken.conditions.iter().filter(move |row| Some(at) == last || open(row.result()))
    });
    told.map(|row| ConditionRow {
        text: row.text.clone(),
        check: format::date(day::date(row.check_day)),
        result: row.result().fr().to_owned(),
        note: if row.note.is_empty() { "–".to_owned() } else { row.note.clone() },
    })
    .collect()
}

/// Every hypothesis, the latest first.
pub fn hypotheses(decided: &[Decided]) -> Vec<HypothesisRow> {
    let told = decided.iter().flat_map(|(_, taken)| taken.hypotheses.iter().map(move |row| (taken, row)));
    told.map(|(taken, row)| HypothesisRow {
        text: row.text.clone(),
        verdict: row.verdict().fr().to_owned(),
        evidence: row.evidence.clone(),
        criteria: taken
            .criteria
            .iter()
            .map(|one| match one.target.as_str() {
                "" => one.text.clone(),
                target => format!("{}\u{a0}: {target}", one.text),
            })
            .collect(),
    })
    .collect()
}

pub fn opinion(row: &given::Model) -> [String; 3] {
    let opinion = Opinion::from_name(&row.opinion).map_or("", Opinion::fr);
    [row.body.clone(), opinion.to_owned(), row.reason.clone()]
}
