//! What a committee says of one product, as people read it.

use socle::pages::format;

use super::agreement::sentence;
use super::committee::May;
use super::committee_head::{Found, address};
use crate::model::condition::ConditionResult;
use crate::model::decision::Opinion;
use crate::model::hypothesis::Verdict;
use crate::model::named::Named as _;
use crate::store::day;
use crate::store::decision::Taken;
use crate::store::opinion;

/// An opinion.
pub struct OpinionLine {
    pub body: String,
    pub opinion: &'static str,
    pub colour: &'static str,
    pub reason: String,
}

/// A hypothesis or a condition, and where it stands.
pub struct Checked {
    pub text: String,
    pub state: String,
    pub colour: &'static str,
    pub note: String,
    /// Where to say how it ended; empty when it is not for this reader, or done.
    pub href: String,
}

/// A decision.
pub struct DecisionPart {
    pub outcome: String,
    pub stage: String,
    pub envelope: String,
    pub team: String,
    pub note: String,
    pub hypotheses: Vec<Checked>,
    pub criteria: Vec<String>,
    pub conditions: Vec<Checked>,
}

pub struct ProductPart {
    pub slug: String,
    pub name: String,
    pub opinions: Vec<OpinionLine>,
    pub decision: Option<DecisionPart>,
    /// Where to correct the decision; empty when it is not for this reader.
    pub correct: String,
}

pub fn part(
    found: &Found,
    (slug, name): &(String, String),
    taken: &[Taken],
    opinions: &[opinion::Model],
    may: May,
) -> ProductPart {
    let base = address(found.committee.row.id);
    let decision = taken.iter().find(|one| one.row.product == *slug);
    ProductPart {
        slug: slug.clone(),
        name: name.clone(),
        opinions: opinions.iter().filter(|one| one.product == *slug).map(opinion_line).collect(),
        correct: if may.decide && decision.is_some() {
            format!("{base}/decision/{slug}")
        } else {
            String::new()
        },
        decision: decision.map(|one| decision_part(&base, one, may)),
    }
}

fn opinion_line(row: &opinion::Model) -> OpinionLine {
    let opinion = Opinion::from_name(&row.opinion).unwrap_or(Opinion::Reserved);
    OpinionLine {
        body: row.body.clone(),
        opinion: opinion.fr(),
        colour: match opinion {
            Opinion::Favourable => "success",
            Opinion::Reserved => "warning",
            Opinion::Unfavourable => "error",
        },
        reason: row.reason.clone(),
    }
}

fn decision_part(base: &str, taken: &Taken, may: May) -> DecisionPart {
    DecisionPart {
        outcome: sentence(taken.outcome().fr()),
        stage: taken.stage().map_or_else(String::new, |(stage, from)| {
            format!("{} à partir du {}", stage.title(), format::date(from))
        }),
        envelope: taken.envelope().map_or_else(String::new, |one| {
            format!("{}, du {} au {}", one.amount.fr(), format::date(one.from), format::date(one.to))
        }),
        team: taken.row.team.clone(),
        note: taken.row.note.clone(),
        hypotheses: taken
            .hypotheses
            .iter()
            .map(|row| {
                let verdict = row.verdict();
                Checked {
                    text: row.text.clone(),
                    state: closed(verdict.fr(), row.closed_day),
                    colour: if verdict == Verdict::Open { "info" } else { "" },
                    note: row.evidence.clone(),
                    href: link(may.close_hypothesis && verdict == Verdict::Open, base, "hypothese", row.id),
                }
            })
            .collect(),
        criteria: taken.criteria.iter().map(criterion).collect(),
        conditions: taken
            .conditions
            .iter()
            .map(|row| {
                let result = row.result();
                let open = result == ConditionResult::Open;
                let check = format!("à vérifier le {}", format::date(day::date(row.check_day)));
                Checked {
                    text: row.text.clone(),
                    state: if open { check } else { closed(result.fr(), row.closed_day) },
                    colour: match result {
                        ConditionResult::Open => "info",
                        ConditionResult::Met => "success",
                        ConditionResult::NotMet => "error",
                        ConditionResult::Dropped => "",
                    },
                    note: row.note.clone(),
                    href: link(may.decide && open, base, "condition", row.id),
                }
            })
            .collect(),
    }
}

/// « Dix territoires utilisent l’outil : 10 (avant le 1er juin 2027) ».
pub fn criterion(row: &crate::store::success_criterion::Model) -> String {
    let mut told = row.text.clone();
    if !row.target.is_empty() {
        told = format!("{told}\u{a0}: {}", row.target);
    }
    match row.by_day {
        Some(by) => format!("{told}, avant le {}", format::date(day::date(by))),
        None => told,
    }
}

fn closed(word: &str, day: Option<i32>) -> String {
    day.map_or_else(|| word.to_owned(), |on| format!("{word} le {}", format::date(day::date(on))))
}

fn link(may: bool, base: &str, what: &str, id: i64) -> String {
    if may { format!("{base}/{what}/{id}") } else { String::new() }
}
