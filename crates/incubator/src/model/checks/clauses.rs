//! What the clauses ask beyond money: signatures, interests, notices and suspensions, the last day for an amendment (C19).

use jiff::civil::Date;

use crate::model::{
    agreement::Agreement,
    course::{course, french, weeks_before},
    finding::{Finding, Level, Rule},
    notice::NoticeKind,
    visa::{Visa, VisaOpinion},
};

pub(super) fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let mut findings = signatures(agreement);
    findings.extend(visas(agreement, as_of));
    findings.extend(interests(agreement, as_of));
    findings.extend(without_clause(agreement));
    findings.extend(amendment(agreement, as_of));
    findings
}

/// Somebody who signs for the representative does so under a delegation, which is written.
fn signatures(agreement: &Agreement) -> Vec<Finding> {
    let mut findings = Vec::new();
    for party in &agreement.written.parties {
        let name = agreement.name_of(&party.body);
        if party.signs_by_another() && party.signature_delegation.is_none() && party.signed_by_title.is_none()
        {
            findings.push(Finding::new(
                Rule::Signature,
                Level::Warning,
                format!("{name}: signed by another than its representative, no delegation written"),
                format!("{name} : signé par une autre personne que le représentant, sans délégation écrite"),
            ));
        }
        if party.signed_by.is_none() {
            findings.push(Finding::new(
                Rule::Signature,
                Level::Info,
                format!("{name}: the document bears no name of a signatory"),
                format!("{name} : le document ne porte pas de nom de signataire"),
            ));
        }
    }
    findings
}

/// What desks answered before the signature. The latest answer of each counts.
fn visas(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let asked: Vec<&Visa> = agreement.facts.visas.iter().filter(|visa| visa.asked_on <= as_of).collect();
    let signed = course(agreement, as_of).signed_on.is_some();
    let mut findings = Vec::new();
    for (at, visa) in asked.iter().enumerate() {
        if asked.iter().skip(at + 1).any(|later| later.body == visa.body) {
            continue;
        }
        let name = agreement.name_of(&visa.body);
        let answer = visa.opinion.filter(|_| visa.given_on.is_some_and(|on| on <= as_of));
        let (level, text, fr) = match answer {
            Some(VisaOpinion::Favourable | VisaOpinion::Reserved) => continue,
            Some(VisaOpinion::Against) => (
                Level::Warning,
                format!("{name}: opinion against the agreement"),
                format!("{name} : avis défavorable"),
            ),
            None => (
                if signed { Level::Warning } else { Level::Info },
                format!("{name}: opinion awaited since {}", visa.asked_on),
                format!("{name} : avis attendu depuis le {}", french(visa.asked_on)),
            ),
        };
        findings.push(Finding::new(Rule::Signature, level, text, fr).named("body", name));
    }
    findings
}

/// An agreement that wants experts free of conflicts of interest holds a declaration for each.
fn interests(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let Some(clause) = agreement.clause("conflict_of_interest") else { return Vec::new() };
    let block = |text: String, fr: String| {
        Finding::new(Rule::Interests, Level::Block, text, fr).named("article", clause.article.clone())
    };
    if agreement.facts.experts.is_empty() {
        return vec![block(
            format!("article {}: no expert is listed, no declaration of interests is held", clause.article),
            format!(
                "article {} : aucun expert n'est renseigné, aucune déclaration d'intérêts",
                clause.article
            ),
        )];
    }
    let missing =
        agreement.facts.experts.iter().filter(|expert| expert.declared_on.is_none_or(|on| on > as_of));
    missing
        .map(|expert| {
            block(
                format!("article {}: declaration of interests of {} missing", clause.article, expert.name),
                format!("article {} : déclaration d'intérêts de {} manquante", clause.article, expert.name),
            )
        })
        .collect()
}

/// A notice or a suspension that no clause allows has no effect here; it is said.
fn without_clause(agreement: &Agreement) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say =
        |text: String, fr: String| findings.push(Finding::new(Rule::Clause, Level::Warning, text, fr));
    for notice in &agreement.facts.notices {
        let clause = match notice.kind {
            NoticeKind::Termination => "notice",
            NoticeKind::Breach => "breach",
            NoticeKind::PartialWithdrawal => "exit_right",
        };
        if agreement.clause(clause).is_none() {
            say(
                format!(
                    "{} of {}: no clause \"{clause}\" in this agreement, it changes nothing",
                    notice.kind, notice.sent_on
                ),
                format!(
                    "notification du {} : aucune clause ne la prévoit, sans effet",
                    french(notice.sent_on)
                ),
            );
        }
    }
    if !agreement.facts.suspensions.is_empty() && agreement.clause("suspension").is_none() {
        say(
            "suspended, though no clause provides for suspension".into(),
            "suspendue, alors qu'aucune clause ne prévoit la suspension".into(),
        );
    }
    let ends_services = agreement.facts.notices.iter().any(|notice| notice.kind == NoticeKind::Termination);
    if ends_services && agreement.clause("services_end").is_some() {
        let orders: Vec<String> = agreement
            .orders
            .iter()
            .filter(|order| super::ceiling::placed(order))
            .map(crate::model::order::Order::name)
            .collect();
        let list = if orders.is_empty() { "none known".to_owned() } else { orders.join(", ") };
        say(
            format!("termination ends the linked services by right; orders: {list}"),
            format!("la résiliation met fin de plein droit aux services associés ; commandes : {list}"),
        );
    }
    findings
}

/// C19: the last day to ask for an amendment, while it is not too late; a warning when it is near.
fn amendment(agreement: &Agreement, as_of: Date) -> Option<Finding> {
    let weeks = agreement.clause("amendment_lead").and_then(|clause| clause.count("weeks"))?;
    let end = course(agreement, as_of).end?.on;
    let last = weeks_before(end, weeks)?;
    if as_of > end {
        return None;
    }
    let near = weeks_before(last, 6).is_some_and(|near| near <= as_of);
    let passed = last < as_of;
    let level = if near || passed { Level::Warning } else { Level::Info };
    let (text, fr) = if passed {
        (
            format!("the last day to ask for an amendment was {last}"),
            format!("le dernier jour pour demander un avenant était le {}", french(last)),
        )
    } else {
        (
            format!("the last day to ask for an amendment is {last}"),
            format!("dernier jour pour demander un avenant : le {}", french(last)),
        )
    };
    Some(Finding::new(Rule::C19, level, text, fr).day("last_day", last).day("end", end))
}
