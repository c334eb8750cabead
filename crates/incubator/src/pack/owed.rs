//! What is owed, and what the agreement asks of every product: compliance.

use serde::Serialize;
use socle::pages::format;

use crate::model::duty::{Due, Duty, DutyType};
use crate::model::outlook::Outlook;

/// A duty to be done.
#[derive(Debug, Serialize)]
pub struct OwedRow {
    what: String,
    who: String,
    when: String,
    status: String,
    article: String,
}

/// What a clause asks of how the service is built and run, and what shows it.
#[derive(Debug, Serialize)]
pub struct Provision {
    what: String,
    article: String,
    status: String,
    evidence: String,
}

/// The clauses that say how a service is built, run and led (spec §6.1): the others are about money and papers.
const COMPLIANCE: [&str; 11] = [
    "open_source",
    "freedoms",
    "stats_public",
    "franceconnect_if_authenticated",
    "opinion_button_if_procedure",
    "risk_workshops",
    "personal_data",
    "data_protection",
    "mission_letter",
    "intrapreneur_criteria",
    "conflict_of_interest",
];

fn concerns(duty: &Duty, name: &str) -> bool {
    duty.product.as_deref().is_none_or(|product| product == name)
}

fn article(duty: &Duty) -> String {
    duty.citations.first().map_or_else(String::new, |one| one.article.clone())
}

/// Duties with a day that are still to be done, the soonest first, for a product and for the agreement as a whole.
pub fn owed(outlook: &Outlook, name: &str) -> Vec<OwedRow> {
    let open = outlook.open().filter(|duty| concerns(duty, name) && duty.kind != DutyType::Decided);
    let mut rows: Vec<(OwedRow, usize)> = Vec::new();
    for duty in open {
        let row = row(duty);
        // What comes back with the same status is one line: its first day, and how many.
        let same = rows.iter_mut().find(|(known, _)| {
            known.what == row.what && known.status == row.status && known.article == row.article
        });
        match same {
            Some((_, times)) => *times += 1,
            None => rows.push((row, 1)),
        }
    }
    let told = rows.into_iter().map(|(row, times)| match times {
        1 => row,
        2 => OwedRow { when: format!("{}, et une autre fois", row.when), ..row },
        _ => OwedRow { when: format!("{}, et {} autres fois", row.when, times - 1), ..row },
    });
    told.collect()
}

fn row(duty: &Duty) -> OwedRow {
    OwedRow {
        what: duty.fr.clone(),
        who: duty.debtors.join(", "),
        when: match (duty.due, duty.internal_target) {
            (Due::On(day), _) => format::date(day),
            (Due::In(month), _) => format::month(month.first_day()),
            (Due::NotDated, Some(target)) => format!("objectif interne\u{a0}: {}", format::date(target)),
            (Due::NotDated, None) => String::new(),
        },
        status: duty.status.fr(),
        article: article(duty),
    }
}

/// What the agreement asks of the product itself.
pub fn provisions(outlook: &Outlook, name: &str) -> Vec<Provision> {
    let asked = outlook.duties.iter();
    let asked = asked.filter(|duty| concerns(duty, name) && COMPLIANCE.contains(&duty.clause.as_str()));
    asked
        .map(|duty| Provision {
            what: duty.fr.clone(),
            article: article(duty),
            status: duty.status.fr(),
            evidence: if duty.evidence.is_empty() { "–".to_owned() } else { duty.evidence.join(", ") },
        })
        .collect()
}
