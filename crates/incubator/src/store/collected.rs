//! Evidence that nobody has to give: what the portfolio and the committees already show.

use std::collections::HashMap;

use jiff::civil::Date;
use socle::pages::format;

use super::committee::Committee;
use super::day;
use super::decision::Taken;
use super::member::Known;
use super::portfolio::Portfolio;
use crate::model::condition::Condition;
use crate::model::duties::conditions::COMMITTEES;
use crate::model::evidence::Evidence;
use crate::model::expert::Expert;
use crate::model::fact::Facts;
use crate::model::member::MemberRole;
use crate::model::named::Named as _;
use crate::model::portfolio::Details;
use crate::model::written::Written;

/// Clauses, and the address that the sheet of a product shows for each; empty when it shows none.
fn shown(details: &Details) -> [(&'static str, &str); 2] {
    [("stats_public", &details.stats_url), ("open_source", &details.repository)]
}

/// The evidence that the sheets of its products give to an agreement.
pub(super) fn collected(written: &Written, portfolio: &Portfolio) -> Vec<Evidence> {
    let alone = written.products.len() == 1;
    let mut evidence = Vec::new();
    for product in &written.products {
        let Some(known) = portfolio.product(&product.key) else { continue };
        let Some(since) = known.sheet.history.in_order().first().map(|episode| episode.from) else {
            continue;
        };
        for (clause, address) in shown(&known.sheet.details) {
            if !address.is_empty() {
                evidence.push(Evidence {
                    clause: clause.to_owned(),
                    article: None,
                    // A clause that is not owed for each product asks it of the only one.
                    product: (!alone).then(|| product.key.clone()),
                    occurrence: None,
                    done_on: since,
                    reference: Some(address.to_owned()),
                    waived: None,
                });
            }
        }
    }
    evidence
}

/// What is known of the people of its products: mission letters, criteria met, and the experts whose interests an
/// agreement wants declared.
pub(super) fn by_team(facts: &mut Facts, written: &Written, people: &HashMap<String, Vec<Known>>) {
    let alone = written.products.len() == 1;
    let wants_declarations = written.clauses.iter().any(|one| one.key == "conflict_of_interest");
    for product in &written.products {
        for known in people.get(&product.key).into_iter().flatten() {
            if wants_declarations && let Some(expert) = known.expert() {
                // Somebody noted on the agreement itself is not told twice.
                let same = |one: &Expert| one.name.to_lowercase() == expert.name.to_lowercase();
                facts.experts.retain(|one| !same(one) || one.declared_on.is_some());
                if !facts.experts.iter().any(same) {
                    facts.experts.push(expert);
                }
            }
            if known.member.role != MemberRole::Intrapreneur {
                continue;
            }
            let shown = shown_by_intrapreneur(known);
            facts.evidence.extend(shown.into_iter().map(|(clause, on, reference)| Evidence {
                clause: clause.to_owned(),
                article: None,
                product: (!alone).then(|| product.key.clone()),
                occurrence: None,
                done_on: on,
                reference: Some(reference),
                waived: None,
            }));
        }
    }
}

/// Clauses that the letter and the criteria of an intrapreneur meet, since when, and by what.
fn shown_by_intrapreneur(known: &Known) -> Vec<(&'static str, Date, String)> {
    let mut shown = Vec::new();
    if let Some(letter) = &known.letter {
        let on = day::date(letter.signed_day);
        let reference = format!("lettre de mission du {}", format::date(on));
        if letter.arbitrates {
            shown.push(("mission_letter", on, reference.clone()));
        }
        if !letter.reporting.is_empty() {
            shown.push(("reporting_plan", on, reference));
        }
    }
    if let Some(review) = known.review.as_ref().filter(|review| review.all_met()) {
        let reference = format!("critères vérifiés le {}", format::date(review.day));
        shown.push(("intrapreneur_criteria", review.day, reference));
    }
    shown
}

/// What a committee that was held shows: each clause that asks for committees is met, for its products.
pub(super) fn shown_by(written: &Written, held: &Committee) -> Vec<Evidence> {
    if !held.kind().decides() {
        return Vec::new();
    }
    let on = day::date(held.row.day);
    let mut evidence = Vec::new();
    for clause in written.clauses.iter().filter(|one| COMMITTEES.contains(&one.key.as_str())) {
        let each = clause.per_product && !written.products.is_empty();
        let products = if each { held.products.iter().cloned().map(Some).collect() } else { vec![None] };
        evidence.extend(products.into_iter().map(|product| Evidence {
            clause: clause.key.clone(),
            article: Some(clause.article.clone()),
            product,
            occurrence: None,
            done_on: on,
            reference: Some(format!("{} du {}", held.kind().fr(), format::date(on))),
            waived: None,
        }));
    }
    evidence
}

/// The conditions that a committee set.
pub(super) fn conditions(held: &Committee, decided: &HashMap<i64, Vec<Taken>>) -> Vec<Condition> {
    let taken = decided.get(&held.row.id).into_iter().flatten();
    taken
        .flat_map(|one| &one.conditions)
        .map(|row| Condition {
            product: row.product.clone(),
            text: row.text.clone(),
            set_on: day::date(held.row.day),
            check_on: day::date(row.check_day),
            result: row.result(),
            closed_on: row.closed_day.map(day::date),
            note: row.note.clone(),
        })
        .collect()
}
