//! What is typed of a decision.

use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::FormErrors;

use super::typed;
use crate::model::decision::Outcome;
use crate::store::day;
use crate::store::decision::{Criterion, Envelope, NewDecision, Taken};

/// Three criteria and three conditions: a committee that sets more decides nothing.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub outcome: String,
    pub stage_from: String,
    pub envelope: String,
    pub envelope_from: String,
    pub envelope_to: String,
    pub team: String,
    pub hypothesis: String,
    pub criterion_1: String,
    pub target_1: String,
    pub by_1: String,
    pub criterion_2: String,
    pub target_2: String,
    pub by_2: String,
    pub criterion_3: String,
    pub target_3: String,
    pub by_3: String,
    pub condition_1: String,
    pub check_1: String,
    pub condition_2: String,
    pub check_2: String,
    pub condition_3: String,
    pub check_3: String,
    pub note: String,
}

/// A criterion as typed: text, target, day.
type CriterionTyped<'a> = [&'a str; 3];

impl Typed {
    /// The decision as it is recorded, to be corrected.
    pub fn of(taken: &Taken, held_on: Date) -> Self {
        let mut typed = Self {
            outcome: taken.row.outcome.clone(),
            stage_from: taken.stage().map_or(held_on, |(_, from)| from).to_string(),
            team: taken.row.team.clone(),
            note: taken.row.note.clone(),
            ..Self::default()
        };
        if let Some(envelope) = taken.envelope() {
            typed.envelope = envelope.amount.fr();
            typed.envelope_from = envelope.from.to_string();
            typed.envelope_to = envelope.to.to_string();
        }
        let open = taken.hypotheses.iter().find(|one| one.closed_day.is_none());
        typed.hypothesis = open.map_or_else(String::new, |one| one.text.clone());
        let criteria = [
            (&mut typed.criterion_1, &mut typed.target_1, &mut typed.by_1),
            (&mut typed.criterion_2, &mut typed.target_2, &mut typed.by_2),
            (&mut typed.criterion_3, &mut typed.target_3, &mut typed.by_3),
        ];
        for ((text, target, by), row) in criteria.into_iter().zip(&taken.criteria) {
            text.clone_from(&row.text);
            target.clone_from(&row.target);
            *by = row.by_day.map_or_else(String::new, |number| day::date(number).to_string());
        }
        let conditions = [
            (&mut typed.condition_1, &mut typed.check_1),
            (&mut typed.condition_2, &mut typed.check_2),
            (&mut typed.condition_3, &mut typed.check_3),
        ];
        let open = taken.conditions.iter().filter(|one| one.closed_day.is_none());
        for ((text, check), row) in conditions.into_iter().zip(open) {
            text.clone_from(&row.text);
            *check = day::date(row.check_day).to_string();
        }
        typed
    }

    fn criteria(&self) -> [(CriterionTyped<'_>, [&'static str; 2]); 3] {
        [
            ([&self.criterion_1, &self.target_1, &self.by_1], ["criterion_1", "by_1"]),
            ([&self.criterion_2, &self.target_2, &self.by_2], ["criterion_2", "by_2"]),
            ([&self.criterion_3, &self.target_3, &self.by_3], ["criterion_3", "by_3"]),
        ]
    }

    fn conditions(&self) -> [([&str; 2], [&'static str; 2]); 3] {
        [
            ([&self.condition_1, &self.check_1], ["condition_1", "check_1"]),
            ([&self.condition_2, &self.check_2], ["condition_2", "check_2"]),
            ([&self.condition_3, &self.check_3], ["condition_3", "check_3"]),
        ]
    }
}

fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

/// Everything but the outcome and the phase.
pub fn read(errors: &mut FormErrors, new: &Typed, held_on: Date) -> NewDecision {
    let mut criteria = Vec::new();
    for ([text, target, by], [field, by_field]) in new.criteria() {
        let by = typed::maybe_day(errors, by_field, by);
        if text.trim().is_empty() {
            if by.is_some() || !target.trim().is_empty() {
                errors.add(field, "Dites quel est ce critère.");
            }
            continue;
        }
        criteria.push(Criterion { text: cut(text, 500), target: cut(target, 120), by });
    }
    let mut conditions = Vec::new();
    for ([text, check], [field, check_field]) in new.conditions() {
        match (text.trim().is_empty(), check.trim().is_empty()) {
            (true, true) => {}
            (true, false) => errors.add(field, "Dites quelle est cette condition."),
            (false, true) => errors.add(check_field, "Dites quel jour elle sera vérifiée."),
            (false, false) => {
                if let Some(day) = typed::day(errors, check_field, check) {
                    if day < held_on {
                        errors.add(check_field, "Ce jour vient avant le comité.");
                    }
                    conditions.push((cut(text, 500), day));
                }
            }
        }
    }
    NewDecision {
        outcome: Outcome::Continue,
        stage: None,
        envelope: envelope(errors, new),
        team: cut(&new.team, 1_000),
        note: cut(&new.note, 4_000),
        hypothesis: cut(&new.hypothesis, 1_000),
        criteria,
        conditions,
    }
}

fn envelope(errors: &mut FormErrors, new: &Typed) -> Option<Envelope> {
    let amount = typed::maybe_amount(errors, "envelope", &new.envelope);
    let from = typed::maybe_day(errors, "envelope_from", &new.envelope_from);
    let to = typed::maybe_day(errors, "envelope_to", &new.envelope_to);
    if new.envelope.trim().is_empty() {
        if from.is_some() || to.is_some() {
            errors.add("envelope", "Indiquez le montant de l’enveloppe, ou effacez ses dates.");
        }
        return None;
    }
    if new.envelope_from.trim().is_empty() {
        errors.add("envelope_from", "Dites à partir de quel jour.");
    }
    if new.envelope_to.trim().is_empty() {
        errors.add("envelope_to", "Dites jusqu’à quel jour.");
    }
    let (from, to) = (from?, to?);
    if to < from {
        errors.add("envelope_to", "La fin vient avant le début.");
    }
    Some(Envelope { amount: amount?, from, to })
}
