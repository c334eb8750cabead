//! Where an agreement stands today, in the few figures that a list shows.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    agreement::Agreement,
    checks,
    course::months_after,
    duties::duties,
    duty::{Duty, DutyStatus},
    finding::{Figure, Finding, Level, Rule},
    ledger::{LedgerKind, cp_of},
    library::ClauseLibrary,
    money::Cents,
    named::named,
    standing::{Explained, standing},
};

/// Months of duties that are kept in sight.
const HORIZON_MONTHS: u16 = 12;

named! {
    /// What a portfolio manager should look at first.
    Urgency {
        /// Something forbids to go on.
        Blocked = "blocked", "bloquée";
        Late = "late", "en retard";
        /// Credits are or will be short.
        Short = "short", "à court de crédits";
        Soon = "soon", "échéance proche";
        Calm = "calm", "rien à signaler";
        /// Over, and something is still owed.
        ToClose = "to-close", "à clore";
        /// Over, or not begun: nothing runs.
        Still = "still", "pas en cours";
    }
}

impl Urgency {
    pub fn rank(self) -> i32 {
        match self {
            Self::Blocked => 0,
            Self::Late => 1,
            Self::Short => 2,
            Self::Soon => 3,
            Self::Calm => 4,
            Self::ToClose => 5,
            Self::Still => 6,
        }
    }
}

/// The outlook of an agreement on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlook {
    pub day: Date,
    pub standing: Explained,
    pub ceiling: Option<Cents>,
    pub committed: Cents,
    pub certified: Cents,
    pub paid: Cents,
    /// Every duty up to the horizon.
    pub duties: Vec<Duty>,
    pub findings: Vec<Finding>,
}

/// Computes it, with the facts of that day and before.
pub fn outlook(agreement: &Agreement, library: &ClauseLibrary, day: Date) -> Outlook {
    let horizon = months_after(day, HORIZON_MONTHS).unwrap_or(Date::MAX);
    Outlook {
        day,
        standing: standing(agreement, day),
        ceiling: checks::ceiling(agreement, day).amount(),
        committed: checks::committed(agreement, day),
        certified: cp_of(&agreement.ledger, LedgerKind::Certification, day),
        paid: cp_of(&agreement.ledger, LedgerKind::Payment, day),
        duties: duties(agreement, library, day, horizon),
        findings: checks::findings(agreement, day),
    }
}

impl Outlook {
    pub fn left(&self) -> Option<Cents> {
        self.ceiling.map(|ceiling| ceiling - self.committed)
    }

    /// Duties with a day, still to be done, the soonest first.
    pub fn open(&self) -> impl Iterator<Item = &Duty> {
        self.duties.iter().filter(|duty| duty.is_dated() && duty.status.is_open())
    }

    pub fn late(&self) -> usize {
        self.duties.iter().filter(|duty| duty.status == DutyStatus::Late).count()
    }

    pub fn soon(&self) -> usize {
        self.duties.iter().filter(|duty| matches!(duty.status, DutyStatus::DueSoon | DutyStatus::Due)).count()
    }

    pub fn blocking(&self) -> usize {
        self.findings.iter().filter(|finding| finding.level == Level::Block).count()
    }

    /// The day on which credits run out at the present pace, when it comes before the end.
    pub fn exhausted_on(&self) -> Option<Date> {
        let finding = self.findings.iter().find(|finding| finding.rule == Rule::C20)?;
        match finding.figures.get("exhausted_on")? {
            Figure::Day(day) => Some(*day),
            _ => None,
        }
    }

    /// Nothing runs before an agreement takes effect. After its end, what is still owed is.
    pub fn urgency(&self) -> Urgency {
        if !self.standing.is_in_force() {
            return if self.late() > 0 { Urgency::ToClose } else { Urgency::Still };
        }
        let short = self.findings.iter().any(|finding| matches!(finding.rule, Rule::C9 | Rule::C20));
        match () {
            () if self.blocking() > 0 => Urgency::Blocked,
            () if self.late() > 0 => Urgency::Late,
            () if short => Urgency::Short,
            () if self.soon() > 0 => Urgency::Soon,
            () => Urgency::Calm,
        }
    }
}
