//! A duty: who owes what to whom, when, because of which clause.

use jiff::civil::Date;
use serde::Serialize;

use super::{body::BodyKey, course::french, month::Month, named::named};

named! {
    /// The kinds of duty, by what starts them.
    DutyType {
        OneOff = "one-off", "ponctuelle";
        Recurring = "recurring", "périodique";
        RelativeToTerm = "relative-to-term", "liée au terme";
        Standing = "standing", "permanente";
        Conditional = "conditional", "sous condition";
        PhaseTriggered = "phase-triggered", "selon la phase";
        Threshold = "threshold", "selon les crédits";
        Consequence = "consequence", "conséquence";
        Vague = "vague", "sans délai précis";
        /// A condition that a committee set.
        Decided = "decided", "fixée par un comité";
    }
}

/// When it is due. A target that the text does not give is never here: see [`Duty::internal_target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    On(Date),
    /// Any day of the month.
    In(Month),
    /// The text gives no day.
    NotDated,
}

impl Due {
    /// The last day on which it is in time.
    pub fn last_day(self) -> Option<Date> {
        match self {
            Self::On(day) => Some(day),
            Self::In(month) => Some(month.last_day()),
            Self::NotDated => None,
        }
    }

    /// The first day on which doing it makes sense.
    pub fn first_day(self) -> Option<Date> {
        match self {
            Self::On(day) => Some(day),
            Self::In(month) => Some(month.first_day()),
            Self::NotDated => None,
        }
    }
}

/// How far it is, from the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum DutyStatus {
    /// Owed all along; nothing to tick.
    Continuous,
    /// What opens it has not happened.
    Waiting,
    NotYetDue,
    /// Due within thirty days.
    DueSoon,
    /// Due today, or in this month, or without a day.
    Due,
    Done {
        on: Date,
    },
    /// Done after its last day.
    DoneLate {
        on: Date,
    },
    Late,
    /// Looked at by those who set it, and not met.
    NotMet {
        on: Date,
    },
    /// The internal target has passed. The contract says no date: nobody is late.
    TargetPassed,
    Waived {
        reason: String,
    },
    NotApplicable {
        reason: String,
        reason_fr: String,
    },
    /// Nobody has said whether the product is concerned.
    Unknown {
        question: String,
        question_fr: String,
    },
}

impl DutyStatus {
    /// Is it still to be done?
    pub fn is_open(&self) -> bool {
        matches!(self, Self::NotYetDue | Self::DueSoon | Self::Due | Self::Late | Self::TargetPassed)
    }

    /// The name in lists that are kept.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Waiting => "waiting",
            Self::NotYetDue => "not_yet_due",
            Self::DueSoon => "due_soon",
            Self::Due => "due",
            Self::Done { .. } => "done",
            Self::DoneLate { .. } => "done_late",
            Self::Late => "late",
            Self::NotMet { .. } => "not_met",
            Self::TargetPassed => "target_passed",
            Self::Waived { .. } => "waived",
            Self::NotApplicable { .. } => "not_applicable",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// For the command line. The place it is listed under already says that nothing is late.
    pub fn en(&self) -> String {
        match self {
            Self::Continuous => "all along".into(),
            Self::Waiting => "when it happens".into(),
            Self::NotYetDue => "not yet due".into(),
            Self::DueSoon => "due soon".into(),
            Self::Due => "due".into(),
            Self::Done { on } => format!("done on {on}"),
            Self::DoneLate { on } => format!("done late, on {on}"),
            Self::Late => "late".into(),
            Self::NotMet { on } => format!("found not met on {on}"),
            Self::TargetPassed => "internal target passed".into(),
            Self::Waived { reason } => format!("waived: {reason}"),
            Self::NotApplicable { reason, .. } => format!("not applicable: {reason}"),
            Self::Unknown { question, .. } => question.clone(),
        }
    }

    /// For pages.
    pub fn fr(&self) -> String {
        match self {
            Self::Continuous => "en continu".into(),
            Self::Waiting => "le moment venu".into(),
            Self::NotYetDue => "pas encore due".into(),
            Self::DueSoon => "bientôt due".into(),
            Self::Due => "à faire".into(),
            Self::Done { on } => format!("faite le {}", french(*on)),
            Self::DoneLate { on } => format!("faite en retard, le {}", french(*on)),
            Self::Late => "en retard".into(),
            Self::NotMet { on } => format!("constatée non remplie le {}", french(*on)),
            Self::TargetPassed => "objectif interne dépassé".into(),
            Self::Waived { reason } => format!("dispensée : {reason}"),
            Self::NotApplicable { reason_fr, .. } => format!("sans objet : {reason_fr}"),
            Self::Unknown { question_fr, .. } => question_fr.clone(),
        }
    }
}

/// How often it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    EachMonth,
    EveryMonths(u16),
}

impl Recurrence {
    pub fn en(self) -> String {
        match self {
            Self::EachMonth => "each month".into(),
            Self::EveryMonths(months) => format!("every {months} months"),
        }
    }

    pub fn fr(self) -> String {
        match self {
            Self::EachMonth => "chaque mois".into(),
            Self::EveryMonths(months) => format!("tous les {months} mois"),
        }
    }
}

/// The clause a duty comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Citation {
    pub article: String,
    pub clause: String,
    pub quote: String,
}

/// A body a copy goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recipient {
    pub body: BodyKey,
    pub name: String,
    pub sent_on: Option<Date>,
}

/// A duty. Texts are in English and in French.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duty {
    pub clause: String,
    #[serde(rename = "type")]
    pub kind: DutyType,
    pub title: String,
    #[serde(rename = "title_fr")]
    pub fr: String,
    pub debtors: Vec<String>,
    pub creditors: Vec<String>,
    pub citations: Vec<Citation>,
    /// The product it concerns, when it is owed for each.
    pub product: Option<String>,
    pub due: Due,
    /// Set by the incubator where the text says "in good time" or nothing. Never contractual.
    pub internal_target: Option<Date>,
    pub recurrence: Option<Recurrence>,
    /// For copies: everybody who must receive one.
    pub recipients: Vec<Recipient>,
    pub evidence_expected: String,
    pub evidence: Vec<String>,
    #[serde(flatten)]
    pub status: DutyStatus,
}

impl Duty {
    /// Is there something to do, or to have done, on a known day?
    pub fn is_dated(&self) -> bool {
        self.due != Due::NotDated || self.internal_target.is_some()
    }

    /// The day to sort by: due, else the internal target.
    pub fn day(&self) -> Option<Date> {
        self.due.last_day().or(self.internal_target)
    }
}
