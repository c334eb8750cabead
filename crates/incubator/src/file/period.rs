//! When it takes effect and when it ends, as written.

use super::{choosing::maybe_choice, section::Section};
use crate::model::{
    publication::Channel,
    term::{CoverFrom, EffectRule, Term, TermRule},
};

pub(super) fn effect(mut section: Section) -> Option<(EffectRule, Option<CoverFrom>)> {
    let rule: Option<String> = section.one("rule");
    let channel = maybe_choice::<Channel>(&mut section, "channel");
    let date = section.maybe("date");
    let cover_date = section.maybe("cover_from");
    let predecessor_end: Option<bool> = section.maybe("cover_from_predecessor_end");
    let rule = match (rule.as_deref(), date) {
        (Some("on_signature"), None) => Some(EffectRule::OnSignature),
        (Some("on_publication"), None) => Some(EffectRule::OnPublication { channel }),
        (Some("on_date"), Some(date)) => Some(EffectRule::OnDate { date }),
        (Some("on_date"), None) => {
            section.wrong("date", None, "the day of effect");
            None
        }
        (Some(other), _) => {
            section.wrong(
                "rule",
                Some(other.to_owned()),
                "on_signature, on_publication, or on_date with its date",
            );
            None
        }
        (None, _) => None,
    };
    let cover_from = match (cover_date, predecessor_end) {
        (Some(date), _) => Some(CoverFrom::Date(date)),
        (None, Some(true)) => Some(CoverFrom::PredecessorEnd),
        (None, _) => None,
    };
    section.finish();
    rule.map(|rule| (rule, cover_from))
}

pub(super) fn term(mut section: Section) -> Option<Term> {
    let (until, months, end_of) =
        (section.maybe("until"), section.maybe("months"), section.maybe("end_of_month"));
    let provisional: Option<bool> = section.maybe("provisional");
    let rule = match (until, months, end_of) {
        (Some(day), None, None) => Some(TermRule::Until(day)),
        (None, Some(months), None) if months > 0 => Some(TermRule::Months(months)),
        (None, None, Some(month)) => Some(TermRule::EndOf(month)),
        _ => {
            section.wrong("until", None, "one of until (a day), months (more than 0), end_of_month");
            None
        }
    };
    section.finish();
    Some(Term { rule: rule?, provisional: provisional.unwrap_or(false) })
}
