//! A duty as people read it.

use socle::pages::format;
use socle::rights::Scope;

use super::agreement::sentence;
use crate::model::duty::{Due, Duty, DutyStatus, DutyType};
use crate::model::tenant::Tenant;
use crate::model::written::Written;

/// A line of a list of duties.
pub struct Line {
    pub what: String,
    pub product: String,
    /// « 24 septembre 2020 », « novembre 2019 », « objectif interne : 3 mai 2020 », or nothing.
    pub when: String,
    pub status: String,
    pub colour: &'static str,
    pub who: String,
    pub to: String,
    /// « article 5 : Le délégataire rend compte chaque mois… »
    pub because: Vec<String>,
    pub evidence: Vec<String>,
    pub recipients: Vec<String>,
    pub clause: String,
    pub article: String,
    /// « 2020-09 », for the occurrence of a recurring duty.
    pub occurrence: String,
    /// It may be noted done: a query that names it; empty otherwise. Publications, copies and payments are recorded as
    /// what they are.
    pub note: String,
}

/// The colour of a status.
fn colour(status: &DutyStatus) -> &'static str {
    match status {
        DutyStatus::Late | DutyStatus::NotMet { .. } => "error",
        DutyStatus::Due | DutyStatus::DueSoon | DutyStatus::TargetPassed => "warning",
        DutyStatus::Done { .. } | DutyStatus::DoneLate { .. } => "success",
        DutyStatus::Unknown { .. } => "info",
        _ => "",
    }
}

pub fn line(duty: &Duty) -> Line {
    let when = match (duty.due, duty.internal_target) {
        (Due::On(day), _) => format::date(day),
        (Due::In(month), _) => format::month(month.first_day()),
        (Due::NotDated, Some(target)) => format!("objectif interne\u{a0}: {}", format::date(target)),
        (Due::NotDated, None) => String::new(),
    };
    let occurrence = match duty.due {
        Due::On(day) => crate::model::month::Month::of(day).to_string(),
        Due::In(month) => month.to_string(),
        Due::NotDated => String::new(),
    };
    let citations = duty.citations.iter();
    Line {
        what: sentence(&duty.fr),
        product: duty.product.clone().unwrap_or_default(),
        when,
        status: duty.status.fr(),
        colour: colour(&duty.status),
        who: duty.debtors.join(", "),
        to: duty.creditors.join(", "),
        because: citations.map(|one| format!("Article {}\u{a0}: {}", one.article, one.quote)).collect(),
        evidence: duty.evidence.clone(),
        recipients: duty
            .recipients
            .iter()
            .map(|one| match one.sent_on {
                Some(day) => format!("{}\u{a0}: envoyée le {}", one.name, format::date(day)),
                None => format!("{}\u{a0}: pas encore envoyée", one.name),
            })
            .collect(),
        clause: duty.clause.clone(),
        article: duty.citations.first().map_or_else(String::new, |one| one.article.clone()),
        note: if can_be_noted(duty) { query(duty, &occurrence) } else { String::new() },
        occurrence,
    }
}

/// Whether a duty is for whoever has that scope: a product's people see its own, and those of the agreement as a whole.
pub fn concerns(duty: &Duty, written: &Written, scope: &Scope) -> bool {
    let Some(name) = &duty.product else { return true };
    let product = written.products.iter().find(|one| one.name == *name);
    product.is_none_or(|one| Tenant::covers(scope, &written.reference, &one.key))
}

fn can_be_noted(duty: &Duty) -> bool {
    let open = duty.status.is_open() || duty.status == DutyStatus::Continuous;
    open && duty.kind != DutyType::Decided
        && duty.recipients.is_empty()
        && !matches!(duty.clause.as_str(), "publication" | "payment")
}

fn query(duty: &Duty, occurrence: &str) -> String {
    let article = duty.citations.first().map_or("", |one| one.article.as_str());
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("clause", &duty.clause)
        .append_pair("article", article)
        .append_pair("service", duty.product.as_deref().unwrap_or_default())
        .append_pair("mois", occurrence)
        .finish()
}
