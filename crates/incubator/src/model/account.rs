//! Accounts that an agreement asks for (*comptes rendus*): of each month, and at the term.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    account_figures::{AccountFigures, Rendered, figures},
    account_text::AccountText,
    agreement::Agreement,
    course::{course, days_after},
    duties::duties,
    duty::{Due, Duty, DutyStatus},
    library::ClauseLibrary,
    month::Month,
};

const MONTHLY: &str = "account.monthly";
const FINAL: &str = "account.final";

/// Days before its month opens from which a monthly account is listed.
const AHEAD: u16 = 31;

/// What an account is about. Written `2026-11` or `final`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Month(Month),
    Final,
}

impl Period {
    /// The key of the clause that asks for it.
    pub fn clause(self) -> &'static str {
        match self {
            Self::Month(_) => MONTHLY,
            Self::Final => FINAL,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Final => f.write_str("final"),
        }
    }
}

impl FromStr for Period {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "final" { Ok(Self::Final) } else { text.parse().map(Self::Month) }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom(format!("{text:?} is no period of an account")))
    }
}

/// An account that the agreement asks for, and where it stands as a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAsked {
    pub period: Period,
    /// The first day of what it tells apart from the whole: of its month, or of the last one. None when the agreement
    /// asks for one account only.
    pub from: Option<Date>,
    /// Its last day: of the month, or of the agreement.
    pub until: Date,
    /// The last day to send it.
    pub due: Date,
    /// The month its duty is due in, which its evidence names.
    pub occurrence: Month,
    pub article: String,
    pub quote: String,
    pub debtors: Vec<String>,
    pub creditors: Vec<String>,
    pub status: DutyStatus,
    pub evidence: Vec<String>,
}

impl AccountAsked {
    /// Whether what it is about is over: it may be sent from its last day on.
    pub fn may_be_sent(&self, today: Date) -> bool {
        self.until <= today
    }

    /// The last day its figures count: that of the month, or the day it is drawn up, for what is paid after the term.
    pub fn counted_until(&self, today: Date) -> Date {
        match self.period {
            Period::Month(_) => self.until,
            Period::Final => today,
        }
    }
}

/// Whether a clause of the agreement asks for any.
pub fn asks_for_accounts(agreement: &Agreement) -> bool {
    [MONTHLY, FINAL].iter().any(|key| agreement.clause(key).is_some())
}

/// The accounts asked for, the oldest first: those of the months begun as of a day, the one to come, and the final one.
pub fn accounts(agreement: &Agreement, library: &ClauseLibrary, as_of: Date) -> Vec<AccountAsked> {
    let ahead = days_after(as_of, AHEAD).unwrap_or(as_of);
    let end = course(agreement, as_of).end.map_or(ahead, |end| end.on);
    let monthly = agreement.clause(MONTHLY).is_some();
    let mut asked: Vec<AccountAsked> = Vec::new();
    for duty in duties(agreement, library, as_of, std::cmp::max(ahead, end)) {
        let one = match duty.due {
            Due::In(month) if duty.clause == MONTHLY && month.first_day() <= ahead => of_month(duty, month),
            Due::On(day) if duty.clause == FINAL => at_term(duty, day, monthly),
            _ => continue,
        };
        if asked.iter().all(|known| known.period != one.period) {
            asked.push(one);
        }
    }
    asked.sort_by_key(|one| one.period);
    asked
}

fn of_month(duty: Duty, due: Month) -> AccountAsked {
    let month = due.previous();
    let asked = of(duty, Period::Month(month), (Some(month.first_day()), month.last_day()));
    AccountAsked { due: due.last_day(), occurrence: due, ..asked }
}

fn at_term(duty: Duty, end: Date, monthly: bool) -> AccountAsked {
    of(duty, Period::Final, (monthly.then(|| end.first_of_month()), end))
}

fn of(duty: Duty, period: Period, (from, until): (Option<Date>, Date)) -> AccountAsked {
    let citation = duty.citations.into_iter().next();
    let (article, quote) = citation.map(|one| (one.article, one.quote)).unwrap_or_default();
    AccountAsked {
        period,
        from,
        until,
        due: until,
        occurrence: Month::of(until),
        article,
        quote,
        debtors: duty.debtors,
        creditors: duty.creditors,
        status: duty.status,
        evidence: duty.evidence,
    }
}

/// An account as it is read: in preparation, or as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub reference: String,
    pub title: String,
    pub period: Period,
    pub from: Option<Date>,
    /// The last day its figures count.
    pub until: Date,
    pub due: Date,
    pub article: String,
    pub quote: String,
    /// Who renders it, and to whom.
    pub debtors: Vec<String>,
    pub creditors: Vec<String>,
    pub figures: AccountFigures,
    pub text: AccountText,
    /// None as long as it is in preparation.
    pub sent_on: Option<Date>,
}

impl Account {
    /// The account in preparation on a day. `lines` are the numbers of the entries of the agreement's ledger, in its
    /// order; `before`, the last account sent of a period before this one.
    pub fn draft(
        agreement: &Agreement,
        asked: &AccountAsked,
        lines: &[i64],
        (before, today): (Option<&Rendered>, Date),
        text: AccountText,
    ) -> Self {
        let until = asked.counted_until(today);
        Self {
            reference: agreement.written.reference.clone(),
            title: agreement.written.title.clone(),
            period: asked.period,
            from: asked.from,
            until,
            due: asked.due,
            article: asked.article.clone(),
            quote: asked.quote.clone(),
            debtors: asked.debtors.clone(),
            creditors: asked.creditors.clone(),
            figures: figures(agreement, lines, (asked.from, until), asked.period == Period::Final, before),
            text,
            sent_on: None,
        }
    }

    /// What the next account must know of this one, once it is sent.
    pub fn rendered(&self) -> Rendered {
        Rendered { until: self.until, last_line: self.figures.last_line }
    }
}
