//! The days on which an agreement begins and ends, with what is known on a day.

use calendar::{CalendarError, Delay, DelayRule, Territory, WorkingCalendar};
use jiff::civil::Date;
use serde::Serialize;

use super::{
    agreement::Agreement,
    named::Named,
    notice::{Notice, NoticeKind},
    term::{CoverFrom, EffectRule, TermRule},
};

/// Why an agreement ends on its last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The term of the text.
    Term,
    /// The term of an amendment.
    Amended { number: u16 },
    /// Notice given by a party.
    Notice { sent_on: Date, by: String },
    /// A formal notice left unanswered.
    Breach { sent_on: Date, by: String },
}

/// The last day in force, and why that one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    pub on: Date,
    pub cause: EndCause,
}

/// The dates of an agreement, from the facts of a day and before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Course {
    /// The day on which the last party signed.
    pub signed_on: Option<Date>,
    /// The first day in force.
    pub effect_on: Option<Date>,
    /// The first day whose spending is covered.
    pub cover_from: Option<Date>,
    /// The last day in force.
    pub end: Option<End>,
}

/// Delays of agreements run through days of rest: where that is does not matter.
fn calendar() -> WorkingCalendar {
    WorkingCalendar::new(Territory::Metropole)
}

/// The day that many months after, counted from number to number. `None` when the dates run out.
pub fn months_after(day: Date, months: u16) -> Option<Date> {
    passed(DelayRule::plain(Delay::Months(months)).after(day, &calendar()))
}

/// The last day to act so that these weeks separate the act from the event.
pub fn weeks_before(event: Date, weeks: u16) -> Option<Date> {
    passed(DelayRule::plain(Delay::Weeks(weeks)).before(event, &calendar()))
}

/// The day that many days after.
pub fn days_after(day: Date, days: u16) -> Option<Date> {
    passed(DelayRule::plain(Delay::Days(days)).after(day, &calendar()))
}

fn passed(deadline: Result<calendar::Deadline, CalendarError>) -> Option<Date> {
    deadline.ok().map(|deadline| deadline.expires_on)
}

/// The dates, with the facts known on that day: what is signed, published or sent later does not count yet.
pub fn course(agreement: &Agreement, as_of: Date) -> Course {
    let signed_on = signed_on(agreement).filter(|signed| *signed <= as_of);
    let effect_on = signed_on.and_then(|signed| effect_on(agreement, signed, as_of));
    let cover_from = effect_on.map(|effect| match agreement.written.cover_from {
        Some(CoverFrom::Date(date)) => date.min(effect),
        Some(CoverFrom::PredecessorEnd) => agreement
            .written
            .predecessor
            .as_ref()
            .and_then(|before| before.ended_on)
            .and_then(|ended| ended.tomorrow().ok())
            .map_or(effect, |day| day.min(effect)),
        None => effect,
    });
    Course { signed_on, effect_on, cover_from, end: end(agreement, effect_on, as_of) }
}

/// The last of the day written on the agreement and of the parties' days; without the former, each party must have one.
fn signed_on(agreement: &Agreement) -> Option<Date> {
    let each: Option<Vec<Date>> = agreement.written.parties.iter().map(|party| party.signed_on).collect();
    match agreement.written.signed_on {
        Some(written) => {
            agreement.written.parties.iter().filter_map(|party| party.signed_on).chain([written]).max()
        }
        None => each.and_then(|days| days.into_iter().max()),
    }
}

fn effect_on(agreement: &Agreement, signed: Date, as_of: Date) -> Option<Date> {
    match agreement.written.effect {
        EffectRule::OnSignature => Some(signed),
        EffectRule::OnDate { date } => Some(date.max(signed)),
        EffectRule::OnPublication { channel } => agreement
            .facts
            .publications
            .iter()
            .filter(|publication| channel.is_none_or(|channel| channel == publication.channel))
            .map(|publication| publication.published_on.max(signed))
            .filter(|published| *published <= as_of)
            .min(),
    }
}

fn end(agreement: &Agreement, effect: Option<Date>, as_of: Date) -> Option<End> {
    let written = agreement.written.term.and_then(|term| match term.rule {
        TermRule::Until(day) => Some(day),
        TermRule::EndOf(month) => Some(month.last_day()),
        TermRule::Months(months) => effect.and_then(|effect| months_after(effect, months)),
    });
    let amended = agreement
        .facts
        .amendments
        .iter()
        .filter(|amendment| amendment.signed_on.is_some_and(|signed| signed <= as_of))
        .filter_map(|amendment| Some((amendment.number, amendment.until?)))
        .max_by_key(|(number, _)| *number)
        .map(|(number, on)| End { on, cause: EndCause::Amended { number } });
    let term = amended.or(written.map(|on| End { on, cause: EndCause::Term }));
    let notices = agreement.facts.notices.iter().filter(|notice| notice.sent_on <= as_of);
    notices.filter_map(|notice| ended_by(agreement, notice, as_of)).chain(term).min_by_key(|end| end.on)
}

/// What a notice puts an end to. The text must allow it: an agreement without the clause does not end by notice.
fn ended_by(agreement: &Agreement, notice: &Notice, as_of: Date) -> Option<End> {
    let by = agreement.name_of(&notice.by).to_owned();
    let (key, cause) = match notice.kind {
        NoticeKind::Termination => ("notice", EndCause::Notice { sent_on: notice.sent_on, by }),
        NoticeKind::Breach => ("breach", EndCause::Breach { sent_on: notice.sent_on, by }),
        NoticeKind::PartialWithdrawal => return None,
    };
    let on = months_after(notice.sent_on, agreement.clause(key)?.count("months")?)?;
    let cured =
        notice.kind == NoticeKind::Breach && notice.cured_on.is_some_and(|day| day <= on && day <= as_of);
    (!cured).then_some(End { on, cause })
}

impl EndCause {
    pub fn en(&self) -> String {
        match self {
            Self::Term => "the term of the agreement".into(),
            Self::Amended { number } => format!("the term of amendment {number}"),
            Self::Notice { sent_on, by } => format!("notice given by {by} on {sent_on}"),
            Self::Breach { sent_on, by } => {
                format!("the formal notice of {by} on {sent_on}, unless it is answered to satisfaction")
            }
        }
    }

    pub fn fr(&self) -> String {
        match self {
            Self::Term => "le terme de la convention".into(),
            Self::Amended { number } => format!("le terme de l'avenant n° {number}"),
            Self::Notice { sent_on, by } => format!("le préavis donné par {by} le {}", french(*sent_on)),
            Self::Breach { sent_on, by } => {
                format!("la mise en demeure de {by} du {}, sauf réponse satisfaisante", french(*sent_on))
            }
        }
    }
}

/// 24/03/2020.
pub fn french(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// What an agreement waits for to take effect.
pub(super) fn awaited(rule: EffectRule) -> (String, String) {
    match rule {
        EffectRule::OnSignature => ("its signature".into(), "sa signature".into()),
        EffectRule::OnDate { date } => (format!("{date}"), format!("le {}", french(date))),
        EffectRule::OnPublication { channel: Some(channel) } => {
            (format!("its publication on {channel}"), format!("sa publication sur {}", channel.fr()))
        }
        EffectRule::OnPublication { channel: None } => ("its publication".into(), "sa publication".into()),
    }
}
