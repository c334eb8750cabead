//! The agreement itself: what was written and signed.

use std::collections::BTreeSet;

use super::{
    choosing::{choice, choices, known_body, maybe_choice},
    clause::clause,
    credits::{contribution, imputation_set, plan_line, predecessor},
    facts,
    node::Node,
    period::{effect, term},
    section::{Problems, Section},
};
use crate::model::{
    agreement::Agreement,
    body::{Body, BodyKey},
    clause::Clause,
    expert::Expert,
    fact::Facts,
    library::ClauseLibrary,
    party::Party,
    product::{PhaseEntry, Product},
    term::CoverFrom,
    written::Written,
};

pub(super) fn read(node: &Node, problems: &Problems, library: &ClauseLibrary) -> Option<Agreement> {
    let mut file = Section::of(node, String::new(), problems)?;
    let reference = file.one("reference");
    let title = file.one("title");
    let kind = choice(&mut file, "kind");
    let scope = choice(&mut file, "scope");
    let legal_bases = file.many("legal_bases");
    let originals = file.maybe("originals");
    let signature = file.group("signature", |mut signature| {
        let read = (signature.maybe("on"), signature.maybe("at"));
        signature.finish();
        Some(read)
    });
    let (signed_on, signed_at) = signature.unwrap_or_default();
    let manifesto = file.maybe("manifesto");
    let bodies = file.list("bodies", body);
    let known: BTreeSet<BodyKey> = bodies.iter().map(|body| body.key.clone()).collect();
    if known.len() < bodies.len() {
        file.wrong("bodies", Some("the same key twice".into()), "each key once");
    }
    let parties = file.list("parties", |section| party(section, &known));
    if parties.len() < 2 {
        file.wrong("parties", Some(format!("{} of them", parties.len())), "at least two parties");
    }
    let products = file.list("products", product);
    let keys: BTreeSet<&String> = products.iter().map(|product| &product.key).collect();
    if keys.len() < products.len() {
        file.wrong("products", Some("the same key twice".into()), "each key once");
    }
    let effect = file.the_group("effect", effect);
    let term = file.group("term", term);
    let covered_acts = choices(&mut file, "covered_acts");
    let phases_allowed = choices(&mut file, "phases_allowed");
    let services_allowed = choices(&mut file, "services_allowed");
    let predecessor = file.group("predecessor", predecessor);
    if matches!(effect, Some((_, Some(CoverFrom::PredecessorEnd))))
        && predecessor.as_ref().is_none_or(|before| before.ended_on.is_none())
    {
        file.wrong("predecessor", None, "a predecessor with ended_on, since cover begins at its end");
    }
    let plan = file.list("plan", plan_line);
    let imputations = file.list("imputations", |section| imputation_set(section, &known));
    let contributions = file.list("contributions", |section| contribution(section, &known));
    let clauses = file.list("clauses", |section| clause(section, &known, library));
    let experts = file.list("experts", expert);
    let orders = file.list("orders", facts::order);
    let ledger = file.list("ledger", facts::entry);
    let publications = file.list("publications", |section| facts::publication(section, &known));
    let copies = file.list("copies", |section| facts::copy(section, &known));
    let amendments = file.list("amendments", |section| facts::amendment(section, &known));
    let notices = file.list("notices", |section| facts::notice(section, &known));
    let suspensions = file.list("suspensions", facts::suspended);
    let keys: BTreeSet<String> = clauses.iter().map(|clause: &Clause| clause.key.clone()).collect();
    let evidence = file.list("evidence", |section| facts::evidence(section, &keys));
    file.finish();
    let (effect, cover_from) = effect?;
    Some(Agreement {
        written: Written {
            reference: reference?,
            title: title?,
            kind: kind?,
            scope: scope?,
            legal_bases,
            originals,
            signed_on,
            signed_at,
            manifesto,
            bodies,
            parties,
            products,
            effect,
            cover_from,
            term,
            covered_acts,
            phases_allowed,
            services_allowed,
            predecessor,
            plan,
            imputations,
            contributions,
            clauses,
        },
        facts: Facts {
            publications,
            copies,
            amendments,
            notices,
            suspensions,
            evidence,
            experts,
            ..Facts::default()
        },
        orders,
        ledger,
    })
}

fn body(mut section: Section) -> Option<Body> {
    let (key, name, also_called) = (section.one("key"), section.one("name"), section.many("also_called"));
    section.finish();
    Some(Body { key: key?, name: name?, also_called })
}

fn party(mut section: Section, known: &BTreeSet<BodyKey>) -> Option<Party> {
    let body = known_body(&mut section, "body", known);
    let roles = choices(&mut section, "roles");
    if roles.is_empty() {
        section.wrong("roles", None, "at least one role");
    }
    let party = Party {
        body: body.clone().unwrap_or(BodyKey(String::new())),
        roles,
        designation: section.maybe("designation"),
        represented_by: section.maybe("represented_by"),
        representative_title: section.maybe("representative_title"),
        signed_by: section.maybe("signed_by"),
        signed_by_title: section.maybe("signed_by_title"),
        signature_delegation: section.maybe("signature_delegation"),
        signed_on: section.maybe("signed_on"),
        signature_kind: maybe_choice(&mut section, "signature_kind"),
    };
    section.finish();
    body.map(|_| party)
}

fn product(mut section: Section) -> Option<Product> {
    let (key, name) = (section.one("key"), section.one("name"));
    let is_procedure = section.maybe("is_procedure");
    let authenticates_users = section.maybe("authenticates_users");
    let supported_from = section.maybe("supported_from");
    let phases = section.list("phases", |mut entry| {
        let (phase, from) = (choice(&mut entry, "phase"), entry.one("from"));
        entry.finish();
        Some(PhaseEntry { phase: phase?, from: from? })
    });
    section.finish();
    Some(Product { key: key?, name: name?, is_procedure, authenticates_users, supported_from, phases })
}

fn expert(mut section: Section) -> Option<Expert> {
    let name = section.one("name");
    let (role, declared_on, reviewed_by) =
        (section.maybe("role"), section.maybe("declared_on"), section.maybe("reviewed_by"));
    section.finish();
    Some(Expert { name: name?, role, declared_on, reviewed_by })
}
