//! Where an agreement stands on a day. Always computed, never stored.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    agreement::Agreement,
    course::{Course, EndCause, awaited, course, french},
};

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum Standing {
    /// Not signed by all, or no day of signature is known.
    Draft,
    /// Signed; something must still happen.
    SignedNotInForce {
        signed_on: Date,
    },
    InForce {
        from: Date,
        to: Option<Date>,
    },
    /// In force, and a party has put an end to it.
    NoticeRunning {
        from: Date,
        to: Date,
        cause: EndCause,
    },
    /// In force, execution suspended.
    Suspended {
        since: Date,
        to: Option<Date>,
        reason: String,
    },
    /// Over. `last_day` was the last in force.
    Ended {
        last_day: Date,
        cause: EndCause,
    },
    /// Its term passed before it took effect.
    NeverInForce {
        term: Date,
    },
}

/// A standing, and the reasons in order, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    pub as_of: Date,
    #[serde(flatten)]
    pub standing: Standing,
    pub course: Course,
    pub reasons: Vec<Reason>,
}

/// Why, in English for the command line and in French for pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub text: String,
    #[serde(rename = "text_fr")]
    pub fr: String,
}

/// Where the agreement stands on that day, with the facts of that day and before.
pub fn standing(agreement: &Agreement, as_of: Date) -> Explained {
    let course = course(agreement, as_of);
    let standing = decide(agreement, &course, as_of);
    let reasons = reasons(agreement, &course, &standing);
    Explained { as_of, standing, course, reasons }
}

fn decide(agreement: &Agreement, course: &Course, as_of: Date) -> Standing {
    let Some(signed_on) = course.signed_on else { return Standing::Draft };
    let Some(from) = course.effect_on.filter(|effect| *effect <= as_of) else {
        return match &course.end {
            Some(end) if end.on < as_of => Standing::NeverInForce { term: end.on },
            _ => Standing::SignedNotInForce { signed_on },
        };
    };
    match &course.end {
        Some(end) if end.on < from => return Standing::NeverInForce { term: end.on },
        Some(end) if end.on < as_of => return Standing::Ended { last_day: end.on, cause: end.cause.clone() },
        _ => {}
    }
    if let Some(suspended) = agreement.suspended_on(as_of) {
        return Standing::Suspended {
            since: suspended.from,
            to: suspended.to,
            reason: suspended.reason.clone(),
        };
    }
    match &course.end {
        Some(end) if matches!(end.cause, EndCause::Notice { .. } | EndCause::Breach { .. }) => {
            Standing::NoticeRunning { from, to: end.on, cause: end.cause.clone() }
        }
        end => Standing::InForce { from, to: end.as_ref().map(|end| end.on) },
    }
}

fn reasons(agreement: &Agreement, course: &Course, standing: &Standing) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut say = |text: String, fr: String| reasons.push(Reason { text, fr });
    if let Some(day) = course.signed_on {
        say(format!("signed on {day}"), format!("signée le {}", french(day)));
    } else {
        let (who, fr) = unsigned(agreement);
        say(
            format!("not signed by all parties on that day, as far as is recorded{who}"),
            format!("pas signée par toutes les parties à cette date, d'après ce qui est enregistré{fr}"),
        );
    }
    let (what, fr) = awaited(agreement.written.effect);
    match course.effect_on {
        Some(day) if matches!(standing, Standing::SignedNotInForce { .. }) => {
            say(format!("takes effect on {day}"), format!("prend effet le {}", french(day)));
        }
        Some(day) => say(
            format!("takes effect with {what}: {day}"),
            format!("prend effet avec {fr} : le {}", french(day)),
        ),
        None => say(
            format!("takes effect with {what}, not recorded on that day"),
            format!("prend effet avec {fr}, non enregistrée à cette date"),
        ),
    }
    if let (Some(cover), Some(effect)) = (course.cover_from, course.effect_on)
        && cover < effect
    {
        say(
            format!("spending is covered from {cover}, before it takes effect"),
            format!("les dépenses sont couvertes depuis le {}, avant la prise d'effet", french(cover)),
        );
    }
    match &course.end {
        Some(end) => {
            let provisional = agreement.written.term.is_some_and(|term| term.provisional);
            let (note, fr) =
                if provisional { (" (provisional)", " (durée prévisionnelle)") } else { ("", "") };
            say(
                format!("last day {}{note}: {}", end.on, end.cause.en()),
                format!("dernier jour le {}{fr} : {}", french(end.on), end.cause.fr()),
            );
        }
        None if agreement.written.term.is_some() => say(
            "its end is counted from its effect, not known yet".into(),
            "sa fin se compte depuis sa prise d'effet, encore inconnue".into(),
        ),
        None => say("no end is written".into(), "aucun terme n'est écrit".into()),
    }
    if let Standing::Suspended { since, reason, .. } = standing {
        say(
            format!("suspended since {since}: {reason}"),
            format!("suspendue depuis le {} : {reason}", french(*since)),
        );
    }
    reasons
}

/// Which parties have no day of signature, when the agreement has none either.
fn unsigned(agreement: &Agreement) -> (String, String) {
    let without = agreement.written.parties.iter().filter(|party| party.signed_on.is_none());
    let names: Vec<&str> = without.map(|party| agreement.name_of(&party.body)).collect();
    if names.is_empty() || agreement.written.signed_on.is_some() {
        return Default::default();
    }
    (format!("; no day for {}", names.join(", ")), format!(" ; aucune date pour {}", names.join(", ")))
}

impl Explained {
    /// In two or three words.
    pub fn name(&self) -> &'static str {
        match self.standing {
            Standing::Draft => "draft",
            Standing::SignedNotInForce { .. } => "signed, not in force",
            Standing::InForce { .. } => "in force",
            Standing::NoticeRunning { .. } => "notice running",
            Standing::Suspended { .. } => "suspended",
            Standing::Ended { .. } => "ended",
            Standing::NeverInForce { .. } => "never in force",
        }
    }

    pub fn fr(&self) -> &'static str {
        match self.standing {
            Standing::Draft => "projet",
            Standing::SignedNotInForce { .. } => "signée, pas encore en vigueur",
            Standing::InForce { .. } => "en vigueur",
            Standing::NoticeRunning { .. } => "préavis en cours",
            Standing::Suspended { .. } => "suspendue",
            Standing::Ended { .. } => "terminée",
            Standing::NeverInForce { .. } => "jamais entrée en vigueur",
        }
    }

    /// Is it in force on that day, suspended or under notice included?
    pub fn is_in_force(&self) -> bool {
        matches!(
            self.standing,
            Standing::InForce { .. } | Standing::NoticeRunning { .. } | Standing::Suspended { .. }
        )
    }
}
